"""How fast records are created and updated in a real Odoo, beside Odoo itself and beside other clients: `make bench`.

Every round takes a fresh database of the sandbox and goes through all ways once, in an order of its own; a ratio is
of two ways in one round. The wall clock is read, since most of the work is Odoo's: nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd

from odoo_widgets.destination import Destination
from odoo_widgets.sandbox import Sandbox
from tests.benchmarks.measuring import RESULTS, Goal, figure, machine, plot, table
from tests.real import call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BATCH = 1000
PEERS = Path(sys.prefix) / "peers" / "bin" / "python"
LOOPS = ("httpx", "odoo-client-lib", "odoorpc", "odooly", "xmlrpc.client")
BATCHED = (*LOOPS, "odoo-import-export-client")
# Odoo's own process does the same calls: a server action runs there, in a thread of the server that answers us, with
# the context that our calls have. A commit ends each, as a request's end does. The rows come in the action's context.
INSIDE = """
rows = env.context['rows']
partner = env['res.partner'].with_context(%(context)r)
started = time.time()
for start in range(0, len(rows), %(batch)d):
    partner.create(rows[start:start + %(batch)d])
    env.cr.commit()
action = {'seconds': time.time() - started}
"""


@attrs.frozen
class Size:
    """How many rows each way gets: the slow ones take minutes, and get as few as keep their rate."""

    create: int = 10_000
    loop: int = 200
    load: int = 2_000
    repeated: int = 50_000
    everything: int = 3_000


def people(rows: int, tag: str) -> pd.DataFrame:
    """Contacts of eight fields, as plain text."""
    number = pd.RangeIndex(rows).astype(str)
    return pd.DataFrame(
        {
            "name": "Customer " + number + f" {tag}",
            "ref": f"{tag}-" + number,
            "email": "customer" + number + "@example.com",
            "phone": "+32 2 555 " + number.str.zfill(6),
            "street": number + " Main Street",
            "city": ["Brussels", "Ghent"] * (rows // 2),
            "zip": (pd.RangeIndex(rows) % 9000 + 1000).astype(str),
            "function": "Buyer",
        }
    ).astype("object")


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.to_dict("records")


@attrs.frozen
class Bench:
    """One round: a database, and what was measured in it."""

    odoo: Sandbox
    size: Size
    peers: Path

    def ours(self, operation: str, frame: pd.DataFrame, **more: Any) -> float:
        """Rows per second of a send, everything included that a user waits for."""
        target = Destination(f"{self.odoo.url}/json/2/res.partner/{operation}", batch_size=BATCH, **more)
        started = time.perf_counter()
        responses = target.send(frame, self.odoo.credential, again=True)
        taken = time.perf_counter() - started
        assert responses["status"].isin(["created", "updated", "unchanged"]).all(), responses["error"].value_counts()
        return len(frame) / taken

    def inside(self, frame: pd.DataFrame) -> float:
        """Rows per second of the same creates inside Odoo's process."""
        target = Destination(f"{self.odoo.url}/json/2/res.partner/create", batch_size=BATCH)
        context = json.loads(target.samples(frame.head(1))[0].payload).get("context", {})
        model = call(self.odoo, "ir.model", "search", domain=[["model", "=", "res.partner"]])[0]
        code = INSIDE % {"context": context, "batch": BATCH}
        action = {"name": "bench", "model_id": model, "state": "code", "code": code}
        (number,) = call(self.odoo, "ir.actions.server", "create", vals_list=[action])
        answer = call(self.odoo, "ir.actions.server", "run", ids=[number], context={"rows": plain(frame)})
        return len(frame) / answer["seconds"]

    def peer(self, client: str, way: str, frame: pd.DataFrame, ids: list[int] | None = None) -> float:
        """Rows per second of another client, in a process and an environment of its own."""
        me = self.odoo.credential
        job = {
            "client": client,
            "way": way,
            "server": self.odoo.url,
            "database": me.database,
            "login": me.login,
            "key": me.api_key.get_secret_value(),
            "batch": BATCH,
            "rows": plain(frame),
            "ids": ids,
            "tag": f"bench_{random.randrange(10**9)}",
        }
        done = subprocess.run(
            [self.peers, Path(__file__).with_name("peers.py")],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{client}, {way}: {done.stderr.replace(job['key'], '***')}")
        return len(frame) / float(done.stdout)

    def rates(self) -> dict[str, float]:
        """Rows per second of every way."""
        size = self.size
        self.ours("create", people(100, "warm"))
        new = people(size.create, "new")
        creating: dict[str, Callable[[], float]] = {
            "create, ours": lambda: self.ours("create", new),
            "create, inside Odoo": lambda: self.inside(new),
            **{
                f"create each, {name}": lambda name=name: self.peer(name, "create_each", new.head(size.loop))
                for name in LOOPS
            },
            **{f"create batched, {name}": lambda name=name: self.peer(name, "create_batched", new) for name in BATCHED},
        }
        measured = shuffled(creating)

        known = people(size.create, "known")
        sent = Destination(f"{self.odoo.url}/json/2/res.partner/create", batch_size=BATCH).send(
            known, self.odoo.credential
        )
        ids = sent["id"].astype(int).tolist()

        def function(text: str) -> pd.DataFrame:
            return pd.DataFrame({"function": text + pd.RangeIndex(len(ids)).astype(str)}).astype("object")

        def edited(tag: str, rows: int) -> pd.DataFrame:
            return people(size.create, tag).head(rows)

        def with_ids(frame: pd.DataFrame) -> pd.DataFrame:
            return frame.assign(id=ids[: len(frame)])

        updating: dict[str, Callable[[], float]] = {
            "update one field, ours": lambda: self.ours("write", with_ids(function("Owner "))),
            "update one field, load": lambda: self.peer(
                "httpx", "load_batched", function("Clerk ").head(size.load), ids[: size.load]
            ),
            "update eight fields, ours": lambda: self.ours("write", with_ids(edited("eight", size.load))),
            "update eight fields, load": lambda: self.peer(
                "httpx", "load_batched", edited("loaded", size.load), ids[: size.load]
            ),
            "update eight fields, write each": lambda: self.peer(
                "httpx", "write_each", edited("written", size.loop), ids[: size.loop]
            ),
        }
        return measured | shuffled(updating) | self.repeated()

    def repeated(self) -> dict[str, float]:
        """A load that was sent before: only what changed, beside all of it by the fastest path."""
        rows = people(self.size.repeated, "again")
        made = Destination(
            f"{self.odoo.url}/json/2/res.partner/create", batch_size=BATCH, context={"tracking_disable": True}
        ).send(rows, self.odoo.credential)
        rows["id"] = made["id"].astype(int)
        changed = rows.copy()
        # 1 % of the rows: one cell each, and a second one in every other.
        changed.loc[::100, "function"] = "Owner"
        changed.loc[::200, "city"] = "Antwerp"
        only = self.ours("write", changed, only_changes=True)
        everything = self.ours(
            "write", people(self.size.repeated, "all").head(self.size.everything).assign(id=rows["id"])
        )
        return {"repeat, only changes": only, "repeat, everything": everything}


def shuffled(ways: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Each way once, in an order of its own."""
    return {name: ways[name]() for name in random.sample(list(ways), len(ways))}


def goals(rounds: list[dict[str, float]]) -> list[Goal]:
    """The goals, from the rates of every round."""

    def ratio(one: str, other: str) -> list[float]:
        return [rates[one] / rates[other] for rates in rounds]

    def best(prefix: str) -> list[float]:
        """Beside the one that is the fastest over all rounds."""
        ratios = [ratio("create, ours", f"{prefix}, {name}") for name in names[prefix]]
        return min(ratios, key=statistics.median)

    names = {"create each": LOOPS, "create batched": BATCHED}
    size = Size()
    one, eight = "update one field", "update eight fields"
    return [
        Goal(
            1,
            f"create {size.create:,} contacts of 8 fields, beside Odoo itself",
            0.95,
            ratio("create, ours", "create, inside Odoo"),
        ),
        Goal(2, "the same, beside the fastest loop over rows of another client", 15, best("create each")),
        Goal(2, "the same, beside the fastest other client in batches of 1,000", 1, best("create batched")),
        Goal(3, f"{one} of {size.create:,} rows, beside load", 10, ratio(f"{one}, ours", f"{one}, load")),
        Goal(3, f"{eight}, beside load", 2, ratio(f"{eight}, ours", f"{eight}, load")),
        Goal(3, f"{eight}, beside a loop of write", 6, ratio(f"{eight}, ours", f"{eight}, write each")),
        Goal(
            4,
            f"repeat {size.repeated:,} rows with 1 % changed, beside sending all",
            50,
            ratio("repeat, only changes", "repeat, everything"),
        ),
    ]


def report(rounds: list[dict[str, float]], made: list[Goal], size: Size) -> str:
    """The results as a page."""
    rates = "\n".join(f"| {name} | {' | '.join(figure(each[name]) for each in rounds)} |" for name in sorted(rounds[0]))
    heads = " | ".join(f"round {number}" for number in range(1, len(rounds) + 1))
    return (
        "# Writing into a real Odoo 19\n\n"
        f"`make bench` writes this file. {len(rounds)} rounds, each in a fresh database, all ways interleaved; ratios "
        f"are of one round. {machine()}.\n\n{table(made)}\n![](writing.svg)\n\n"
        f"Calls hold {BATCH:,} records. Loops over rows took {size.loop} rows, `load` and eight fields {size.load:,}, "
        f"sending all {size.everything:,}: rates are compared.\n\n"
        f"## Rows per second\n\n| way | {heads} |\n|---|{'---|' * len(rounds)}\n{rates}\n"
    )


def main() -> None:
    """Measures, prints, and writes the results where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=PEERS, help="a Python that has tests/benchmarks/peers.txt")
    parser.add_argument("--tenth", action="store_true", help="a tenth of the rows, to see whether it runs")
    parser.add_argument("--write", action="store_true", help="write the results too")
    chosen = parser.parse_args()
    size = Size(*(each // 10 for each in attrs.astuple(Size()))) if chosen.tenth else Size()
    rounds = []
    for number in range(chosen.rounds):
        with Sandbox() as odoo:
            rounds.append(Bench(odoo, size, chosen.peers).rates())
        print(f"round {number + 1} of {chosen.rounds}: done", file=sys.stderr)  # noqa: T201
    made = goals(rounds)
    text = report(rounds, made, size)
    print(text)  # noqa: T201
    if chosen.write:
        (RESULTS / "writing.md").write_text(text, encoding="utf-8")
        plot(made, RESULTS / "writing.svg")


if __name__ == "__main__":
    main()
