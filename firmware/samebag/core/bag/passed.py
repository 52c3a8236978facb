"""The bag that passed last, while its labels may still lie there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samebag.core.rules import Rules

SEAL_WITHIN_S = 60.0  # ours: the slowest printer, a jam to clear, gloves; where no camera sees the bag meanwhile


@dataclass(frozen=True, slots=True)
class PassedBag:
    """The bag that passed last, while its labels may still lie there. ``seen_s``: when each was last read.

    ``sealed_by`` is the code of the merged label on it: None while that is waited for, empty where none need be.
    """

    parcel: str
    seen_s: Mapping[str, float]
    sighted: bool  # the camera has seen it
    bag: int
    sealed_by: str | None = ""
    moved: bool = False  # it was not in the newest view, and the table was empty or another label had come
    lifted: bool = False  # the table was empty since, and has not shown both its labels again
    left: bool = False  # other labels came then: it is remembered only until its verdict is on disk

    @property
    def last_s(self) -> float:
        """When any of its labels was last read."""
        return max(self.seen_s.values())

    def gone_at_s(self, rules: Rules) -> float:
        """When its labels, unread from now on, count as gone.

        Unread is not gone: a hand may lie on them, or the camera start anew. So ``clear_s`` is enough for a bag
        that has moved or that no camera ever saw; otherwise it takes as long as a pair may. One that no camera saw
        waits for its merged label.
        """
        if self.left:
            return self.last_s
        if not self.sighted and self.sealed_by is None:
            return self.last_s + SEAL_WITHIN_S
        is_plain = self.moved or not self.sighted
        return self.last_s + (rules.clear_s if is_plain else rules.pair_within_s)
