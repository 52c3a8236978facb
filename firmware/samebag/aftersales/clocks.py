"""Who has to do what by when: cases and parcels under way. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from samebag.aftersales.causes import clock
from samebag.store.cases import Case


class Waits(StrEnum):
    """What a case waits for."""

    ANSWER = "answer"
    AGREEMENT = "agreement"
    PLATFORM = "platform"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Due:
    """``until`` is the last day in time; None where no clock of the seller's runs."""

    waits: Waits
    until: date | None = None

    def late_days(self, today: date) -> int:
        return max(0, (today - self.until).days) if self.until else 0


def due(case: Case) -> Due:
    if case.closed:
        return Due(Waits.NOTHING)
    if case.treasure:
        return Due(Waits.PLATFORM)
    if case.answered:
        return Due(Waits.AGREEMENT, case.answered + timedelta(days=clock().agree_days))
    return Due(Waits.ANSWER, case.opened + timedelta(days=clock().answer_days))


def overdue(cases: Iterable[Case], today: date) -> list[Case]:
    """Those not answered in time, the latest first."""
    late = [case for case in cases if due(case).waits is Waits.ANSWER and due(case).late_days(today)]
    return sorted(late, key=lambda case: (case.opened, case.number))
