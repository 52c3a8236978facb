"""The day after an order file has changed: until it is over, only labels seen in one view are proof
enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from typing import Protocol

from samebag.core.rules import Pairing, Rules
from samebag.ports import ProbationMoved, StoreError

LOOK_S = 5.0  # ours: an import is no matter of seconds


class ProbationBook(Protocol):
    def probation(self) -> datetime | None:
        """Until when, as the import wrote it. May raise StoreError."""
        ...


@dataclass(slots=True)
class Probation:
    """Looks into the book now and then, from the loop."""

    book: ProbationBook
    wall_clock: Callable[[], datetime]
    _until: datetime | None = None
    _next_s: float = -inf

    def moved(self, at_s: float) -> ProbationMoved | None:
        """What to tell, when it began, was made longer, or ended."""
        if at_s < self._next_s:
            return None
        self._next_s = at_s + LOOK_S
        try:
            until = self.book.probation()
        except StoreError:  # the next bag will tell
            return None
        until = until if until and self.wall_clock() < until else None
        if until == self._until:
            return None
        self._until = until
        return ProbationMoved(at_s, f"{until.astimezone():%Y-%m-%d %H:%M}" if until else "")

    def applied(self, rules: Rules, *, has_camera: bool) -> Rules:
        """Without a camera nothing can be seen in one view: then it is only told."""
        return replace(rules, pairing=Pairing.ONE_FRAME) if self._until and has_camera else rules
