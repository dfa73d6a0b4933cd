"""How fast a frame becomes request bodies, beside going cell by cell: `make bench`.

The processor's time is taken, all threads together, and rounds are interleaved: what else the machine does counts
little, and slows both ways alike. Compare the ratios, not the times.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
import statistics
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa

from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.settings import Settings
from tests.benchmarks.measuring import RESULTS, Goal, machine, plot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SETTINGS = Settings("https://mycompany.odoo.com/json/2/res.partner/create", timezone="UTC", batch_size=100)
# The way to beat makes bodies alone; `encode` makes whole requests, with address and headers.
NAIVE, BODIES, OURS, CHECKED = (
    "cell by cell, json.dumps",
    "plan, orjson.dumps",
    "plan, encode",
    "problems, plan, encode",
)
GOALS = {"default dtypes": 10.0, "Arrow dtypes": 20.0}


def mixed(rows: int) -> pd.DataFrame:
    """Twelve columns as they come out of a database: texts, numbers, times, some of each missing."""
    number = np.arange(rows)
    some = number % 7 == 0
    moments = pd.Series(pd.Timestamp("2020-01-01 08:15:30") + pd.to_timedelta(number * 61, unit="s"))
    days = pd.date_range("2020-01-01", periods=1000).date
    texts = [f"Customer {each} Ltd" for each in number]
    return pd.DataFrame(
        {
            "name": texts,
            "city": [("Brussels", "Fremont", "São Paulo")[each % 3] for each in number],
            "email": pd.Series(texts).str.replace(" ", ".").mask(some),
            "country_id": pd.Series(number % 250 + 1, dtype="Int64").mask(some),
            "color": number % 12,
            "credit_limit": pd.Series(number * 1.37 + 0.01).mask(some),
            "first_seen": moments.mask(some),
            "last_seen": moments.dt.tz_localize("Europe/Brussels", ambiguous="NaT", nonexistent="NaT").ffill(),
            "birthday": pd.Series([days[each % 1000] for each in number], dtype=object),
            "type": pd.Series(pd.Categorical.from_codes(number % 4, ["contact", "invoice", "delivery", "other"])).mask(
                some
            ),
            "is_company": number % 2 == 0,
            "active": pd.Series(number % 3 == 0, dtype="boolean").mask(some),
        }
    )


def encoded(call: Any, credential: Credential) -> bytes:
    """The body of one call: the only line that knows how a call is encoded."""
    from odoo_widgets.flow.protocols import json2  # noqa: PLC0415

    return json2.encode(call, SETTINGS, credential).content


def ours(frame: pd.DataFrame) -> Iterator[bytes]:
    credential = Credential("https://mycompany.odoo.com", api_key="key")
    return (encoded(call, credential) for call in plan(frame, SETTINGS))


def bodies(frame: pd.DataFrame) -> Iterator[bytes]:
    return (orjson.dumps(call.ask.arguments) for call in plan(frame, SETTINGS))


def checked(frame: pd.DataFrame) -> Iterator[bytes]:
    assert problems(frame, SETTINGS) == ()
    return ours(frame)


def clean(cell: Any) -> Any:
    """A cell as Odoo takes it."""
    if isinstance(cell, pd.Timestamp):
        zoned = cell.tz_localize("UTC") if cell.tzinfo is None else cell.tz_convert("UTC")
        return zoned.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell.item() if isinstance(cell, np.generic) else cell


def naive(frame: pd.DataFrame) -> Iterator[bytes]:
    records = [
        {name: clean(cell) for name, cell in row.items() if not pd.isna(cell)} for row in frame.to_dict("records")
    ]
    for start in range(0, len(records), 100):
        yield json.dumps({"vals_list": records[start : start + 100]}).encode()


WAYS: dict[str, Callable[[pd.DataFrame], Iterator[bytes]]] = {
    NAIVE: naive,
    BODIES: bodies,
    OURS: ours,
    CHECKED: checked,
}


def cells(made: Iterator[bytes]) -> list[Any]:
    """What a server reads out of the bodies, with the types beside the values, since 1 == True == 1.0."""
    rows = [orjson.loads(body)["vals_list"] for body in made]
    return [[(name, type(cell), cell) for name, cell in row.items()] for batch in rows for row in batch]


def measured(frame: pd.DataFrame, rounds: int) -> dict[str, list[float]]:
    """The processor's seconds that each way takes, in rounds of one each."""
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(rounds):
        for name, way in WAYS.items():
            gc.collect()
            start = time.process_time()
            deque(way(frame), maxlen=0)
            seconds[name].append(time.process_time() - start)
    return seconds


def report(rows: int, rounds: int) -> tuple[str, list[Goal]]:
    """The table: every way on every kind of frame, and whether the goals are reached."""
    made = []
    lines = [
        "# A DataFrame to JSON-2 request bodies",
        "",
        f"{rows:,} rows of 12 mixed columns, 100 records in a body, {rounds} interleaved rounds. {machine()}.",
        (
            "The bodies of all ways hold the same cells; times are the processor's. Cell by cell makes bodies alone, "
            "`encode` whole requests."
        ),
        "`make bench` writes this file.",
        "",
        "| frame | way | median ms | fastest–slowest ms | times as fast | goal |",
        "|---|---|---|---|---|---|",
    ]
    default = mixed(rows)
    for name, frame in {
        "default dtypes": default,
        "Arrow dtypes": pa.Table.from_pandas(default, preserve_index=False).to_pandas(types_mapper=pd.ArrowDtype),
    }.items():
        expected = cells(naive(frame))
        for way in (bodies, ours, checked):
            assert cells(way(frame)) == expected, f"the bodies of a frame of {name} differ"
        del expected
        seconds = measured(frame, rounds)
        for way_name, taken in seconds.items():
            # One ratio for each round: both ways had the same neighbours then.
            ratios = [slow / fast for slow, fast in zip(seconds[NAIVE], taken, strict=True)]
            ratio, goal = statistics.median(ratios), ""
            if way_name == BODIES:
                made.append(Goal(5, f"{rows:,} rows to bodies beside cell by cell, {name}", GOALS[name], ratios))
                goal = f"{GOALS[name]:g}, {'reached' if made[-1].reached else '**missed**'}"
            lines.append(
                f"| {name} | {way_name} | {statistics.median(taken) * 1000:,.0f} "
                f"| {min(taken) * 1000:,.0f}–{max(taken) * 1000:,.0f} | {ratio:.1f} | {goal} |"
            )
    return "\n".join([*lines, "", "![](conversion.svg)"]) + "\n", made


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", action="store_true", help="write the results too")
    arguments = parser.parse_args()
    text, goals = report(arguments.rows, arguments.rounds)
    print(text)  # noqa: T201
    if arguments.write:
        (RESULTS / "conversion.md").write_text(text, encoding="utf-8")
        plot(goals, RESULTS / "conversion.svg")
