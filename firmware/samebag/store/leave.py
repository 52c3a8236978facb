"""How much of what is old may be forgotten in one night, and on whose word. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

LEAST_DAYS, SHARE = 2, 15  # ours: of keep_days, a fifteenth a night: eight days' worth of 120


@dataclass(frozen=True, slots=True)
class Leave:
    """``vouched``: something beside the clock says what day it is. ``by_person``: one has said so,
    of all that is due.

    ``days``: what one night may take, from the oldest day on: a clock that is wrong all the same is
    seen in time, and a machine that was off for a while catches up within some nights.
    """

    vouched: bool
    days: int = LEAST_DAYS
    by_person: bool = False

    @staticmethod
    def of_night(keep_days: int, *, vouched: bool) -> Leave:
        return Leave(vouched, max(LEAST_DAYS, keep_days // SHARE))

    def until(self, oldest: date | None, before: date) -> date:
        """What is from before that day may go; ``oldest`` is the first day of which anything is
        left."""
        if self.by_person or oldest is None:
            return before
        return min(before, oldest + timedelta(days=self.days))


BY_PERSON = Leave(vouched=True, by_person=True)
