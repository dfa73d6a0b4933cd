"""Bad input: one line on standard error, exit code 1, nothing sent, whichever command it is given to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

import pandas as pd
import platformdirs
import pytest

from odoo_widgets import Destination
from odoo_widgets.cli import MISTYPED
from tests.cli.place import FRAME, PATH

if TYPE_CHECKING:
    from tests.cli.place import Place

KEPT = "Nothing was thrown away. Where nobody can answer, say --yes."
# What reads a destination and a table.
READERS = {
    "send": ["send"],
    "a dry run": ["send", "--dry-run"],
    "check": ["check"],
    "sample": ["sample"],
    "resume": ["resume"],
}
SENDERS = ("send", "resume")


def nowhere(*_given: str, **_options: object) -> NoReturn:
    """As platformdirs does for a user who is a number only."""
    raise RuntimeError("could not determine the home directory")


TABLES = {
    "is not there": ("none.csv", None, "none.csv cannot be read: No such file"),
    "is a folder": ("config.csv", "a folder", "config.csv cannot be read: Is a directory"),
    "is of an unknown kind": ("data.pdf", b"%PDF", "data.pdf is no table of a known kind. Its name has to end in .csv"),
    "has no ending": ("data", b"name\nAna\n", "data is no table of a known kind."),
    "is an empty CSV": ("empty.csv", b"", "empty.csv is empty: its first line has to name the columns."),
    "is CSV without rows": ("header.csv", b"name,color\n", "Nothing was sent. The frame has no rows."),
    "is no UTF-8": ("latin.csv", b"name\nAndr\xe9\n", "latin.csv, line 2: that is not UTF-8."),
    "is ragged": ("ragged.csv", b"a,b\n1\n", "ragged.csv, line 2: 1 cells, and the header has 2."),
    "names no column": ("unnamed.csv", b"name,\nAna,1\n", "unnamed.csv: column 2 has no name."),
    "is no JSON": ("broken.jsonl", b"{", "broken.jsonl, line 1: that is no JSON: "),
    "is an empty JSONL": ("empty.jsonl", b"\n", "empty.jsonl is empty: each of its lines has to be a row."),
    "is a broken workbook": ("broken.xlsx", b"PK\x03\x04", "broken.xlsx cannot be read as Excel: "),
    "is an empty workbook": ("empty.xlsx", b"", "empty.xlsx cannot be read as Excel: "),
    "is a broken Parquet": ("broken.parquet", b"no", "broken.parquet cannot be read as Parquet: "),
}


@pytest.mark.parametrize("words", READERS.values(), ids=READERS)
@pytest.mark.parametrize(("name", "content", "sentence"), TABLES.values(), ids=TABLES)
def test_a_table_that(place: Place, words: list[str], name: str, content: bytes | str | None, sentence: str) -> None:
    if isinstance(content, bytes):
        (place.folder / name).write_bytes(content)
    elif content:
        (place.folder / name).mkdir()
    assert sentence in place.refused(*words, "contacts.toml", name)


@pytest.mark.parametrize("words", READERS.values(), ids=READERS)
def test_two_columns_that_the_table_lacks_are_one_line_too(place: Place, words: list[str]) -> None:
    place.destination.replace(missing={"email": "clear", "phone": "clear"}, active=True).save(
        place.folder / "contacts.toml"
    )
    said = place.refused(*words, "contacts.toml", "data.csv")
    assert said.startswith("Nothing was sent. ")
    assert "'email'" in said
    assert "'phone'" in said


@pytest.mark.parametrize("words", READERS.values(), ids=READERS)
def test_a_sheet_that_is_not_there_is_one_sentence_that_names_those_that_are(place: Place, words: list[str]) -> None:
    pd.DataFrame({"name": ["x"]}).to_excel(place.folder / "book.xlsx", index=False, sheet_name="May")
    said = place.refused(*words, "contacts.toml", "book.xlsx", "--sheet", "June")
    assert said == "book.xlsx has no sheet 'June'. Its sheets are: May."


@pytest.mark.parametrize("words", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--credential", "typo"], "no credential called 'typo'"),
        (["--text", "zip"], "data.csv has no column 'zip'. Its columns are: name, color."),
        (["--number", "name"], "Column 'name', row 0: 'Ana' is no number"),
        (["--key", "ref"], "'ref'"),
        (["--mode", "upsert"], "mode='upsert' needs to know which record a row is."),
        (["--lines"], "--lines is for standard input. What data.csv is, its name says."),
        (["--sheet", "May"], "--sheet is for .xlsx tables, and data.csv is none."),
        (["--only-changes"], "only_changes is for records that are there."),
    ],
)
def test_an_option_that_does_not_fit(place: Place, words: list[str], options: list[str], sentence: str) -> None:
    assert sentence in place.refused(*words, "contacts.toml", "data.csv", *options)


@pytest.mark.parametrize("words", READERS.values(), ids=READERS)
def test_another_program_is_told_why_nothing_was_sent(place: Place, words: list[str]) -> None:
    code, out, said = place.within(*words, "contacts.toml", "none.csv", "--json")
    assert code == 1
    assert json.loads(out) == {"code": 1, "error": said.strip()}


def test_a_name_that_is_written_like_the_option_asks_for_no_json(place: Place) -> None:
    assert "--json" in place.refused("check", "contacts.toml", "data.csv", "--credential", "--json")


@pytest.mark.parametrize("words", [READERS["send"], READERS["a dry run"], READERS["resume"]], ids=" ".join)
@pytest.mark.parametrize(
    ("out", "sentence"),
    [
        ("nowhere/x.csv", "nowhere/x.csv cannot be written"),
        ("x.txt", "has to end in"),
        ("config.csv", "config.csv cannot be written: Is a directory."),
        ("./data.csv", "--out data.csv would take the place of data.csv, which is read. Give it another name."),
    ],
)
def test_a_file_for_the_responses_that_cannot_be_written(
    place: Place, words: list[str], out: str, sentence: str
) -> None:
    (place.folder / "config.csv").mkdir()
    assert sentence in place.refused(*words, "contacts.toml", "data.csv", "--out", out)
    assert (place.folder / "data.csv").read_text(encoding="utf-8") == FRAME


def test_responses_of_an_undo_do_not_take_the_place_of_those_that_it_reads(place: Place) -> None:
    said = place.refused("undo", "contacts.toml", "data.csv", "--out", "data.csv")
    assert said.startswith("--out data.csv would take the place of data.csv, which is read.")


# A destination's file, with {url} where it goes; the line that is said.
DESTINATIONS = {
    "is broken TOML": ('url = "https://x', "other.toml cannot be read: "),
    "is no text": ("\udcff", "other.toml cannot be read: it is no text."),
    "has a number for an address": ("url = 7", "other.toml, line 1: url=7 is not the address of a server."),
    "has a list for an address": ('url = ["{url}"]', "other.toml, line 1: url=['"),
    "has an unknown setting": ('url = "{url}"\ncolour = "red"', "other.toml, line 2: there is no setting 'colour'."),
    "has a wrong value": ('url = "{url}"\nbatch_size = "many"', "other.toml, line 2: batch_size='many' is not a"),
    "has no address": ("batch_size = 5", "other.toml does not say 'url'."),
    "is empty": ("", "other.toml does not say 'url'."),
    "names ids that the table lacks": (
        'url = "{write}"\nactive = true\nids = "partner"', "Nothing was sent. write needs one column of database ids",
    ),
    "takes a value from a column that the table lacks": (
        'url = "{url}?x={{ref}}"\nactive = true', "Nothing was sent. The URL takes the value of one column",
    ),
    "clears a column that the table lacks": (
        'url = "{url}"\nactive = true\nmissing = {{email = "clear"}}', "for one column, and none is called 'email'",
    ),
    "has a key that the table lacks": ('url = "{url}"\nactive = true\nkey = ["ref"]', "'ref'"),
    "groups by a column that the table lacks": (
        'url = "{url}"\nactive = true\ngrouping = "by column"\ngroup_by = "country"',
        "Nothing was sent. The rows are to be grouped by one column, and none is called 'country'.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("words", READERS.values(), ids=READERS)
@pytest.mark.parametrize(("text", "sentence"), DESTINATIONS.values(), ids=DESTINATIONS)
def test_a_destination_that(place: Place, words: list[str], text: str, sentence: str) -> None:
    url = place.server.url_for(PATH)
    told = text.format(url=url, write=url.replace("create", "write")) if "{" in text else text
    (place.folder / "other.toml").write_bytes(told.encode(errors="surrogateescape"))
    assert sentence in place.refused(*words, "other.toml", "data.csv")


@pytest.mark.parametrize("words", READERS.values(), ids=READERS)
def test_a_destination_that_is_not_there(place: Place, words: list[str]) -> None:
    assert "none.toml cannot be read: No such file" in place.refused(*words, "none.toml", "data.csv")


@pytest.mark.parametrize("command", SENDERS)
def test_a_paused_destination_is_refused_with_the_words_that_activate_it(place: Place, command: str) -> None:
    place.destination.replace(active=False).save(place.folder / "contacts.toml")
    said = place.refused(command, "contacts.toml", "data.csv")
    assert said.startswith("contacts.toml is paused, so nothing was sent.")
    assert said.endswith("with: odoo-widgets activate contacts.toml")


@pytest.mark.parametrize("words", [["send"], ["send", "--dry-run"], ["check"], ["resume"]], ids=" ".join)
def test_without_a_key_nobody_is_asked(place: Place, words: list[str]) -> None:
    place.environment["ODOO_API_KEY"] = ""
    assert "nobody to ask. Set ODOO_API_KEY" in place.refused(*words, "contacts.toml", "data.csv")


@pytest.mark.parametrize("verb", ["activate", "pause"])
def test_a_file_that_is_no_destination_is_not_touched(place: Place, verb: str) -> None:
    (place.folder / "other.toml").write_text('url = "nowhere"', encoding="utf-8")
    for name in ("other.toml", "none.toml"):
        assert place.refused(verb, name).startswith(name)
    assert (place.folder / "other.toml").read_text(encoding="utf-8") == 'url = "nowhere"'
    assert not (place.folder / "none.toml").exists()


def test_responses_that_cannot_be_read_or_are_none_undo_nothing(place: Place) -> None:
    assert "none.csv cannot be read" in place.refused("undo", "contacts.toml", "none.csv")
    assert place.refused("undo", "contacts.toml", "data.csv")
    assert "--confirm other is not db" in place.refused("undo", "contacts.toml", "data.csv", "--confirm", "other")


def test_a_column_cannot_move_the_cursor(place: Place) -> None:
    code, _, said = place.within("send", "contacts.toml", "-", "--text", "x", given="a\x1b[2J\n1\n")
    assert code == 1
    assert "a\ufffd[2J" in said


@pytest.mark.parametrize(
    "words",
    [["contacts.toml"], ["contacts.toml", "data.csv", "--api-key", "x"], ["contacts.toml", "data.csv", "--key"]],
)
def test_a_command_that_is_typed_wrong_is_2(place: Place, words: list[str]) -> None:
    code, out, said = place.within("send", *words)
    assert (code, out) == (2, "")
    assert "Error: " in said
    code, out, _ = place.within("send", "--json", *words)
    assert json.loads(out) == {"code": code, "error": MISTYPED}


def test_more_days_than_the_calendar_has_are_typed_wrong(place: Place) -> None:
    assert place.within("journal", "forget", "--days", "99999999999")[0] == 2


@pytest.mark.parametrize("options", [[], ["--json"]], ids=str)
def test_a_sandbox_is_not_thrown_away_where_nobody_answers(place: Place, options: list[str]) -> None:
    code, out, said = place.within("sandbox", "reset", *options)
    assert code == 1
    assert said.endswith(f"{KEPT}\n")
    assert json.loads(out.strip() or "null") == ({"code": 1, "error": KEPT} if options else None)


@pytest.mark.parametrize("words", [["send", "contacts.toml", "data.csv"], ["journal"]], ids=" ".join)
def test_a_user_without_a_home_is_told_what_to_set(
    place: Place, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platformdirs, "user_state_path", nowhere)
    code, out, said = place.within(*words, "--json")
    assert json.loads(out) == {"code": code, "error": said.splitlines()[-1]}
    assert said.endswith("Set XDG_STATE_HOME in the environment to a folder of its own.\n")


def test_a_user_without_a_home_may_be_named_by_the_environment(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_config_path", nowhere)
    assert "X-Odoo-Database: db" in place.within("sample", "contacts.toml", "data.csv")[1]
    said = place.refused("sample", "contacts.toml", "data.csv", "--credential", "mine")
    assert said == "This user has no home folder. Set XDG_CONFIG_HOME in the environment to a folder of its own."


def test_a_destination_of_ours_can_be_read(place: Place) -> None:
    """What the cases above leave out is the bad part."""
    assert Destination.load(place.folder / "contacts.toml") == place.destination
