"""What would be right in place of what is wrong: the words on the button that takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from immutabledict import immutabledict

from odoo_widgets.flow.credential import host, origin
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.forms.value import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
# What a setting that goes back to what it is by itself is called, where its value says nothing.
NAMED: dict[str, Callable[[Any], str]] = {
    "key": lambda _value: "no key",
    "mode": lambda _value: "only rows that have an id",
    "wrap": lambda value: f"the wrapping {value}" if value else "no wrapping",
    "id_path": lambda value: f"the id at {value}" if value else "the id at the usual places",
    "batch_size": lambda value: f"{value:,} records in a call" if value else "one record in a call",
}


def of_columns(instead: Mapping[str, Any], columns: Collection[str]) -> immutabledict[str, Any]:
    """A proposal, as far as it goes for a frame: what was typed into a payload may be no column to exclude.

    Args:
        instead: The settings to change, by name.
        columns: The columns of the data.

    Returns:
        The same; empty where it excludes what is no column.
    """
    return immutabledict(instead) if all(each in columns for each in instead.get("exclude", ())[-1:]) else NOTHING


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
    if "exclude" in instead:
        return f"Exclude {instead['exclude'][-1]}"
    if "url" not in instead:
        # Without a key, its mode goes too.
        told = {name: value for name, value in instead.items() if name != "mode" or "key" not in instead}
        return f"Use {', '.join(NAMED.get(name, str)(value) for name, value in told.items())}"
    # What stands behind a ? may be a key: it is not repeated.
    path, where = httpx.URL(instead["url"]).path, _elsewhere(instead["url"], url)
    return " ".join(filter(None, ["Use", instead.get("method", ""), path, where]))


def _elsewhere(proposed: str, url: str) -> str:
    try:
        if origin(proposed) == origin(url):
            return ""
        return f"at {origin(proposed) if host(proposed) == host(url) else host(proposed)}"
    except SettingsError:
        return f"at {host(proposed)}"
