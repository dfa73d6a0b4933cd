"""All that a person can type is described, in the README or in the reference that `make docs` makes of docstrings."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

import odoo_widgets
from odoo_widgets.cli import app
from odoo_widgets.flow import report
from odoo_widgets.flow.allowed import METHODS, MISSING, MODES
from odoo_widgets.flow.batches import GROUPINGS
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.operations import OPERATIONS
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.responses import STATUSES
from odoo_widgets.flow.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
WORDS = {
    "operation": OPERATIONS,
    "grouping": GROUPINGS,
    "content format": FORMATS,
    "view": VIEWS,
    "status": STATUSES,
    "method": METHODS,
    "mode": MODES,
    "policy for missing cells": MISSING,
    "protocol": PROTOCOLS,
}


def modules() -> Iterator[Any]:
    """The modules that `make docs` makes pages of."""
    makefile = (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8")
    named = next(line for line in makefile.splitlines() if line.startswith("REFERENCE := ")).split()[2:]
    for name in named:
        module = importlib.import_module(name)
        yield module
        # Of a module that says what is public, the reference has that and no modules below it.
        below = () if hasattr(module, "__all__") else getattr(module, "__path__", ())
        yield from (importlib.import_module(each.name) for each in pkgutil.walk_packages(below, f"{name}."))


def members(owner: Any) -> dict[str, Any]:
    """What is public of a class and its own, not an heir's."""
    return {name: each for name, each in vars(owner).items() if not name.startswith("_") and callable(_function(each))}


def _function(each: Any) -> Any:
    return getattr(each, "fget", None) or getattr(each, "__func__", None) or each


def descriptions() -> Iterator[str]:
    yield README
    for module in modules():
        yield module.__doc__ or ""
        for name, each in vars(module).items():
            if not name.startswith("_") and getattr(each, "__module__", "") == module.__name__:
                yield inspect.getdoc(each) or ""
                yield from (
                    inspect.getdoc(_function(one)) or ""
                    for one in (members(each) if inspect.isclass(each) else {}).values()
                )


TEXT = "\n".join(descriptions())


@pytest.mark.parametrize(("kind", "word"), [(kind, word) for kind, words in WORDS.items() for word in words])
def test_each_word_that_a_setting_takes_is_described(kind: str, word: str) -> None:
    found = any(marked in TEXT for marked in (f"`{word}`", f'"{word}"'))
    assert found, f"no description of the {kind} {word}"


@pytest.mark.parametrize("name", odoo_widgets.__all__)
def test_each_public_name_says_what_it_is_and_each_of_its_arguments(name: str) -> None:
    public = getattr(odoo_widgets, name)
    told = vars(public).get("__doc__") if inspect.isclass(public) else public.__doc__
    assert told, f"{name} has no description of its own"
    called = members(public) if inspect.isclass(public) else {name: public}
    for verb, each in called.items():
        text = inspect.getdoc(_function(each))
        assert text, f"{name}.{verb} has no description"
        arguments = [word for word in inspect.signature(_function(each)).parameters if word not in ("self", "cls")]
        # A verb may take what another one takes; of one argument, the first sentence speaks.
        like = "".join(inspect.getdoc(_function(called[one])) or "" for one in called if f" `{one}` takes" in text)
        lacking = [word for word in arguments if not word.startswith("_") and f"{word}:" not in text + like]
        assert not lacking or (len(arguments) == 1 and "Args:" not in text), f"{name}.{verb} is silent about {lacking}"


def commands() -> dict[str, Any]:
    """The words behind `odoo-widgets` of each command, and the command."""

    def below(group: Any, *words: str) -> Iterator[tuple[str, Any]]:
        for name, each in group.commands.items():
            yield from below(each, *words, name) if hasattr(each, "commands") else [(" ".join((*words, name)), each)]

    return dict(below(typer.main.get_command(app)))


@pytest.mark.parametrize("words", commands())
def test_each_command_says_what_it_does_and_stands_in_the_readme(words: str) -> None:
    command = commands()[words]
    assert command.help
    # Of two commands in a line, the second goes without the name.
    described = f"odoo-widgets {words}" in README or f"; {words} " in README
    assert described, f"the README is silent about odoo-widgets {words}"
    for parameter in command.params:
        assert parameter.help, f"odoo-widgets {words} says nothing of {parameter.name}"


@pytest.mark.parametrize("number", report.CODES)
def test_each_exit_code_stands_in_the_readme_with_what_it_means(number: int) -> None:
    assert f"| {number} | {report.CODES[number]} |" in README.replace("`", "")
