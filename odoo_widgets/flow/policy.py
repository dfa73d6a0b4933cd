"""How often, how soon and in what parts a call is made again: the numbers behind the judge's table."""

from __future__ import annotations

import attrs


@attrs.frozen
class Policy:
    """The numbers.

    A send through a server that fails one call in five comes to its end: the budget grows with the calls made, and is
    not used up by chance. One that fails two in five, or answers nothing, is soon left alone.

    Attributes:
        tries: How often one call is made at most.
        few: The same, where no call was answered yet, or each try costs the server much: a call that takes longer than
            it may, and a clash of transactions, which Odoo itself tries five times before it answers
            (odoo/service/model.py).
        spare: Tries again that any send may make, however short it is.
        share: Tries again that a send may make beside these, as a part of the calls made.
        first_wait: The most seconds before a second try; each further one may take twice as long.
        longest_wait: The most seconds before any try.
        longest_told: The most seconds to wait where the server says how long.
    """

    tries: int = 7
    few: int = 4
    spare: int = 10
    share: float = 0.3
    first_wait: float = 1.0
    longest_wait: float = 20.0
    longest_told: float = 300.0


@attrs.frozen
class Standing:
    """How a send stands when a call is judged.

    Attributes:
        policy: The numbers.
        made: Calls made in the send.
        again: How many of them were tries again.
        judged: Rows of this call's batch that have an outcome by now.
        refused: How many of them were refused.
    """

    policy: Policy = attrs.field(factory=Policy)
    made: int = 0
    again: int = 0
    judged: int = 0
    refused: int = 0

    def allows(self, tries: int, *, costly: bool = False) -> bool:
        """Whether a call that was made so many times may be made once more.

        Args:
            tries: How often it was made.
            costly: Whether each try costs the server much.
        """
        policy = self.policy
        unanswered = self.again >= self.made
        most = min(policy.few, policy.tries) if costly or unanswered else policy.tries
        return tries < most and self.again < policy.spare + policy.share * self.made

    def wait(self, tries: int) -> float:
        """The most seconds to wait before the next try; the wait itself is drawn between 0 and this (full jitter)."""
        return min(self.policy.longest_wait, self.policy.first_wait * 2.0 ** (tries - 1))

    @property
    def one_by_one(self) -> bool:
        """Whether so many rows were refused that halving takes more calls than asking for each.

        Halving finds 20 bad rows of 100 in 113 calls, one by one takes 101.
        """
        all_so_far = self.refused >= ALL_BAD and self.refused == self.judged
        return all_so_far or (self.refused >= MANY_BAD and self.refused >= BAD_SHARE * self.judged)


ALL_BAD, MANY_BAD, BAD_SHARE = 3, 6, 0.3


@attrs.frozen
class Wait:
    """A pause before the next call.

    Attributes:
        seconds: How long, or how long at most.
        told: Whether the server said how long: then it is not drawn.
    """

    seconds: float
    told: bool = False
