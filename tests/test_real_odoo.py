"""The whole way against a real Odoo: what is sent, what it answers, and what then stands in it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import CredentialError, EndpointError, RefusedError
from tests.frames import BACKENDS
from tests.net.servers import Odoo
from tests.real import call

if TYPE_CHECKING:
    from odoo_widgets.sandbox import Sandbox

CREATE = "/json/2/res.partner/create"


class Counting(httpx.AsyncBaseTransport):
    """The network, and how many requests went through it."""

    def __init__(self) -> None:
        self.requests = 0
        self._network = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        return await self._network.handle_async_request(request)

    async def aclose(self) -> None:
        await self._network.aclose()


def partners(odoo: Sandbox, responses: Any, *fields: str) -> list[dict[str, Any]]:
    return call(odoo, "res.partner", "read", ids=responses["id"].tolist(), fields=list(fields))


def send(
    odoo: Sandbox, frame: pd.DataFrame, path: str = CREATE, credential: Credential | None = None, **settings: Any
) -> pd.DataFrame:
    return Destination(odoo.url + path, **settings).send(frame, credential or odoo.credential)


NAMES = ["plain", 'é "quoted" \\ back\nline\ttab', "😀", " blanks ", "NaN"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_kind_of_value_is_read_back_as_it_was_sent(odoo: Sandbox, backend: str) -> None:
    rows = len(NAMES)
    frame = pd.DataFrame(
        {
            "name": NAMES,
            "color": [1, None, 3, 0, 2**31 - 1],
            "partner_latitude": [50.5, None, -0.25, 0.0, 90.0],
            "is_company": pd.array([True, None, False, True, False], dtype="boolean"),
            "email": pd.Categorical(["a@example.com", None, "b@example.com", "a@example.com", None]),
            "ref": pd.Series(["text", None, 12, 1.5, True], dtype=object),
            "tz": ["Europe/Brussels", None, "UTC", None, None],
        }
    )
    responses = send(odoo, BACKENDS[backend](frame))
    assert responses["status"].tolist() == ["created"] * rows
    assert partners(odoo, responses, "name", "color", "partner_latitude", "is_company", "email", "ref", "tz") == [
        {"id": key, "name": name, "color": color, "partner_latitude": latitude, "is_company": company, "email": email,
         "ref": ref, "tz": zone}
        for key, name, color, latitude, company, email, ref, zone in zip(
            responses["id"],
            ["plain", 'é "quoted" \\ back\nline\ttab', "😀", " blanks ", "NaN"],
            [1, 0, 3, 0, 2**31 - 1],
            [50.5, 0.0, -0.25, 0.0, 90.0],
            [True, False, False, True, False],
            ["a@example.com", False, "b@example.com", "a@example.com", False],
            ["text", False, "12", "1.5", "True"],
            ["Europe/Brussels", False, "UTC", False, False],
            strict=True,
        )
    ]  # fmt: skip


TIMES = {
    "naive, read in Brussels": pd.Series(pd.to_datetime(["2026-07-01 12:00:00.9", None])),
    "zoned": pd.Series(pd.to_datetime(["2026-07-01 12:00:00.9", None])).dt.tz_localize("Europe/Brussels"),
    "objects": pd.Series([dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC), None], dtype=object),
}


@pytest.mark.parametrize("name", TIMES)
def test_times_are_read_back_in_utc(odoo: Sandbox, name: str) -> None:
    frame = pd.DataFrame({"name": "meeting", "start": TIMES[name], "stop": TIMES[name], "active": True}).head(1)
    responses = send(odoo, frame, "/json/2/calendar.event/create", timezone="Europe/Brussels")
    assert responses["error"].tolist() == [pd.NA]
    (event,) = call(odoo, "calendar.event", "read", ids=responses["id"].tolist(), fields=["start"])
    assert event["start"] == "2026-07-01 10:00:00"


DATES = {
    "midnights": pd.to_datetime(["2026-07-01", None]),
    "objects": pd.Series([dt.date(2026, 7, 1), None], dtype=object),
    "Arrow": pd.Series([dt.date(2026, 7, 1), None], dtype="date32[day][pyarrow]"),
}


@pytest.mark.parametrize("name", DATES)
def test_dates_are_read_back_as_the_same_day_in_every_zone(odoo: Sandbox, name: str) -> None:
    frame = pd.DataFrame({"name": ["with", "without"], "date_deadline": DATES[name]})
    responses = send(odoo, frame, "/json/2/crm.lead/create", timezone="Asia/Tokyo")
    leads = call(odoo, "crm.lead", "read", ids=responses["id"].tolist(), fields=["date_deadline"])
    assert [lead["date_deadline"] for lead in leads] == ["2026-07-01", False]


def test_rows_in_batches_come_back_in_their_order_and_join_the_source(odoo: Sandbox) -> None:
    frame = pd.DataFrame({"name": [f"n{row}" for row in range(250)]}, index=np.arange(250) % 7)
    responses = send(odoo, frame, batch_size=100)
    assert responses["status"].value_counts().to_dict() == {"created": 250}
    assert responses["batch"].value_counts(sort=False).to_dict() == {0: 100, 1: 100, 2: 50}
    together = pd.concat([frame, responses], axis=1)
    stand_there = {partner["id"]: partner["name"] for partner in partners(odoo, responses, "name")}
    assert together["name"].tolist() == [stand_there[key] for key in together["id"]]


REJECTED = {
    "a bad selection": ({"type": "zzz"}, 500, "builtins.ValueError", "type", "Wrong value for res.partner.type: 'zzz'"),
    "a large number": ({"color": 2**31}, 500, "psycopg2.errors.NumericValueOutOfRange", None, "integer out of range"),
    "text for a number": ({"color": "x"}, 500, "builtins.ValueError", None, "invalid literal for int()"),
    "a country that is not there": (
        {"country_id": 10**7}, 422, "odoo.exceptions.ValidationError", "country_id", "'Country' (country_id)",
    ),
    "a parent that is not there": (
        {"parent_id": 10**7}, 404, "odoo.exceptions.MissingError", None, "Record does not exist",
    ),
    "no name": ({"name": None, "email": "x"}, 422, "odoo.exceptions.ValidationError", None, "Contacts require a name"),
}  # fmt: skip


@pytest.mark.parametrize("name", REJECTED)
def test_a_bad_row_is_rejected_in_odoo_s_words_and_the_others_are_created(odoo: Sandbox, name: str) -> None:
    bad, status, kind, field, words = REJECTED[name]
    before = call(odoo, "res.partner", "search_count", domain=[])
    frame = pd.DataFrame([{"name": "good"}, {"name": "good"}, {"name": "bad", **bad}, {"name": "with the bad"}])
    frame = frame.convert_dtypes()
    responses = send(odoo, frame, batch_size=2)
    assert responses["status"].tolist() == ["created", "created", "rejected", "created"]
    refused = responses.iloc[2]
    assert (refused["http_status"], refused["error_type"]) == (status, kind)
    assert refused["error_field"] == field or (field is None and pd.isna(refused["error_field"]))
    assert words in refused["error"]
    assert "Traceback" not in refused["error"]
    assert call(odoo, "res.partner", "search_count", domain=[]) == before + 3


def test_a_missing_mandatory_field_is_named(odoo: Sandbox) -> None:
    responses = send(odoo, pd.DataFrame({"name": ["Nowhere"]}), "/json/2/res.country/create")
    assert responses["error_field"].tolist() == ["code"]


def test_the_context_reaches_odoo(odoo: Sandbox) -> None:
    with pytest.raises(RefusedError, match="Invalid language code: xx_XX"):
        send(odoo, pd.DataFrame({"name": ["x"]}), context={"lang": "xx_XX"})


WRONG = {
    "key": (CREATE, {"api_key": "0" * 40}, CredentialError, "key unknown or expired"),
    "database": (CREATE, {"database": "nope"}, EndpointError, "No database called 'nope' on 127.0.0.1:"),
    "model": (
        "/json/2/res.nope/create",
        {},
        EndpointError,
        "answers: the model 'res.nope' does not exist. Check the URL.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_for_every_row_costs_one_call_and_is_one_sentence(odoo: Sandbox, name: str) -> None:
    path, changes, kind, words = WRONG[name]
    own = odoo.credential
    mine = {"server": own.server, "database": own.database, "login": own.login, "api_key": own.api_key} | changes
    counting = Counting()
    destination = Destination(odoo.url + path, batch_size=1)
    with pytest.raises(kind) as stopped:
        destination.delivery(pd.DataFrame({"name": ["a", "b"]}), Credential(**mine), transport=counting).result()
    assert counting.requests == 1
    assert words in str(stopped.value)
    assert "\n" not in str(stopped.value)
    assert stopped.value.responses["status"].tolist() == ["not_sent", "not_sent"]


def test_a_path_where_no_api_is_costs_one_call_and_is_one_sentence(odoo: Sandbox) -> None:
    # A server that does not know JSON-2 answers every address of it with this very page.
    with httpx.Client(trust_env=False) as client:
        page = client.post(f"{odoo.url}/nowhere/res.partner", json={})
    old = Odoo({0: httpx.Response(page.status_code, content=page.content, headers={"content-type": "text/html"})})
    frame = pd.DataFrame({"name": ["a"]})
    with pytest.raises(EndpointError, match="or an Odoo older than 19, which has no JSON-2"):
        Destination(odoo.url + CREATE).delivery(frame, odoo.credential, transport=old.transport).result()
    assert len(old.requests) == 1
