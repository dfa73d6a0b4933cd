"""Tables in files: their kinds, and how they are written, so that a spreadsheet runs nothing of what a server said."""

from __future__ import annotations

from errno import EISDIR
from importlib.util import find_spec
from os import strerror
from pathlib import Path
from secrets import token_hex
from typing import IO, TYPE_CHECKING

import pandas as pd

from odoo_widgets.flow.errors import TableError
from odoo_widgets.flow.receipt import escaped, printable

if TYPE_CHECKING:
    from collections.abc import Callable
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
        if Path(path).is_dir():
            raise IsADirectoryError(EISDIR, strerror(EISDIR))
    except OSError as error:
        raise unwritable(path, error) from None


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
        raise unwritable(path, error) from None
    finally:
        new.unlink(missing_ok=True)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(f".{token_hex(4)}{ending}")


def unwritable(path: str | PathLike[str], error: Exception) -> TableError:
    """What is raised where a table cannot be written."""
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


def to_lines(frame: pd.DataFrame, path: str | IO[str]) -> None:
    """Writes a frame as JSON lines."""
    frame.to_json(path, orient="records", lines=True, date_format="iso", force_ascii=False)


WRITERS: dict[str, Callable[[pd.DataFrame, str], None]] = {
    ".csv": _to_csv,
    ".jsonl": to_lines,
    ".parquet": _to_parquet,
    ".xlsx": _to_excel,
}
