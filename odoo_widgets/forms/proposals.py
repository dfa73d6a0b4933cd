"""What would be right in place of what is wrong: the words on the button that takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from odoo_widgets.flow.credential import host
from odoo_widgets.flow.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What a setting that goes back to what it is by itself is called, where its value says nothing.
NAMED: dict[str, Callable[[Any], str]] = {
    "key": lambda _value: "no key",
    "mode": lambda _value: "only rows that have an id",
    "wrap": lambda value: f"the wrapping {value}" if value else "no wrapping",
    "id_path": lambda value: f"the id at {value}" if value else "the id at the usual places",
    "batch_size": lambda value: f"{value:,} records in a call" if value else "one record in a call",
}


def words(instead: Mapping[str, Any], url: str) -> str:
    """What a button says that takes a proposal.

    Args:
        instead: The settings to change, by name; empty for none.
        url: The address now, for a proposal on the same server needs not name it.

    Returns:
        Such as `Use POST /json/2/res.partner/create`; empty where nothing is proposed.
    """
    if not instead:
        return ""
    if "url" not in instead:
        # Without a key, its mode goes too.
        told = {name: value for name, value in instead.items() if name != "mode" or "key" not in instead}
        return f"Use {', '.join(NAMED.get(name, str)(value) for name, value in told.items())}"
    # What stands behind a ? may be a key: it is not repeated.
    path, where = httpx.URL(instead["url"]).path, _elsewhere(instead["url"], url)
    return " ".join(filter(None, ["Use", instead.get("method", ""), path, where]))


def _elsewhere(proposed: str, url: str) -> str:
    try:
        return "" if host(proposed) == host(url) else f"at {host(proposed)}"
    except SettingsError:
        return f"at {host(proposed)}"
