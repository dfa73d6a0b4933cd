"""One real Odoo for all tests of faults, and sends to it through a proxy."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import StoppedError
from odoo_widgets.flow.server import Server
from tests.net.servers import SOON
from tests.real import call, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.net.delivery import Delivery
    from odoo_widgets.sandbox import Sandbox
    from tests.faults.proxy import Proxy

NAMES = itertools.count(1)
# The APIs that have keys and look-ups, and with REST all of them.
PROTOCOLS = ("json2", "jsonrpc", "xmlrpc")
ALL = (*PROTOCOLS, "rest")
VERBS = {"create": ("POST", ""), "write": ("PATCH", "/{id}"), "unlink": ("DELETE", "/{id}")}


def where(server: str, protocol: str, operation: str) -> dict[str, Any]:
    """The settings that say what a protocol does to partners."""
    if protocol == "rest":
        method, rest = VERBS[operation]
        return {"url": f"{server}/api/res.partner{rest}", "method": method}
    if protocol == "json2":
        return {"url": f"{server}/json/2/res.partner/{operation}"}
    path = {"jsonrpc": "/jsonrpc", "xmlrpc": "/xmlrpc/2/object"}[protocol]
    return {"url": server + path, "model": "res.partner", "operation": operation}


class Truth:
    """What stands in Odoo, read and made over a connection of its own."""

    def __init__(self, odoo: Sandbox) -> None:
        self.odoo = odoo
        (user,) = call(odoo, "res.users", "search_read", domain=[["login", "=", odoo.credential.login]], fields=["id"])
        self.uid = user["id"]

    def frame(self, rows: int, **columns: Any) -> pd.DataFrame:
        """Rows that no other test sends."""
        tag = f"t{next(NAMES)}"
        return pd.DataFrame({"name": [f"{tag} {row}" for row in range(rows)], "ref": tag, **columns})

    def made(self, rows: int, **columns: Any) -> pd.DataFrame:
        """The same, whose records are there."""
        frame = self.frame(rows, **columns)
        return frame.assign(id=call(self.odoo, "res.partner", "create", vals_list=frame.to_dict("records")))

    def of(self, frame: pd.DataFrame, *fields: str) -> list[dict[str, Any]]:
        """The records of a frame that are there, archived ones included."""
        domain, context = [["ref", "=", frame["ref"].iloc[0]]], {"active_test": False}
        found = call(self.odoo, "res.partner", "search_read", domain=domain, fields=["name", *fields], context=context)
        return sorted(found, key=lambda record: record["id"])

    def names(self, frame: pd.DataFrame) -> list[str]:
        return sorted(record["name"] for record in self.of(frame))


@pytest.fixture(scope="session")
def truth() -> Iterator[Truth]:
    with sandbox() as odoo:
        truth = Truth(odoo)
        truth.made(1)  # the first call of all takes seconds
        yield truth


def delivery(
    truth: Truth, through: Proxy, protocol: str, operation: str, frame: pd.DataFrame, **options: Any
) -> Delivery:
    """A send to a real Odoo through a proxy; options of the send itself by their own names, others are settings."""
    mine = {
        name: options.pop(name) for name in ("policy", "on_progress", "server", "journal", "again") if name in options
    }
    me = truth.odoo.credential
    key = options.pop("api_key", me.api_key.get_secret_value())
    credential = Credential(through.url, options.pop("database", me.database), me.login, key)
    # Each login takes Odoo as long as ten calls.
    standard = {"policy": SOON, "server": Server(uid=truth.uid)}
    return Destination(**where(through.url, protocol, operation), **options).delivery(
        frame, credential, **standard | mine
    )


def sent(
    truth: Truth, through: Proxy, protocol: str, operation: str, frame: pd.DataFrame, **options: Any
) -> pd.DataFrame:
    """The responses of a send, whether it stopped or not."""
    try:
        return delivery(truth, through, protocol, operation, frame, **options).result()
    except StoppedError as stopped:
        return stopped.responses


def told(responses: pd.DataFrame) -> list[str]:
    return responses["status"].tolist()
