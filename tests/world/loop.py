"""The slower world: the real loop, book and ledger on disk, with fakes for the devices, and power
cuts at any step.

A cut is an exception that nothing in the station catches: it flies out of the loop from the very
step at which the power goes, and a new station starts on the same files.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from random import Random
from threading import Event as Flag
from typing import Any

from samebag.core.events import Event, StoreFailed, TimePassed, VerdictStored
from samebag.core.parcels import Parcel
from samebag.core.rules import Rules
from samebag.core.verdicts import Action, RecordVerdict, Signal, Verdict
from samebag.core.words import Words
from samebag.orders.taking.importer import import_file
from samebag.ports import JobState, PrintJob, Put, StationEvent
from samebag.station.loop import Station
from samebag.station.people import People
from samebag.store.book.reader import BookReader
from samebag.store.ledger.verify import Verified, verify
from samebag.store.ledger.writer import LedgerWriter
from tests.fakes import FakeCamera, FakePrinter, FakeScanner, FakeSignals

from .roll import Roll
from .truth import Judge

CUT = 0.05  # of the matches: the power goes at one of the steps between the match and its label
UNSURE = frozenset({JobState.SENDING, JobState.SENT, JobState.ASKED})
NOON = datetime(2026, 11, 11, 12, tzinfo=UTC)


class Step(Enum):
    """Where the power goes."""

    NOT_ON_DISK = "the match is not on disk yet"
    NOT_TOLD = "it is, but nobody was told"
    SENDING = "the first byte may have been sent"
    SENT = "the label is out"


class PowerCut(Exception):
    """The power goes, here."""


class CutLedger(LedgerWriter):
    """Answers a match before anything else happens. ``cut``: where the power goes with the next
    one, if it does."""

    cut: Step | None = None

    def start(self, put: Put) -> None:
        self._answered = Flag()
        self.rows = 0

        def answer(event: StationEvent) -> None:
            if self.cut is not Step.NOT_TOLD:
                put(event)
            if isinstance(event, VerdictStored | StoreFailed):
                self._answered.set()

        super().start(answer)

    def record(self, verdict: Verdict, parcel: Parcel | None = None) -> None:
        if verdict.prints and self.cut is Step.NOT_ON_DISK:
            raise PowerCut
        self._answered.clear()
        super().record(verdict, parcel)
        self.rows += 1
        if verdict.prints:
            assert self._answered.wait(10)
            if self.cut is Step.NOT_TOLD:
                raise PowerCut


class CutPrinter(FakePrinter):
    """``paper`` outlives the power; ``cut`` is where it goes with the next label."""

    def __init__(self, paper: Counter[tuple[str, int]]) -> None:
        super().__init__()
        self._paper = paper
        self.cut: Step | None = None

    def _move(self, job: PrintJob, state: JobState) -> None:
        super()._move(job, state)
        if state is JobState.SENT:
            self._paper[job.parcel, job.copy] += 1
        if self.cut and state.name == self.cut.name:
            raise PowerCut


class LoopStation:
    """What World drives: the real station on the clock of the world."""

    def __init__(
        self, roll: Roll, rules: Rules, judge: Judge, rng: Random, *, camera: bool, folder: Path
    ) -> None:
        self._roll, self._rules, self._judge, self._rng, self._camera = (
            roll,
            rules,
            judge,
            rng,
            camera,
        )
        self._folder = folder
        self._paper: Counter[tuple[str, int]] = Counter()
        self._rows = 0
        self.shares_book = False
        self.events = self.cuts = 0
        self._now_s = 0.0
        self._import_book()
        self.resume(0.0)

    @property
    def lamp(self) -> Signal:
        return self._signals.base.signal

    @property
    def passed(self) -> set[str]:
        return {parcel for (parcel,) in self._select("SELECT parcel FROM passed")}

    def take(self, event: Event, at_s: float) -> None:
        self._arm()
        self._put(event, at_s)

    def wake(self, at_s: float) -> None:
        self._put(TimePassed(at_s), at_s)

    def cut(self, at_s: float, reached_disk: bool) -> None:
        """Between two events."""
        self._now_s = at_s
        self._stop()

    def resume(self, at_s: float) -> None:
        self._now_s = at_s
        self._signals, self._printer = FakeSignals(), CutPrinter(self._paper)
        self._ledger = CutLedger(
            self._folder / "ledger.db",
            station="world",
            wall_clock=lambda: NOON,
            clock=lambda: self._now_s,
            boot_id="world",
        )
        self._station = Station(
            rules=self._rules,
            book=BookReader(self._folder / "book.db"),
            ledger=self._ledger,
            signals=self._signals,
            scanners=[FakeScanner()],
            camera=FakeCamera() if self._camera else None,
            printer=self._printer,
            asks_about=UNSURE,
            tellers=[self],
            key=b"world",
            people=People(logout_s=1800.0),
            clock=lambda: self._now_s,
        )
        self._station.start()
        self._run()

    def told(self, about: StationEvent | Action, words: Words) -> None:
        """ports.Teller: what the station says it decided."""
        if isinstance(about, RecordVerdict):
            self._judge.told(about.verdict, self._now_s)

    def end(self, at_s: float) -> None:
        self.wake(at_s)
        self._stop()
        jobs = dict(
            self._select(
                "SELECT p.parcel, j.state FROM print_job j JOIN passed p ON p.seq = j.match"
            )
        )
        for parcel in self.passed:
            if (parcel, 1) not in self._paper and JobState(jobs[parcel]) not in UNSURE:
                self._judge.fault("lost print", at_s, parcel)
        for (parcel, copy), count in self._paper.items():
            if count > 1:
                self._judge.fault("double print", at_s, f"{parcel} copy {copy}")
        ((rows,),) = self._select("SELECT count(*) FROM entry WHERE kind = 'verdict'")
        if rows != self._rows or not isinstance(verify(self._folder / "ledger.db"), Verified):
            self._judge.fault("lost row", at_s, f"{self._rows - rows} of {self._rows}")

    def _arm(self) -> None:
        step = self._rng.choice(list(Step)) if self._rng.random() < CUT else None
        self._ledger.cut = self._printer.cut = step

    def _put(self, event: Event, at_s: float) -> None:
        self._now_s = max(self._now_s, at_s)
        if self._roll.imports != self._imported:
            self._import_book()
        self.events += 1
        self._station.put(event)
        try:
            self._run()
        except PowerCut:
            self.cuts += 1
            self._stop()
            self.resume(self._now_s)

    def _run(self) -> None:
        """Until the loop has taken all that its devices answered."""
        for _ in range(3):
            self._station.stop()
            self._station.run()

    def _stop(self) -> None:
        self._station.close()
        self._rows += self._ledger.rows

    def _import_book(self) -> None:
        self._imported = self._roll.imports
        self._roll.write_book(self._folder / "book.csv")
        import_file(self._folder / "book.csv", self._folder / "book.db")

    def _select(self, query: str) -> list[Any]:
        db = sqlite3.connect(self._folder / "ledger.db")
        try:
            return db.execute(query).fetchall()
        finally:
            db.close()
