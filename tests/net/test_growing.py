"""Tables that are written frame by frame: what is in the file, whatever ended it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.flow.errors import TableError
from odoo_widgets.flow.responses import COLUMNS, Outcome, responses
from odoo_widgets.net.growing import growing

if TYPE_CHECKING:
    from pathlib import Path

READERS: dict[str, Any] = {
    ".csv": pd.read_csv,
    ".jsonl": lambda path: pd.read_json(path, lines=True),
    ".parquet": pd.read_parquet,
}


def told(lines: Any = None) -> pd.DataFrame:
    """The responses of a frame of two rows, with or without lines."""
    made = [Outcome(range(2), "created", ids=[1, 2])]
    more = {} if lines is None else {"lines": {"order_line": lines}}
    return responses(made, pd.RangeIndex(2), "https://mycompany.example.com", "sale.order", **more)


NONE, NO_LINE, SOME = told(), told({}), told({0: [1, 2], 1: [3]})
ORDERS = {
    "the column comes later": ([NONE, SOME], [False, False, True, True]),
    "the column is not in all": ([SOME, NONE, SOME], [True, True, False, False, True, True]),
    "its values come later": ([NO_LINE, SOME], [False, False, True, True]),
    "it never has a value": ([NO_LINE, NONE], [False] * 4),
}


@pytest.mark.parametrize("ending", READERS)
@pytest.mark.parametrize("order", ORDERS)
def test_frames_of_other_columns_stand_in_one_table(order: str, ending: str, tmp_path: Path) -> None:
    path, (frames, there) = tmp_path / f"responses{ending}", ORDERS[order]
    with growing(path) as add:
        for each in frames:
            add(each)
    found = READERS[ending](path)
    assert [*found] == [*COLUMNS, "order_line/.id"]
    assert found["order_line/.id"].notna().tolist() == there
    assert found["id"].tolist() == [1, 2] * len(frames)
    assert set(found["status"]) == {"created"}
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_columns_of_parquet_are_what_they_were_in_the_frames(tmp_path: Path) -> None:
    # Nothing of the first frame's texts is known, and an id is missing.
    first, second = told(), told().assign(error="no", id=pd.array([None, 7], dtype="Int64"))
    with growing(tmp_path / "responses.parquet") as add:
        add(first)
        add(second)
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "responses.parquet"), pd.concat([first, second], ignore_index=True)
    )


@pytest.mark.parametrize("ending", READERS)
def test_a_file_that_is_there_is_left_alone_where_nothing_comes(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"responses{ending}"
    path.write_text("of the send before", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), growing(path):
        raise ZeroDivisionError
    assert path.read_text(encoding="utf-8") == "of the send before"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


KILLED = """
import os, signal, sys
from odoo_widgets.net.growing import growing
from tests.net.test_growing import told
with growing(sys.argv[1]) as add:
    for _ in range(3):
        add(told())
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("ending", READERS)
def test_what_came_before_a_process_is_killed_can_be_read_and_the_next_one_begins_anew(
    ending: str, tmp_path: Path
) -> None:
    path = tmp_path / f"responses{ending}"
    done = subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert done.returncode < 0
    found = READERS[ending](tmp_path / f".{path.name}.part")
    assert found["id"].tolist() == [1, 2] * 3
    assert not path.exists()
    with growing(path) as add:
        add(told())
    assert len(READERS[ending](path)) == 2
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_full_disk_is_told_of_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "responses.jsonl"
    with growing(path) as add:
        (tmp_path / ".responses.jsonl.part").symlink_to("/dev/full")
        with pytest.raises(TableError, match=r"responses\.jsonl cannot be written: No space left"):
            add(told())
        (tmp_path / ".responses.jsonl.part").unlink()
