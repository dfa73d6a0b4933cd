"""The form as a person has it before them: what is shown, found by its words, typed and clicked as a browser does."""

from __future__ import annotations

import html
import re
import time
from typing import TYPE_CHECKING, Any, TypeAlias

import ipywidgets as w

from odoo_widgets.forms.pieces import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from odoo_widgets import DestinationForm

# No test waits this long for what happens at all.
EVER = 30


def walk(widget: w.Widget, *, hidden: bool = True) -> Iterator[w.Widget]:
    """A widget and all it holds, in the order of the screen."""
    if not hidden and HIDDEN in widget._dom_classes:
        return
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child, hidden=hidden)


class Screen:
    def __init__(self, form: DestinationForm) -> None:
        self.form = form

    @property
    def widgets(self) -> list[w.Widget]:
        return list(walk(self.form.widget))

    @property
    def visible(self) -> list[w.Widget]:
        return list(walk(self.form.widget, hidden=False))

    def field(self, label: str) -> Any:
        return next(each for each in self.widgets if getattr(each, "description", None) == label)

    button = field

    def type(self, label: str, value: Any) -> Any:
        """Types into a control, or picks one of a list by its words; gives what the control shows then."""
        control = self.field(label)
        if isinstance(control, w.Dropdown):
            _from_browser(control, "update", state={"index": control._options_labels.index(value)})
        else:
            _from_browser(control, "update", state={"value": value})
        return control.value

    def click(self, name: str) -> None:
        """Clicks a button, unless it is disabled: then a browser sends nothing."""
        if not self.button(name).disabled:
            _from_browser(self.button(name), "custom", content={"event": "click"})

    def unfold(self, position: int) -> None:
        """Clicks the title of a sample."""
        title = [each for each in self.widgets if isinstance(each, w.ToggleButton)][position]
        _from_browser(title, "update", state={"value": not title.value})

    def copied(self, tooltip: str) -> str:
        """Presses a button that copies; gives what it puts on the clipboard."""
        button = next(each for each in self.visible if getattr(each, "tooltip", None) == tooltip)
        sent: list[str] = []
        button.send = lambda content: sent.append(content["text"])
        try:
            _from_browser(button, "custom", content="copy")
        finally:
            del button.send
        [text] = sent
        return text

    @property
    def titles(self) -> list[w.ToggleButton]:
        return [each for each in self.visible if isinstance(each, w.ToggleButton)]

    @property
    def texts(self) -> list[str]:
        """All words that stand in the form by themselves."""
        shown = [each.value for each in self.visible if isinstance(each, w.HTML) and "<style>" not in each.value]
        return [html.unescape(re.sub(r"<[^>]*>", "", text)) for text in shown]

    def says(self, words: str) -> bool:
        return any(words in text for text in self.texts)

    def text(self, kind: str) -> str:
        """The words of one kind of piece, as the style sheet calls it."""
        found = [each.value for each in self.visible if f"ow-{kind}" in each._dom_classes]
        return "\n".join(html.unescape(re.sub(r"<[^>]*>", "", text)) for text in found)

    @property
    def chips(self) -> list[str]:
        return [each.description for each in self.visible if getattr(each, "description", "").endswith(" ✕")]

    @property
    def sample(self) -> str:
        return self.text("request")

    @property
    def bar(self) -> w.IntProgress:
        return next(each for each in self.widgets if isinstance(each, w.IntProgress))

    def everything(self) -> list[Any]:
        """All that the browser is told, in the order of the screen, without the names of the models."""
        return [_plain(each) for each in self.widgets]

    def wait(self, condition: Callable[[], bool]) -> None:
        """Waits for what happens in another thread."""
        end = time.monotonic() + EVER
        while not condition():
            assert time.monotonic() < end, self.texts
            time.sleep(0.005)

    def wait_for_answer(self) -> None:
        """Waits until nobody is asked anything, and all that came back is on the screen."""
        self.wait(self._was_answered)

    def _was_answered(self) -> bool:
        with self.form._state._lock:
            return not self.form._state.asking

    def wait_for_end(self) -> None:
        """Waits until no send goes on and all of its end is on the screen."""
        self.wait(self._is_idle)

    def _is_idle(self) -> bool:
        with self.form._state._lock:
            return self.form._state.phase == "idle"


Show: TypeAlias = "Callable[..., Screen]"


def _from_browser(widget: w.Widget, method: str, **data: Any) -> None:
    message = {"method": method, "buffer_paths": [], **data}
    widget._handle_msg({"content": {"data": message}, "buffers": []})


def _plain(widget: w.Widget) -> Any:
    state = {name: value for name, value in widget.get_state().items() if name not in ("layout", "style", "children")}
    return type(widget).__name__, state
