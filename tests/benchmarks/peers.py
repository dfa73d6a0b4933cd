"""Other clients, each used as its own documentation shows it. Runs in an environment of their own, without ours.

Takes a job as JSON on its standard input: the client, where, as whom, and the rows as plain values. Prints the seconds
that the rows took; logging in comes before the clock starts.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import sys
import tempfile
import time
import xmlrpc.client
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    Ask = Callable[..., Any]
    Job = dict[str, Any]


def batches(rows: list[Any], size: int) -> list[list[Any]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def of_standard_library(job: Job) -> Ask:
    """docs.python.org/3/library/xmlrpc.client, and Odoo's own documentation of its external RPC API."""
    uid = xmlrpc.client.ServerProxy(f"{job['server']}/xmlrpc/2/common").authenticate(
        job["database"], job["login"], job["key"], {}
    )
    models = xmlrpc.client.ServerProxy(f"{job['server']}/xmlrpc/2/object")
    return lambda method, *given: models.execute_kw(
        job["database"], uid, job["key"], "res.partner", method, list(given)
    )


def of_httpx(job: Job) -> Ask:
    """Odoo's documentation of JSON-2, with one client for all calls."""
    import httpx  # noqa: PLC0415 - one of them in a process

    headers = {"Authorization": f"bearer {job['key']}", "X-Odoo-Database": job["database"]}
    client = httpx.Client(base_url=f"{job['server']}/json/2/res.partner/", headers=headers, timeout=600)
    names = {"create": ("vals_list",), "write": ("ids", "vals"), "load": ("fields", "data")}

    def ask(method: str, *given: Any) -> Any:
        arguments = dict(zip(names[method], given, strict=True))
        if method == "create" and isinstance(given[0], dict):
            arguments = {"vals_list": [given[0]]}
        answer = client.post(method, json=arguments)
        answer.raise_for_status()
        return answer.json()

    return ask


def of_odoorpc(job: Job) -> Ask:
    """odoorpc.readthedocs.io."""
    import odoorpc  # noqa: PLC0415 - one of them in a process

    address = urlsplit(job["server"])
    odoo = odoorpc.ODOO(address.hostname, port=address.port, timeout=600)
    odoo.login(job["database"], job["login"], job["key"])
    partner = odoo.env["res.partner"]
    return lambda method, *given: getattr(partner, method)(*given)


def of_odooly(job: Job) -> Ask:
    """odooly.readthedocs.io."""
    import odooly  # noqa: PLC0415 - one of them in a process

    partner = odooly.Client(job["server"], job["database"], job["login"], api_key=job["key"]).env["res.partner"]
    return lambda method, *given: (
        partner.browse(given[0]).write(given[1]) if method == "write" else getattr(partner, method)(*given)
    )


def of_odoo_client_lib(job: Job) -> Ask:
    """pypi.org/project/odoo-client-lib."""
    import odoolib  # noqa: PLC0415 - one of them in a process

    address = urlsplit(job["server"])
    connection = odoolib.get_connection(
        hostname=address.hostname,
        port=address.port,
        database=job["database"],
        login=job["login"],
        password=job["key"],
        protocol="jsonrpc",
    )
    partner = connection.get_model("res.partner")
    return lambda method, *given: getattr(partner, method)(*given)


CLIENTS = {
    "xmlrpc.client": of_standard_library,
    "httpx": of_httpx,
    "odoorpc": of_odoorpc,
    "odooly": of_odooly,
    "odoo-client-lib": of_odoo_client_lib,
}


def create_each(ask: Ask, job: Job) -> None:
    for row in job["rows"]:
        ask("create", row)


def create_batched(ask: Ask, job: Job) -> None:
    for batch in batches(job["rows"], job["batch"]):
        ask("create", batch)


def write_each(ask: Ask, job: Job) -> None:
    for number, row in zip(job["ids"], job["rows"], strict=True):
        ask("write", [number], row)


def load_batched(ask: Ask, job: Job) -> None:
    fields = [".id", *job["rows"][0]]
    pairs = list(zip(job["ids"], job["rows"], strict=True))
    for batch in batches(pairs, job["batch"]):
        answer = ask("load", fields, [[str(number), *row.values()] for number, row in batch])
        assert answer["ids"], answer["messages"]


WAYS = {each.__name__: each for each in (create_each, create_batched, write_each, load_batched)}


def import_files(job: Job) -> float:
    """github.com/tfrancoi/odoo_csv_import: files, through its threads; one of them, as ours sends serially."""
    from odoo_csv_tools import import_threaded  # noqa: PLC0415 - one of them in a process

    address = urlsplit(job["server"])
    with tempfile.TemporaryDirectory() as folder:
        config, table = Path(folder) / "connection.conf", Path(folder) / "res.partner.csv"
        connection = {
            "hostname": address.hostname,
            "port": address.port,
            "database": job["database"],
            "login": job["login"],
            "password": job["key"],
            "protocol": "jsonrpc",
            "uid": 2,
        }
        config.write_text("[Connection]\n" + "".join(f"{key} = {value}\n" for key, value in connection.items()))
        with table.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
            writer.writerow(["id", *job["rows"][0]])
            writer.writerows([f"{job['tag']}.{number}", *row.values()] for number, row in enumerate(job["rows"]))
        started = time.perf_counter()
        import_threaded.import_data(
            str(config),
            "res.partner",
            file_csv=str(table),
            context={"tracking_disable": False},
            fail_file=str(Path(folder) / "failed.csv"),
            encoding="utf-8",
            separator=";",
            ignore=[],
            split=False,
            check=True,
            max_connection=1,
            batch_size=job["batch"],
            skip=0,
            o2m=False,
        )
        return time.perf_counter() - started


def seconds(job: Job) -> float:
    if job["client"] == "odoo-import-export-client":
        return import_files(job)
    ask, way = CLIENTS[job["client"]](job), WAYS[job["way"]]
    started = time.perf_counter()
    way(ask, job)
    return time.perf_counter() - started


if __name__ == "__main__":
    # Some of them print as they go.
    with contextlib.redirect_stdout(io.StringIO()):
        taken = seconds(json.load(sys.stdin))
    sys.stdout.write(f"{taken}\n")
    sys.stdout.flush()
    os._exit(0)
