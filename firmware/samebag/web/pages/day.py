"""The supervisor's page: a day in numbers, what was stopped, what is still open; and the day as
CSV."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from samebag.aftersales.sums import By, row, sums
from samebag.core.labels import Kind
from samebag.core.verdicts import HELD, OF_BAGS, VerdictKind
from samebag.files.csv_out import to_csv
from samebag.ports import JobState
from samebag.settings import Settings
from samebag.store.book.reader import BOOK
from samebag.store.glance import looking
from samebag.store.ledger import by_day
from samebag.store.ledger.by_day import DayTally, Recorded, Tally
from samebag.store.ledger.chain import LEDGER
from samebag.store.ledger.reader import LedgerReader
from samebag.web.rendering import Rendering

MOST_HELD = 200  # ours: more than one page shows; the CSV has all
WEEKS = 12
YEARS = range(1970, 3000)  # a Pi without a clock starts in 1970
OPEN_JOBS = (JobState.QUEUED, JobState.SENDING, JobState.SENT, JobState.ASKED)
COLUMNS = (
    "time",
    "bag",
    "verdict",
    "parcel",
    "waybill",
    "cargo_list",
    "other_codes",
    "proof",
    "packer",
    "station",
)


@dataclass(frozen=True, slots=True)
class DayBar:
    """``part`` of ``whole`` is drawn in red."""

    label: str
    whole: float
    part: float


class DayPage:
    def __init__(
        self, settings: Settings, render: Rendering, wall_clock: Callable[[], datetime]
    ) -> None:
        self._settings, self._render, self._wall_clock = settings, render, wall_clock

    def page(self, request: Request) -> Response:
        now = self._wall_clock()
        day = day_in(request, now.date())
        with looking(self._settings.ledger_path, LEDGER) as ledger:
            counts = by_day.tally(ledger, day)
            reader = LedgerReader(self._settings.ledger_path, ledger)
            with self._book() as book:
                told = sums(ledger, book, day)
            held, swaps, jobs = (
                by_day.held(ledger, day, MOST_HELD),
                reader.swaps(),
                reader.jobs_in(OPEN_JOBS),
            )
            weeks = by_day.days(ledger, day - timedelta(weeks=WEEKS, days=-1), day)
        return self._render.page(
            request,
            "day.html",
            day=day,
            today=now.date(),
            before=day - timedelta(days=1),
            after=day + timedelta(days=1),
            as_of=now.isoformat(sep=" ", timespec="seconds")[:19],
            total=row("", told.kinds),
            reasons=[(kind, told.kinds[kind]) for kind in HELD],
            hours=hour_bars(counts),
            packers=sorted(told.rows(By.PACKER), key=lambda row: row.name),
            weeks=week_bars(weeks, day),
            rolls=told.rows(By.ROLL),
            held=held,
            swaps=swaps,
            jobs=jobs,
        )

    def table(self, request: Request) -> Response:
        """Every verdict of the day; the times are the station's."""
        day = day_in(request, self._wall_clock().date())
        with looking(self._settings.ledger_path, LEDGER) as ledger:
            table = to_csv(
                [[*COLUMNS, "entry", "sha256"], *map(_cells, by_day.verdicts(ledger, day))]
            )
        name = f"samebag-{self._settings.station.name}-{day}.csv"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return Response(table, media_type="text/csv; charset=utf-8", headers=headers)

    def _book(self) -> AbstractContextManager[sqlite3.Connection | None]:
        path = self._settings.book_path
        return looking(path, BOOK) if path.exists() else nullcontext()


def day_in(request: Request, today: date) -> date:
    try:
        day = date.fromisoformat(request.query_params.get("day", today.isoformat()))
    except ValueError as err:
        raise HTTPException(404, "missing.day") from err
    if day.year not in YEARS:
        raise HTTPException(404, "missing.day")
    return day


def hour_bars(counts: Iterable[Tally]) -> list[DayBar]:
    """From the first to the last hour with bags."""
    whole, part = Counter[int](), Counter[int]()
    for c in counts:
        if c.kind in OF_BAGS:
            whole[c.hour] += c.verdicts
            part[c.hour] += c.verdicts if c.kind != VerdictKind.MATCH else 0
    hours = range(min(whole), max(whole) + 1) if whole else range(0)
    return [DayBar(f"{hour:02}", whole[hour], part[hour]) for hour in hours]


def week_bars(counts: Iterable[DayTally], last: date) -> list[DayBar]:
    """Mix-ups in a thousand bags, of the seven days that end with each of these."""
    bags, mismatches = Counter[int](), Counter[int]()
    for c in counts:
        week = (last - date.fromisoformat(c.day)).days // 7
        if c.kind in OF_BAGS:
            bags[week] += c.verdicts
            mismatches[week] += c.verdicts if c.kind == VerdictKind.MISMATCH else 0
    rates = {week: 1000 * mismatches[week] / bags[week] for week in bags}
    return [
        DayBar(
            f"{last - timedelta(weeks=week):%m-%d}", round(rates[week], 2), round(rates[week], 2)
        )
        for week in sorted(rates, reverse=True)
    ]


def _cells(row: Recorded) -> Iterator[object]:
    verdict = row.verdict
    by_kind = {
        kind: " ".join(label.code for label in verdict.labels if label.kind is kind)
        for kind in Kind
    }
    yield from (
        row.wall_time,
        verdict.bag,
        verdict.kind,
        verdict.parcel or " / ".join(verdict.parcels),
        by_kind[Kind.WAYBILL],
        by_kind[Kind.CARGO_LIST],
        f"{by_kind[Kind.MERGED]} {by_kind[Kind.UNKNOWN]}".strip(),
        verdict.proof or "",
        verdict.packer,
        row.station,
        row.seq,
        row.hash,
    )
