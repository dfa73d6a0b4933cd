"""Records of a model as a DataFrame: what to ask, and what each type of field becomes in pandas.

What comes out can go in again: dates stay dates, times carry their zone, a record that a field leads to is its id, and
an empty field, which Odoo shows as false, is missing where its type can be empty.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from odoo_widgets.flow.asking import asked_fields, page
from odoo_widgets.flow.comparing import one_id
from odoo_widgets.flow.errors import EndpointError, SettingsError
from odoo_widgets.flow.naming import did_you_mean, meant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.model import Field, Fields

# What says of a record that it is not archived, where the model has that.
ACTIVE = "active"
# Records to read at once; fewer where they hold files, since an answer is read whole.
PAGE, OF_FILES = 1_000, 20
FILES = ("binary", "image")
# What is not fetched unless it is named: it is large, or a table of its own.
NAMED_ONLY = (*FILES, "html", "one2many", "properties", "properties_definition", "json", "serialized")


def fetched(
    model: str,
    domain: Sequence[Any] = (),
    names: Sequence[str] = (),
    limit: int | None = None,
    *,
    archived: bool = False,
) -> Questions[pd.DataFrame]:
    """Records as a DataFrame.

    Args:
        model: The model.
        domain: Which records, in Odoo's own form; all if left out. Its values may come from a frame.
        names: Which fields; if left out, those that are stored and can be written, without files, HTML and lines.
        limit: The most records.
        archived: Whether archived records are among them.

    Returns:
        One row for each record, in the order of their ids: `id`, then the fields.

    Raises:
        SettingsError: A field is not there.
        EndpointError: The model is not there, or what came back is none of Odoo's answers.
        RefusedError: The user may not read it, or the domain is none.
    """
    domain = _wired(domain)
    fields = yield from asked_fields(model)
    unknown = [name for name in names if name not in fields]
    if unknown:
        raise SettingsError(
            f"{model} has no field {unknown[0]!r} that this user may see."
            f"{did_you_mean(meant(unknown[0], {name: each.label for name, each in fields.items()}))}"
        )
    wanted = [name for name in dict.fromkeys(names or written(fields)) if name != "id"]
    size = OF_FILES if any(fields[name].type in FILES for name in wanted) else PAGE
    # Lists of ids come with archived ones all the same: sent back without them, they would be taken off the record.
    hidden = ACTIVE in fields and not archived and not any(_names(term, ACTIVE) for term in domain)
    among = [*([[ACTIVE, "=", True]] if hidden else []), *domain]
    records: list[dict[str, Any]] = []
    while limit is None or len(records) < limit:
        most = size if limit is None else min(size, limit - len(records))
        # From id to id: what is made or deleted meanwhile moves no page.
        after = [["id", ">", records[-1]["id"]]] if records else []
        answer = yield page(model, [*after, *among], wanted, limit=most)
        records += told(model, answer, wanted)
        if len(answer) < most:
            break
    return frame(records, {name: fields[name] for name in wanted})


def _wired(value: Any) -> Any:
    """A part of a domain as it goes out: ids and numbers of NumPy and pandas as plain ones, times in UTC as Odoo's."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_wired(each) for each in value]
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date) else value


def _names(term: Any, name: str) -> bool:
    """Whether a term of a domain is about a field: Odoo then leaves it to the domain which records are meant."""
    return isinstance(term, list | tuple) and bool(term) and term[0] == name


def written(fields: Fields) -> list[str]:
    """The fields that are stored and can be written, in the order of their names, without what is large."""
    return sorted(
        name
        for name, field in fields.items()
        if field.stored and not field.readonly and field.type not in NAMED_ONLY and name != "id"
    )


def told(model: str, answer: Any, names: Iterable[str]) -> list[dict[str, Any]]:
    """The records of an answer of `search_read`.

    Raises:
        EndpointError: It is no such answer.
    """
    wanted = {"id", *names}
    if not isinstance(answer, list) or not all(isinstance(each, dict) and each.keys() >= wanted for each in answer):
        raise EndpointError(f"What came back for records of {model} is none of Odoo's answers. Check the URL.")
    return answer


def frame(records: Sequence[dict[str, Any]], fields: Fields) -> pd.DataFrame:
    """Records as columns of pandas.

    Args:
        records: What `search_read` or `read` answered.
        fields: The fields that become columns, in their order.

    Returns:
        `id` as Int64, and one column for each field.
    """
    columns: dict[str, Any] = {"id": pd.array([each["id"] for each in records], dtype="Int64")}
    for name, field in fields.items():
        columns[name] = column([each[name] for each in records], field)
    return pd.DataFrame(columns)


def column(values: Sequence[Any], field: Field) -> Any:
    """What records hold of a field, as a column of pandas."""
    return TYPES.get(field.type, _objects)(values)


# --- one column for each type of field -------------------------------------------------------------------------------


def _texts(values: Sequence[Any]) -> Any:
    return pd.array([None if each is False else each for each in values], dtype="string")


def _truths(values: Sequence[Any]) -> Any:
    return np.array([bool(each) for each in values], dtype=bool)


def _integers(values: Sequence[Any]) -> Any:
    return pd.array([int(each or 0) for each in values], dtype="Int64")


def _floats(values: Sequence[Any]) -> Any:
    return np.array([each or 0.0 for each in values], dtype="float64")


def _ids(values: Sequence[Any]) -> Any:
    return pd.array([one_id(each) or None for each in values], dtype="Int64")


def _dates(values: Sequence[Any]) -> Any:
    return np.array([each or "NaT" for each in values], dtype="datetime64[s]")


def _moments(values: Sequence[Any]) -> Any:
    return pd.Series(_dates(values)).dt.tz_localize("UTC")


def _objects(values: Sequence[Any]) -> Any:
    made = np.empty(len(values), dtype=object)
    made[:] = [None if each is False else each for each in values]
    return made


TYPES: dict[str, Callable[[Sequence[Any]], Any]] = {
    "char": _texts,
    "text": _texts,
    "html": _texts,
    "selection": _texts,
    "reference": _texts,
    "binary": _texts,
    "image": _texts,
    "boolean": _truths,
    "integer": _integers,
    "float": _floats,
    "monetary": _floats,
    "date": _dates,
    "datetime": _moments,
    "many2one": _ids,
    "many2one_reference": _ids,
}
