"""A report on a day, a week or a month: what was stopped, why, where it comes from, and what
somebody must do now."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from samebag.aftersales.causes import causes
from samebag.aftersales.deadlines import CaseWaits, due, milestones
from samebag.aftersales.sums import MOST_NAMED, By, Shipped, SumRow, Sums, row
from samebag.core.codes.tracking import Recognised, carrier_named
from samebag.core.verdicts import HELD, VerdictKind
from samebag.store.beside.cases import Case
from samebag.store.ledger import by_day
from samebag.store.ledger.by_day import Origin

HELD_BACK = frozenset(HELD) - {VerdictKind.MISMATCH}  # mix-ups have a column of their own
MOST_ROWS = 50  # ours: each posted order is a roll of its own; the worst come first

Gone = Callable[[date, date, int], tuple[int, list[str]]]


class ReportSpan(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends with it. A week begins on Monday (ISO 8601)."""

    span: ReportSpan
    first: date
    last: date

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))

    def before(self) -> date:
        return self.first - timedelta(days=1)

    def after(self) -> date:
        return self.last + timedelta(days=1)


def period(span: ReportSpan, day: date) -> Period:
    """The one that has that day in it."""
    if span is ReportSpan.WEEK:
        first = day - timedelta(days=day.weekday())
        return Period(span, first, first + timedelta(days=6))
    if span is ReportSpan.MONTH:
        first = day.replace(day=1)
        return Period(span, first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    return Period(span, day, day)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Parcels ``day`` days after they went: how many came to it within the period, those by name,
    and how many are beyond it now but not beyond the next. Nobody tells the station what has
    arrived."""

    day: int
    reached: int
    beyond: int
    parcels: tuple[Shipped, ...]


@dataclass(frozen=True, slots=True)
class CauseRow:
    cause: str
    zh: str
    en: str
    opened: int


@dataclass(frozen=True, slots=True)
class OpenCase:
    """``until`` is None where the platform handles it; ``late`` tells an answer overdue."""

    case: int
    parcel: str
    cause: str
    waits: CaseWaits
    until: date | None
    late_days: int
    late: bool


@dataclass(frozen=True, slots=True)
class Channel:
    carrier: str
    zh: str
    official: Recognised | None
    parcels: int


@dataclass(frozen=True, slots=True)
class Report:
    """``head`` is the ledger's after the newest of its verdicts (heads.py): who keeps this sheet
    can prove all up to there. ``near_misses`` are the mix-ups stopped, by what the work was like
    first. ``off_list`` names some of the parcels whose channel is not recognised. ``by_door``: days
    count from the door, else from the match."""

    span: ReportSpan
    first: date
    last: date
    station: str
    total: SumRow
    held: dict[str, int]
    incomplete: int
    by_day: tuple[SumRow, ...]
    near_misses: dict[By, tuple[SumRow, ...]]
    causes: tuple[CauseRow, ...]
    results: dict[str, int]
    open_cases: tuple[OpenCase, ...]
    overdue: int
    by_door: bool
    under_way: tuple[UnderWay, ...]
    channels: tuple[Channel, ...]
    off_list: tuple[Shipped, ...]
    head: str


def report(
    over: Period,
    station: str,
    by_day: Sequence[tuple[date, Sums]],
    cases: Sequence[Case],
    under_way: Sequence[UnderWay],
    *,
    by_door: bool,
    today: date,
    head: str,
) -> Report:
    total, open_cases = Sums(), _open(cases, today)
    for _, of_day in by_day:
        total.add(of_day)
    return Report(
        over.span,
        over.first,
        over.last,
        station,
        row("", total.kinds),
        {kind: count for kind, count in sorted(total.kinds.items()) if kind in HELD_BACK},
        total.kinds[VerdictKind.INCOMPLETE],
        tuple(row(str(day), of_day.kinds) for day, of_day in by_day),
        {by: tuple(total.rows(by)[:MOST_ROWS]) for by in By},
        _causes(over, cases),
        dict(
            Counter(
                str(case.result)
                for case in cases
                if case.closed and over.first <= case.closed <= over.last
            )
        ),
        open_cases,
        sum(1 for case in open_cases if case.late),
        by_door,
        tuple(under_way),
        tuple(_channel(*key, n) for key, n in total.channels.most_common()),
        tuple(total.off_list),
        head,
    )


def under_way(
    over: Period, gone: Gone, book: sqlite3.Connection | None, keep_days: int, today: date
) -> list[UnderWay]:
    """``gone`` tells what went from one day to another. Older than ``keep_days`` is nobody's
    concern any more."""
    last, found = min(over.last, today), []
    days_since = milestones()
    for day, following in zip(days_since, (*days_since[1:], keep_days), strict=True):
        since = timedelta(days=day)
        reached, names = gone(over.first - since, last - since, MOST_NAMED)
        beyond, _ = gone(last - timedelta(days=max(day, following - 1)), last - since, 0)
        origins = by_day.origins(book, names) if book else {}
        found.append(
            UnderWay(
                day, reached, beyond, tuple(_shipped(name, origins.get(name)) for name in names)
            )
        )
    return found


def _shipped(name: str, origin: Origin | None) -> Shipped:
    if origin is None:
        return Shipped(name, "", "", "")
    return Shipped(name, origin.content.tracking_number, origin.content.service, "")


def _channel(carrier: str, official: Recognised | None, parcels: int) -> Channel:
    known = carrier_named(carrier)
    return Channel(carrier, known.zh if known else carrier, official, parcels)


def _causes(over: Period, cases: Iterable[Case]) -> tuple[CauseRow, ...]:
    opened = Counter(case.cause for case in cases if over.first <= case.opened <= over.last)
    return tuple(
        CauseRow(code, causes()[code].zh, causes()[code].en, n) for code, n in opened.most_common()
    )


def _open(cases: Iterable[Case], today: date) -> tuple[OpenCase, ...]:
    """The most urgent first."""
    found = []
    for case in cases:
        clock = due(case)
        if clock.waits is not CaseWaits.NOTHING:
            days = clock.late_days(today)
            late = clock.waits is CaseWaits.ANSWER and days > 0
            found.append(
                OpenCase(case.number, case.parcel, case.cause, clock.waits, clock.until, days, late)
            )
    return tuple(sorted(found, key=lambda case: (not case.late, case.until or date.max, case.case)))
