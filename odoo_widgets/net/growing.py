"""Tables that are written frame by frame, so that no more than a frame of them is in memory.

What grows stands beside the file: `.responses.csv.part` for `responses.csv`, and for Parquet a folder of that kind of
name, with a small table for each frame; `pd.read_parquet` reads that, too. A process that is killed leaves it as far
as it had come. Otherwise it becomes the file at the end, whatever the end was: what was there before is written over
only where something came.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from odoo_widgets.flow.errors import TableError
from odoo_widgets.flow.receipt import escaped
from odoo_widgets.net.tables import check_writable, kind, to_lines, unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike

# Rows of a file that are read at once, where its columns become more.
BLOCK = 50_000


@contextmanager
def growing(path: str | PathLike[str]) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Writes a table to a file frame by frame. What came until the end is in the file, whatever ended it.

    Args:
        path: The file; its name's end says the kind.

    Yields:
        What adds the rows of a frame. Their index is not written. A frame may have columns that those before had not.

    Raises:
        TableError: The file cannot be written, or is of a kind that cannot grow.
    """
    ending, file = kind(path), Path(path)
    if ending not in GROWING:
        raise TableError(f"{path} cannot be written piece by piece. Its name has to end in {', '.join(GROWING)}.")
    check_writable(path)
    add, finish = GROWING[ending]
    part, new = (file.with_name(f".{file.name}.{end}") for end in ("part", "new"))

    def added(frame: pd.DataFrame) -> None:
        with _sure(path):
            add(part, frame)

    with _sure(path):
        _forget(part)
    try:
        yield added
    finally:
        if part.exists():
            with _sure(path):
                finish(part, new)
                new.replace(file)
                _forget(part)


@contextmanager
def _sure(path: str | PathLike[str]) -> Iterator[None]:
    try:
        yield
    # The last two are Arrow's.
    except (OSError, ValueError, TypeError, NotImplementedError) as error:
        raise unwritable(path, error) from None


def _forget(part: Path) -> None:
    """Throws away what a process left that was killed."""
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.unlink(missing_ok=True)


def _add_to_csv(part: Path, frame: pd.DataFrame) -> None:
    there = [*pd.read_csv(part, nrows=0)] if part.exists() else []
    if more := [name for name in frame if name not in there]:
        _widen(part, [*there, *more])
    cells = escaped(frame).reindex(columns=[*there, *more])
    cells.to_csv(part, mode="a", index=False, header=False, encoding="utf-8", lineterminator="\n")


def _widen(part: Path, names: list[str]) -> None:
    """Gives a CSV file more columns, which are empty in the rows that it has."""
    wider = part.with_name(f"{part.name}.new")
    # The mark at its start is what makes a spreadsheet read it as UTF-8.
    pd.DataFrame(columns=names).to_csv(wider, index=False, encoding="utf-8-sig", lineterminator="\n")
    if part.exists():
        with pd.read_csv(part, dtype=str, keep_default_na=False, chunksize=BLOCK) as chunks:
            for chunk in chunks:
                wide = chunk.reindex(columns=names)
                wide.to_csv(wider, mode="a", index=False, header=False, encoding="utf-8", lineterminator="\n")
    wider.replace(part)


def _add_to_lines(part: Path, frame: pd.DataFrame) -> None:
    with part.open("a", encoding="utf-8") as file:
        # pandas makes an empty line of no rows.
        if len(frame):
            to_lines(frame, file)


def _move(part: Path, new: Path) -> None:
    part.replace(new)


def _add_to_parquet(part: Path, frame: pd.DataFrame) -> None:
    part.mkdir(exist_ok=True)
    new = part / ".new"
    frame.to_parquet(new, index=False)
    new.replace(part / f"{len(_tables(part)):08}.parquet")


def _tables(part: Path) -> list[Path]:
    return sorted(part.glob("*.parquet"))


def _join(part: Path, new: Path) -> None:
    """One table of those of the frames, a row group for each."""
    import pyarrow as pa  # noqa: PLC0415 - `kind` has looked whether it is there
    from pyarrow import parquet  # noqa: PLC0415

    # A column may have come later, or have had no value at first.
    schema = pa.unify_schemas([parquet.read_schema(each) for each in _tables(part)], promote_options="permissive")
    with parquet.ParquetWriter(new, schema) as writer:
        for each in _tables(part):
            # Read by itself: the name of its folder is not to be taken for a column.
            table = parquet.ParquetFile(each).read()
            writer.write_table(pa.concat_tables([schema.empty_table(), table], promote_options="permissive"))


# What adds the rows of a frame to what grows, and what makes a file of that at the end.
GROWING: dict[str, tuple[Callable[[Path, pd.DataFrame], None], Callable[[Path, Path], None]]] = {
    ".csv": (_add_to_csv, _move),
    ".jsonl": (_add_to_lines, _move),
    ".parquet": (_add_to_parquet, _join),
}
