"""The address of each row, where the URL takes values of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import numpy as np

from odoo_widgets.flow import records, templates
from odoo_widgets.flow.findings import Finding
from odoo_widgets.flow.values import Column, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source


# What the parts of an address look like that name something of which there are many, and the one before a version.
MANY = re.compile(r"[^\W\d]+([._-][^\W\d]+)*", re.ASCII)
VERSION, APIS = re.compile(r"v?\d+(\.\d+)*", re.ASCII), re.compile(r"(rest)?_?api|rest|json", re.ASCII)
RECORD = re.compile(r"(record|res|resource)?_?ids?", re.IGNORECASE)
FLAT = "an address holds text, not a list or dict. Take another column into the URL."


def columns(source: Source, settings: Settings) -> tuple[Column, ...]:
    """The columns whose values the URL takes, whether they go into the payload or not."""
    names = settings.url_columns
    return tuple(
        Column(name, str.__str__(name), position, settings.timezone, source.unit(position), flat=FLAT)
        for position, name in enumerate(source.frame.columns)
        if name in names
    )


def is_collection(url: str) -> bool:
    """Whether an address may be that of many records: nothing in it looks like the number or the name of one."""
    seen = httpx.URL(url)
    *above, last = [part for part in seen.path.split("/") if part] or [""]
    before = ["", *above]
    # `/api/v2/contacts`, but not `/api/contacts/2/image`
    fit = all(
        MANY.fullmatch(part) or (VERSION.fullmatch(part) and (part.startswith("v") or APIS.fullmatch(before[place])))
        for place, part in enumerate(above)
    )
    return bool(fit and MANY.fullmatch(last)) and not any(RECORD.fullmatch(name) for name in seen.params)


def urls(source: Source, block: pd.DataFrame, settings: Settings) -> list[str]:
    """The address of each row of a block.

    Args:
        source: The bound frame.
        block: Some of its rows, without problems.
        settings: The URL.

    Returns:
        One address for each row; none at all if the URL is the same for every row.
    """
    if not settings.url_columns:
        return []
    rows = records.records(block, columns(source, settings))
    # Only an upsert has rows without an id: what they make is made one level higher.
    above = templates.parent(settings.url)
    made = [settings.needs_ids and settings.ids not in row for row in rows]
    return [templates.filled(above if new else settings.url, row) for new, row in zip(made, rows, strict=True)]


def unfit(block: pd.DataFrame, column: Column) -> Iterator[Finding]:
    """The values of a block that cannot stand in the URL, as they go out.

    Args:
        block: Some rows of the frame, whose values can be sent.
        column: A column whose values the URL takes.
    """
    found, missing = values(column.cells(block), column)
    texts = ["" if value is None else str(value).strip() for value in found]
    for place in missing.tolist():
        texts[place] = ""
    empty = [place for place, text in enumerate(texts) if not text]
    dots = [place for place, text in enumerate(texts) if templates.DOTS.fullmatch(text)]
    if empty:
        yield Finding(np.array(empty), "the URL takes this value, and there is none.")
    if dots:
        leads = "this value is only dots, so the URL would lead to another address. Correct it."
        yield Finding(np.array(dots), leads)
