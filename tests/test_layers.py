"""Who may import whom: read off the files, so that it stays true."""

from __future__ import annotations

import ast
import re
from itertools import takewhile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "odoo_widgets"
FILES = {
    path.relative_to(ROOT).with_suffix("").as_posix(): path
    for path in sorted(ROOT.rglob("*.py"))
    if "addons" not in path.relative_to(ROOT).parts
}

# What stands on the left may import what stands on the right, and itself.
ROOMS = {
    "later": [],
    "flow": ["later"],
    "net": ["later", "flow"],
    "destination": ["flow", "net"],
    "forms": ["destination", "flow", "net/keys", "net/names", "net/delivery", "net/progress", "net/undoing"],
    "cli": [
        "destination",
        "flow",
        "net/keys",
        "net/names",
        "net/sends",
        "net/listed",
        "net/delivery",
        "net/own_thread",
        "net/progress",
        "net/tables",
        "net/reading",
        "sandbox",
    ],
    "sandbox": ["flow/credential", "flow/errors"],
    "__init__": ["later", "destination", "flow", "net/keys", "net/listed", "net/own_thread", "forms", "sandbox"],
}

# Within flow a file imports only files that stand above it.
FLOW = [
    "errors", "exchange", "headers", "templates", "context", "credential", "key_headers", "failures", "answers",
    "endpoint", "steps", "model", "markup", "comparing", "labels", "looks", "server", "choices", "allowed", "settings",
    "ways_out", "saved", "calls",
    "before", "naming", "methods", "presets", "matching", "documents", "operations", "turns", "loading", "texts",
    "kinds", "moments",
    "unsendable", "limits", "cells", "values", "lines", "arrow", "formats", "foreign", "source", "others", "several",
    "records", "findings", "dicts", "parts", "keying", "within", "scopes", "linking", "families", "answering", "waves",
    "urls", "shape", "nesting", "problems", "unsettled", "identity", "batches", "protocols/envelope",
    "protocols/execute_kw", "protocols/json2", "protocols/jsonrpc", "protocols/rest", "protocols/xmlrpc",
    "protocols/__init__", "bound", "replacing", "payloads", "resolved", "asks", "budget", "needed",
    "plan", "alone", "policy", "verb_proofs", "proofs",
    "responses", "generations", "then", "step_responses", "digests", "repeats", "retry", "receipt", "report", "chain",
    "pages", "facts", "words",
    "narrowed", "follow", "lines_since", "lined", "updating", "documented", "matched", "barred", "again", "rules",
    "judge", "asking",
    "fetching", "totals", "settling", "looking", "lookups", "holding", "lines_there", "fates", "import_file", "trying",
    "dry_run",
    "checks/notes",
    "checks/unsendable", "checks/subject", "checks/columns", "checks/beside", "checks/cells", "checks/links",
    "checks/lines", "checks/lookups",
    "checks/parents", "checks/single", "checks/models", "checks/people", "checks/after", "checks/__init__", "foretold",
    "seen", "named", "names_beside", "line_differences", "differences", "kept", "read_back", "inquiry",
    "dead_ends", "probing",
    "views", "scenes", "samples",
    "copies", "tested", "lasting", "history", "undo", "undoable", "taking_back",
]  # fmt: skip

# What flow never touches: the world, the clock, widgets.
IMPURE = {"asyncio", "os", "pathlib", "socket", "ssl", "subprocess", "tempfile", "threading", "time", "ipywidgets"}


def imported(name: str) -> set[str]:
    """The modules that a file imports: ours as paths within the package, others by their first name."""
    return {place(module) for module in modules(name)}


def modules(name: str) -> set[str]:
    """The names that a file imports, each with its module."""
    found = set()
    package = Path(name).parent.parts
    for node in ast.walk(ast.parse(FILES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(("odoo_widgets", *package[: len(package) + 1 - node.level])) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def place(module: str) -> str:
    first, _, rest = module.partition(".")
    if first != "odoo_widgets" or not rest:
        return first
    parts = rest.split(".")
    paths = ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next(
        f"odoo_widgets/{found}" for path in paths for found in (path, f"{path}/__init__") if found in FILES
    )  # fmt: skip


def ours(name: str) -> list[str]:
    return sorted(
        module.removeprefix("odoo_widgets/") for module in imported(name) if module.startswith("odoo_widgets/")
    )


@pytest.mark.parametrize("name", FILES)
def test_a_room_imports_only_the_rooms_that_it_may(name: str) -> None:
    room = name.partition("/")[0]
    allowed = [room, *ROOMS[room]]
    assert [module for module in ours(name) if not any((module + "/").startswith(f"{each}/") for each in allowed)] == []


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("flow/") and name != "flow/__init__"])
def test_within_flow_a_file_imports_only_what_stands_above_it(name: str) -> None:
    position = FLOW.index(name.removeprefix("flow/"))
    above = {"__init__", *FLOW[:position]}
    assert [module for module in ours(name) if module.removeprefix("flow/") not in above] == []


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("flow/")])
def test_flow_touches_neither_the_world_nor_the_clock(name: str) -> None:
    assert imported(name) & IMPURE == set()


def test_only_net_and_the_sandbox_talk_to_the_network() -> None:
    calling = ("socket", "ssl", "urllib.request", "urllib.error", "asyncio", "http")
    talkers = {
        name.partition("/")[0]
        for name in FILES
        if any(f"{module}.".startswith(f"{each}.") for module in modules(name) for each in calling)
    }
    assert talkers <= {"net", "sandbox"}


def test_nothing_is_named_after_nothing() -> None:
    parts = {part for name in FILES for part in name.split("/")}
    assert parts & {"utils", "helpers", "common", "core", "base", "manager", "misc"} == set()


def test_the_order_of_flow_names_every_file_of_it() -> None:
    assert sorted(FLOW) == sorted(
        name.removeprefix("flow/") for name in FILES if name.startswith("flow/") and name != "flow/__init__"
    )


@pytest.mark.parametrize("room", ["flow", "net", "cli"])
def test_each_file_of_a_room_stands_in_the_map_of_contributors(room: str) -> None:
    page = (ROOT.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    lines = page.partition(f"\n  {room}/ ")[2].splitlines()[1:]
    told = takewhile(lambda line: line.startswith("    "), lines)
    named = set(re.findall(r"[a-z_0-9]+", "\n".join(told)))
    there = {name.split("/")[1] for name in FILES if name.startswith(f"{room}/") and "__" not in name.split("/")[1]}
    assert there <= named
