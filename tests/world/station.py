"""The stations that a world can drive: the core alone, fast, in the few lines that the loop needs
around it.

``loop.LoopStation`` is the other one: the real loop with its book and ledger.
"""

from __future__ import annotations

from collections import Counter
from math import inf
from random import Random
from typing import Protocol

from samebag.core.bag.bag import Bag, resumed
from samebag.core.bag.deadlines import due_s
from samebag.core.bag.step import step
from samebag.core.events import DeviceBack, Event, StoreFailed, TimePassed, VerdictStored, ViewSeen
from samebag.core.labels import Label
from samebag.core.parcels import Parcel, Standing
from samebag.core.rules import Rules
from samebag.core.verdicts import (
    Action,
    GiveNotice,
    NoticeKind,
    PrintLabel,
    RecordVerdict,
    ShowSignal,
    Signal,
    Verdict,
)

from .roll import Roll
from .truth import Judge

CAMERA_START = "camera start"  # as station.Station calls it
SLOW_DISK, BROKEN_DISK = 0.02, 0.002  # of the commits
PRINTING_S = (1.0, 3.0)


class Station(Protocol):
    """What a world drives. ``at_s`` is when the loop gets to it; an event's own time may be
    earlier."""

    events: int
    shares_book: bool  # with another station, so that parcels may pass there

    @property
    def lamp(self) -> Signal: ...
    @property
    def passed(self) -> set[str]: ...
    def take(self, event: Event, at_s: float) -> None: ...
    def wake(self, at_s: float) -> None: ...
    def cut(self, at_s: float, reached_disk: bool) -> None: ...
    def resume(self, at_s: float) -> None: ...
    def end(self, at_s: float) -> None: ...


class Build(Protocol):
    def __call__(
        self, roll: Roll, rules: Rules, judge: Judge, rng: Random, *, camera: bool
    ) -> Station: ...


class CoreStation:
    """The core on a disk and a power supply of this world; the loop's part of the work in a few
    lines."""

    def __init__(
        self, roll: Roll, rules: Rules, judge: Judge, rng: Random, *, camera: bool
    ) -> None:
        self._roll, self._rules, self._judge, self._rng, self._camera = (
            roll,
            rules,
            judge,
            rng,
            camera,
        )
        self._label, self._merged = roll.labels.get, dict[str, Label]()
        self.passed: set[str] = set()
        self.shares_book = True
        self.events = 0
        self.lamp = Signal.READY
        self._due_s = inf
        self._last: Verdict | None = None
        self._last_bag = 0
        self._printed: Counter[int] = Counter()
        self._to_print: dict[int, str] = {}
        self._recorded: dict[
            str, int
        ] = {}  # how often an order had been imported when its match was recorded
        self._sealed: dict[str, str] = {}
        self._answers: list[tuple[float, Verdict, bool]] = []
        self._resume(0.0)

    # ---- core.parcels.Known

    def label(self, code: str) -> Label | None:
        return self._label(code) or self._merged.get(code)

    def standing(self, parcel: str) -> Standing:
        if parcel in self.passed or parcel in self._roll.elsewhere:
            return Standing.PASSED
        return self._roll.parcels[parcel].standing

    def meanwhile(self, parcel: str) -> Standing:
        """What the book says of it now, passed or not: changed means since its match was
        recorded."""
        if self._roll.parcels[parcel].standing is Standing.CANCELLED:
            return Standing.CANCELLED
        return (
            Standing.CHANGED
            if self._roll.imported[parcel] > self._recorded.get(parcel, 0)
            else Standing.OPEN
        )

    def parcel(self, name: str) -> Parcel | None:
        return self._roll.parcels.get(name)

    def roll(self, parcel: str, first: int) -> dict[str, int]:
        open_ = (p for p in self._roll.parcels.values() if p.name not in self.passed)
        return {
            p.name: p.print_order
            for p in open_
            if p.print_order is not None and p.print_order >= first
        }

    # ---- what the world says

    def take(self, event: Event, at_s: float) -> None:
        """An event that reaches the loop at ``at_s``."""
        self._play(event, at_s)
        if type(event) is ViewSeen and CAMERA_START in self._bag.faults:
            self._play(DeviceBack(CAMERA_START, event.at_s), at_s)

    def wake(self, at_s: float) -> None:
        """What disk and deadlines do up to then: mostly nothing."""
        while self._answers or self._due_s <= at_s:
            answer_s = self._answers[0][0] if self._answers else inf
            if answer_s > at_s and self._due_s > at_s:
                return
            if answer_s <= self._due_s:
                self._answer(*self._answers.pop(0))
            else:
                self._pass_time(self._due_s)

    def _pass_time(self, due_s: float) -> None:
        """A deadline that comes again at once would come for ever."""
        self._play(TimePassed(due_s), due_s)
        if self._due_s <= due_s:
            self._judge.fault("spins", due_s, str(self._bag.number))
            self._due_s = inf

    def cut(self, at_s: float, reached_disk: bool) -> None:
        """The power goes: what was on its way to the disk got there or not, and nobody heard."""
        self.wake(at_s)
        for _, verdict, works in self._answers:
            if works and reached_disk:
                self._commit(verdict)
                del self._to_print[verdict.bag]  # by the loop, from its job on disk
        self._answers.clear()
        self.lamp = Signal.OFF

    def resume(self, at_s: float) -> None:
        self._resume(at_s)

    def end(self, at_s: float) -> None:
        self.wake(at_s)
        for parcel in self._to_print.values():
            if self.meanwhile(parcel) is Standing.OPEN:
                self._judge.fault("lost print", at_s, parcel)
        for bag in [bag for bag, count in self._printed.items() if count > 1]:
            self._judge.fault("double print", at_s, str(bag))

    def _resume(self, at_s: float) -> None:
        last = self._last
        self._bag: Bag = resumed(
            self._last_bag + 1,
            at_s,
            frozenset({CAMERA_START} if self._camera else ()),
            last.parcel if last else None,
            frozenset(label.code for label in last.labels) if last else frozenset(),
            sealed_by=self._sealed.get(str(last.parcel))
            if last and self._rules.confirm_label
            else "",
        )
        self.lamp = self._bag.shown.signal
        self._due_s = due_s(self._bag, self._rules)

    def _play(self, event: Event, at_s: float) -> None:
        self.events += 1
        # ``wake`` has played what was due before
        self._bag, actions = step(self._bag, event, self._rules, self)
        for action in actions:
            self._perform(action, at_s)
        self._due_s = due_s(self._bag, self._rules)

    def _perform(self, action: Action, at_s: float) -> None:
        match action:
            case ShowSignal(signal, once=False):
                self.lamp = signal
            case PrintLabel(parcel, bag):
                self._print(parcel, bag, at_s)
            case GiveNotice():
                self._notice(action, at_s)
            case RecordVerdict(verdict):
                self._judge.told(verdict, at_s)
                if verdict.prints:
                    self._recorded[str(verdict.parcel)] = self._roll.imported[str(verdict.parcel)]
                    dice = self._rng.random()
                    slow_s = self._rng.uniform(0.5, 3.0) if dice < SLOW_DISK else 0.005
                    self._answers.append((at_s + slow_s, verdict, dice < 1 - BROKEN_DISK))
                else:
                    self._last_bag = max(self._last_bag, verdict.bag)

    def _print(self, parcel: str, bag: int, at_s: float) -> None:
        """The printer's part of the station asks what became of the order right before it
        prints."""
        self._to_print.pop(bag, None)
        if self.meanwhile(parcel) is not Standing.OPEN:
            self._judge.tally["withdrawn"] += 1
            return
        self._printed[bag] += 1
        if self._rules.confirm_label:
            label = self._roll.print_merged(parcel, at_s + self._rng.uniform(*PRINTING_S))
            self._merged[label.code] = label

    def _notice(self, notice: GiveNotice, at_s: float) -> None:
        self._judge.noticed(notice, at_s)
        if notice.notice is NoticeKind.SEALED:
            (parcel,), code = notice.parcels, notice.labels[0].code
            if self.meanwhile(parcel) is not Standing.OPEN:
                self._judge.fault("stale seal", at_s, parcel)
            self._sealed[parcel] = code
            self._merged[code] = Label(
                code, merged_of=frozenset({parcel}), stale=frozenset({parcel})
            )

    def _answer(self, at_s: float, verdict: Verdict, works: bool) -> None:
        if (
            works
            and verdict.parcel not in self.passed
            and verdict.parcel not in self._roll.elsewhere
        ):
            self._commit(verdict)
            self._play(VerdictStored(verdict.bag, at_s), at_s)
        else:
            self._play(StoreFailed(verdict.bag, at_s), at_s)

    def _commit(self, verdict: Verdict) -> None:
        parcel = str(verdict.parcel)
        self.passed.add(parcel)
        self._to_print[verdict.bag] = parcel
        self._last, self._last_bag = verdict, max(self._last_bag, verdict.bag)
