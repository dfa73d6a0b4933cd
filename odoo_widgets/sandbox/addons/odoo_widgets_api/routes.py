"""The routes: `/api/<model>` and `/api/<model>/<id>`. All that is done is done by the ORM as the key's user."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from odoo import http
from odoo.exceptions import MissingError
from odoo.http import request
from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotFound

from . import bodies
from .answers import KIND
from .replacing import replace, replaced_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# PostgreSQL's integer, which every id is.
LARGEST_ID = 2**31 - 1


def describe(model: Any) -> tuple[dict[str, Any], int]:
    """GET on a model: what PUT would set back to defaults."""
    return {"model": model._name, "replaced": replaced_fields(model)}, HTTPStatus.OK


def create(model: Any) -> tuple[dict[str, Any], int]:
    """POST on a model: one record for an object, several, all or none, for an array."""
    found = bodies.records(model)
    if isinstance(found, dict):
        return {"id": model.create(found).id}, HTTPStatus.CREATED
    return {"ids": model.create(found).ids}, HTTPStatus.CREATED


def update(record: Any) -> tuple[dict[str, Any], int]:
    """PATCH on a record: writes the given fields."""
    record.write(bodies.record(record))
    return {"id": record.id}, HTTPStatus.OK


def put(record: Any) -> tuple[dict[str, Any], int]:
    """PUT on a record: writes the given fields, and sets the other plain ones back to their defaults."""
    replace(record, bodies.record(record))
    return {"id": record.id}, HTTPStatus.OK


def delete(record: Any) -> tuple[dict[str, Any], int]:
    """DELETE on a record: removes it."""
    key = record.id
    record.unlink()
    return {"id": key}, HTTPStatus.OK


# Each verb with the right that it takes, which the ORM is asked for before a body is read: some models stumble over
# missing values before they ask themselves.
ON_MODELS = {"GET": ("read", describe), "POST": ("create", create)}
ON_RECORDS = {"DELETE": ("unlink", delete), "PATCH": ("write", update), "PUT": ("write", put)}


class Api(http.Controller):
    """`/api`, for whoever has an API key. Routes take every verb, so that a wrong one gets an answer in JSON."""

    @http.route("/api/<model>", type=KIND, auth="bearer", save_session=False)
    def on_model(self, model: str) -> Any:
        """Answers requests to a model."""
        return _answer(ON_MODELS, model)

    @http.route("/api/<model>/<int:key>", type=KIND, auth="bearer", save_session=False)
    def on_record(self, model: str, key: int) -> Any:
        """Answers requests to one record."""
        return _answer(ON_RECORDS, model, key)

    @http.route(["/api", "/api/<path:rest>"], type=KIND, auth="bearer", save_session=False)
    def on_others(self, rest: str = "") -> Any:
        """Answers requests to any other address below `/api`."""
        raise NotFound(f"There is nothing at /api/{rest}. Did you mean /api/<model> or /api/<model>/<id>?")


def _answer(verbs: Mapping[str, tuple[str, Callable[[Any], tuple[dict[str, Any], int]]]], name: str, *key: int) -> Any:
    verb = request.httprequest.method
    if verb not in verbs:
        raise MethodNotAllowed(sorted(verbs), f"{verb} is not served at this address, {', '.join(verbs)} are.")
    right, do = verbs[verb]
    context = _context()
    if name not in request.env:
        raise NotFound(f"the model {name!r} does not exist")
    # The model first: who may do nothing here is not told which records exist.
    records = request.env[name].with_context(context)
    records.check_access(right)
    for each in key:
        records = _record(records, each)
        records.check_access(right)
    try:
        body, status = do(records)
        # Odoo would do it behind this, where nobody knows any more whose record is missing.
        records.env.flush_all()
    except MissingError as error:
        # The record in the address is there. This is one that the body names.
        error.http_status = HTTPStatus.UNPROCESSABLE_ENTITY
        raise
    except KeyError as error:
        raise bodies.stumbled(records, error) from error
    return request.make_json_response(body, status=status)


def _context() -> dict[str, Any]:
    # In place of the context that Odoo would guess from a browser's headers, as on /json/2.
    try:
        found = json.loads(request.httprequest.args.get("context", "{}"))
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The context in the address is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadRequest("The context in the address must be a JSON object.")
    return found


def _record(model: Any, key: int) -> Any:
    record = model.browse(key)
    if not 0 < key <= LARGEST_ID or not record.exists():
        raise MissingError(
            f"Record does not exist or has been deleted.\n(Record: {model._name}({key},), User: {model.env.uid})"
        )
    return record
