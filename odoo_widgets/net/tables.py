"""Tables in files: their kinds, and how they are written, so that a spreadsheet runs nothing of what a server said."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from typing import IO, TYPE_CHECKING, Any

import pandas as pd

from odoo_widgets.flow.errors import OdooWidgetsError, TableError
from odoo_widgets.flow.receipt import escaped, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from os import PathLike

# The library that a kind of file needs beside pandas.
NEEDS = {".xlsx": "openpyxl", ".parquet": "pyarrow"}


def kind(path: str | PathLike[str]) -> str:
    """The kind of a file, by the end of its name.

    Returns:
        One of `.csv`, `.jsonl`, `.parquet`, `.xlsx`.

    Raises:
        TableError: It is another, or the library for it is not installed.
    """
    found = Path(path).suffix.lower()
    if found not in WRITERS:
        raise TableError(f"{path} is no table of a known kind. Its name has to end in {', '.join(sorted(WRITERS))}.")
    if found in NEEDS and find_spec(NEEDS[found]) is None:
        raise TableError(
            f"A table in {found} needs {NEEDS[found]}. Install it with: pip install 'odoo-widgets[files]'."
        )
    return found


def check_writable(path: str | PathLike[str]) -> None:
    """Makes sure that a table can be written to a file, before there is one that could be lost.

    Raises:
        TableError: It cannot.
    """
    new = _beside(Path(path), kind(path))
    try:
        new.touch(exist_ok=False)
        new.unlink()
    except OSError as error:
        raise _unwritable(path, error) from None


def write(frame: pd.DataFrame, path: str | PathLike[str]) -> None:
    """Writes a frame to a file, all of it or nothing. Its index is not written.

    Args:
        frame: The frame.
        path: The file; its name's end says the kind.

    Raises:
        TableError: It cannot be written.
    """
    ending = kind(path)
    # Written beside and moved into place: nobody reads half a table.
    new = _beside(Path(path), ending)
    try:
        new.touch(exist_ok=False)
        WRITERS[ending](frame, str(new))
        new.replace(path)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def growing(path: str | PathLike[str]) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Writes a table to a file frame by frame. What came until the end is in the file, whatever ended it.

    Args:
        path: The file; its name's end says the kind.

    Yields:
        What adds the rows of a frame. Their index is not written.

    Raises:
        TableError: The file cannot be written, or is of a kind that cannot grow.
    """
    ending = kind(path)
    if ending not in GROWING:
        raise TableError(f"{path} cannot be written piece by piece. Its name has to end in {', '.join(GROWING)}.")
    check_writable(path)
    # Of a process that is killed, it stays, until the next one writes it.
    new = Path(path).with_name(f".{Path(path).name}.part")
    try:
        with GROWING[ending](str(new)) as add:
            yield add
    except OdooWidgetsError:
        raise
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None
    finally:
        if new.exists():
            new.replace(path)


@contextmanager
def _growing_csv(path: str) -> Iterator[Callable[[pd.DataFrame], None]]:
    # The mark at its start is what makes a spreadsheet read it as UTF-8.
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:

        def add(frame: pd.DataFrame) -> None:
            escaped(frame).to_csv(file, index=False, header=not file.tell(), lineterminator="\n")

        yield add


@contextmanager
def _growing_lines(path: str) -> Iterator[Callable[[pd.DataFrame], None]]:
    with Path(path).open("w", encoding="utf-8") as file:
        yield lambda frame: _to_lines(frame, file)


@contextmanager
def _growing_parquet(path: str) -> Iterator[Callable[[pd.DataFrame], None]]:
    import pyarrow as pa  # noqa: PLC0415 - `kind` has looked whether it is there
    from pyarrow import parquet  # noqa: PLC0415

    with ExitStack() as stack:
        writers: list[Any] = []

        def add(frame: pd.DataFrame) -> None:
            table = pa.Table.from_pandas(frame, preserve_index=False)
            writers[:] = writers or [stack.enter_context(parquet.ParquetWriter(path, table.schema))]
            writers[0].write_table(table.cast(writers[0].schema))

        yield add


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(f".{token_hex(4)}{ending}")


def _unwritable(path: str | PathLike[str], error: Exception) -> TableError:
    return TableError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}.")


def _to_csv(frame: pd.DataFrame, path: str) -> None:
    # The mark at its start is what makes a spreadsheet read it as UTF-8.
    escaped(frame).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _to_excel(frame: pd.DataFrame, path: str) -> None:
    plain = printable(escaped(frame))
    for position in range(plain.shape[1]):
        cells = plain.iloc[:, position]
        if isinstance(cells.dtype, pd.DatetimeTZDtype):
            # A cell of Excel has no time zone.
            plain.isetitem(position, cells.dt.strftime("%Y-%m-%d %H:%M:%S%z"))
    plain.to_excel(path, index=False)


def _to_parquet(frame: pd.DataFrame, path: str) -> None:
    frame.to_parquet(path, index=False)


def _to_lines(frame: pd.DataFrame, path: str | IO[str]) -> None:
    frame.to_json(path, orient="records", lines=True, date_format="iso", force_ascii=False)


WRITERS: dict[str, Callable[[pd.DataFrame, str], None]] = {
    ".csv": _to_csv,
    ".jsonl": _to_lines,
    ".parquet": _to_parquet,
    ".xlsx": _to_excel,
}
GROWING: dict[str, Callable[[str], AbstractContextManager[Callable[[pd.DataFrame], None]]]] = {
    ".csv": _growing_csv,
    ".jsonl": _growing_lines,
    ".parquet": _growing_parquet,
}
