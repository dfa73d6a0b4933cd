"""Where a form's edits keep model and operation: in the URL for JSON-2, as settings of their own for the RPCs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.destination import Destination
from odoo_widgets.flow.batches import GROUPINGS
from odoo_widgets.flow.choices import CREATE, OF_REST
from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.endpoint import MEANING, PAGES, RPC_PATHS, address, endpoint, fixed, protocol_of
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.server import NOTHING_KNOWN, Server, proposed

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_URL = (
    "Pick a credential, or press New… and type your Odoo's server and key: the URL follows from it. Or type the URL to "
    "send to, such as https://mycompany.odoo.com/json/2/res.partner/create."
)
NO_METHOD = "Type the name of the method to run, under Method Name."
NO_MODEL = "Type the model that the rows are for, such as res.partner: this URL does not say it."
NO_GROUP_BY = "Pick the column to group by, under Group By."
CUT = "{} is a page for people: it was cut to its server, and what to do there was added."
ADDED = "Only the server was typed: what to do there was added."
NO_SIZE = "Largest Request is a size with its unit, such as 500 kB or 2 MB."
NO_RATE = "Calls per Second is a number above 0, such as 5 or 0.5. Leave it empty for no limit."
# What a key's server is proposed to be sent.
MODEL, OPERATION = "res.partner", "create"
VIEWS = ("model", "operation")


def shown(name: str, draft: Mapping[str, Any], destination: Destination | None) -> Any:
    """What a control shows for a setting.

    Args:
        name: The setting.
        draft: What was typed and makes no valid destination.
        destination: The last valid one.

    Returns:
        What was typed, else what the shown URL says, else the destination's value; None where nothing says it.
    """
    if name in draft:
        return draft[name]
    if "url" in draft:
        if name in VIEWS:
            with suppress(SettingsError):
                return getattr(endpoint(draft["url"]), name)
        if found := fixed(draft["url"]).get(name):
            return found[0]
    if destination is None:
        return None
    return getattr(destination.endpoint if name in VIEWS else destination, name)


def protocol(draft: Mapping[str, Any], destination: Destination | None) -> str | None:
    """The protocol of the shown URL; None where it speaks none and nothing tells which is meant."""
    found = protocol_of(shown("url", draft, destination) or "")
    if found is None and destination is not None and "/json/2/" not in draft.get("url", ""):
        # A slip of the pen changes no protocol.
        found = destination.endpoint.protocol
    return found


def apart(draft: Mapping[str, Any], destination: Destination | None) -> bool:
    """Whether the shown URL leaves it to settings of their own to say model and operation."""
    return protocol(draft, destination) in RPC_PATHS.values()


def edited(draft: Mapping[str, Any], changes: Mapping[str, Any], destination: Destination | None) -> dict[str, Any]:
    """A draft after an edit, with model and operation where the URL wants them.

    Args:
        draft: What was typed before.
        changes: What is typed now.
        destination: The last valid destination.

    Returns:
        The draft that is to become a destination.
    """
    wanted = {**draft, **changes}
    if apart(wanted, destination):
        if "url" in changes:
            before = {name: shown(name, draft, destination) for name in VIEWS}
            named = OPERATION if before["operation"] is None else before["operation"]
            wanted = {**before, "operation": MEANING.get(named, named), **wanted}
        return wanted
    if "url" in changes:
        return {name: value for name, value in wanted.items() if name not in VIEWS}
    if protocol(wanted, destination) == "rest":
        return wanted
    return _as_url(wanted, destination)


def cut(
    url: str, draft: Mapping[str, Any], destination: Destination | None, server: Server
) -> tuple[dict[str, Any], str]:
    """What a page of Odoo's for people means as an address to send to: the same model and operation on its server.

    Args:
        url: What was typed or pasted, such as `https://mycompany.odoo.com/odoo/contacts`.
        draft: What was typed before.
        destination: The last valid destination.
        server: What is known of a server.

    Returns:
        The edit to make, and a sentence that says so; the address as it is and no sentence where it is no such page.
    """
    with suppress(SettingsError):
        where = origin(url.partition("#")[0].partition("?")[0])
        path = url.strip().partition("://")[2].partition("/")[2].partition("#")[0].partition("?")[0]
        if PAGES.match(f"/{path}"):
            known = server if server.url == where else attrs.evolve(NOTHING_KNOWN, url=where)
            spoken = None if server.url == where else protocol(draft, destination)
            model, operation = (shown(name, draft, destination) for name in VIEWS)
            # A verb of REST is none of Odoo's, and a name that cannot be is left to be corrected.
            means = MEANING.get(operation or OPERATION, operation or OPERATION)
            made = proposed(known, model or MODEL, means, protocol=None if spoken == "rest" else spoken)
            said = CUT.format(f"{where}/{path}") if path else ADDED
            return {name: value for name, value in made.items() if value is not None}, said
    return {"url": url}, ""


def behind(url: str) -> str:
    """What stands behind the server in a URL: path and query, the places of values as they are."""
    return "/" + url.partition("://")[2].partition("/")[2]


def _as_url(wanted: dict[str, Any], destination: Destination | None) -> dict[str, Any]:
    """Model and operation as the URL that they make, so that all three agree while something else is wrong."""
    base = shown("url", wanted, destination)
    if not base or not any(name in wanted for name in VIEWS):
        return wanted
    with suppress(SettingsError):
        model, operation = (shown(name, wanted, destination) for name in VIEWS)
        made = address(base, MODEL if model is None else model, OPERATION if operation is None else operation)
        return {**{name: value for name, value in wanted.items() if name not in VIEWS}, "url": made}
    return wanted


def _complete(wanted: Mapping[str, Any], destination: Destination | None) -> None:
    """Says what is still to be typed, in the words of the form."""
    if not shown("url", wanted, destination) and "url" not in wanted:
        raise SettingsError(NO_URL)
    if not wanted.get("operation", True):
        raise SettingsError(NO_METHOD)
    if isinstance(wanted.get("max_bytes"), str):
        raise SettingsError(NO_SIZE)
    if isinstance(wanted.get("calls_per_second"), str):
        raise SettingsError(NO_RATE)
    grouping = shown("grouping", wanted, destination)
    if grouping in GROUPINGS and GROUPINGS[grouping].needs_column and not shown("group_by", wanted, destination):
        raise SettingsError(NO_GROUP_BY)
    if protocol_of(shown("url", wanted, destination)) in RPC_PATHS.values() and not shown("model", wanted, destination):
        raise SettingsError(NO_MODEL)


def made(draft: Mapping[str, Any], destination: Destination | None) -> Destination:
    """The destination that a draft asks for.

    Args:
        draft: What was typed.
        destination: The one to change; None to make the first.

    Raises:
        SettingsError: There is none; the message says what to type.
    """
    wanted = dict(draft)
    _complete(wanted, destination)
    if protocol(wanted, destination) == "rest":
        # The URL may say the model, and the method says what is done.
        wanted |= {name: wanted.get(name) for name in VIEWS if "url" in wanted}
    elif not apart(wanted, destination):
        if any(name in wanted for name in VIEWS):
            # One of them would change the URL's path, and `address` says so.
            model, operation = (shown(name, wanted, destination) for name in VIEWS)
            wanted["url"] = address(shown("url", wanted, destination), model or "", operation or "")
        if "url" in wanted:
            # It says both.
            wanted |= dict.fromkeys(VIEWS)
    if destination is None:
        return Destination(**wanted)
    # What the protocol fixes follows the URL; what was typed otherwise is left to be corrected.
    follow: dict[str, Any] = {name: value for name, (value, _) in fixed(wanted.get("url", "")).items()}
    if follow:
        # What only REST knows is left behind with it.
        follow |= OF_REST | ({"mode": CREATE} if destination.endpoint.protocol == "rest" else {})
    elif destination.key and protocol_of(wanted.get("url", "")) == "rest":
        # What only Odoo's own APIs know is, too.
        follow |= {"key": (), "mode": CREATE}
    return destination.replace(**{**follow, **wanted})
