"""More than one frame, sent to a real Odoo: one key space, row groups of Parquet, the partitions of a cluster."""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import TYPE_CHECKING, Any

import dask.dataframe as dd
import pandas as pd
import pyarrow as pa
import pytest
from distributed import Client, LocalCluster
from pyarrow import parquet

from odoo_widgets.destination import Destination
from tests.faults.killing import cut
from tests.real import call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from odoo_widgets.sandbox import Sandbox


@pytest.fixture(scope="module")
def cluster() -> Iterator[Client]:
    """Two worker processes, on this machine only."""
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, memory_limit="1GiB"
        ) as workers,
        Client(workers) as client,
    ):
        yield client


def rows(tag: str, number: int = 60) -> pd.DataFrame:
    return pd.DataFrame(
        {"name": [f"{tag} {row}" for row in range(number)], "ref": [f"{tag}-{row}" for row in range(number)]}
    )


def destination(odoo: Sandbox, **more: Any) -> Destination:
    return Destination(f"{odoo.url}/json/2/res.partner/create", batch_size=10, **more)


def there(odoo: Sandbox, tag: str) -> Counter[str]:
    found = call(odoo, "res.partner", "search_read", domain=[["ref", "=like", f"{tag}-%"]], fields=["ref"])
    return Counter(record["ref"] for record in found)


def test_a_key_that_a_frame_before_had_is_rejected_with_both_positions(odoo: Sandbox) -> None:
    frame = rows("twice", 30)
    doubled = pd.concat([frame, frame.iloc[[3]].assign(name="another"), frame.iloc[:0]])
    answer = destination(odoo, key="ref", mode="upsert").send(cut(doubled, 10), odoo.credential)
    assert answer["status"].tolist() == ["created"] * 30 + ["rejected"]
    assert answer["error"].iloc[30].startswith("Row 30 is for the same record as row 3,")
    assert set(there(odoo, "twice").values()) == {1}


def test_row_groups_of_parquet_are_sent_and_their_responses_written_as_they_come(odoo: Sandbox, tmp_path: Path) -> None:
    frame, out = rows("groups"), tmp_path / "responses.parquet"
    parquet.write_table(pa.Table.from_pandas(frame), tmp_path / "rows.parquet", row_group_size=25)
    with parquet.ParquetFile(tmp_path / "rows.parquet") as file:
        told = destination(odoo).send(file.iter_batches(batch_size=25), odoo.credential, out=out)
    assert told == {"created": 60}
    ids = pd.read_parquet(out)["id"].tolist()
    found = call(odoo, "res.partner", "search_read", domain=[["id", "in", ids]], fields=["name"])
    names = {record["id"]: record["name"] for record in found}
    assert [names[each] for each in ids] == frame["name"].tolist()


def computed(part: pd.DataFrame, folder: str) -> pd.DataFrame:
    """A partition, which leaves a mark each time that it is computed."""
    import uuid  # noqa: PLC0415 - it runs in a worker
    from pathlib import Path  # noqa: PLC0415

    if len(part):
        (Path(folder) / f"{part['ref'].iloc[0]}.{uuid.uuid4()}").touch()
    return part.assign(name=part["name"].str.upper())


def marks(folder: Path) -> Counter[str]:
    return Counter(path.name.partition(".")[0] for path in folder.iterdir())


def test_without_a_cluster_a_partition_is_computed_once_the_one_before_is_sent(odoo: Sandbox, tmp_path: Path) -> None:
    seen: list[int] = []
    data = dd.from_pandas(rows("alone"), npartitions=3).map_partitions(computed, str(tmp_path), meta=rows("", 0))
    sending = destination(odoo).delivery(
        data, odoo.credential, on_responses=lambda _answer: seen.append(marks(tmp_path).total())
    )
    sending.result()
    assert (seen, sending.statuses) == ([1, 2, 3], {"created": 60})
    assert there(odoo, "alone") == Counter(rows("alone")["ref"])


@pytest.mark.parametrize("persisted", [True, False], ids=["persisted", "as it is"])
def test_a_frame_of_a_cluster_is_computed_there_and_sent_once(
    odoo: Sandbox, cluster: Client, tmp_path: Path, persisted: bool
) -> None:
    tag = f"dask-{persisted}"
    whole = dd.from_pandas(rows(tag), npartitions=4).map_partitions(computed, str(tmp_path), meta=rows("", 0))
    data = whole.persist() if persisted else whole
    answer = destination(odoo, key="ref", mode="upsert").send(data, odoo.credential)
    assert answer["status"].tolist() == ["created"] * 60
    assert answer.index.tolist() == [*range(60)]
    assert answer["batch"].nunique() == 8
    assert there(odoo, tag) == Counter(rows(tag)["ref"])
    assert sorted(marks(tmp_path).values()) == [1] * 4
    # What is handed over is let go of, and what is the caller's own stays.
    assert len(cluster.futures) == (4 if persisted else 0)


def test_a_worker_that_dies_in_the_middle_loses_and_doubles_nothing(odoo: Sandbox, cluster: Client) -> None:
    data, answers = dd.from_pandas(rows("dies"), npartitions=4), []
    worker, *_ = cluster.run(os.getpid).values()

    def killing(answer: pd.DataFrame) -> None:
        if not answers:
            # What it holds of the frames to come has to be computed once more.
            os.kill(worker, signal.SIGKILL)
        answers.append(answer)

    destination(odoo).delivery(data.persist(), odoo.credential, on_responses=killing).result()
    assert pd.concat(answers)["status"].tolist() == ["created"] * 60
    assert there(odoo, "dies") == Counter(rows("dies")["ref"])


@pytest.mark.usefixtures("cluster")
def test_partitions_without_rows_and_without_known_bounds_are_sent_once(odoo: Sandbox) -> None:
    whole, there_are = dd.from_pandas(rows("bounds", 40), npartitions=4), [*range(10), *range(30, 40)]
    some = whole[whole["ref"].isin([f"bounds-{row}" for row in there_are])].clear_divisions()
    assert not some.known_divisions
    answer = destination(odoo, key="ref", mode="upsert").send(some, odoo.credential)
    assert answer.index.tolist() == there_are
    assert answer["status"].tolist() == ["created"] * 20
    assert there(odoo, "bounds") == Counter(f"bounds-{row}" for row in there_are)
