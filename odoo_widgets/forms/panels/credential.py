"""Who sends: a stored credential, or one that is typed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w
from traitlets import Unicode

from odoo_widgets.flow.credential import Secret, host
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.panels.proposal import with_proposal
from odoo_widgets.forms.pieces import Text, hide, labelled, with_note
from odoo_widgets.forms.places import PLACES

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

OTHER = ""
SERVER_NOTE = "Any page of your Odoo will do: it is cut to the server."
DATABASE_NOTE = "May stay empty where the server has one database."
LOGIN_NOTE = "XML-RPC and JSON-RPC only; JSON-2 needs no login."
KEY_NOTE = (
    "In Odoo: your avatar, My Preferences, Security, Add API Key. It acts with all rights of its user, and is kept in "
    "memory only until it is remembered."
)


class KeyField(w.Password):
    """A field whose text ipywidgets does not send back to the page, as it does with every other's."""

    value = Unicode("").tag(sync=True, echo_update=False)


def credential_panel(state: State) -> w.Widget:
    """The stored credentials, Check, and the fields of a new one."""
    pick = labelled(w.Dropdown, "Credential", options=[("none yet", OTHER)])
    new = made(w.Button, description="New…", tooltip="Type a server and a key")
    check = made(
        w.Button, description="Check", tooltip="Ask the server what it is and whose key this is; nothing is changed"
    )
    row = made(w.HBox, [pick, new, check])
    row.add_class("ow-row")
    going_on, refused = Text(), Text(kind="problem")
    told = with_proposal(state, "answered", "better", kind="note")

    def on_pick(change: Any) -> None:
        # What comes back from `follow` is no choice. The first one of the list is none either: it goes back.
        if change.new != shown():
            if change.new == OTHER:
                pick.value = shown()
            else:
                state.pick(change.new)

    def shown() -> str:
        return state.picked if state.picked in state.stored else OTHER

    def follow() -> None:
        options = [(_other(state), OTHER), *((name, name) for name in state.stored)]
        if pick.options != tuple(options):
            pick.unobserve(on_pick, "value")
            pick.options = options
            pick.observe(on_pick, "value")
        if not state.asking:
            pick.value = shown()
        pick.disabled = new.disabled = bool(state.asking)
        check.disabled = bool(state.asking) or state.credential is None
        new.description = "Close" if state.typing else "New…"
        going_on.show(state.asking)

    pick.observe(on_pick, "value")
    new.on_click(lambda _: state.begin())
    check.on_click(lambda _: state.check())
    state.on("credential", "stored", "picked", "asking", "typing", call=follow)
    state.on("refused", call=lambda: refused.show(state.refused))
    panel = made(w.VBox, [row, going_on, refused, told, _fields(state), _place(state)])
    panel.add_class("ow-credential")
    return panel


def _other(state: State) -> str:
    if state.credential is None:
        return "none yet"
    return f"not stored: {state.credential.database or host(state.credential.server)}"


def _fields(state: State) -> w.Widget:
    server = _field(state, "Server", "server", "https://mycompany.odoo.com")
    database = _field(state, "Database", "database", "")
    login = _field(state, "Login", "login", "me@example.com")
    name = _field(state, "Name", "name", "such as mycompany")
    key = labelled(KeyField, "API Key or Password", continuous_update=False)
    keep = made(
        w.Button, description="Remember on this computer", tooltip="Store name, server and login; key in the keyring"
    )
    flaw = Text(kind="flaw")

    def on_key(change: Any) -> None:
        if change.new:
            typed = Secret(change.new)
            # What a widget holds may be saved with the notebook.
            key.value = ""
            state.enter(key=typed)

    def follow() -> None:
        hide(panel, not state.typing)
        key.placeholder = "typed, and not shown" if state.typed.key else "paste it here"
        flaw.show(state.flaw)
        keep.disabled = bool(state.asking) or state.credential is None

    key.observe(on_key, "value")
    keep.on_click(lambda _: state.remember())
    panel = made(
        w.VBox,
        [
            with_note(server, Text(SERVER_NOTE)),
            with_note(database, Text(DATABASE_NOTE)),
            with_note(login, Text(LOGIN_NOTE)),
            with_note(key, Text(KEY_NOTE)),
            flaw,
            name,
            keep,
        ],
    )
    panel.add_class("ow-new")
    state.on("typing", "typed", "flaw", "asking", "credential", call=follow)
    return panel


def _field(state: State, label: str, part: str, placeholder: str) -> w.Widget:
    control = labelled(w.Text, label, continuous_update=False, placeholder=placeholder)

    def to_control() -> None:
        control.value = getattr(state.typed, part)

    def to_state(change: Any) -> None:
        if change.new != getattr(state.typed, part):
            state.enter(**{part: change.new})

    control.observe(to_state, "value")
    state.on("typed", call=to_control)
    return control


def _place(state: State) -> w.Widget:
    control, note = labelled(w.Dropdown, "This Is", options=PLACES), Text()
    both = with_note(control, note)

    def follow() -> None:
        place = state.place
        hide(both, place is None)
        if place is not None:
            control.value = place.word
            note.show(f"{place.word}: {place.why}.")

    def on_say(change: Any) -> None:
        if state.place is not None and change.new != state.place.word:
            state.say(change.new)

    control.observe(on_say, "value")
    state.on("destination", "credential", "said", call=follow)
    return both
