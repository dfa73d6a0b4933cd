"""Odoo's context as a person chooses it: language, company, and whether people are told of what is assigned to them.

Each choice is one key of `Settings.context`, read and changed without a touch of the others; `CHOICES` has a name for
each, under which `Settings` takes it too.

People get no e-mail about records that a send assigns to them (`user_id`, `user_ids`): the samples show
`mail_auto_subscribe_no_notify` in the context. `assignment_emails=True` lets the e-mails out, and `check` says to how
many. `language="fr_FR"` says in which language texts are, `company=2` in which company records are made.
`tracking=False` made contacts 40 to 80 % faster, and costs the history: Odoo then writes nothing into the records'
chatter, neither who made them nor what was changed, and nobody follows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

# Odoo 19.0, odoo/orm/environments.py: the language of what is translated; the first company is the
# current one.
LANGUAGE, COMPANIES = "lang", "allowed_company_ids"
# Odoo 19.0, addons/mail/models/mail_thread.py, _message_auto_subscribe_notify: with it, nobody gets "You have been
# assigned". The log of the record stays as it is.
QUIET = "mail_auto_subscribe_no_notify"
# Odoo 19.0, addons/mail/models/mail_thread.py, create and write: with it, nothing goes into the chatter, neither who
# made a record nor what was changed, nobody follows it, and nobody is told of it.
UNTRACKED = "tracking_disable"
# The fields that Odoo tells people of (the same file, and addons/project/models/project_task.py).
ASSIGNING = ("user_id", "user_ids")


def language(context: Mapping[str, Any]) -> str:
    """The language, such as `fr_FR`; empty where the user's own is left."""
    value = context.get(LANGUAGE)
    return value if isinstance(value, str) else ""


def company(context: Mapping[str, Any]) -> int | None:
    """The id of the company that records are made in; None where it is left to the user's own."""
    value = context.get(COMPANIES)
    first = value[0] if isinstance(value, list | tuple) and value else None
    return first if isinstance(first, int) and not isinstance(first, bool) else None


def assignment_emails(context: Mapping[str, Any]) -> bool:
    """Whether people are e-mailed about records that are assigned to them. They are not, unless it was chosen."""
    return not context.get(QUIET, True)


def with_language(context: Mapping[str, Any], code: str) -> dict[str, Any]:
    """The context with another language; empty for the user's own."""
    return _with(context, LANGUAGE, code or None)


def with_company(context: Mapping[str, Any], number: int | None) -> dict[str, Any]:
    """The context with another company; None for the user's own.

    Where several are allowed and it is one of them, it comes first; else it is the only one.
    """
    if number is None:
        return _with(context, COMPANIES, None)
    allowed = context.get(COMPANIES)
    others = [each for each in allowed if each != number] if isinstance(allowed, list) and number in allowed else []
    return _with(context, COMPANIES, [number, *others])


def with_assignment_emails(context: Mapping[str, Any], wanted: bool) -> dict[str, Any]:
    """The context with e-mails about assignments, or without."""
    return _with(context, QUIET, False if wanted else None)


def tracking(context: Mapping[str, Any]) -> bool:
    """Whether Odoo writes the history of records into their chatter. It does, unless that was chosen off."""
    return not context.get(UNTRACKED, False)


def with_tracking(context: Mapping[str, Any], wanted: bool) -> dict[str, Any]:
    """The context with the history of records, or without."""
    return _with(context, UNTRACKED, None if wanted else True)


def quiet(records: Sequence[Mapping[str, Any]], fields: Sequence[str] | None = None) -> dict[str, Any]:
    """What a call adds to the context by itself: that nobody is e-mailed, where it may assign records to people.

    Args:
        records: The records that it makes or changes, their lines included.
        fields: The only fields that can say so: those of `is_assigning`, and those that may hold lines; any of them
            if left out.
    """
    if fields is None:
        return {QUIET: True} if any(map(_assigns, records)) else {}
    # Most frames have no such field: then no record is looked at.
    found = ({name: each[name]} for name in fields for each in records if name in each)
    return {QUIET: True} if any(map(_assigns, found)) else {}


def _assigns(value: Any) -> bool:
    if isinstance(value, dict):
        return any(is_assigning(name) or _assigns(each) for name, each in value.items())
    return isinstance(value, list) and any(map(_assigns, value))


def is_assigning(name: str) -> bool:
    """Whether a field says who is responsible for a record."""
    # `load` names them by paths, such as `user_id/id`.
    return name in ASSIGNING or ("/" in name and not set(ASSIGNING).isdisjoint(name.split("/")))


def _with(context: Mapping[str, Any], key: str, value: object) -> dict[str, Any]:
    """A key of the context with another value; without it where there is none. The others keep their places."""
    changed = {**context, key: value}
    return {name: each for name, each in changed.items() if name != key or value is not None}


@attrs.frozen
class Choice:
    """One choice of the context.

    Attributes:
        key: Its key there.
        read: What a context chooses.
        changed: A context that chooses otherwise.
    """

    key: str
    read: Callable[[Mapping[str, Any]], Any]
    changed: Callable[[Mapping[str, Any], Any], dict[str, Any]]


CHOICES: dict[str, Choice] = {
    "language": Choice(LANGUAGE, language, with_language),
    "company": Choice(COMPANIES, company, with_company),
    "tracking": Choice(UNTRACKED, tracking, with_tracking),
    "assignment_emails": Choice(QUIET, assignment_emails, with_assignment_emails),
}


def unsaid(context: Mapping[str, Any]) -> dict[str, Any]:
    """What a context holds beside what its choices say by name."""
    said: dict[str, Any] = {}
    for choice in CHOICES.values():
        said |= choice.changed({}, choice.read(context))
    return {key: value for key, value in context.items() if key not in said or said[key] != value}
