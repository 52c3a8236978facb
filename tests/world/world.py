"""One shift at one simulated table: physical acts in, frames and scans out to a station, and the judge beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from random import Random
from typing import Protocol

from samebag.core.bag import Bag as CoreBag
from samebag.core.bag import due_s, resumed
from samebag.core.events import (
    CodeScanned,
    CommandGiven,
    DeviceBack,
    DeviceLost,
    Event,
    StoreFailed,
    TimePassed,
    VerdictStored,
    ViewSeen,
)
from samebag.core.labels import Command, Label
from samebag.core.parcels import Parcel, Standing
from samebag.core.rules import Pairing, Rules
from samebag.core.step import play
from samebag.core.verdicts import Action, PrintLabel, RecordVerdict, ShowSignal, Signal, Verdict

from .packers import LEVELS, Act, Do, Habits, Packer, Waits, Way
from .roll import GOODS_EAN, SAME_CODE, Paper, Roll
from .table import FRAME_S, Table
from .truth import Judge

CAMERA_START = "camera start"  # as station.Station calls it
LATENCY_S = 0.07  # from the frame to its event
LATE, REPEATED = 0.02, 0.002  # of the frames: decoded late, delivered twice
LATEST_S = 0.3  # DESIGN §6: an older frame is refused
SLOW_DISK, BROKEN_DISK = 0.02, 0.002  # of the commits
AFTER_S = 2.5  # what a script still waits for after its last act


@dataclass(frozen=True, slots=True)
class Shift:
    """All that decides a shift: the same shift is the same sequence of acts, frames and verdicts."""

    seed: int
    level: str = "careless"
    pairing: Pairing = Pairing.ONE_FRAME
    way: Way = Way.BOTH
    bags: int = 40


class CoreStation:
    """The core on a disk and a power supply of this world; the loop's part of the work in a few lines."""

    def __init__(self, roll: Roll, rules: Rules, judge: Judge, rng: Random, *, camera: bool) -> None:
        self._roll, self._rules, self._judge, self._rng, self._camera = roll, rules, judge, rng, camera
        self.label: Callable[[str], Label | None] = roll.labels.get  # core.parcels.Known
        self.passed: set[str] = set()
        self.events = 0
        self.lamp = Signal.READY
        self._last: Verdict | None = None
        self._last_bag = 0
        self._printed: Counter[int] = Counter()
        self._to_print: set[int] = set()
        self._answers: list[tuple[float, Verdict, bool]] = []
        self._resume(0.0)

    def standing(self, parcel: str) -> Standing:
        return Standing.PASSED if parcel in self.passed else self._roll.parcels[parcel].standing

    def parcel(self, name: str) -> Parcel | None:
        return self._roll.parcels.get(name)

    def roll(self, parcel: str, first: int) -> dict[str, int]:
        open_ = (p for p in self._roll.parcels.values() if p.name not in self.passed)
        return {p.name: p.print_order for p in open_ if p.print_order is not None and p.print_order >= first}

    def take(self, event: Event, at_s: float) -> None:
        """An event that reaches the loop at ``at_s``."""
        self._play(event, at_s)
        if type(event) is ViewSeen and CAMERA_START in self._bag.faults:
            self._play(DeviceBack(CAMERA_START, event.at_s), at_s)

    def wake(self, at_s: float) -> None:
        """What disk and deadlines do up to then."""
        while True:
            answer_s = self._answers[0][0] if self._answers else inf
            if answer_s > at_s and self._due_s > at_s:
                return
            if answer_s <= self._due_s:
                self._answer(*self._answers.pop(0))
            else:
                self._play(TimePassed(self._due_s), self._due_s)

    def cut(self, at_s: float, reached_disk: bool) -> None:
        """The power goes: what was on its way to the disk got there or not, and nobody heard."""
        self.wake(at_s)
        for _, verdict, works in self._answers:
            if works and reached_disk:
                self._commit(verdict)
                self._to_print.discard(verdict.bag)  # by the loop, from its job on disk
        self._answers.clear()
        self.lamp = Signal.OFF

    def resume(self, at_s: float) -> None:
        self._resume(at_s)

    def end(self, at_s: float) -> None:
        self.wake(at_s)
        for _ in self._to_print:
            self._judge.fault("lost print", at_s, "")
        for bag in [bag for bag, count in self._printed.items() if count > 1]:
            self._judge.fault("double print", at_s, str(bag))

    def _resume(self, at_s: float) -> None:
        last = self._last
        self._bag: CoreBag = resumed(
            self._last_bag + 1,
            at_s,
            frozenset({CAMERA_START} if self._camera else ()),
            last.parcel if last else None,
            frozenset(label.code for label in last.labels) if last else frozenset(),
        )
        self.lamp = self._bag.shown.signal
        self._due_s = due_s(self._bag, self._rules)

    def _play(self, event: Event, at_s: float) -> None:
        self.events += 1
        self._bag, actions = play(self._bag, event, self._rules, self)
        for action in actions:
            self._perform(action, at_s)
        self._due_s = due_s(self._bag, self._rules)

    def _perform(self, action: Action, at_s: float) -> None:
        match action:
            case ShowSignal(signal, once=False):
                self.lamp = signal
            case PrintLabel(_, bag):
                self._printed[bag] += 1
                self._to_print.discard(bag)
            case RecordVerdict(verdict):
                self._judge.told(verdict, at_s)
                if verdict.prints:
                    dice = self._rng.random()
                    slow_s = self._rng.uniform(0.5, 3.0) if dice < SLOW_DISK else 0.005
                    self._answers.append((at_s + slow_s, verdict, dice < 1 - BROKEN_DISK))
                else:
                    self._last_bag = max(self._last_bag, verdict.bag)

    def _answer(self, at_s: float, verdict: Verdict, works: bool) -> None:
        if works and verdict.parcel not in self.passed:
            self._commit(verdict)
            self._play(VerdictStored(verdict.bag, at_s), at_s)
        else:
            self._play(StoreFailed(verdict.bag, at_s), at_s)

    def _commit(self, verdict: Verdict) -> None:
        self.passed.add(str(verdict.parcel))
        self._to_print.add(verdict.bag)
        self._last, self._last_bag = verdict, max(self._last_bag, verdict.bag)


class Station(Protocol):
    """What a world drives. ``at_s`` is when the loop gets to it; an event's own time may be earlier."""

    events: int

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
    def __call__(self, roll: Roll, rules: Rules, judge: Judge, rng: Random, *, camera: bool) -> Station: ...


class World:
    """One shift. With ``script`` its acts are played instead of a packer's. ``arrived``: what reached the station."""

    def __init__(
        self, shift: Shift, script: Sequence[Act] | None = None, *, records: bool = False, build: Build = CoreStation
    ) -> None:
        rng = Random(repr(shift))
        level = LEVELS[shift.level]
        self.camera = shift.way is not Way.SCANNER
        same_code = SAME_CODE if self.camera else 0.0  # a store that prints so needs a camera: two boxes in one view
        self.roll = Roll(shift.bags, level.mistakes, rng, same_code=same_code)
        self.table = Table(self.roll.bags, self.roll.papers, rng.randrange(1 << 30))
        self.judge = Judge(self.roll, self.table)
        self._rng = Random(rng.randrange(1 << 30))
        rules = Rules(pairing=shift.pairing)
        self.station = build(self.roll, rules, self.judge, self._rng, camera=self.camera)
        self.acts: list[Act] = []
        self.arrived: list[tuple[float, Event]] = []
        self._records = records
        self._woken_s = 0.0
        self._mail: list[tuple[float, int, Event]] = []
        self._number = 0
        self._now_s = 0.0
        self._camera_s = 0.0  # frames come one after the other
        self._stalled_until_s = self._dead_until_s = -inf
        self._hands = self._played(script) if script is not None else self._packed(level.habits, shift.way, rng)

    @property
    def lamp(self) -> Signal:
        return self.station.lamp

    def run(self) -> World:
        frame, next_s = 0, 0.0
        while next_s < inf:
            at_s = frame * FRAME_S
            while next_s <= at_s:
                self._now_s = next_s
                self._deliver(next_s)
                next_s += next(self._hands, inf)
            self._now_s = at_s
            self._deliver(at_s)
            if self.camera:
                self._shoot(frame, at_s)
            else:
                self.judge.check(at_s, self.lamp)
            frame += 1
        self.station.end(self._now_s)
        self.judge.end(self.station.passed, self._now_s)
        return self

    def act(self, do: Do, what: int = 0, to: float = 0.0, for_s: float = 0.0) -> None:
        """What the packer does now, kept to be played again."""
        act = Act(self._now_s, do, what, to, for_s)
        self.acts.append(act)
        self._do(act)

    def _packed(self, habits: Habits, way: Way, rng: Random) -> Waits:
        return Packer(self.roll.bags, habits, way, rng, self).shift()

    def _played(self, script: Sequence[Act]) -> Waits:
        for act in script:
            yield act.at_s - self._now_s
            self._do(act)
        yield AFTER_S

    def _do(self, act: Act) -> None:
        table, at_s = self.table, act.at_s
        match act.do:
            case Do.PICK_UP:
                table.pick_up(table.bags[act.what])
            case Do.LAY:
                table.lay(table.bags[act.what], act.to, at_s, act.for_s)
            case Do.TAKE:
                table.take(table.bags[act.what], at_s, act.for_s)
            case Do.COVER:
                table.cover(table.papers[act.what], at_s, act.for_s)
            case Do.PEEL:
                table.peel(table.papers[act.what])
            case Do.STICK:
                table.stick(table.papers[act.what], table.bags[int(act.to)])
                self.judge.stuck_on(table.papers[act.what], table.bags[int(act.to)])
            case Do.SCAN:
                self._scan(table.papers[act.what], int(act.to), act.for_s)
            case Do.SCAN_GOODS:
                self._send(CodeScanned(GOODS_EAN, at_s + 0.05), at_s + 0.05)
            case Do.CLEAR:
                self.judge.cleared()
                self._send(CommandGiven(Command.CLEAR, at_s + 0.05), at_s + 0.05)
            case Do.CUT:
                self.station.cut(at_s, reached_disk=bool(act.what))
                self._mail.clear()
                self._dead_until_s = at_s + act.for_s
            case Do.LOSE:
                self._send(DeviceLost("printer", "no paper", "put a roll in", at_s), at_s)
                self._send(DeviceBack("printer", at_s + act.for_s), at_s + act.for_s)
            case Do.STALL:
                self._stalled_until_s = at_s + act.for_s
            case Do.CANCEL:
                self.roll.cancel(act.what)

    def _scan(self, paper: Paper, mark: int, late_s: float) -> None:
        heard_s = self._now_s + late_s
        paper.sighted += 1
        if paper.bag:
            paper.bag.scanned_s = heard_s
        if self._dead_until_s < self._now_s:
            self.judge.scanned(paper, heard_s, self.lamp)
        self._send(CodeScanned(paper.marks[mark].code, heard_s), heard_s)

    def _shoot(self, frame: int, at_s: float) -> None:
        if at_s < self._stalled_until_s or at_s < self._dead_until_s:
            return
        view = self.table.frame(frame, at_s)
        self.judge.watch(view, self.lamp)
        dice = self.table.dice(frame)
        self._camera_s = max(self._camera_s, at_s + LATENCY_S + (dice / LATE * LATEST_S if dice < LATE else 0.0))
        self._send(view, self._camera_s)
        if dice > 1 - REPEATED:
            self._send(view, self._camera_s)

    def _send(self, event: Event, arrives_s: float) -> None:
        self._number += 1
        heappush(self._mail, (arrives_s, self._number, event))

    def _deliver(self, at_s: float) -> None:
        if self._dead_until_s > -inf:
            if at_s < self._dead_until_s:
                self._mail.clear()
                return
            self.station.resume(self._dead_until_s)
            self._dead_until_s = -inf
        mail = self._mail
        while mail and mail[0][0] <= at_s:
            arrives_s, _, event = heappop(mail)
            if arrives_s > self._woken_s:  # what is queued goes before a deadline that has come meanwhile
                self.station.wake(arrives_s)
                self._woken_s = arrives_s
            if self._records:
                self.arrived.append((arrives_s, event))
            self.station.take(event, arrives_s)
        self.station.wake(at_s)
