from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from odoo_widgets.flow.errors import SandboxError
from odoo_widgets.sandbox.databases import Databases, fresh_name

if TYPE_CHECKING:
    from pathlib import Path


class Statements:
    """Takes statements in the place of a server; knows one database."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.sent: list[str] = []
        self.refuses = refuses

    def __call__(self, statement: str, database: str = "postgres") -> list[str]:
        del database
        self.sent.append(statement)
        if self.refuses and statement.startswith("CREATE"):
            raise SandboxError("PostgreSQL refused: disk full")
        return ["demo"] if statement.startswith("SELECT") else []


def databases(folder: Path, **options: Any) -> tuple[Databases, Statements]:
    stored = folder / "template_odoo" / "ab"
    stored.mkdir(parents=True)
    (stored / "abcd").write_text("a picture")
    statements = Statements(**options)
    return Databases(statements, folder), statements


@pytest.mark.parametrize(
    "name", ["", "Demo", "-demo", "a b", 'a"b', "a;b", "x" * 64, "postgres", "template1", "template_odoo", "../x"]
)
def test_a_name_that_no_database_can_have_is_refused(tmp_path: Path, name: str) -> None:
    made, statements = databases(tmp_path)
    with pytest.raises(SandboxError, match="cannot be the name"):
        made.make(name)
    assert statements.sent == []


def test_a_database_comes_with_its_files_and_goes_with_them(tmp_path: Path) -> None:
    made, statements = databases(tmp_path)
    made.make("other")
    assert (tmp_path / "other" / "ab" / "abcd").read_text() == "a picture"
    made.drop("other")
    assert not (tmp_path / "other").exists()
    assert (tmp_path / "template_odoo" / "ab" / "abcd").exists()
    assert statements.sent[1:] == [
        'CREATE DATABASE "other" OWNER odoo TEMPLATE template_odoo',
        'DROP DATABASE IF EXISTS "other" WITH (FORCE)',
    ]


def test_a_database_that_is_there_is_kept_as_it_is(tmp_path: Path) -> None:
    made, statements = databases(tmp_path)
    made.make("demo")
    assert len(statements.sent) == 1
    assert not (tmp_path / "demo").exists()


def test_no_name_comes_twice() -> None:
    assert len({fresh_name() for _ in range(1000)}) == 1000
