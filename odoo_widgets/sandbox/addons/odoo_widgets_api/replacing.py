"""What PUT replaces: the one place that says which fields go back to their defaults."""

from __future__ import annotations

from typing import Any

from odoo.exceptions import ValidationError
from odoo.models import MAGIC_COLUMNS

PLAIN = frozenset(
    {
        "boolean", "char", "date", "datetime", "float", "html", "integer", "many2one", "many2one_reference", "monetary",
        "reference", "selection", "text",
    }
)  # fmt: skip
# What Odoo's own machinery keeps on a record: followers, messages, activities, the token of a
# shared link, the planned resource behind an employee.
MACHINERY = (
    "mail.activity.mixin",
    "mail.thread",
    "mail.thread.blacklist",
    "mail.thread.main.attachment",
    "mail.thread.phone",
    "portal.mixin",
    "resource.mixin",
)
NEVER_EMPTY = frozenset({"boolean", "float", "integer", "monetary"})


def replaced_fields(model: Any) -> list[str]:
    """The fields that a PUT without them sets back to their defaults.

    These are the plain fields that stand in the model's own table and that this user may write. So left alone are:

    * x2many, binary, image, properties and JSON fields;
    * what is read-only, related or not stored, computed fields that nobody can write among these;
    * what is inherited from another record by delegation (`_inherits`: a user's address is the partner's), and the link
      to that record;
    * what is required and either computed or never copied: Odoo chose it for this record, such as an order's number;
    * `id`, the columns that Odoo keeps (create_*, write_*), display_name, parent_path, and what belongs to messages,
      activities, shared links and planned resources;
    * what the user's groups keep from them.

    A company-dependent field is replaced for the company of the context, a translated one in all languages if it ends
    up empty and in the context's language if it has a default.

    Args:
        model: The model, in the user's environment.

    Returns:
        Their names, sorted.
    """
    kept = {*MAGIC_COLUMNS, "display_name", "parent_path", *model._inherits.values()}
    kept |= {name for each in MACHINERY if _is_a(model, each) for name in model.env[each]._fields}
    return sorted(
        name
        for name, field in model._fields.items()
        if name not in kept
        and field.type in PLAIN
        and field.store
        and field.column_type
        and not field.readonly
        and not field.related
        and not (field.required and (field.compute or not field.copy))
        and model._has_field_access(field, "write")
    )


def replace(record: Any, given: dict[str, Any]) -> None:
    """Writes what is given, and sets the other fields that PUT replaces back to what a new record would have.

    That is the field's default; where it has none, what Odoo computes for a new record; else nothing.

    Args:
        record: The record.
        given: Values by field.

    Raises:
        ValidationError: A required field would be empty. Nothing is written.
    """
    fields = record._fields
    others = [name for name in replaced_fields(record) if name not in given]
    defaults = record.default_get(others)
    values = {**{name: defaults.get(name, False) for name in others}, **given}
    empty = [
        name
        for name, value in values.items()
        if name in fields and fields[name].required and fields[name].type not in NEVER_EMPTY and value in (None, False)
    ]
    if empty:
        raise ValidationError(
            f"PUT replaces a record, and {', '.join(map(repr, sorted(empty)))} of {record._name!r} must not be empty. "
            "Send a value for each, or use PATCH, which leaves alone what is not sent."
        )
    record.write(values)
    computed = [name for name in others if fields[name].compute and name not in defaults]
    for name in computed:
        record.env.add_to_compute(fields[name], record)
    record.modified(computed)


def _is_a(model: Any, mixin: str) -> bool:
    return mixin in model.pool and isinstance(model, model.pool[mixin])
