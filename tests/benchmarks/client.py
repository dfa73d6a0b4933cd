"""What the client itself costs, at any size of frame: `make bench`.

The server answers at once, in a process of its own. Times are the processor's, all threads of this process together:
what else the machine does counts little.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.policy import Policy
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.responses import Outcome, responses
from odoo_widgets.flow.source import Source
from odoo_widgets.forms.state import State
from odoo_widgets.net.bookkeeping import Bookkeeping, Kind
from tests.benchmarks.answering import answering
from tests.benchmarks.asked import odoo
from tests.benchmarks.conversion import mixed
from tests.benchmarks.measuring import RESULTS, Goal, machine, plot, table

if TYPE_CHECKING:
    from collections.abc import Callable

BATCH = 100
MANY, FEW = 1_000_000, 1_000
HERE = Path(__file__).parents[2]


def seconds(work: Callable[[], Any]) -> float:
    """The processor's time of some work."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def destination(url: str, **more: Any) -> Destination:
    return Destination(f"{url}/json/2/res.partner/create", timezone="UTC", batch_size=BATCH, **more)


def me(url: str) -> Credential:
    return Credential(url, "mycompany", api_key="k" * 40)


def memory(name: str) -> float:
    """A figure of this process in MB: VmRSS, what it holds, or VmHWM, the most since `forget_the_most`."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(name))) / 1024


def forget_the_most() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


def sends(rows: int, rounds: int) -> list[Goal]:
    """The memory of a send, and its cost for a row, from few rows to many."""
    each: dict[int, list[float]] = {}
    above: list[float] = []
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= rows]
    with answering() as (url, _told):
        target, who = destination(url), me(url)
        for number in range(rounds):
            for size in sizes:
                # The largest takes as long as all others together, and is one round.
                if size == max(sizes) and number:
                    continue
                frame = mixed(size).assign(city=f"round {number}")
                gc.collect()
                before = memory("VmRSS")
                forget_the_most()
                start = time.process_time()
                answer = target.send(frame, who, again=True)
                each.setdefault(size, []).append((time.process_time() - start) / size)
                held = answer.memory_usage(deep=True).sum() / 2**20
                assert answer["status"].eq("created").all()
                if size == max(sizes):
                    above.append(memory("VmHWM") - before - held)
                del answer, frame
    whole = 1e5 * min(each[max(sizes)])
    grows = [min(each[max(sizes)]) / cost for cost in each[FEW]]
    return [
        Goal(7, f"peak memory of {rows:,} rows above frame and responses", 100, above, unit="MB", least=False),
        Goal(11, f"a row among {rows:,} beside one among {FEW:,}", 1.3, grows, least=False),
        Goal(0, "whole send, transport included, for 100 rows", float("nan"), [whole], unit="ms", least=False),
    ]


def parts(rows: int) -> Goal:
    """Conversion, journal and responses, one after the other, without the calls between them."""
    url = "http://127.0.0.1:1"
    target, who = destination(url), me(url)
    protocol = PROTOCOLS["json2"]
    taken = []
    for number in range(3):
        source = Source(mixed(rows).assign(city=f"part {number}"))

        def work(source: Source = source) -> None:
            done = []
            with Bookkeeping(target, who, Kind(again=True)) as books:
                past = books.open(source, range(len(source)))
                for call in plan(source, target, among=past.rows):
                    protocol.encode(call, target, who)
                    books.journal.sending(call.rows)
                    done.append(Outcome(call.rows, "created", range(1, len(call.rows) + 1), call.number, 200))
                    books.journal.settled(done[-1:])
                books.end({"created": rows}, 0)
            responses(done, source.frame.index, url, "res.partner")

        taken.append(seconds(work) / rows * 1e5)
    return Goal(7, "conversion, journal and responses of 100 rows", 1.0, taken, unit="ms", least=False)


def connections() -> Goal:
    """Connections that are opened, beside calls at a time and calls that are made again."""
    ratios = []
    for busy_each in (0, 50):
        with answering(busy_each) as (url, told):
            calls_at_a_time = 4
            target = destination(url, concurrency=calls_at_a_time)
            frame = mixed(20_000).assign(city=f"busy {busy_each}")
            target.delivery(frame, me(url), policy=Policy(first_wait=0.01, longest_wait=0.02), again=True).result()
            opened, made = told()
            ratios.append(opened / (calls_at_a_time + made - len(frame) // BATCH))
    return Goal(8, "connections beside calls at a time and calls made again", 1, ratios, least=False)


def imports(rounds: int) -> list[Goal]:
    """The processor's time of an import, in processes of their own, from compiled files as an installer leaves them."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def taken(what: str) -> list[float]:
        told = (
            f"import time, pandas, ipywidgets; start = time.process_time(); {what}; print(time.process_time() - start)"
        )
        command = [sys.executable, "-c", told]
        with tempfile.TemporaryDirectory() as compiled:
            run = partial(subprocess.run, command, capture_output=True, text=True, check=True, cwd=HERE)
            own = environment | {"PYTHONPYCACHEPREFIX": compiled}
            # The first of them compiles.
            return [1000 * float(run(env=own).stdout) for _ in range(rounds + 1)][1:]

    names = "from odoo_widgets import Credential, Destination"
    return [
        Goal(
            9, "import odoo_widgets, beyond pandas and ipywidgets", 150, taken("import odoo_widgets"), "ms", least=False
        ),
        Goal(9, f"the same, {names}", 150, taken(names), "ms", least=False),
    ]


def looks(rows: int, rounds: int) -> list[Goal]:
    """A whole check, and what a send looks for before its first call, beside pandas' own looks."""
    frame, target, who = mixed(rows), destination("http://127.0.0.1:1"), me("http://127.0.0.1:1")

    def pandas_looks() -> None:
        for name in frame.columns:
            frame[name].isna()
            frame[name].nunique()

    def check() -> None:
        found = target.check(frame, who, transport=httpx.MockTransport(odoo))
        assert found.empty, found

    ways = {"check": check, "look through before a send": lambda: problems(frame, target)}
    ratios: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            ratios[name].append(seconds(way) / seconds(pandas_looks))
    return [
        Goal(10, f"{name} of {rows:,} rows beside isna and nunique of each column", 3, found, least=False)
        for name, found in ratios.items()
    ]


def changes(rows: int, rounds: int) -> list[Goal]:
    """A control that changes, until the new samples are there."""
    few = mixed(FEW)
    many = pd.concat([mixed(MANY)] * (rows // MANY), ignore_index=True) if rows >= MANY else mixed(rows)
    states = [State(frame, destination("http://127.0.0.1:1"), None) for frame in (few, many)]
    taken: dict[int, list[float]] = {0: [], 1: []}
    for number in range(rounds * 10):
        for place, state in enumerate(states):
            taken[place].append(seconds(partial(state.edit, batch_size=50 + number % 50)))
    assert all(len(state.samples) for state in states)
    large, small = (1000 * pd.Series(taken[place]) for place in (1, 0))
    # The calls are counted in the background: what a person waits for is the time of this thread.
    gc.collect()
    start = time.thread_time()
    states[1].edit(grouping="by column", group_by="city")
    grouped = 1000 * (time.thread_time() - start)
    assert len(states[1].samples)
    while states[1].batches is None:
        time.sleep(0.1)
    return [
        Goal(6, f"a control change at {rows:,} rows, to new samples", 5, large, unit="ms", least=False),
        Goal(6, f"the same beside {FEW:,} rows", 1.5, large / small, least=False),
        Goal(6, "the first grouping by column, to new samples", 5, [grouped], unit="ms", least=False),
    ]


def main() -> None:
    """Measures, prints, and writes the results where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tenth", action="store_true", help="a tenth of the rows, to see whether it runs")
    parser.add_argument("--write", action="store_true", help="write the results too")
    chosen = parser.parse_args()
    rows = MANY // 10 if chosen.tenth else MANY
    with tempfile.TemporaryDirectory() as state:
        # What is sent here is nobody's send.
        os.environ["XDG_STATE_HOME"] = state
        sent = sends(rows, chosen.rounds)
        made = [
            *changes(10 * rows, chosen.rounds),
            sent[0],
            parts(rows // 10),
            connections(),
            *imports(chosen.rounds),
            *looks(rows, chosen.rounds),
            sent[1],
        ]
    text = (
        "# What the client itself costs\n\n"
        f"`make bench` writes this file. {chosen.rounds} rounds, the processor's time, against a server on this "
        f"machine that answers at once. {machine()}; load average {os.getloadavg()[0]:.1f} at the end."
        f"\n\n{table(made)}\n"
        f"![](client.svg)\n\nA whole send takes {sent[2].measured:.1f} ms for 100 rows, HTTP included.\n"
    )
    print(text)  # noqa: T201
    if chosen.write:
        (RESULTS / "client.md").write_text(text, encoding="utf-8")
        plot(made, RESULTS / "client.svg")


if __name__ == "__main__":
    main()
