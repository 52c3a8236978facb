"""Reads a report from the files of a station, a day at a time: none of them is held open for
long."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path

from samebag.aftersales.report import Period, Report, UnderWay, report, under_way
from samebag.aftersales.sums import Sums, sums
from samebag.settings import Settings
from samebag.store.beside.cases import Case, read_cases
from samebag.store.book.reader import BOOK
from samebag.store.database import Schema
from samebag.store.glance import looking
from samebag.store.ledger import by_day
from samebag.store.ledger.by_day import Tally
from samebag.store.ledger.chain import LEDGER

MOST_KEPT = 400  # days: a year and a month


class Reports:
    """Reports on one station. A day is read again only when it has got more verdicts. Calls may
    raise StoreError."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: dict[date, tuple[list[Tally], Sums]] = {}

    def report(self, over: Period, today: date) -> Report:
        of_days = [(day, self._sums(day)) for day in over.days() if day <= today]
        by_door = self._settings.dispatch_path.exists()
        return report(
            over,
            self._settings.station.name,
            of_days,
            self._cases(),
            self._under_way(over, today, by_door),
            by_door=by_door,
            today=today,
            head=self._head(over),
        )

    def _sums(self, day: date) -> Sums:
        with looking(self._settings.ledger_path, LEDGER) as ledger:
            tally = by_day.tally(ledger, day)
            known, found = self._kept.get(day, ([], None))
            if found is None or known != tally:
                with _if_there(self._settings.book_path, BOOK) as book:
                    found = sums(ledger, book, day)
                if len(self._kept) >= MOST_KEPT:
                    self._kept.clear()
                self._kept[day] = tally, found
            return found

    def _head(self, over: Period) -> str:
        """Of the newest verdict within the period, empty if there is none."""
        with looking(self._settings.ledger_path, LEDGER) as ledger:
            return by_day.last_head(ledger, over.first, over.last)

    def _cases(self) -> list[Case]:
        with _if_there(self._settings.cases_path, LEDGER) as cases:
            return read_cases(cases) if cases else []

    def _under_way(self, over: Period, today: date, by_door: bool) -> list[UnderWay]:
        path = self._settings.dispatch_path if by_door else self._settings.ledger_path
        with looking(path, LEDGER) as ledger, _if_there(self._settings.book_path, BOOK) as book:
            gone = partial(by_day.left if by_door else by_day.packed, ledger)
            return under_way(over, gone, book, self._settings.storage.keep_days, today)


@contextmanager
def _if_there(path: Path, schema: Schema) -> Iterator[sqlite3.Connection | None]:
    if not path.exists():
        yield None
        return
    with looking(path, schema) as db:
        yield db
