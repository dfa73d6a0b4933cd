"""Cells that lead to no record, to several, or to one that is archived; with what may have been meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow.answering import CREATE, FOUND, NO_FIELD, NONE, REJECT, Linked, domain, linked
from odoo_widgets.flow.asking import asked_fields, page
from odoo_widgets.flow.checks.notes import ERROR, NOTE, WARNING, Note, found
from odoo_widgets.flow.errors import EndpointError, RefusedError
from odoo_widgets.flow.fetching import told
from odoo_widgets.flow.looks import EXTERNAL
from odoo_widgets.flow.naming import alike, did_you_mean, meant
from odoo_widgets.flow.unsendable import shown
from odoo_widgets.flow.unsettled import FEW, Unsettled, circles, unsettled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from odoo_widgets.flow.answering import Want
    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

# Names to read in order to say which one may have been meant; where there are more, nothing is said.
NAMES = 1_000


def notes(source: Source, settings: Settings, server: Server) -> Questions[list[Note]]:
    """What was found of the cells that are looked up.

    Args:
        source: The frame.
        settings: What it is sent with.
        server: What was found.
    """
    columns = linked(source, settings, server)
    made = []
    for each in (*unsettled(columns), *circles(source, settings, columns)):
        meant = yield from _meant(each)
        note = _note(each.column, each.wants, ERROR, f"{_sentence(each.problem)}{meant}", each.advice)
        made.append(attrs.evolve(note, rows=each.rows))
    for column in columns:
        asleep = [
            want
            for want, answer in column.answers.items()
            if answer.state == FOUND and any(each.id == answer.id and not each.active for each in answer.matches)
        ]
        if asleep:
            problem = f"These records of {column.link.field.relation} are archived."
            texts = _shown(asleep)
            advice = "Choose others, unless that is meant."
            made.append(_note(column, asleep, WARNING, problem + texts, advice))
        if created := column.of(CREATE):
            problem = f"A record of {column.link.field.relation} will be made of each of these, as it is settled."
            texts = _shown(created)
            made.append(_note(column, created, NOTE, problem + texts))
        if refused := column.of(REJECT):
            problem = "These rows are not sent, as it is settled."
            texts = _shown(refused)
            made.append(_note(column, refused, NOTE, problem + texts))
    return made


def _note(column: Linked, wants: Sequence[Want], severity: str, problem: str, advice: str = "") -> Note:
    rows, lines = column.rows(wants), column.lines(wants)
    return Note(severity, problem, advice, column.link.column, column.link.path, rows, lines)


def _shown(wants: Sequence[Want]) -> str:
    """Some values, each once, in however many scopes."""
    return found([*dict.fromkeys(shown(want.value) for want in wants)])


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] if not text.startswith(("res.", "account.", "product.")) else text


def _meant(each: Unsettled) -> Questions[str]:
    """What may have been meant, where it is cheap to know."""
    link = each.column.link
    try:
        if each.state == NO_FIELD:
            fields = yield from asked_fields(link.field.relation)
            return did_you_mean(meant(link.by, {name: field.label for name, field in fields.items()}))
        if each.state != NONE or link.by == EXTERNAL:
            return ""
        want = each.wants[0]
        answer = yield page(link.field.relation, domain(want.scope or ()), [link.by], limit=NAMES)
        names = [str(record[link.by]) for record in told(link.field.relation, answer, [link.by]) if record[link.by]]
    except (RefusedError, EndpointError):
        return ""
    if len(names) == NAMES:
        return ""
    said = [(want.text, alike(want.text, names)) for want in each.wants[:FEW]]
    pairs = ", ".join(f"{name!r} for {value!r}" for value, name in said if name)
    return f" Did you mean {pairs}?" if pairs else ""
