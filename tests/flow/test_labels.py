"""A model is called what people call it, one record or many, and found by that."""

from __future__ import annotations

import pytest

from odoo_widgets.flow.labels import counted, meant, offered, plural

MODELS = {"res.partner": "Contact", "account.move": "Journal Entry", "a.model": "Tag", "b.model": "Tag"}


@pytest.mark.parametrize(
    ("label", "many"),
    [
        ("Contact", "Contacts"),
        ("Journal Entry", "Journal Entries"),
        ("Tax", "Taxes"),
        ("Address", "Addresses"),
        ("Batch", "Batches"),
        ("Survey", "Surveys"),
        ("Quants", "Quants"),
        ("Property (of a company)", "Properties (of a company)"),
    ],
)
def test_many_records_have_a_word_of_their_own(label: str, many: str) -> None:
    assert plural(label) == many
    assert counted(label, 2_000) == f"2,000 {many}"


def test_one_record_has_the_models_own_word() -> None:
    assert counted("Journal Entry", 1) == "1 Journal Entry"


def test_the_models_that_are_sent_most_are_offered_first() -> None:
    assert offered(MODELS) == (
        "res.partner · Contact",
        "account.move · Journal Entry",
        "a.model · Tag",
        "b.model · Tag",
    )
    assert offered({}) == ()


@pytest.mark.parametrize("typed", ["res.partner · Contact", "res.partner", "Contact", "contacts", " contact "])
def test_a_model_is_meant_by_its_name_or_by_what_people_call_it(typed: str) -> None:
    assert meant(typed, MODELS) == "res.partner"


@pytest.mark.parametrize("typed", ["Tag", "no.such.model", ""])
def test_what_means_no_model_or_several_stays_as_it_was_typed(typed: str) -> None:
    assert meant(typed, MODELS) == typed
