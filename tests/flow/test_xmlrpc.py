from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.exchange import Reply
from tests.flow.wire import ASKS, KEY, RECORDED, decoded, encoded, exchange_of, head, settings

MEMORY = 50 * 1024 * 1024

# --- what goes out ---------------------------------------------------------------------------------------------------

NIL = "<value><nil/></value>"


def value(kind: str, content: object) -> str:
    return f"<value><{kind}>{content}</{kind}></value>\n"


def text(content: str) -> str:
    return value("string", content)


def number(content: int) -> str:
    return value("int", content)


def truth(content: int) -> str:
    return value("boolean", content)


def array(*values: str) -> str:
    return f"<value><array><data>\n{''.join(values)}</data></array></value>\n"


def struct(**members: str) -> str:
    inside = "".join(f"<member>\n<name>{name}</name>\n{each}</member>\n" for name, each in members.items())
    return f"<value><struct>\n{inside}</struct></value>\n"


CONTEXT = {"lang": text("fr_FR")}
NESTED = struct(
    name=text("é &lt;&amp;&gt; \"'\\ 😀"),
    note=text("a&#13;\nb&#13;c"),
    line_ids=array(array(number(0), number(0), struct(qty=value("double", 1.5), ok=truth(0))), array(number(5))),
)
# The arguments that stand by their place, and those that stand by their name.
ARGUMENTS = {
    "create": (array(array(NESTED, struct())), struct(context=struct(**CONTEXT))),
    "write, the same for all": (
        array(array(number(7), number(9)), struct(email=NIL, active=truth(1), color=number(-7))),
        struct(context=struct(**CONTEXT)),
    ),
    "web_save_multi": (
        array(array(number(9), number(2147483647)), array(struct(name=text("a")), struct()), struct()),
        struct(context=struct(**CONTEXT)),
    ),
    "unlink": (array(array(number(7), number(9))), struct(context=struct(**CONTEXT))),
    "load": (
        array(array(text("id"), text("vip")), array(array(text("x.a"), text("1")), array(text("x.b"), NIL))),
        struct(context=struct(**CONTEXT, tz=text("UTC"))),
    ),
    "a method without arguments": (array(array(number(7), number(9))), struct(context=struct(**CONTEXT))),
    "a method with arguments": (
        array(array(number(7))),
        struct(body=text("é"), partner_ids=array(number(1), number(2)), context=struct(**CONTEXT)),
    ),
    "a look-up": (
        array(
            array(array(text("id"), text("in"), array(number(7), number(9)))),
            array(text("id"), text("state")),
        ),
        struct(context=struct(**CONTEXT, active_test=truth(0))),
    ),
}


def body(method: str, *params: str) -> bytes:
    inside = "".join(f"<param>\n{each}</param>\n" for each in params)
    return (
        "<?xml version='1.0'?>\n<methodCall>\n"
        f"<methodName>{method}</methodName>\n<params>\n{inside}</params>\n</methodCall>\n"
    ).encode()


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_call_becomes_these_bytes(name: str) -> None:
    ask = ASKS[name]
    request = encoded(ask, settings("xmlrpc", context={"lang": "fr_FR"}))
    expected = body(
        "execute_kw",
        *[text("mycompany"), number(2), text(KEY), text("res.partner"), text(ask.method)],
        *ARGUMENTS[name],
    )
    assert request.content == expected
    assert head(request) == (
        b"POST /xmlrpc/2/object\r\n"
        b"Host: mycompany.odoo.com\r\n"
        b"Accept: text/xml\r\n"
        b"User-Agent: odoo_widgets\r\n"
        b"Content-Type: text/xml\r\n"
        b"Content-Length: " + str(len(expected)).encode()
    )


def test_a_login_asks_another_service_of_the_same_server() -> None:
    request = encoded(ASKS["login"], settings("xmlrpc", context={"lang": "fr_FR"}))
    assert request.url.path == "/xmlrpc/2/common"
    assert request.content == body("authenticate", text("mycompany"), text("me@example.com"), text(KEY), struct())


def test_every_call_of_every_protocol_is_in_the_table() -> None:
    assert ARGUMENTS.keys() | {"login"} == ASKS.keys()


# --- what comes back -------------------------------------------------------------------------------------------------


def answered(content: str | bytes) -> Reply:
    return decoded("xmlrpc", exchange_of("xmlrpc", 200, content))


def response(inside: str) -> str:
    return (
        f"<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n{inside}</param>\n</params>\n</methodResponse>\n"
    )


def faulty(inside: str) -> str:
    return f"<?xml version='1.0'?>\n<methodResponse>\n<fault>\n{inside}</fault>\n</methodResponse>\n"


def fault(code: int, message: str) -> str:
    return faulty(struct(faultCode=number(code), faultString=text(message)))


TRACEBACK = """Traceback (most recent call last):
  File "odoo/a.py", line 1, in a
    a()
    ^^^
  File "odoo/b.py", line 2, in b
    raise b(
"""
NONE = "TypeError: cannot marshal None unless allow_none is enabled"
FAULTS = {
    "an exception with words": ("ValueError: No.\n", "ValueError", "No."),
    "an exception of a module": ("psycopg2.errors.X: No.", "psycopg2.errors.X", "No."),
    "an exception without words": ("KeyError\n", "KeyError", ""),
    "words of several lines": ("x.Y: first\nsecond\n  third\n", "x.Y", "first\nsecond\n  third"),
    "words with a colon": ("x.Y: a: b", "x.Y", "a: b"),
    "one that follows another": (
        f"x.Z: first\n\nDuring handling of the above exception, another exception occurred:\n\n{TRACEBACK}x.Y: last\n",
        "x.Y",
        "last",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_of_a_traceback_only_the_exception_at_its_end_is_read(name: str) -> None:
    told, kind, message = FAULTS[name]
    assert answered(fault(1, TRACEBACK + told)) == Reply(error_type=kind, message=message)


@pytest.mark.parametrize("code", [1, 7])
def test_a_fault_without_a_traceback_is_an_exception_all_the_same(code: int) -> None:
    assert answered(fault(code, "ValueError: No.")) == Reply(error_type="ValueError", message="No.")
    assert answered(fault(code, "")) == Reply(error_type="Fault")


@pytest.mark.parametrize(
    ("code", "kind"),
    [(2, "odoo.exceptions.UserError"), (3, "odoo.exceptions.AccessDenied"), (4, "odoo.exceptions.AccessError")],
)
def test_the_code_of_a_fault_says_what_it_is_and_its_text_is_odoo_s(code: int, kind: str) -> None:
    assert answered(fault(code, "first: a\n\n\tsecond")) == Reply(error_type=kind, message="first: a\n\n\tsecond")


def test_none_that_odoo_cannot_write_is_none_and_no_other_error_is() -> None:
    assert answered(fault(1, f"{TRACEBACK}{NONE}\n")) == Reply()
    assert answered(fault(1, f"{TRACEBACK}x.Y: {NONE}\n")).error_type == "x.Y"
    assert answered(fault(2, NONE)).error_type == "odoo.exceptions.UserError"


BOMB = "".join(f'<!ENTITY e{each} "{f"&e{each - 1};" * 10}">' for each in range(1, 12))
REFUSED = {
    "entities that grow": f'<!DOCTYPE x [<!ENTITY e0 "ha">{BOMB}]>{response(text("&e11;"))[22:]}',
    "one entity, large and often": f'<!DOCTYPE x [<!ENTITY e "{"a" * 100_000}">]>{response(text("&e;" * 5_000))[22:]}',
    "a file as an entity": f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>{response(text("&e;"))[22:]}',
    "an address as an entity": f'<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/">]>{response(text("&e;"))[22:]}',
    "an entity of parameters": f'<!DOCTYPE x [<!ENTITY % e "a">%e;]>{response(text("a"))[22:]}',
    "a type from elsewhere": f'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/" [<!ENTITY e "a">]>{response(text("&e;"))[22:]}',
    "an entity that nobody knows": response(text("&nope;")),
    "no answer": "<?xml version='1.0'?><methodResponse></methodResponse>",
    "no value": "<?xml version='1.0'?><methodResponse><params></params></methodResponse>",
    "two values": response(number(1) + number(2)),
    "a number that is none": response(value("int", "seven")),
    "a number of too many digits": response(value("int", "9" * 10_000)),
    "a decimal that is none": response(value("bigdecimal", "seven")),
    "a date that is none": response(value("dateTime.iso8601", "yesterday")),
    "a fault of one part": faulty(struct(faultCode=number(1))),
    "a fault that is text": faulty(text("no")),
    "a fault whose text is none": faulty(struct(faultCode=number(1), faultString=number(1))),
    "a page": "<!DOCTYPE html>\n<html><body><p>Not found<br></body></html>",
    "a page that is XML": "<html><body><p>Not found</p></body></html>",
    "JSON": '{"jsonrpc": "2.0", "id": 1, "result": 1}',
    "nothing": "",
    "an unknown coding": "<?xml version='1.0' encoding='x-nope'?><methodResponse/>",
}  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", REFUSED)
def test_what_odoo_does_not_write_is_not_read_and_costs_nothing(name: str) -> None:
    tracemalloc.start()
    reply = answered(REFUSED[name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reply == Reply(readable=False)
    assert peak < MEMORY


WHOLE = RECORDED["xmlrpc"]["search_read"]["body"].encode()


@pytest.mark.parametrize("length", range(0, len(WHOLE.rstrip()), 7))
def test_an_answer_that_breaks_off_is_not_read(length: int) -> None:
    assert answered(WHOLE[:length]) == Reply(readable=False)


@given(st.data())
def test_whatever_comes_in_place_of_a_part_of_an_answer_is_read_or_not_and_never_fails(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([each["body"].encode() for each in RECORDED["xmlrpc"].values()]))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    odd = data.draw(
        st.binary(max_size=20) | st.sampled_from([b"<value>", b"</value>", b"<struct>", b"</member>", b"<nil/>"])
    )
    assert isinstance(answered(whole[:start] + odd + whole[end:]), Reply)
