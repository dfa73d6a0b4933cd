"""A table to sort and to search, made when there is something to show for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    import ipywidgets as w
    import pandas as pd

PAGE = 10
# An update forgets what it is not told again.
OPTIONS: dict[str, Any] = {
    # The HTML is ours: whoever shows a table escapes its text.
    "allow_html": True,
    "lengthMenu": [PAGE, 50, 200],
    "maxBytes": 0,
    "pageLength": PAGE,
    "showIndex": True,
    "style": "table-layout:auto;width:100%",
}


def show_table(place: w.Box, part: pd.DataFrame, sentences: Collection[str]) -> None:
    """Shows a table, in place of the one that was there.

    Args:
        place: Where.
        part: What, with all text in it escaped.
        sentences: The columns that hold some: these need room, whatever stands beside them.
    """
    wide = [at for at, name in enumerate(part.columns) if name in sentences]
    columns = [{"targets": part.index.nlevels + at, "className": "ow-words"} for at in wide]
    if place.children:
        place.children[0].update(part, columnDefs=columns, **OPTIONS)
        return
    # Loaded with the first table: it takes longer than the rest of the form.
    from itables.widget import ITable  # noqa: PLC0415

    table = ITable(part, columnDefs=columns, **OPTIONS)
    own, table.layout = table.layout, place.layout
    own.close()
    table.add_class("ow-table")
    place.children = (table,)
