"""How records are written into the body of a REST request: JSON, XML, form (URL-encoded), CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import attrs
import orjson

from odoo_widgets.flow.choices import ITEM

Records: TypeAlias = Sequence[dict[str, Any]]


@attrs.frozen
class Format:
    """How records are written.

    Attributes:
        content_type: What the body calls itself.
        write: From the records, and the names that they are wrapped in, to the body. One record stands by itself where
            `several` is false.
        several: Whether a body can hold more than one record.
        nested: Whether a value can be a list or a dict.
        leaves_out: Whether each record of a body can have fields of its own.
        bare: Whether a record without any field can be told from none.
    """

    content_type: str
    write: Callable[[Records, bool, Sequence[str]], bytes]
    several: bool = True
    nested: bool = True
    leaves_out: bool = True
    bare: bool = True


def text(value: Any) -> str:
    """A value as text: `true` and `false`, numbers as JSON writes them, nothing for a cleared field.

    Only JSON says of which type a value is: in the others, a cleared field and an empty text are the same, and in XML
    an empty list too.
    """
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _one(records: Records) -> dict[str, Any]:
    """The only record: a second one would be lost."""
    (record,) = records
    return record


def _json(records: Records, several: bool, wrapped: Sequence[str]) -> bytes:
    content: Any = list(records) if several else _one(records)
    for name in reversed(wrapped):
        content = {name: content}
    return orjson.dumps(content)


def _element(name: str, value: Any) -> ET.Element:
    element = ET.Element(name)
    if isinstance(value, dict):
        element.extend([_element(each, inner) for each, inner in value.items()])
    elif isinstance(value, list):
        element.extend([_element(ITEM, inner) for inner in value])
    else:
        element.text = text(value)
    return element


def _xml(records: Records, several: bool, wrapped: Sequence[str]) -> bytes:
    content = [_element("record", record) for record in (records if several else [_one(records)])]
    names = [*wrapped, *(["records"] if several else [])]
    for name in reversed(names):
        outer = ET.Element(name)
        outer.extend(content)
        content = [outer]
    body = ET.tostring(content[0], encoding="unicode")
    # XML reads a bare carriage return as a line feed (XML 1.0, 2.11).
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}'.replace("\r", "&#13;").encode()


def _form(records: Records, _several: bool, _wrapped: Sequence[str]) -> bytes:
    return urlencode([(name, text(value)) for name, value in _one(records).items()]).encode()


def _csv(records: Records, _several: bool, _wrapped: Sequence[str]) -> bytes:
    fields = list(records[0])
    file = io.StringIO()
    # RFC 4180: lines end with CRLF, and quotes stand around what would end a cell.
    writer = csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(fields)
    writer.writerows([text(record[field]) for field in fields] for record in records)
    return file.getvalue().encode()


FORMATS: dict[str, Format] = {
    "JSON": Format("application/json", _json),
    "XML": Format("application/xml", _xml),
    "form": Format("application/x-www-form-urlencoded", _form, several=False, nested=False),
    "CSV": Format("text/csv; charset=utf-8", _csv, nested=False, leaves_out=False, bare=False),
}
