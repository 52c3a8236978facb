"""Who has to do what by when: cases and parcels under way. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from samebag.aftersales.causes import clock
from samebag.core.codes.tracking import service_named
from samebag.store.beside.cases import Case

PACKET = "China Post registered packet"  # the service of most small parcels


class CaseWaits(StrEnum):
    """What a case waits for."""

    ANSWER = "answer"
    AGREEMENT = "agreement"
    PLATFORM = "platform"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Due:
    """``until`` is the last day in time; None where no clock of the seller's runs."""

    waits: CaseWaits
    until: date | None = None

    def late_days(self, today: date) -> int:
        return max(0, (today - self.until).days) if self.until else 0


def due(case: Case) -> Due:
    if case.closed:
        return Due(CaseWaits.NOTHING)
    if case.treasure:
        return Due(CaseWaits.PLATFORM)
    if case.answered:
        return Due(CaseWaits.AGREEMENT, case.answered + timedelta(days=clock().agree_days))
    return Due(CaseWaits.ANSWER, case.opened + timedelta(days=clock().answer_days))


def promised(went: date, service: str) -> date:
    """The last day on which a parcel may arrive as promised: by its service, else as a small
    packet's."""
    known = service_named(service)
    days = (known and known.promised_days) or milestones()[-1]
    return went + timedelta(days=days)


def milestones() -> tuple[int, ...]:
    """Expected from, expected until and promised by, in days since a small packet went."""
    packet = service_named(PACKET)
    assert packet and packet.days and packet.promised_days
    return (*packet.days, packet.promised_days)
