from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest

from odoo_widgets.flow.endpoint import Endpoint, address, endpoint
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.settings import Settings

SERVER = "https://mycompany.odoo.com"
URL = f"{SERVER}/json/2/res.partner/create"
NO_API = "is no address that Odoo's JSON-2, JSON-RPC or XML-RPC answers at. Write it like"
RPC = [f"{SERVER}/jsonrpc", f"{SERVER}/xmlrpc/2/object"]

REFUSED = [
    ({"url": ""}, "not the address of a server"),
    ({"url": None}, "not the address of a server"),
    ({"url": 7}, "not the address of a server"),
    ({"url": "mycompany.odoo.com/json/2/res.partner/create"}, "not the address of a server"),
    ({"url": "ftp://mycompany.odoo.com/json/2/res.partner/create"}, "not the address of a server"),
    ({"url": f"{URL}\n/x"}, "cannot be read"),
    ({"url": f"{SERVER}/api/\ud800"}, "The URL holds half a surrogate pair, which no address can. Write it anew."),
    ({"url": URL, "method": pd.NA}, "method=<NA> is not known."),
    ({"url": URL, "batch_size": pd.NA}, "batch_size=<NA> is not a number of records."),
    *[({"url": URL, "language": code}, "is not the code of a language.") for code in ("\ud800", "fr FR", "fr\n", 5)],
    *[({"url": URL, "company": number}, "is not the id of a company.") for number in (2**31, -1, 1.5, "1", True)],
    ({"url": SERVER}, "is a page of Odoo's for people."),
    ({"url": f"{SERVER}/json/2/res.partner"}, NO_API),
    *[({"url": url}, "model is not said, and the URL does not say it.") for url in RPC],
    *[({"url": url, "model": "res.partner"}, "operation is not said, and the URL does not say it.") for url in RPC],
    *[({"url": url, "model": model, "operation": "create"}, "is not the name of a model")
      for url in RPC for model in ("Res.Partner", "res..partner", "res.partner/x", ".a", "a.", "é", 7, ["a"])],
    *[({"url": url, "model": "res.partner", "operation": name}, words)
      for url in RPC for name, words in [
          ("_compute", "'_compute' is a private method, which Odoo lets nobody call from outside."),
          ("search_read", "'search_read' only reads, and is for no records."),
          ("name_create", "'name_create' is for no records: it would take their ids for a name. Use create."),
          ("find_or_create", "it would take their ids for an e-mail address."),
          ("create/x", "is not the name of a method"), ("a b", "is not the name of a method"),
          ("é", "is not the name of a method"), (7, "is not the name of a method"),
          ("42", "is not the name of a method")]],
    *[({"url": f"{SERVER}{path}", "model": "a", "operation": "create"}, NO_API)
      for path in ("/jsonrpc/", "//jsonrpc", "/jsonrpc#x", "/jsonrpc/x", "/xmlrpc/2/objects")],
    *[({"url": f"{SERVER}{path}", "model": "a", "operation": "create"}, "operation='create' is not for REST")
      for path in ("/JSONRPC", "/jsonrp{c}", "/XMLRPC/2/object", "/jsonrpc%20", "/%2e%2e/x/jsonrpc")],
    *[({"url": f"{SERVER}{path}"}, f"takes no calls for records. Use {SERVER}/xmlrpc/2/object.")
      for path in ("/xmlrpc/2/common", "/xmlrpc/common", "/xmlrpc/object", "/xmlrpc/2", "/xmlrpc")],
    ({"url": f"{SERVER}/jsonrpc/2"}, f"takes no calls for records. Use {SERVER}/jsonrpc."),
    ({"url": URL, "model": "sale.order"}, "model='sale.order' does not fit the URL, which says 'res.partner'."),
    ({"url": URL, "operation": "write"}, "operation='write' does not fit the URL, which says 'create'."),
    *[({"url": f"{SERVER}/json/2/{path}"}, NO_API)
      for path in ("{model}/create", "res.partner/{operation}", "res.partner/%2e%2e/create", "res.partner//create",
                   "res.partner/create/x", "//create", "res.partner/cr%65ate%2F..%2Fx", "res.partner/cr-eate")],
    ({"url": f"{SERVER}/json/2/res.partner/_compute"}, "is a private method"),
    ({"url": f"{SERVER}/json/2/res.partner/42"}, "is not the name of a method"),
    *[({"url": f"{SERVER}/json/2/res.partner/{name}"}, "only reads") for name in ("search_count", "fields_get")],
    *[({"url": url}, "The server in the URL is the same for every row")
      for url in ("https://{host}/jsonrpc", "https://a.{host}.com/jsonrpc", "https://a.com:{port}/jsonrpc",
                  "https://a}.com/jsonrpc", "https://a{b?c}.com/jsonrpc")],
    ({"url": "{scheme}://a.com/jsonrpc"}, "That is not the address of a server"),
    *[({"url": f"{URL}?a={text}"}, "A brace in the URL stands alone.") for text in ("{", "}", "{}", "{{b}}", "}b{")],
    ({"url": f"{SERVER}/json/2/../create"}, NO_API),
    ({"url": f"{SERVER}/json/2/res.partner/../create"}, NO_API),
    ({"url": f"{SERVER}/json/2/res..partner/create"}, NO_API),
    ({"url": f"{SERVER}/json/2/res%2Fpartner/create"}, NO_API),
    ({"url": f"{SERVER}/json/2/Res.Partner/create"}, NO_API),
    ({"url": f"{URL}#SECRET"}, NO_API),
    ({"url": "https://me:SECRET@mycompany.odoo.com/json/2/res.partner/create"}, "A user or password has no place"),
    ({"url": "me:SECRET@mycompany.odoo.com"}, "A user or password has no place"),
    ({"url": RPC[0], "model": "a", "operation": "create", "content_format": "XML"}, "JSON-RPC takes JSON only."),
    ({"url": RPC[0], "model": "a", "operation": "create", "method": "PUT"}, "JSON-RPC takes POST only"),
    ({"url": RPC[1], "model": "a", "operation": "create", "content_format": "JSON"}, "XML-RPC takes XML only."),
    *[({"grouping": name, "group_by": by}, f"grouping={name!r} needs to know by which column: group_by='…'.")
      for name in ("by column", "keep together") for by in (None, "", 7)],
    *[({"max_bytes": size}, "is not a number of bytes") for size in (-1, 1.5, "100", True, False)],
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
    *[({"context": {"tz": zone}}, f"context has tz={zone!r}, which is no") for zone in ("Europe/Ghent", "../x")],
    *[({"ids": name}, f"ids={name!r} is not the name of a column.") for name in ("", None, 7, ["id"])],
    *[({"missing": policies}, "missing is not a dict of column and policy") for policies in (7, "clear", ["name"])],
    *[({"missing": {"a": policy}}, "for the column 'a' is not known. Use: omit, clear, reject.")
      for policy in ("drop", "", None, [])],
    ({"missing": {7: "omit"}}, "missing names the column 7, which is not text"),
    *[({"fields": mapping}, "fields is not a dict of column and field") for mapping in (7, "name", ["name"])],
    *[({"fields": {"a": field}}, "for the column 'a' is not the name of a field") for field in ("", " ", None, 7)],
    ({"fields": {7: "name"}}, "fields names the column 7, which is not text"),
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
    ({"fields": None}, "fields", {}),
    ({"fields": {"a": "name ", "ref": "ref"}}, "fields", {"a": "name"}),
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


WHERE = {
    f"{SERVER}/jsonrpc": Endpoint("jsonrpc", "sale.order", "action_confirm"),
    f"{SERVER}/jsonrpc?db=x": Endpoint("jsonrpc", "sale.order", "action_confirm"),
    f"{SERVER}/xmlrpc/2/object": Endpoint("xmlrpc", "sale.order", "action_confirm"),
    "http://localhost:8069/xmlrpc/2/../2/object": Endpoint("xmlrpc", "sale.order", "action_confirm"),
    f"{SERVER}/json/2/sale.order/action_confirm?x={{ref}}": Endpoint("json2", "sale.order", "action_confirm"),
}


@pytest.mark.parametrize("url", WHERE)
def test_what_the_address_leaves_open_is_said_beside_it(url: str) -> None:
    settings = Settings(url, model=" sale.order ", operation="action_confirm")
    assert settings.endpoint == WHERE[url]
    assert settings.needs_ids
    assert settings.content_format == ("XML" if WHERE[url].protocol == "xmlrpc" else "JSON")


def test_what_the_address_says_is_not_said_twice() -> None:
    assert Settings(URL, model="res.partner", operation="create") == Settings(URL)
    assert hash(Settings(URL, model="res.partner")) == hash(Settings(URL))
    assert Settings(URL, group_by="ref") == Settings(URL)


def test_the_content_format_follows_the_address() -> None:
    names = {"model": "res.partner", "operation": "create"}
    rpc = Settings(RPC[1], **names)
    assert rpc == Settings(RPC[1], content_format="XML", **names) != Settings(RPC[0], **names)
    assert rpc.replace(url=RPC[0]) == Settings(RPC[0], **names)
    assert rpc.replace(url=RPC[0]).replace(url=RPC[1]) == rpc
    assert rpc.replace(url=URL) == Settings(URL)
    assert Settings(URL).replace(url=RPC[1], **names) == rpc
    with pytest.raises(SettingsError, match="XML-RPC takes XML only"):
        rpc.replace(content_format="JSON")
    with pytest.raises(SettingsError, match="operation='create' does not fit the URL"):
        rpc.replace(url=f"{SERVER}/json/2/res.partner/write")


def test_a_url_names_the_columns_that_it_takes() -> None:
    assert Settings(f"{URL}?a={{ref}}&b={{a b}}{{ref}}").url_columns == ("ref", "a b")
    assert Settings(URL).url_columns == ()


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


NO_SETTING = [pd.NA, [pd.NA], np.array([1, 2]), {1, 2}, {"a": pd.NA}, "\ud800", object()]


@pytest.mark.parametrize("value", NO_SETTING, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(
    "name", ["url", "language", "company", "tracking", "assignment_emails", "context", "missing", "key", "then"]
)
def test_whatever_a_setting_is_replaced_with_is_taken_or_refused_in_a_sentence(name: str, value: Any) -> None:
    try:
        Settings(URL).replace(**{name: value})
    except SettingsError as error:
        assert str(error).endswith(".")  # noqa: PT017 - what is taken raises nothing


@pytest.mark.parametrize("name", ["exclude", "key"])
def test_columns_may_come_as_pandas_gives_them(name: str) -> None:
    frame = pd.DataFrame(columns=["_a", "b", "_c"])
    found = Settings(URL).replace(**{name: frame.columns[frame.columns.str.startswith("_")]})
    assert getattr(found, name) == ("_a", "_c")


def test_settings_do_not_change() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Settings(URL).batch_size = 7


def test_a_header_s_value_is_not_shown() -> None:
    assert "SECRET" not in repr(Settings(URL, headers={"X-Api-Key": "SECRET"}))


def test_a_batch_size_that_numpy_computed_is_a_number_like_any_other() -> None:
    assert Settings(f"{SERVER}/json/2/res.partner/create", batch_size=np.int64(5)).batch_size == 5


def test_what_people_choose_of_the_context_has_names_of_its_own() -> None:
    named = Settings(URL, language="fr_FR", company=3, tracking=False, assignment_emails=True)
    context = {
        "lang": "fr_FR",
        "allowed_company_ids": [3],
        "tracking_disable": True,
        "mail_auto_subscribe_no_notify": False,
    }
    assert named.context == context
    assert Settings(URL, context=context) == named
    assert named.replace(language="", tracking=True).context == {
        "allowed_company_ids": [3], "mail_auto_subscribe_no_notify": False,
    }  # fmt: skip
    assert named.replace(context={"lang": "nl_BE"}).language == "nl_BE"
    assert named.replace(context={}) == Settings(URL)
    assert Settings(URL, context={"allowed_company_ids": [3, 1]}).replace(company=1).context == {
        "allowed_company_ids": [1, 3]
    }


def test_a_name_that_contradicts_the_context_is_refused() -> None:
    with pytest.raises(SettingsError, match="language='fr_FR' contradicts the context, whose lang is 'nl_BE'"):
        Settings(URL, language="fr_FR", context={"lang": "nl_BE"})
    assert Settings(URL, language="fr_FR", context={"lang": "fr_FR"}).language == "fr_FR"


@pytest.mark.parametrize(
    ("given", "said"),
    [({"language": 7}, "not the code of a language"), ({"company": "x"}, "not the id of a company"),
     ({"company": -1}, "not the id of a company"), ({"tracking": 0}, "neither true nor false"),
     ({"assignment_emails": "no"}, "neither true nor false")],
)  # fmt: skip
def test_choices_of_the_context_that_are_none_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings(URL, **given)
