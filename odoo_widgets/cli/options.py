"""The arguments and options that several commands take."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from odoo_widgets.flow import texts
from odoo_widgets.flow.allowed import MODES
from odoo_widgets.flow.views import VIEWS


class View(StrEnum):
    """The views of a sample."""

    HTTP, CURL, PYTHON = VIEWS


class Mode(StrEnum):
    """What becomes of a row with a key."""

    CREATE, UPDATE, UPSERT = MODES


class Decimal(StrEnum):
    """What stands before the decimals of a number."""

    POINT, COMMA = texts.POINT, texts.COMMA


COLUMN, NAME, FILE = "COLUMN", "NAME", "FILE"
File = Annotated[Path, typer.Argument(help="The destination's file, such as contacts.toml.")]
Table = Annotated[str, typer.Argument(help="The rows: a .csv, .jsonl, .parquet or .xlsx file; - reads CSV.")]

# In place of what the destination's file says, this once.
Key = Annotated[
    list[str] | None,
    typer.Option("--key", metavar=COLUMN, help="A column that says which record a row is. Repeat it for more."),
]
When = Annotated[
    Mode | None,
    typer.Option("--mode", help="With a key: make what is not there, update what is there, or do either."),
]
OnlyChanges = Annotated[
    bool, typer.Option("--only-changes", help="Write only the cells that differ from what Odoo holds.")
]

Who = Annotated[
    str,
    typer.Option("--credential", metavar=NAME, help="The name of a stored credential; else ODOO_SERVER and so on."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar=FILE, help="A .csv, .jsonl, .parquet or .xlsx file for the responses."),
]
Json = Annotated[bool, typer.Option("--json", help="Say it as one JSON object, for another program.")]

# How to read a table that does not say it by itself.
Lines = Annotated[bool, typer.Option("--lines", help="For -, read JSON lines in place of CSV.")]
Separator = Annotated[
    str,
    typer.Option(
        "--separator",
        metavar="CHARACTER",
        help="For CSV, what stands between two cells; else what the header has most of: comma, semicolon or tab.",
    ),
]
Text = Annotated[
    list[str] | None,
    typer.Option("--text", metavar=COLUMN, help="For CSV, a column that is text. Repeat it for more."),
]
Number = Annotated[
    list[str] | None,
    typer.Option("--number", metavar=COLUMN, help="For CSV, a column of numbers. Repeat it for more."),
]
Comma = Annotated[
    Decimal,
    typer.Option("--decimal", help="For CSV, what stands before the decimals in columns of --number, as in 1.234,50."),
]
Encoding = Annotated[
    str, typer.Option("--encoding", metavar=NAME, help="For CSV and JSON lines, such as cp1252; else UTF-8.")
]
Sheet = Annotated[str, typer.Option("--sheet", metavar=NAME, help="For Excel, the sheet; else the first.")]
