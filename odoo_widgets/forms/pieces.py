"""The small pieces that panels are made of. Text from data, servers and people is escaped here, and only here."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.forms.looks import made, quiet, wearing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Out of sight, and out of the tab order: see `style.css`.
HIDDEN = "ow-hidden"


class Piece(w.HTML):
    """Something to read.

    Args:
        kind: The class of `style.css` that says how it looks.
    """

    def __init__(self, kind: str) -> None:
        # Most of them have nothing to say at first.
        super().__init__(_dom_classes=(f"ow-{kind}", HIDDEN), **wearing(w.HTML))
        quiet(self)


class Text(Piece):
    """Words on the screen. What is shown is text, never markup.

    Args:
        text: The words.
        kind: The class of `style.css` that says how they look.
        tag: The element to show them in.
    """

    def __init__(self, text: str = "", kind: str = "note", tag: str = "div") -> None:
        super().__init__(kind)
        self._tag = tag
        self.show(text)

    def show(self, text: str) -> None:
        """Shows other words; none hides the piece."""
        self.value = f"<{self._tag}>{html.escape(text)}</{self._tag}>" if text else ""
        hide(self, not text)


class Listing(Piece):
    """Sentences on the screen, one below the other.

    Args:
        kind: The class of `style.css` that says how they look.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.show(())

    def show(self, sentences: Iterable[str]) -> None:
        """Shows other sentences; none hides the piece."""
        items = "".join(f"<li>{html.escape(each)}</li>" for each in sentences)
        self.value = f"<ul>{items}</ul>" if items else ""
        hide(self, not items)


def escape(text: str) -> str:
    """Text as HTML that shows it."""
    return html.escape(text)


def anchor(text: str, address: str) -> str:
    """Words that lead to a page of their own, as HTML; empty where the address is none of the web."""
    if not address.startswith(("https://", "http://")):
        return ""
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(text)}</a>'


class Link(Piece):
    """Words that lead to a page of their own. Only addresses of the web lead anywhere."""

    def __init__(self) -> None:
        super().__init__("link")
        self.show("", "")

    def show(self, text: str, address: str) -> None:
        """Shows other words and another address; no address hides the piece."""
        self.value = anchor(text, address)
        hide(self, not self.value)


def hide(widget: w.DOMWidget, hidden: bool) -> None:
    """Takes a widget from the page, or puts it back."""
    (widget.add_class if hidden else widget.remove_class)(HIDDEN)


def labelled(control: type[w.DOMWidget], description: str, **options: Any) -> Any:
    """A control with its label: only through `description` does ipywidgets tie one to the field."""
    return made(control, description=description, _dom_classes=("ow-field",), **options)


def with_note(control: w.Widget, note: Text) -> w.VBox:
    """A control with a sentence under it."""
    both = made(w.VBox, [control, note])
    both.add_class("ow-noted")
    return both


def one_for_each(names: Iterable[str], kept: dict[str, Any], make: Callable[[str], w.Widget], box: w.Box) -> None:
    """Shows a widget for each name in a box: made once, kept as long as the name is there, then closed.

    Args:
        names: The names, in the order of the screen.
        kept: Name to widget; changed here.
        make: From a name to its widget.
        box: Where they stand; without any it is hidden.
    """
    wanted = tuple(names)
    gone = [kept.pop(name) for name in tuple(kept) if name not in wanted]
    with box.layout.worn():
        kept.update({name: make(name) for name in wanted if name not in kept})
    box.children = tuple(kept[name] for name in wanted)
    for each in gone:
        close_tree(each)
    hide(box, not wanted)


def close_tree(widget: w.Widget) -> None:
    """Closes a widget with all it holds: ipywidgets closes the outermost only, and keeps the rest for ever.

    What it wears is the form's, and closes with it.
    """
    for child in getattr(widget, "children", ()):
        close_tree(child)
    widget.unobserve_all()
    widget.close()
