"""All that a person can type is described, in the README or in the reference that `make docs` makes of docstrings."""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
import typer

import odoo_widgets
from odoo_widgets.cli import app
from odoo_widgets.flow import report
from odoo_widgets.flow.allowed import METHODS, MISSING, MODES
from odoo_widgets.flow.batches import GROUPINGS
from odoo_widgets.flow.checks import LOOKS
from odoo_widgets.flow.checks.cells import CHECKS
from odoo_widgets.flow.checks.models import ASKING, MODELS
from odoo_widgets.flow.checks.notes import SEVERITIES
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.kept import CHANGED, DROPPED, NOT_COMPARED, ROUNDED, SAME, TRANSLATED, TRUNCATED
from odoo_widgets.flow.operations import OPERATIONS
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.responses import STATUSES
from odoo_widgets.flow.trying import NOT_TRIED, REJECTED, UNCHANGED, WOULD_SAVE
from odoo_widgets.flow.undo import GROUPS
from odoo_widgets.flow.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
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
    "severity of a finding": SEVERITIES,
    "type of field that a check looks at": CHECKS,
    "model that a check knows": [*MODELS, *ASKING],
    "status of a dry run": (WOULD_SAVE, REJECTED, UNCHANGED, NOT_TRIED),
    "word for what Odoo kept": (SAME, ROUNDED, TRUNCATED, DROPPED, TRANSLATED, CHANGED, NOT_COMPARED),
    "group of an undo": GROUPS,
}


def modules() -> Iterator[Any]:
    """The modules that `make docs` makes pages of."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
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
        said = getattr(module, "__all__", ())
        there = {name: getattr(module, name) for name in said or vars(module) if not name.startswith("_")}
        for name, each in there.items():
            if name in said or getattr(each, "__module__", "") == module.__name__:
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


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__)
def test_each_look_of_a_check_says_what_it_finds(look: Any) -> None:
    assert look.__doc__


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


def shown() -> Iterator[str]:
    """Each command that the README or a notebook shows, with what stands behind it on its line."""
    pages = [README]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        pages += [cell.source for cell in nbformat.read(path, as_version=4).cells]
    for page in pages:
        yield from re.findall(
            rf"(?m)(?:^|[ `/])odoo-widgets ((?:{'|'.join(typer.main.get_command(app).commands)})\b[^`\n]*)",
            page,
        )


@pytest.mark.parametrize("line", sorted(set(shown())))
def test_each_command_that_is_shown_can_be_typed(line: str) -> None:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.wordchars += ":"
    words = list(lexer)
    typed = list(itertools.takewhile(lambda word: word not in {"|", "||", ";", "&&", ">", ">>"}, words))
    known = commands()
    name = next((name for name in (" ".join(typed[:2]), typed[0]) if name in known), None)
    if name is None:
        assert typed in (["journal"], ["sandbox"])
        return
    # Parses, and raises where something does not fit; nothing is done.
    known[name].make_context(name, typed[len(name.split()) :])


@pytest.mark.parametrize("number", report.CODES)
def test_each_exit_code_stands_in_the_readme_with_what_it_means(number: int) -> None:
    assert f"| {number} | {report.CODES[number]} |" in README.replace("`", "")
