"""The two ways a person uses the form: with a mouse, and with the keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.lab import Notebook

# Where a control is from what has the focus: 0 here, 1 further on, -1 back.
WAY = """control => {
  const focused = document.activeElement;
  if (focused === control) return 0;
  return control.compareDocumentPosition(focused) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
}"""
# How far down a list an option is from the one that is picked; ipywidgets writes spaces that do not break.
STEP = """(list, words) => {
  const options = [...list.options].map(each => each.label.replaceAll("\\u00a0", " "));
  return options.indexOf(words) - list.selectedIndex;
}"""
MOST_STEPS = 20
TABS = {1: "Tab", -1: "Shift+Tab"}
MOST_TABS = 200


class Hands(Protocol):
    """What a person does with a control."""

    def press(self, control: Locator) -> None:
        """Presses a button, a tick or a link."""

    def write(self, control: Locator, text: str) -> None:
        """Writes another text into a field, and leaves it."""

    def pick(self, control: Locator, words: str) -> None:
        """Picks one of a list."""

    def add(self, control: Locator, text: str) -> None:
        """Writes what is to be added, and enters it."""


class Mouse:
    """A person who points at things."""

    def __init__(self, notebook: Notebook) -> None:
        self.keyboard = notebook.page.keyboard

    def press(self, control: Locator) -> None:
        control.click()

    def write(self, control: Locator, text: str) -> None:
        control.fill(text)
        control.press("Tab")

    def pick(self, control: Locator, words: str) -> None:
        control.select_option(label=words)

    def add(self, control: Locator, text: str) -> None:
        control.click()
        self.keyboard.insert_text(text)
        control.press("Enter")


class Keys:
    """A person who touches no mouse: Tab leads from one control to the next, and keys do the rest."""

    def __init__(self, notebook: Notebook) -> None:
        self.keyboard = notebook.page.keyboard

    def reach(self, control: Locator) -> None:
        expect(control).to_be_visible()
        expect(control).to_be_enabled()
        for _ in range(MOST_TABS):
            if not (way := control.evaluate(WAY)):
                return
            self.keyboard.press(TABS[way])
        raise AssertionError(f"The Tab key does not lead to {control}.")

    def press(self, control: Locator) -> None:
        self.reach(control)
        # Links and headings take no other key than Enter, ticks none but Space.
        takes_space = control.evaluate("control => control.matches('button, input')")
        self.keyboard.press("Space" if takes_space else "Enter")

    def write(self, control: Locator, text: str) -> None:
        self.reach(control)
        self.keyboard.press("Control+A")
        self.keyboard.press("Delete")
        self.keyboard.insert_text(text)
        self.keyboard.press("Tab")

    def pick(self, control: Locator, words: str) -> None:
        self.reach(control)
        expect(control.locator("option:checked")).to_have_count(1)
        # Each letter is a shortcut of the notebook's, and none of them may reach it.
        self.keyboard.type(words[0].lower())
        for _ in range(MOST_STEPS):
            if not (step := control.evaluate(STEP, words)):
                return
            self.keyboard.press("ArrowDown" if step > 0 else "ArrowUp")
        raise AssertionError(f"{control} has no {words}.")

    def add(self, control: Locator, text: str) -> None:
        self.reach(control)
        self.keyboard.insert_text(text)
        self.keyboard.press("Enter")
