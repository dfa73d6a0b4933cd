"""What the client itself costs, at any size of frame: `make bench`.

The server answers at once, in a process of its own. Times are the processor's, all threads of this process together:
what else the machine does counts little.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
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
from tests.benchmarks.measuring import RESULTS, Goal, figure, machine, plot, table

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


def peak(url: str, rows: int) -> float:
    """The most memory of a send above its frame and its responses, in MB, in a process that has sent little before.

    Memory that a large send gave back to its process, and not to the system, would hide what the next one takes.
    """
    # What is loaded with the first send of all is no row's.
    destination(url).send(mixed(FEW), me(url), again=True)
    frame = mixed(rows)
    gc.collect()
    before = memory("VmRSS")
    forget_the_most()
    answer = destination(url).send(frame, me(url), again=True)
    most = memory("VmHWM")
    assert answer["status"].eq("created").all()
    return most - before - answer.memory_usage(deep=True).sum() / 2**20


def apart(work: Callable[..., float], *given: Any) -> float:
    """What some work measures in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *given).result()


def sends(rows: int, rounds: int) -> tuple[list[Goal], dict[int, float]]:
    """The memory of a send, and its cost for a row from few rows to many; and that cost in µs, by how many they are."""
    sizes = [size for size in (FEW, 10_000, 100_000, 1_000_000) if size <= rows]
    each: dict[int, list[float]] = {size: [] for size in sizes}
    above: list[float] = []
    with answering() as (url, _told):
        target, who = destination(url), me(url)
        # As above.
        target.send(mixed(FEW), who, again=True)
        for number in range(rounds):
            for size in sizes:
                frame = mixed(size).assign(city=f"round {number}")
                taken = seconds(lambda frame=frame: target.send(frame, who, again=True))
                each[size].append(1e6 * taken / size)
                del frame
            above.append(apart(peak, url, rows))
    costs = [dict(zip(each, at, strict=True)) for at in zip(*each.values(), strict=True)]
    grows = [cost[max(sizes)] / min(cost.values()) for cost in costs]
    differ = [max(cost.values()) / min(cost.values()) for cost in costs]
    made = [
        Goal(7, f"peak memory of {rows:,} rows above frame and responses", 100, above, unit="MB", least=False),
        Goal(11, f"a row among {rows:,} beside one among as many as cost least", 1.3, grows, least=False),
        Goal(11, f"where a row costs most beside where it costs least, {FEW:,} to {rows:,}", 1.3, differ, least=False),
    ]
    return made, {size: statistics.median(taken) for size, taken in each.items()}


def parts(rows: int, rounds: int) -> Goal:
    """Conversion, journal and responses, one after the other, without the calls between them."""
    url = "http://127.0.0.1:1"
    target, who = destination(url), me(url)
    protocol = PROTOCOLS["json2"]
    taken = []
    for number in range(rounds):
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
    return Goal(7, f"conversion, journal and responses of 100 rows among {rows:,}", 1.0, taken, unit="ms", least=False)


def connections(rounds: int) -> list[Goal]:
    """Connections that are opened, beside calls at a time and calls that are made again."""
    calls_at_a_time = 4
    ratios: dict[int, list[float]] = {0: [], 50: []}
    for number in range(rounds):
        for busy_each, of_one in ratios.items():
            with answering(busy_each) as (url, told):
                target = destination(url, concurrency=calls_at_a_time)
                frame = mixed(20_000).assign(city=f"busy {busy_each}, round {number}")
                target.delivery(frame, me(url), policy=Policy(first_wait=0.01, longest_wait=0.02), again=True).result()
                opened, made = told()
                of_one.append(opened / (calls_at_a_time + made - len(frame) // BATCH))
    what = "connections beside calls at a time and calls made again"
    return [
        Goal(8, what, 1, ratios[0], least=False),
        Goal(8, f"{what}, one of 50 answered with 429", 1, ratios[50], least=False),
    ]


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

    what = {
        "import odoo_widgets, beyond pandas and ipywidgets": "import odoo_widgets",
        "the same, with Credential and Destination": "from odoo_widgets import Credential, Destination",
        "the same, with DestinationForm": "from odoo_widgets import DestinationForm",
    }
    return [Goal(9, said, 150, taken(done), "ms", least=False) for said, done in what.items()]


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
        sent, costs = sends(rows, chosen.rounds)
        made = [
            *changes(10 * rows, chosen.rounds),
            sent[0],
            parts(rows, chosen.rounds),
            *connections(chosen.rounds),
            *imports(chosen.rounds),
            *looks(rows, chosen.rounds),
            *sent[1:],
        ]
    each = ", ".join(f"{figure(cost)} µs among {size:,}" for size, cost in costs.items())
    text = (
        "# What the client itself costs\n\n"
        f"`make bench` writes this file. {chosen.rounds} rounds, the processor's time, against a server on this "
        f"machine that answers at once. {machine()}; load average {os.getloadavg()[0]:.1f} at the end."
        f"\n\n{table(made)}\n"
        f"![](client.svg)\n\nA row of a whole send takes, HTTP included: {each}. What a send costs by itself, however "
        "few its rows are, is in these; the waits for the disk are not.\n"
    )
    print(text)  # noqa: T201
    if chosen.write:
        (RESULTS / "client.md").write_text(text, encoding="utf-8")
        plot(made, RESULTS / "client.svg")


if __name__ == "__main__":
    main()
