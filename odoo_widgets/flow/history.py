"""What was done to a record from here, as it was written down: which send a row of responses belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.before import Kept
from odoo_widgets.flow.repeats import IN_FLIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

# What an undo that came to its end made of a record: deleted it, or wrote to it.
UNDONE = ("deleted", "updated")
# What is not known of it where its process died, or no answer came.
OPEN = (IN_FLIGHT, "in_doubt")
REFUSED = "rejected"


@attrs.frozen
class Event:
    """What one send did to a record.

    Attributes:
        send: The send's name.
        day: When that was, for people.
        operation: What was done.
        status: What became of it.
        rows: The rows of the send that were for the record.
        undo: The name of the send that this one took back; empty where it took back none.
        context: Odoo's context that it was sent in.
        kept: What the record held before, and what was written; None where that is not known.
        error: What Odoo said.
        seconds: The times of its calls, which tell one send of the same records from another.
        called: The methods that steps after the rows called on it, or may have; `write` for columns written again.
    """

    send: str
    day: str
    operation: str
    status: str
    rows: tuple[int, ...] = ()
    undo: str = ""
    context: dict[str, Any] = attrs.field(factory=dict)
    kept: Kept | None = None
    error: str = ""
    seconds: tuple[float, ...] = ()
    called: tuple[str, ...] = ()


@attrs.frozen
class Origin:
    """What a row of responses stands for.

    Attributes:
        event: What was done to its record.
        undone: The undo that came after it, whole or open; None if there was none.
        refused: The undo that Odoo refused, the last of them; None if there was none.
    """

    event: Event
    undone: Event | None = None
    refused: Event | None = None


def origin(events: Sequence[Event], said: str, seconds: float | None = None) -> Origin | None:
    """Which of the sends to a record a row of responses is of.

    Args:
        events: What was done to the record, the newest first.
        said: The row's status. It only chooses among what is written down.
        seconds: The row's time, which does so too; None where it is not known.

    Returns:
        The send that did what the row says, the last of those; else the last that did anything; None where nothing is
        written down.
    """
    sends = [place for place, each in enumerate(events) if not each.undo]
    if not sends:
        return None
    fitting = [each for each in sends if events[each].status == said]
    place = next((each for each in fitting if seconds in events[each].seconds), [*fitting, *sends][0])
    # What is deleted is so for every send that wrote to it.
    later = [
        each for each in events[:place] if each.undo == events[place].send or (each.undo and each.status == "deleted")
    ]
    undone = next((each for each in later if each.status in (*UNDONE, *OPEN)), None)
    refused = next((each for each in later if each.status == REFUSED), None)
    return Origin(events[place], undone, refused)
