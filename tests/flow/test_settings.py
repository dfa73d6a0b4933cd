from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
import pytest

from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.endpoint import Endpoint, address, endpoint
from odoo_widgets.flow.settings import Settings

SERVER = "https://mycompany.odoo.com"
URL = f"{SERVER}/json/2/res.partner/create"
NO_API = "is no address that Odoo's JSON-2 API answers at. Write it like"

REFUSED = [
    ({"url": ""}, "not the address of a server"),
    ({"url": None}, "cannot be read"),
    ({"url": 7}, "cannot be read"),
    ({"url": "mycompany.odoo.com/json/2/res.partner/create"}, "not the address of a server"),
    ({"url": "ftp://mycompany.odoo.com/json/2/res.partner/create"}, "not the address of a server"),
    ({"url": f"{URL}\n/x"}, "cannot be read"),
    ({"url": SERVER}, NO_API),
    ({"url": f"{SERVER}/json/2/res.partner"}, NO_API),
    ({"url": f"{SERVER}/xmlrpc/2/object"}, NO_API),
    ({"url": f"{SERVER}/json/2/../create"}, NO_API),
    ({"url": f"{SERVER}/json/2/res.partner/../create"}, NO_API),
    ({"url": f"{SERVER}/json/2/res..partner/create"}, NO_API),
    ({"url": f"{SERVER}/json/2/res%2Fpartner/create"}, NO_API),
    ({"url": f"{SERVER}/json/2/Res.Partner/create"}, NO_API),
    ({"url": f"{URL}?key=SECRET"}, NO_API),
    ({"url": f"{URL}#SECRET"}, NO_API),
    ({"url": "https://me:SECRET@mycompany.odoo.com/json/2/res.partner/create"}, "A user or password has no place"),
    ({"url": "me:SECRET@mycompany.odoo.com"}, "A user or password has no place"),
    ({"url": f"{SERVER}/json/2/res.partner/copy"}, "The operation 'copy' at the end of the URL cannot be sent yet"),
    ({"method": "GET"}, "method='GET' is not known. Use one of: POST, PUT, PATCH, DELETE."),
    ({"method": "PUT"}, "JSON-2 takes POST only"),
    ({"content_format": "YAML"}, "Use one of: JSON, XML, form, CSV."),
    ({"content_format": "XML"}, "JSON-2 takes JSON only"),
    ({"grouping": "random"}, "grouping='random' is not known"),
    ({"grouping": []}, "grouping=[] is not known"),
    *[({"batch_size": size}, "is not a number of records") for size in (-1, 1.5, "100", True, False, "")],
    ({"context": {"a": math.nan}}, "is not a dict of names and plain values"),
    *[({"timeout": time}, "is not a number of seconds") for time in (0, -1, "180", None, math.nan, math.inf)],
    *[({"timezone": zone}, "is not known. Write it like") for zone in ("Brussels", "", "../x", "Europe", 7)],
    *[({"exclude": names}, "is not a list of column names") for names in (7, [7], [None], [[]])],
    *[({"context": context}, "is not a dict of names") for context in ([7], "x", {1: 2}, {"x": {1, 2}})],
    *[({"ids": name}, f"ids={name!r} is not the name of a column.") for name in ("", None, 7, ["id"])],
    *[({"missing": policies}, "missing is not a dict of column and policy") for policies in (7, "clear", ["name"])],
    *[({"missing": {"a": policy}}, "for the column 'a' is not known. Use: omit, clear, reject.")
      for policy in ("drop", "", None, [])],
    ({"missing": {7: "omit"}}, "missing names the column 7, which is not text"),
    ({"headers": 7}, "headers is neither text nor a dict"),
    ({"headers": "Authorization:SECRET"}, "The header Authorization is set by the credential"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "words"), REFUSED)
def test_settings_that_cannot_be_are_refused_in_one_sentence(values: Any, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings(**{"url": URL, **values})
    assert words in str(refused.value)
    assert "SECRET" not in str(refused.value)


TAKEN = [
    ({"url": f"  {URL}/ "}, "url", f"{URL}/"),
    ({"batch_size": 0}, "batch_size", None),
    ({"batch_size": None}, "rows_per_call", 1),
    ({"batch_size": 7}, "rows_per_call", 7),
    ({"exclude": "_id"}, "exclude", ("_id",)),
    ({"exclude": ["b", "a", "b"]}, "exclude", ("b", "a")),
    ({"exclude": None}, "exclude", ()),
    ({"headers": "a:b"}, "headers", {"a": "b"}),
    ({"headers": None}, "headers", {}),
    ({"context": {"lang": "fr_FR"}}, "context", {"lang": "fr_FR"}),
    ({"context": None}, "context", {}),
    ({"ids": "odoo id"}, "ids", "odoo id"),
    ({"missing": None}, "missing", {}),
    ({"missing": {"a": "clear", "b": "omit", "c": "reject"}}, "missing", {"a": "clear", "b": "omit", "c": "reject"}),
    ({"missing": [("a", "clear")]}, "missing", {"a": "clear"}),
    ({"timezone": "Europe/Brussels"}, "timezone", "Europe/Brussels"),
    ({"timeout": 0.5}, "timeout", 0.5),
]


@pytest.mark.parametrize(("values", "name", "value"), TAKEN)
def test_settings_are_read_generously(values: Any, name: str, value: Any) -> None:
    assert getattr(Settings(**{"url": URL, **values}), name) == value


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f"{URL}/",
        "https://MYCOMPANY.odoo.com:443/json/2/res.partner/create",
        "http://[::1]:8069/json/2/res.partner/create",
    ],
)
def test_an_address_says_protocol_model_and_operation(url: str) -> None:
    assert endpoint(url) == Settings(url).endpoint == Endpoint("json2", "res.partner", "create")


@pytest.mark.parametrize(
    ("operation", "needs"), [("create", False), ("write", True), ("unlink", True), ("load", False)]
)
def test_updates_and_deletions_need_ids(operation: str, needs: bool) -> None:
    assert Settings(f"{SERVER}/json/2/res.partner/{operation}").needs_ids is needs


def test_what_becomes_of_missing_cells_does_not_change() -> None:
    policies = {"a": "clear"}
    settings = Settings(URL, missing=policies)
    policies["a"] = "omit"
    assert settings.missing["a"] == "clear"
    with pytest.raises(TypeError):
        settings.missing["a"] = "omit"


def test_model_and_operation_make_the_address() -> None:
    assert address(f"{SERVER}/anything", "sale.order", "create") == f"{SERVER}/json/2/sale.order/create"


@pytest.mark.parametrize(
    "model", ["", "res.partner/../../web", "res.partner?", "res partner", "Res.Partner", ".a", "a."]
)
def test_a_model_s_name_cannot_change_the_address(model: str) -> None:
    with pytest.raises(SettingsError, match="is not the name of a model"):
        address(SERVER, model, "create")


def test_replace_makes_another_value_and_knows_its_names() -> None:
    settings = Settings(URL)
    assert settings.replace(batch_size=7) == Settings(URL, batch_size=7) != settings
    with pytest.raises(SettingsError, match=r"There is no setting 'batchsize'. The settings are: url, method, "):
        settings.replace(batchsize=7)
    with pytest.raises(SettingsError, match="batch_size=-1"):
        settings.replace(batch_size=-1)


def test_settings_do_not_change() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Settings(URL).batch_size = 7


def test_a_header_s_value_is_not_shown() -> None:
    assert "SECRET" not in repr(Settings(URL, headers={"X-Api-Key": "SECRET"}))


def test_a_batch_size_that_numpy_computed_is_a_number_like_any_other() -> None:
    assert Settings(f"{SERVER}/json/2/res.partner/create", batch_size=np.int64(5)).batch_size == 5
