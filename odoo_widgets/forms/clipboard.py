"""A button that copies a text to the clipboard, which ipywidgets has none for."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets as w
import traitlets

from odoo_widgets.forms.looks import made

if TYPE_CHECKING:
    from collections.abc import Callable


class CopyButton(anywidget.AnyWidget):
    """A button that copies. It holds no text: what is to be copied is made when it is pressed.

    Args:
        text: Gives what to copy now.
        description: The words on the button.
        tooltip: What it copies, in words.
        wears: Its layout.
    """

    _esm = files("odoo_widgets.forms").joinpath("clipboard.js").read_text(encoding="utf-8")
    description = traitlets.Unicode("Copy").tag(sync=True)
    tooltip = traitlets.Unicode().tag(sync=True)

    def __init__(self, text: Callable[[], str], description: str = "Copy", tooltip: str = "", **wears: Any) -> None:
        super().__init__(description=description, tooltip=tooltip, **wears)
        self._text = text
        self.add_class("ow-copy")
        self.on_msg(self._on_click)

    def _on_click(self, _widget: object, content: Any, _buffers: object) -> None:
        if content == "copy":
            self.send({"text": self._text()})


def copy_button(text: Callable[[], str], tooltip: str) -> w.Box:
    """The button in a box, which can be hidden: anywidget's own views follow no class that comes later.

    Args:
        text: Gives what to copy now.
        tooltip: What it copies, in words.
    """
    return made(w.HBox, [made(CopyButton, text, tooltip=tooltip)])
