"""What a form does, in words to take elsewhere: a cell of a notebook, a saved file, a command, a call of curl.

The key stands in none of them: each takes it from the environment, as ODOO_API_KEY.
"""

from __future__ import annotations

import pprint
import re
import shlex
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pandas as pd

from odoo_widgets.flow import saved, texts
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.samples import Sample
from odoo_widgets.flow.settings import Settings

WIDTH = 100
FILE_END = ".toml"
# What a form keeps beside its settings, and a cell that sends has no use for.
NOT_IN_CODE = ("active",)
EVERY_OTHER = re.compile(r"\W+")


@attrs.frozen
class Scenery:
    """What a copy is made of.

    Attributes:
        settings: How rows are sent.
        credential: As whom; its key is not looked at.
        sample: The call that is looked at; None where there is none.
        frame: What is sent.
    """

    settings: Settings
    credential: Credential = attrs.field(repr=False)
    sample: Sample | None
    frame: pd.DataFrame = attrs.field(repr=False)


@attrs.frozen
class Copy:
    """One way to write it.

    Attributes:
        text: Writes it. Raises SettingsError where it would hold a secret.
        note: What has to be there for it to run.
    """

    text: Callable[[Scenery], str]
    note: str


def _python(scenery: Scenery) -> str:
    me = scenery.credential
    arguments = "".join(
        f"    {name}={_literal(value)},\n"
        for name, value in saved.chosen(scenery.settings).items()
        if name not in NOT_IN_CODE
    )
    said = {"database": me.database, "login": me.login}
    who = [repr(me.server), *(f"{name}={value!r}" for name, value in said.items() if value)]
    who.append('api_key=os.environ["ODOO_API_KEY"]')
    who += ["allow_http=True"] * me.allow_http
    return (
        "import os\n\nfrom odoo_widgets import Credential, Destination\n\n"
        f"destination = Destination(\n{arguments})\n"
        f"me = Credential(\n{''.join(f'    {each},{chr(10)}' for each in who)})\n"
        "responses = destination.send(df, me)\nresponses"
    )


def _literal(value: Any) -> str:
    text = pprint.pformat(_plain(value), width=WIDTH, sort_dicts=False)
    return textwrap.indent(text, "    ").strip()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple | list) else value


def _toml(scenery: Scenery) -> str:
    return saved.to_text(scenery.settings)


def file_for(name: str) -> str:
    """The file that a name proposes: `Contacts, weekly` -> `contacts_weekly.toml`; none for none."""
    words = EVERY_OTHER.sub("_", name.strip().lower()).strip("_")
    return f"{words}{FILE_END}" if words else ""


def file_name(settings: Settings) -> str:
    """What a saved file may be called: by a destination's own name, or such as `res_partner_create.toml`."""
    there = settings.endpoint
    return file_for(getattr(settings, "name", "")) or file_for(f"{there.model} {there.operation}")


def _command(scenery: Scenery) -> str:
    # A file that cannot be saved cannot be sent.
    saved.to_text(scenery.settings)
    me = scenery.credential
    who = {"ODOO_SERVER": me.server, "ODOO_DATABASE": me.database, "ODOO_LOGIN": me.login}
    variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in who.items() if value)
    table, written = TABLES[all(map(is_same_in_csv, columns_of(scenery.frame)))]
    return (
        f"# In the notebook first: {written}\n"
        f"{variables} \\\n  odoo-widgets send {shlex.quote(file_name(scenery.settings))} {table}"
    )


# By whether a CSV file keeps all that is in the table: the file, and how it is written.
TABLES = {
    True: ("rows.csv", 'df.to_csv("rows.csv", index=False)'),
    False: ("rows.parquet", 'df.to_parquet("rows.parquet")'),
}


def columns_of(frame: pd.DataFrame) -> list[pd.Series]:
    """The columns of a frame, also where two have one name."""
    return [frame.iloc[:, place] for place in range(frame.shape[1])]


def is_same_in_csv(column: pd.Series) -> bool:
    """Whether a column that was written to a CSV file is read from it as it was: text that looks like text."""
    filled = column[column.notna()].tolist()
    if not all(isinstance(cell, str) and cell for cell in filled):
        return False
    return not filled or pd.api.types.is_string_dtype(texts.column(filled))


def _curl(scenery: Scenery) -> str:
    return scenery.sample.view("curl") if scenery.sample is not None else ""


COPIES: dict[str, Copy] = {
    "Python cell": Copy(_python, "It sends df. The key is taken from the environment, as ODOO_API_KEY."),
    "TOML": Copy(_toml, "Destination.load reads it from a file, and the command line too. No key is in it."),
    "command line": Copy(
        _command,
        "The .toml file is what TOML says here, with active = true: a paused one is refused. The table is a .parquet "
        "file where a .csv file would not keep the type of each column. The key is taken from the environment, as "
        "ODOO_API_KEY.",
    ),
    "curl": Copy(_curl, "The call of the open sample. The key is taken from the environment, as ODOO_API_KEY."),
}
