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
TRIALS, KILLS = 50, 3
# What changes something: the rest looks something up.
SENDS = ("create", "load", "write", "web_save_multi")

# The cases of a delivery that fails, and the tests that show what becomes of each.
CASES: dict[str, str] = {
    "1 no connection, then one": "tests/faults/test_again.py -k connect",
    "2 no answer after the commit, with a key": "tests/faults/test_keys.py",
    "3 no answer after the commit, without a key": "tests/faults/test_lost_answers.py",
    "4 the connection ends or is reset after the commit": "tests/faults -k 'end or reset or lost'",
    "5 429 with Retry-After": "tests/faults/test_again.py -k told",
    "6 502, 503 and 504 at random": "tests/faults/test_again.py -k 'often or fails'",
    "7 a page, no body, half a body, no XML": "tests/faults/test_lost_answers.py",
    "8 another call's answer, fewer ids, false": "tests/faults/test_lost_answers.py",
    "9 drips, and has no end": "tests/faults/test_lost_answers.py -k 'drip or endless or large'",
    "10 another address": "tests/faults -k 'address or redirect or elsewhere'",
    "11 transactions that clash": "tests/faults/test_again.py -k 'clash or serial'",
    "12 k bad rows of 100": "tests/faults/test_narrowing.py",
    "13 the login ends, an unknown key or database": "tests/faults/test_again.py -k 'login or key or database'",
    "14 interrupted at any time": "tests/faults/test_again.py -k interrupt",
    "15 killed, and resumed": "tests/faults/test_kills.py tests/net/test_journal.py",
    "16 two send the same at once": "tests/faults -k 'at_once or two'",
    "17 cells that cannot be sent": "tests/flow/test_problems.py tests/flow/test_records.py",
    "18 a planted key": "tests/forms/test_secrets.py tests/net/test_transport.py tests/flow/test_credential.py",
    "19 hostile text": "tests/forms/test_truth.py tests/flow/test_headers.py tests/faults -k 'bomb or hostile or text'",
    "20 certificates and proxies": "tests/net/test_transport.py",
}


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


def kills(odoo: Sandbox, trials: int) -> Figure:
    """A sending process is killed at random moments, and another goes on."""
    chance, killed, lost, double, untold = random.Random(15), 0, 0, 0, 0
    for number in range(trials):
        tag, protocol = f"kill-{number}", list(PATHS)[number % len(PATHS)]
        frame = rows_of(120, tag)
        chosen = settings(odoo.url, protocol, batch_size=10)
        done = trial(chosen, odoo.credential, frame, kills=KILLS, seconds=0.7, chance=chance)
        found = there(odoo, tag)
        killed += done.kills
        lost += len(set(frame["ref"]) - set(found))
        double += sum(times - 1 for times in found.values())
        untold += int((~done.responses["status"].isin(["created", "updated", "unchanged", "saved"])).sum())
    seen = (
        f"{killed} kills in {trials} sends of 120 rows: {lost} lost, {double} double, {untold} without a green status"
    )
    return Figure("kill -9 at random, then resume, with a key", "150 kills, 0 lost, 0 double", seen, not lost + double)


def often(seed: int) -> Callable[[str], Fault | None]:
    """Every fifth request fails, half of these when Odoo has done its work."""
    chance = random.Random(seed)

    def fault(_method: str) -> Fault | None:
        page = answering(chance.choice([502, 503, 504]))
        return chance.choice([page, after(page)]) if chance.random() < 0.2 else None

    return fault


def through_failures(odoo: Sandbox, rows: int) -> Figure:
    """Every fifth request fails; what a send leaves open is resumed."""
    frame, size, me = rows_of(rows, "fifth"), 100, odoo.credential
    soon = Policy(first_wait=0.01, longest_wait=0.05)
    rounds, left = 0, rows
    with proxy(odoo.url, often(6)) as through:
        who = Credential(through.url, me.database, me.login, me.api_key.get_secret_value())
        target = Destination(**settings(through.url, batch_size=size))
        answer = None
        while left and rounds < 20:
            sending = target.delivery(frame, who, policy=soon, resume=answer is not None)
            try:
                answer = sending.result()
            except OdooWidgetsError as error:
                answer = error.responses if getattr(error, "responses", None) is not None else answer
            rounds += 1
            left = int(answer["status"].isin(["not_sent", "in_doubt"]).sum())
        share = through.count(*SENDS) / -(-rows // size)
        looks = through.count() - through.count(*SENDS)
    found = there(odoo, "fifth")
    double, lost = sum(times - 1 for times in found.values()), len(set(frame["ref"]) - set(found))
    seen = (
        f"{rows:,} rows in {rounds} round{'s' if rounds > 1 else ''} of send and resume: {lost} lost, {double} double; "
        f"{share:.2f} times the least number of calls that change something, and {looks:,} look-ups"
    )
    reached = not lost + double and share <= 1.1
    return Figure("20 % of 502, 503 and 504 at random", "0 lost, 0 double, at most 1.10 of the least", seen, reached)


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


def case(name: str) -> Figure:
    """What the tests of a case say."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.xml"
        command = f"{sys.executable} -m pytest -q -p no:cacheprovider --junitxml={out} {CASES[name]}"
        subprocess.run(command, shell=True, check=False, stdout=subprocess.DEVNULL)  # noqa: S602 - the table's own text
        suite = ET.parse(out).getroot().find("testsuite")  # noqa: S314 - pytest wrote it
    assert suite is not None
    tests, failed = int(suite.get("tests", 0)), int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return Figure(name, "as its tests say", f"{tests - failed} of {tests} tests pass", bool(tests) and not failed)


def report(*, trials: int, rows: int, cases: bool) -> str:
    """The table."""
    with tempfile.TemporaryDirectory() as state, contextlib.ExitStack() as stack:
        os.environ["XDG_STATE_HOME"] = state
        odoo = stack.enter_context(Sandbox())
        figures = [kills(odoo, trials), through_failures(odoo, rows), two_at_once(odoo, 6), secret(odoo)]
    figures += [case(name) for name in CASES] if cases else []
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
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--no-cases", action="store_true", help="leave the tests of the cases out")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} too")
    arguments = parser.parse_args()
    text = report(trials=arguments.trials, rows=arguments.rows, cases=not arguments.no_cases)
    print(text)  # noqa: T201
    if arguments.write:
        RESULTS.write_text(text, encoding="utf-8")
