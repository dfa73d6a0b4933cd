"""What an Odoo 19 answers to the questions of a check of `mixed`, at once: what is left is the look at the columns."""

from __future__ import annotations

from typing import Any

import httpx
import orjson

# As `fields_get` of res.partner says it, and what else `mixed` has as the fields that people add.
FIELDS: dict[str, dict[str, Any]] = {
    "name": {"type": "char"},
    "city": {"type": "char"},
    "email": {"type": "char"},
    "country_id": {"type": "many2one", "relation": "res.country"},
    "color": {"type": "integer"},
    "credit_limit": {"type": "float"},
    "first_seen": {"type": "datetime"},
    "last_seen": {"type": "datetime"},
    "birthday": {"type": "date"},
    "type": {
        "type": "selection",
        "selection": [[each, each.capitalize()] for each in ("contact", "invoice", "delivery", "other")],
    },
    "is_company": {"type": "boolean"},
    "active": {"type": "boolean"},
}
ALWAYS = {"required": False, "readonly": False, "store": True, "depends": []}


def _search(asked: dict[str, Any]) -> list[int]:
    # Every record that a cell leads to is there.
    return next((ids for name, operator, ids in asked["domain"] if (name, operator) == ("id", "in")), [])


ANSWERS = {
    "fields_get": lambda _asked: {name: {**ALWAYS, "string": name, **field} for name, field in FIELDS.items()},
    "has_access": lambda _asked: True,
    "default_get": lambda _asked: {},
    "search": _search,
}


def odoo(request: httpx.Request) -> httpx.Response:
    """Answers one question; of one that is not known, the benchmark would not say what it costs."""
    answer = ANSWERS[request.url.path.rpartition("/")[2]]
    return httpx.Response(200, json=answer(orjson.loads(request.content)))
