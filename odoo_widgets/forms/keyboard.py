"""Keeps what is typed in the form from being taken for a shortcut of the notebook's, and the focus in the form."""

from __future__ import annotations

from importlib.resources import files

import anywidget

SCRIPT = files("odoo_widgets.forms").joinpath("keyboard.js").read_text(encoding="utf-8")


class Keyboard(anywidget.AnyWidget):
    """Nothing to see: as long as it is on a page, letters typed in a form there stay in it, and so does the focus."""

    _esm = SCRIPT
