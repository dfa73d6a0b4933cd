"""What is lost and what is doubled when the network fails, processes die and others send the same: `make failures`.

Everything goes to a real Odoo in the sandbox; what is there afterwards is counted over a connection of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import random
import re
import subprocess
import sys
import tempfile
import traceback
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import OdooWidgetsError
from odoo_widgets.flow.policy import Policy
from odoo_widgets.net import sends
from odoo_widgets.sandbox import Sandbox
from tests.faults.faults import after, answering
from tests.faults.killing import CHILDREN, EVER, go_on, trial
from tests.faults.proxy import proxy
from tests.real import call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.proxy import Fault

RESULTS = Path(__file__).parent / "results" / "failures.md"
PATHS = {"json2": "/json/2/res.partner/create", "jsonrpc": "/jsonrpc", "xmlrpc": "/xmlrpc/2/object"}
# Kills in all, and in each send.
KILLED, KILLS = 150, 3
# So many times the least number of calls.
MOST = 1.1
# What changes something: the rest looks something up.
SENDS = ("create", "load", "write", "web_save_multi")

KEYED = ("json2", "jsonrpc", "xmlrpc")
EVERY = (*KEYED, "rest")
FAULTS = "tests/faults/test_"


@attrs.frozen
class Case:
    """A case of a delivery that fails.

    Attributes:
        files: Where the tests are that show what becomes of it.
        chosen: What their names show, a regular expression; all of them if left out.
        protocols: Each of these is tried.
    """

    files: tuple[str, ...]
    chosen: str = ""
    protocols: tuple[str, ...] = EVERY


AGAIN, KEYS, LOST, HOSTILE = (f"{FAULTS}{each}" for each in ("again", "keys", "lost_answers", "hostile"))
SECRETS, PAGES, TRANSPORT = "tests/forms/test_secrets", "tests/flow/test_pages", "tests/net/test_transport"
# fmt: off
CASES = {
    "1 no connection, then one":                          Case((AGAIN,), "comes_late"),
    "2 no answer after the commit, with a key":           Case((KEYS,), protocols=KEYED),
    "3 no answer after the commit, without a key":        Case((LOST,), "made_and_not_answered"),
    "4 the connection ends or is reset after the commit": Case((LOST, KEYS), "not_answered.*an? (end|reset)"),
    "5 429 with Retry-After":                             Case((AGAIN,), "says_when|too_long"),
    "6 502, 503 and 504 at random":                       Case((AGAIN,), "fails_every_fifth|often_fails"),
    "7 a page, no body, half a body, no XML":             Case((LOST, PAGES), "page|body|bomb"),
    "8 another call's answer, fewer ids, false":          Case((LOST, KEYS), "answer_to_something_else"),
    "9 drips, and has no end":                            Case((LOST,), "does_not_end|huge"),
    "10 another address":                                 Case((AGAIN,), "address"),
    "11 transactions that clash":                         Case((AGAIN, KEYS), "clash", KEYED),
    "12 k bad rows of 100":                               Case((f"{FAULTS}narrowing",)),
    "13 the login ends, an unknown key or database":      Case((AGAIN,), "session|wrong_key"),
    "14 interrupted at any time":                         Case((AGAIN,), "interrupt"),
    "15 killed, and resumed":                             Case((f"{FAULTS}kills", "tests/net/test_journal")),
    "16 two send the same at once":                       Case((KEYS,), "two_sends|two_processes", KEYED),
    "17 cells that cannot be sent":                       Case(
        ("tests/flow/test_problems", "tests/flow/test_records", HOSTILE), "^(?!.*(hostile_|key_is|a_model))"),
    "18 a planted key":                                   Case(
        (SECRETS, TRANSPORT, "tests/flow/test_credential", HOSTILE), "key|secret|credential|state"),
    "19 hostile text":                                    Case(
        (SECRETS, "tests/flow/test_headers", PAGES, HOSTILE, LOST), "hostile|a_model|header|page|bomb"),
    "20 certificates and proxies":                        Case(
        (TRANSPORT, AGAIN), "certificate|proxy|prove|direct"),
}
# fmt: on


@attrs.frozen
class Figure:
    """One line of the table."""

    what: str
    goal: str
    seen: str
    reached: bool


def rows_of(number: int, tag: str) -> pd.DataFrame:
    """Rows with a key of their own."""
    return pd.DataFrame(
        {
            "name": [f"{tag} {row}" for row in range(number)],
            "ref": [f"{tag}-{row}" for row in range(number)],
            "function": tag,
        }
    )


def there(odoo: Sandbox, tag: str) -> Counter[str]:
    """How often each key is in Odoo."""
    found = call(odoo, "res.partner", "search_read", domain=[["function", "=", tag]], fields=["ref"])
    return Counter(record["ref"] for record in found)


def settings(url: str, protocol: str = "json2", **more: Any) -> dict[str, Any]:
    where = {"model": "res.partner", "operation": "create"} if protocol != "json2" else {}
    return {"url": url + PATHS[protocol], "key": "ref", "mode": "upsert", **where, **more}


def kills(odoo: Sandbox, wanted: int) -> Figure:
    """A sending process is killed at random moments, some times in each send, and another goes on."""
    chance, killed, sent, lost, double, untold = random.Random(15), 0, 0, 0, 0, 0
    while killed < wanted and sent < 2 * wanted:
        tag, protocol = f"kill-{sent}", list(PATHS)[sent % len(PATHS)]
        frame = rows_of(120, tag)
        chosen = settings(odoo.url, protocol, batch_size=10)
        done = trial(chosen, odoo.credential, frame, kills=KILLS, seconds=0.6, chance=chance)
        found = there(odoo, tag)
        killed, sent = killed + done.kills, sent + 1
        lost += len(set(frame["ref"]) - set(found))
        double += sum(times - 1 for times in found.values())
        untold += int((~done.responses["status"].isin(["created", "updated", "unchanged", "saved"])).sum())
        say(f"{killed} kills in {sent} sends: {lost} lost, {double} double")
    seen = f"{killed} kills in {sent} sends of 120 rows: {lost} lost, {double} double, {untold} without a green status"
    reached = not lost + double + untold and killed >= wanted
    return Figure("kill -9 at random, then resume, with a key", f"{wanted} kills, 0 lost, 0 double", seen, reached)


def often(seed: int) -> Callable[[str], Fault | None]:
    """Every fifth request fails, half of these when Odoo has done its work."""
    chance = random.Random(seed)

    def fault(_method: str) -> Fault | None:
        page = answering(chance.choice([502, 503, 504]))
        return chance.choice([page, after(page)]) if chance.random() < 0.2 else None

    return fault


def through_failures(odoo: Sandbox, rows: int, size: int = 100) -> Figure:
    """Every fifth request fails. One send, with the standard budget: nobody resumes it."""
    frame, me = rows_of(rows, "fifth"), odoo.credential
    # The waits are shorter, and nothing else: nobody else sends here.
    soon = Policy(first_wait=0.01, longest_wait=0.05)
    with proxy(odoo.url, often(6)) as through:
        who = Credential(through.url, me.database, me.login, me.api_key.get_secret_value())
        answer = Destination(**settings(through.url, batch_size=size)).delivery(frame, who, policy=soon).result()
        made, arrived = through.count(*SENDS), sum(each in SENDS for each in through.forwarded)
        looks = through.count() - made
    found = there(odoo, "fifth")
    double, lost = sum(times - 1 for times in found.values()), len(set(frame["ref"]) - set(found))
    batches, left = -(-rows // size), int((~answer["status"].isin(["created", "updated", "saved"])).sum())
    # What never arrived has to be sent again, whoever sends it.
    least = batches + made - arrived
    seen = (
        f"{rows:,} rows in one send, {left} left over: {lost} lost, {double} double; {made} calls that change "
        f"something for {batches} batches, of which {made - arrived} never reached Odoo: {made / least:.2f} times the "
        f"least; beside these {looks} look-ups and questions; of all {made + looks} requests {through.failed} failed"
    )
    reached = not lost + double + left and made <= MOST * least
    return Figure("20 % of 502, 503 and 504 at random", f"0 lost, 0 double, at most {MOST} of the least", seen, reached)


def two_at_once(odoo: Sandbox, pairs: int) -> Figure:
    """Two processes send one keyed frame at the same time, each with a journal of its own, as on two machines."""
    me, double, lost, said = odoo.credential, 0, 0, Counter()
    who = (me.server, me.database, me.login, me.api_key.get_secret_value())
    for number in range(pairs):
        tag, protocol = f"pair-{number}", list(PATHS)[number % len(PATHS)]
        frame = rows_of(100, tag)
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            folders = [Path(one), Path(two)]
            chosen = settings(odoo.url, protocol, batch_size=10)
            both = [CHILDREN.Process(target=go_on, args=(chosen, who, frame, each), daemon=True) for each in folders]
            for child in both:
                child.start()
            for child in both:
                child.join(EVER)
            for each in folders:
                said.update(pd.read_pickle(each / "answer")["status"])  # noqa: S301 - our own child wrote it
        found = there(odoo, tag)
        double += sum(times - 1 for times in found.values())
        lost += len(set(frame["ref"]) - set(found))
    told = ", ".join(f"{status} {number}" for status, number in said.items())
    seen = f"{pairs} pairs, 100 rows each: {lost} lost, {double} double ({told})"
    return Figure("two processes send one keyed frame at once", "0 double", seen, not lost + double)


def secret(odoo: Sandbox) -> Figure:
    """A key that the server knows, looked for in all that a send leaves behind."""
    key, me = odoo.credential.api_key.get_secret_value(), odoo.credential
    heard = io.StringIO()
    logging.basicConfig(stream=heard, level=logging.DEBUG, force=True)
    frame = rows_of(20, "secret")
    with tempfile.TemporaryDirectory() as folder:
        for protocol in PATHS:
            target = Destination(**settings(odoo.url, protocol))
            for each in (me, Credential(me.server, me.database, me.login, key + "0")):
                try:
                    print(target.send(frame, each, again=True).to_csv(), file=heard)
                except OdooWidgetsError:
                    traceback.print_exc(file=heard)
            target.save(Path(folder) / f"{protocol}.toml")
            print(repr(target), repr(me), target.samples(frame, credential=me).view(), file=heard)
        texts = [heard.getvalue().encode(), *(path.read_bytes() for path in _files(Path(folder), sends.folder()))]
    logging.basicConfig(level=logging.WARNING, force=True)
    times = sum(text.count(key.encode()) for text in texts)
    seen = f"{times} times in {len(texts)} texts: logs at DEBUG, tracebacks, responses, samples, saved files, journals"
    return Figure("a planted key", "0 times", seen, not times)


def _files(*folders: Path) -> Iterator[Path]:
    return (path for folder in folders for path in folder.rglob("*") if path.is_file())


def run_all(*options: str) -> subprocess.CompletedProcess[str]:
    """Runs the tests of all cases, each once."""
    files = sorted({f"{each}.py" for case in CASES.values() for each in case.files})
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, *files]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def belongs(test: str, case: Case) -> bool:
    """Whether a test, as `file::name`, is one of a case."""
    file, _, name = test.partition("::")
    return file in case.files and re.search(case.chosen, name) is not None


def tries(test: str, protocol: str) -> bool:
    """Whether the name of a test says that it is about a protocol."""
    return re.search(rf"\[.*\b{protocol}\b", test) is not None


def without_tests() -> list[str]:
    """The cases, and protocols of cases, that there is no test for."""
    tests = [line.replace(".py::", "::") for line in run_all("--collect-only").stdout.splitlines() if "::" in line]
    return [
        f"{name}: {each}"
        for name, case in CASES.items()
        for each in case.protocols
        if not any(belongs(test, case) and tries(test, each) for test in tests)
    ]


def of_cases() -> list[Figure]:
    """What the tests of the cases say."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.xml"
        say(run_all(f"--junitxml={out}").stdout.splitlines()[-1])
        suite = ET.parse(out).getroot().find("testsuite")  # noqa: S314 - pytest wrote it
    assert suite is not None
    passes = {
        f"{test.get('classname', '').replace('.', '/')}::{test.get('name')}": not any(
            test.find(kind) is not None for kind in ("failure", "error", "skipped")
        )
        for test in suite
    }
    return [_of_case(name, case, passes) for name, case in CASES.items()]


def _of_case(name: str, case: Case, passes: dict[str, bool]) -> Figure:
    mine = [test for test in passes if belongs(test, case)]
    passed = sum(passes[test] for test in mine)
    of = {each: sum(tries(test, each) for test in mine) for each in case.protocols}
    told = ", ".join(f"{protocol} {number}" for protocol, number in of.items())
    seen = f"{passed} of {len(mine)} tests pass ({told})"
    return Figure(name, "as its tests say", seen, passed == len(mine) and all(of.values()))


def say(text: str) -> None:
    """How far it is: all of it takes a quarter of an hour."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def report(*, wanted: int, rows: int, cases: bool) -> str:
    """The table."""
    if cases and (missing := without_tests()):
        raise SystemExit("No test is selected for: " + "; ".join(missing))
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as state, contextlib.ExitStack() as stack:
        os.environ["XDG_STATE_HOME"] = state
        odoo = stack.enter_context(Sandbox())
        parts: list[Callable[[], Figure]] = [
            lambda: kills(odoo, wanted),
            lambda: through_failures(odoo, rows),
            lambda: two_at_once(odoo, 6),
            lambda: secret(odoo),
        ]
        for part in parts:
            figures.append(part())
            say(figures[-1].seen)
    figures += of_cases() if cases else []
    lines = [
        "# What is lost and what is doubled",
        "",
        "A real Odoo 19, every protocol in turn; `make failures` writes this file.",
        "",
        "| what happens | goal | seen | reached |",
        "|---|---|---|---|",
        *(f"| {each.what} | {each.goal} | {each.seen} | {'yes' if each.reached else '**no**'} |" for each in figures),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLED)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--no-cases", action="store_true", help="leave the tests of the cases out")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} too")
    arguments = parser.parse_args()
    text = report(wanted=arguments.kills, rows=arguments.rows, cases=not arguments.no_cases)
    print(text)  # noqa: T201
    if arguments.write:
        RESULTS.write_text(text, encoding="utf-8")
