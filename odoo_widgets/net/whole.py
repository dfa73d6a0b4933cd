"""Small files that are written whole or not at all: a disk that is full leaves what was there."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike


def write(path: str | PathLike[str], content: bytes, mode: int = 0o666) -> None:
    """Writes a file beside its place and moves it there, once it is on the disk.

    Args:
        path: The file. One that is there keeps its mode, and a link goes on leading to it.
        content: What it holds.
        mode: Who may do what with a new one, less what the process withholds from all its files.

    Raises:
        OSError: It cannot be written; what was there is as it was.
    """
    file = Path(path).resolve()
    new = file.with_name(f".{token_hex(4)}.new")
    try:
        with open(new, "xb", opener=partial(os.open, mode=mode)) as stream:
            if file.exists():
                shutil.copymode(file, new)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
