"""Whether Odoo holds what is sent, as far as values alone can tell."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.comparing import differing, rounded, same
from odoo_widgets.flow.model import Field

PRICE = {"digits": (16, 2)}
# type, more of the field, sent, held, the same
CASES: list[tuple[str, dict[str, Any], Any, Any, bool]] = [
    ("char", {}, "a", "a", True),
    ("char", {}, "a", "b", False),
    ("char", {}, "a ", "a", False),
    ("char", {}, "", False, True),
    ("char", {}, None, False, True),
    ("char", {}, "a", False, False),
    ("char", {}, 12.5, "12.5", True),
    ("char", {}, 0, "0", True),
    ("char", {}, 0, False, False),
    ("char", {"size": 3}, "abcd", "abc", True),
    ("text", {}, "a\nb", "a\nb", True),
    ("boolean", {}, False, False, True),
    ("boolean", {}, None, False, True),
    ("boolean", {}, "false", True, True),
    ("boolean", {}, True, False, False),
    ("integer", {}, 5.7, 5, True),
    ("integer", {}, None, 0, True),
    ("integer", {}, "5", 5, True),
    ("integer", {}, "five", 5, False),
    ("integer", {}, 2**53 + 1, 2**53, False),
    ("float", {}, 1.1, 1.1, True),
    ("float", {}, 1.1, 1.10000001, False),
    ("float", PRICE, 1.005, 1.01, True),
    ("float", PRICE, 1.005, 1.0, False),
    ("float", PRICE, 2.675, 2.68, True),
    ("float", PRICE, -1.005, -1.01, True),
    ("float", PRICE, 1, 1.0, True),
    ("float", PRICE, None, 0.0, True),
    ("float", PRICE, 1.0, 1.01, False),
    ("float", {"digits": (16, 0)}, 2.5, 3.0, True),
    ("monetary", {}, 10.0, 10, True),
    ("monetary", {}, 10.128, 10.13, False),
    ("date", {}, "2026-03-01", "2026-03-01", True),
    ("date", {}, "2026-03-01 10:20:30", "2026-03-01", True),
    ("date", {}, None, False, True),
    ("date", {}, "2026-03-01", False, False),
    ("datetime", {}, "2026-03-01 10:20:30", "2026-03-01 10:20:30", True),
    ("datetime", {}, "2026-03-01", "2026-03-01 00:00:00", True),
    ("datetime", {}, "2026-03-01 10:20", "2026-03-01 10:20:00", True),
    ("datetime", {}, "2026-03-01 10:20:31", "2026-03-01 10:20:30", False),
    ("selection", {}, "a", "a", True),
    ("selection", {}, "A", "a", False),
    ("selection", {}, "", False, True),
    ("many2one", {}, 3, [3, "Belgium"], True),
    ("many2one", {}, 3, 3, True),
    ("many2one", {}, 3.0, [3, "Belgium"], True),
    ("many2one", {}, "3", [3, "Belgium"], True),
    ("many2one", {}, 0, False, True),
    ("many2one", {}, None, False, True),
    ("many2one", {}, None, [3, "Belgium"], False),
    ("many2one", {}, "Belgium", [3, "Belgium"], False),
    ("many2one", {}, "Belgium", False, False),
    ("many2many", {}, [1, 2], [2, 1], True),
    ("many2many", {}, [1], [2, 1], False),
    ("many2many", {}, [], [1], True),
    ("many2many", {}, False, [1], False),
    ("many2many", {}, False, [], True),
    ("many2many", {}, [[6, 0, [2, 1]]], [1, 2], True),
    ("many2many", {}, [[4, 2, 0]], [1, 2], True),
    ("many2many", {}, [[4, 3]], [1, 2], False),
    ("many2many", {}, [[3, 3, 0]], [1, 2], True),
    ("many2many", {}, [[5]], [], True),
    ("many2many", {}, [[5], [4, 1, 0]], [1], True),
    ("one2many", {}, [[0, 0, {"name": "x"}]], [1], False),
    ("one2many", {}, [[1, 1, {"name": "x"}]], [1], False),
    ("html", {}, "a", "<p>a</p>", True),
    ("html", {}, "a & b", "<p>a &amp; b</p>", True),
    ("html", {}, "<p>a</p><p>b</p>", "<p>a</p>\n<p>b</p>", True),
    ("html", {}, "<p>a</p><p>b</p>", "<p>a</p><p>c</p>", False),
    ("html", {}, "a<br/>b", "<p>a<br>b</p>", True),
    ("html", {}, "x < y", "<p>x &lt; y</p>", True),
    ("html", {}, "x < y", "<p>x &lt; z</p>", False),
    ("html", {}, None, False, True),
    ("binary", {}, "YWJj\nZGVm", "YWJjZGVm", True),
    ("properties", {}, {"p": "red"}, [{"name": "p", "value": "red"}, {"name": "q", "value": 1}], True),
    ("properties", {}, {"p": "red"}, [{"name": "p", "value": "blue"}], False),
    ("reference", {}, "res.partner,3", "res.partner,3", True),
]


@pytest.mark.parametrize(("kind", "more", "sent", "held", "expected"), CASES)
def test_a_value_is_the_same_where_sending_it_would_change_nothing(
    kind: str, more: dict[str, Any], sent: Any, held: Any, expected: bool
) -> None:
    assert same(Field("x", kind, **more), sent, held) is expected


def test_an_amount_is_rounded_to_its_currency() -> None:
    field = Field("x", "monetary", currency="currency_id")
    assert same(field, 10.128, 10.13, 2)
    assert same(field, 10.4, 10.0, 0)
    assert not same(field, 10.128, 10.13, 3)


@pytest.mark.parametrize(("number", "decimals", "expected"), [(0.1 + 0.2, 2, 0.3), (1e300, 2, 1e300), (5e-324, 2, 0.0)])
def test_rounding_takes_any_number(number: float, decimals: int, expected: float) -> None:
    assert rounded(number, decimals) == expected


CELLS = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "0", "a", 0.0, 1.0, 0.5])


TEXTS = ("char", "text", "html", "selection", "date", "binary")


@given(kinds=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4), data=st.data())
def test_a_record_differs_in_the_cells_that_are_not_the_same_one_by_one(kinds: list[str], data: st.DataObject) -> None:
    fields = {f"x{place}": Field(f"x{place}", kind) for place, kind in enumerate(kinds)}
    sent = data.draw(st.fixed_dictionaries(dict.fromkeys(fields, CELLS)))
    held = data.draw(st.fixed_dictionaries(dict.fromkeys(fields, st.sampled_from([False, "", "0", "a"]))))
    expected = {name: held[name] for name in fields if not same(fields[name], sent[name], held[name])}
    assert differing(sent, held, fields) == expected


HTML = [
    ("<script>alert(1)</script>", False, True),
    ("<p onclick='x'>a</p>", "<p>a</p>", True),
    ("<a href='javascript:x'>l</a>", '<a href="">l</a>', True),
    ("<table><tr><td>1<td>2<tr><td>3</table>", "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", True),
    ("<html><head><title>t</title></head><body><p>x</p></body></html>", "<p>x</p>", True),
    ("<p class=Mso>w<o:p></o:p></p>", '<p class="Mso">w</p>', True),
    ("<span>a</span><span>b</span>", "<span><span>a</span><span>b</span></span>", True),
    ("<iframe src='x'></iframe>", "<div></div>", True),
    ("<p>--<br>A</p>", '<p data-o-mail-quote="1">--<br data-o-mail-quote="1">A</p>', True),
    ("<p onclick='x'>b</p>", "<p>a</p>", False),
    ("<p><b>a</b></p>", "<p>a</p>", False),
    ("<p class='x'>a</p>", "<p>a</p>", False),
    ("<p>a</p>", "<p>a</p><p>b</p>", False),
    ("", "<p>a</p>", False),
]


@pytest.mark.parametrize(("sent", "held", "settled"), HTML)
def test_html_that_odoo_cleans_settles_where_it_holds_what_is_left(sent: str, held: Any, settled: bool) -> None:
    for sanitized in (True, False):
        fields = {"comment": Field("comment", "html", sanitized=sanitized)}
        differs = differing({"comment": sent}, {"comment": held}, fields)
        assert (not differs) == (settled and (sanitized or "o-mail-quote" in str(held)))
