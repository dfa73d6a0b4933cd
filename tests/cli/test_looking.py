"""`sample`, `activate` and `pause`, and the journal: all that needs no Odoo, for a person and for another program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from odoo_widgets import Destination
from odoo_widgets.cli.options import Mode, View
from odoo_widgets.flow.allowed import MODES
from odoo_widgets.flow.views import VIEWS
from tests.cli.place import PATH

if TYPE_CHECKING:
    from tests.cli.place import Place


def told(place: Place, *words: str) -> dict[str, Any]:
    """What a command that does well says to another program."""
    code, out, said = place.within(*words, "--json")
    assert code == 0, said
    (line,) = out.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_paused_destination_shows_what_it_would_send(place: Place) -> None:
    place.destination.replace(batch_size=None, timeout=5).save(place.folder / "contacts.toml")
    code, out, _ = place.within("sample", "contacts.toml", "data.csv", "-n", "1", ODOO_API_KEY="")
    assert code == 0
    assert out.startswith("# row 0 ")
    assert '"name": "Ana"' in out
    assert "Bea" not in out
    assert "X-Odoo-Database: db" in out
    assert place.server.log == []


def test_a_row_is_chosen_and_a_key_is_said_in_place_of_the_file(place: Place) -> None:
    words = ["sample", "contacts.toml", "data.csv"]
    found = told(place, *words, "--row", "1", "--view", "curl")
    assert (found["title"], found["rows"], len(found["calls"])) == ("contacts", 2, 1)
    assert "Bea" in found["calls"][0]["curl"]
    assert "$ODOO_API_KEY" in found["calls"][0]["curl"]
    keyed = told(place, *words, "--key", "name", "--mode", "upsert", "--only-changes")
    assert any("search" in call["http"] for call in keyed["calls"])
    assert Destination.load(place.folder / "contacts.toml") == place.destination


def test_a_row_that_is_not_there_is_named(place: Place) -> None:
    assert "There is no row 7" in place.refused("sample", "contacts.toml", "data.csv", "--row", "7")


def test_a_login_is_shown_before_the_calls_that_need_it(place: Place) -> None:
    where = {"url": place.server.url_for("/jsonrpc"), "model": "res.partner", "operation": "create"}
    Destination(**where).save(place.folder / "rpc.toml")
    _, out, _ = place.within("sample", "rpc.toml", "data.csv", "-n", "1", ODOO_LOGIN="anna")
    assert out.startswith("# log in")
    assert '"anna"' in out


def test_every_view_can_be_shown_and_every_mode_be_said() -> None:
    assert {view.value for view in View} == set(VIEWS)
    assert {mode.value for mode in Mode} == set(MODES)


def test_a_destination_is_paused_and_put_to_use_with_its_comments_kept(place: Place) -> None:
    file = place.folder / "contacts.toml"
    url = place.server.url_for(PATH)
    text = f'# who: the finance team\r\nurl = "{url}"  # live\r\nbatch_size = 1\r\n\r\n[missing]\r\ncolor = "clear"\r\n'
    file.write_bytes(text.encode())
    assert place.refused("send", "contacts.toml", "data.csv")
    assert place.within("activate", "contacts.toml") == (0, "contacts.toml is active: Create res.partner\n", "")
    for line in text.splitlines():
        assert line in file.read_bytes().decode().splitlines()
    place.answers(7, 8)
    assert place.within("send", "contacts.toml", "data.csv")[0] == 0
    assert place.within("pause", "contacts.toml") == (0, "contacts.toml is paused: Create res.partner\n", "")
    assert place.within("send", "contacts.toml", "data.csv")[0] == 1
    assert "# who: the finance team" in file.read_text(encoding="utf-8")


def test_a_file_that_an_editor_marked_as_utf_8_is_switched_too(place: Place) -> None:
    file = place.folder / "contacts.toml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert place.within("pause", "contacts.toml")[0] == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert Destination.load(file) == place.destination.replace(active=False)


@pytest.mark.parametrize(("verb", "active"), [("activate", True), ("pause", False)])
def test_another_program_switches_it(place: Place, verb: str, active: bool) -> None:
    found = told(place, verb, "contacts.toml")
    assert found == {"destination": "contacts.toml", "title": "contacts", "active": active}
    assert Destination.load(place.folder / "contacts.toml").active is active


def test_what_was_sent_is_listed_and_forgotten(place: Place) -> None:
    assert place.within("journal")[1] == "Nothing has been sent from this machine, or it was forgotten.\n"
    assert told(place, "journal") == {"sends": []}
    place.answers(7, 8)
    place.within("send", "contacts.toml", "data.csv")
    [line] = place.within("journal")[1].splitlines()
    assert line[16:] == "  Create res.partner in db: 2 rows  created 2"
    [found] = told(place, "journal")["sends"]
    assert (found["rows"], found["statuses"], found["state"], found["test"]) == (2, "created 2", "ended", False)
    assert found["when"].endswith("+00:00")
    assert place.within("journal", "forget", "--days", "1")[1] == "0 sends forgotten.\n"
    assert told(place, "journal", "forget", "--days", "0") == {"forgotten": 1}
    assert "forgotten" in place.within("journal")[1]
