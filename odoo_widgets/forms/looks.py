"""What all widgets of a form share: one Layout, and one style for each kind of control.

ipywidgets makes a Layout and a style for every widget, each a model of its own that the page is told of, and a kernel's
socket drops what is not read soon (zmq.h, ZMQ_SNDHWM: 1,000 messages). So a form is made of few models, each of which
is told of once as it is made, and once more when all is laid out.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import ipywidgets as w

if TYPE_CHECKING:
    from collections.abc import Iterator


class Looks(w.Layout):
    """The Layout of all widgets of one form, and their styles: those of other forms stay as they are when it closes.

    No widget is laid out by it: that is the style sheet's, by class.
    """

    def __init__(self) -> None:
        super().__init__()
        self._styles: dict[type[w.Widget], w.Widget] = {}

    @contextmanager
    def worn(self) -> Iterator[None]:
        """Whatever is `made` meanwhile wears these; the page is told at the end of what has changed in it by then."""
        with ExitStack() as held:
            token = _WORN.set((self, held))
            try:
                yield
            finally:
                _WORN.reset(token)

    def of(self, kind: type[w.DOMWidget]) -> dict[str, w.Widget]:
        """The arguments that make a widget of a kind wear these."""
        style = getattr(kind.class_traits().get("style"), "klass", None)
        if style is None:
            return {"layout": self}
        if style not in self._styles:
            self._styles[style] = style()
        return {"layout": self, "style": self._styles[style]}

    def close(self) -> None:
        """Closes them, after the last widget that wears them."""
        for style in self._styles.values():
            style.close()
        super().close()


_WORN: ContextVar[tuple[Looks, ExitStack]] = ContextVar("_WORN")


def wearing(kind: type[w.DOMWidget]) -> dict[str, w.Widget]:
    """The arguments that make a widget of a kind wear what is worn now.

    Raises:
        LookupError: No form's looks are worn.
    """
    return _WORN.get()[0].of(kind)


def quiet(widget: w.Widget) -> None:
    """Has a page be told of what changes in a widget only when all is laid out."""
    _WORN.get()[1].enter_context(widget.hold_sync())


def made(kind: type[w.DOMWidget], *arguments: Any, **options: Any) -> Any:
    """A widget of the form that is being laid out.

    Args:
        kind: What to make, such as `w.Button`.
        arguments: What it takes.
        options: What it takes by name.

    Raises:
        LookupError: No form's looks are worn.
    """
    widget = kind(*arguments, **options, **wearing(kind))
    quiet(widget)
    return widget
