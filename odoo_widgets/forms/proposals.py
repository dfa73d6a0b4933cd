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

    import pandas as pd

# What a setting that goes back to what it is by itself is called, where its value says nothing.
NAMED: dict[str, Callable[[Any], str]] = {
    "key": lambda _value: "no key",
    "mode": lambda _value: "only rows that have an id",
    "wrap": lambda value: f"the wrapping {value}" if value else "no wrapping",
    "id_path": lambda value: f"the id at {value}" if value else "the id at the usual places",
    "batch_size": lambda value: f"{value:,} records in a call" if value else "one record in a call",
}


# What is said of a name that no field of the model has (flow/barred.py).
NO_SUCH_FIELD = " has no field {!r} "


def without_unknown(answer: pd.DataFrame, columns: Collection[str], excluded: Collection[str]) -> Mapping[str, Any]:
    """What to exclude after Odoo has said that the model has no such field.

    Args:
        answer: The responses of what was refused.
        columns: The columns of the data.
        excluded: Those that are excluded already.

    Returns:
        The settings to change; empty where Odoo said something else.
    """
    for error, field in zip(answer["error"].tolist(), answer["error_field"].tolist(), strict=True):
        if NO_SUCH_FIELD.format(field) in str(error) and field in columns and field not in excluded:
            return immutabledict(exclude=(*excluded, field))
    return NOTHING


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
