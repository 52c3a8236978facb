"""One shift at one simulated table: physical acts in, frames and scans out to a station, and the
judge beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from random import Random

from samebag.core.events import CodeScanned, CommandGiven, DeviceBack, DeviceLost, Event
from samebag.core.labels import Command, Kind
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import Signal

from .acts import IMPORTS, LEVELS, Act, Do, Habits, Way
from .packers import Packer, Waits
from .roll import GOODS_EAN, SAME_CODE, Paper, Roll
from .station import Build, CoreStation
from .table import FRAME_S, Table
from .truth import Judge

LATENCY_S = 0.07  # from the frame to its event
SCAN_S = 0.05  # from the trigger to the event
LATE, REPEATED = 0.03, 0.002  # of the frames: decoded late, delivered twice
OVERTAKEN = 0.01  # of the frames: later ones overtake them
LATEST_S = 0.3  # well under clear_s: an older frame says nothing (rules.md 1.4)
AFTER_S = 2.5  # what a script still waits for after its last act


@dataclass(frozen=True, slots=True)
class Shift:
    """All that decides a shift: the same shift is the same sequence of acts, frames and
    verdicts."""

    seed: int
    level: str = "careless"
    pairing: Pairing = Pairing.ONE_FRAME
    way: Way = Way.BOTH
    bags: int = 40
    strict: bool = False  # rules.strict_unknown
    seals: bool = False  # rules.confirm_label

    @property
    def rules(self) -> Rules:
        return Rules(pairing=self.pairing, strict_unknown=self.strict, confirm_label=self.seals)


def become(roll: Roll, act: Act) -> None:
    """What an import makes of an order."""
    how = {Do.CANCEL: roll.cancel, Do.CHANGE: roll.change, Do.RELABEL: roll.relabel}
    how[act.do](f"P{act.what}")


class World:
    """One shift. With ``script`` its acts are played instead of a packer's.

    ``arrived``: what reached the station, and what became of orders meanwhile.
    """

    def __init__(
        self,
        shift: Shift,
        script: Sequence[Act] | None = None,
        *,
        records: bool = False,
        build: Build = CoreStation,
    ) -> None:
        rng = Random(repr(shift))
        level = LEVELS[shift.level]
        self.shift = shift
        self.camera = shift.way is not Way.SCANNER
        same_code = SAME_CODE if self.camera else 0.0  # nobody would try without one
        self.roll = Roll(shift.bags, level.mistakes, rng, same_code=same_code)
        self.table = Table(self.roll.bags, self.roll.papers, rng.randrange(1 << 30))
        self.judge = Judge(self.roll, self.table, shift.rules)
        self._rng = Random(rng.randrange(1 << 30))
        self.station = build(self.roll, shift.rules, self.judge, self._rng, camera=self.camera)
        self.acts: list[Act] = []
        self.arrived: list[tuple[float, Event | Act]] = []
        self._records = records
        self._woken_s = 0.0
        self._mail: list[tuple[float, int, Event | Act]] = []
        self._number = 0
        self._now_s = 0.0
        self._camera_s = 0.0  # frames come one after the other
        self._lag_s = 0.0  # of the next one
        self._stalled_until_s = self._dead_until_s = -inf
        self._hands = (
            self._played(script) if script is not None else self._packed(level.habits, rng)
        )

    @property
    def lamp(self) -> Signal:
        return self.station.lamp

    @property
    def printed(self) -> list[Paper]:
        """Merged labels that the printer has put out and nobody has taken, the oldest first."""
        return [
            paper
            for paper in self.roll.printed
            if paper.bag is None and paper.printed_s <= self._now_s
        ]

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
                self.judge.check(at_s, self.station.lamp)
            frame += 1
        self.station.end(self._now_s)
        self.judge.end(self.station.passed, self._now_s)
        return self

    def act(self, do: Do, what: int = 0, to: float = 0.0, for_s: float = 0.0) -> None:
        """What the packer does now, kept to be played again."""
        act = Act(self._now_s, do, what, to, for_s)
        self.acts.append(act)
        self._do(act)

    def _packed(self, habits: Habits, rng: Random) -> Waits:
        return Packer(
            self.roll.bags, habits, self.shift.way, rng, self, seals=self.shift.seals
        ).shift()

    def _played(self, script: Sequence[Act]) -> Waits:
        for act in script:
            yield act.at_s - self._now_s
            self._do(act)
        yield AFTER_S

    def _do(self, act: Act) -> None:
        """What hands do on the table; the rest is for the station to notice."""
        table, at_s = self.table, act.at_s
        match act.do:
            case Do.PICK_UP:
                table.pick_up(table.bags[act.what])
            case Do.LAY:
                table.lay(table.bags[act.what], act.to, at_s, act.for_s)
            case Do.SLIDE:
                table.slide(table.bags[act.what], act.to, at_s, act.for_s)
            case Do.FLIP:
                table.flip(table.bags[act.what], at_s)
            case Do.TAKE:
                table.take(table.bags[act.what], at_s, act.for_s)
            case Do.COVER:
                table.cover(table.papers[act.what], at_s, act.for_s)
            case Do.CARRY_PAST:
                self._carry_past(table.papers[act.what], at_s, act.for_s)
            case Do.PEEL:
                table.peel(table.papers[act.what])
            case Do.STICK:
                self._stick(table.papers[act.what], int(act.to), at_s)
            case _:
                self._happen(act)

    def _carry_past(self, paper: Paper, at_s: float, for_s: float) -> None:
        self.table.carry_past(paper, at_s, for_s)
        if paper.bag:
            self.judge.carried_past(paper.bag, at_s, for_s)

    def _stick(self, paper: Paper, number: int, at_s: float) -> None:
        if paper.bag is None and paper.printed_s <= at_s:
            bag = self.table.bags[number]
            self.table.stick(paper, bag)
            self.judge.stuck_on(paper, bag)

    def _happen(self, act: Act) -> None:
        at_s, heard_s = act.at_s, act.at_s + SCAN_S
        match act.do:
            case Do.SCAN:
                self._scan(self.table.papers[act.what], int(act.to), act.for_s)
            case Do.SCAN_GOODS:
                self._send(CodeScanned(GOODS_EAN, heard_s), heard_s)
            case Do.CLEAR:
                self.judge.cleared()
                self._send(CommandGiven(Command.CLEAR, heard_s), heard_s)
            case Do.CUT:
                self.station.cut(at_s, reached_disk=bool(act.what))
                self.judge.power_cut()
                self._mail.clear()
                self._dead_until_s = at_s + act.for_s
            case Do.LOSE:
                self._send(DeviceLost("printer", "no paper", "put a roll in", at_s), at_s)
                self._send(DeviceBack("printer", at_s + act.for_s), at_s + act.for_s)
            case Do.STALL:
                self._stall(at_s, at_s + act.for_s, act.to)
            case Do.LAG:
                self._lag_s = act.for_s
            case _:
                self._send(act, at_s + act.for_s)

    def _stall(self, at_s: float, until_s: float, told_s: float) -> None:
        """No views; ``told_s`` later the station hears that the camera's worker is gone, if that is
        not too late."""
        self._stalled_until_s = until_s
        if 0 < told_s < until_s - at_s:
            lost_s = at_s + told_s
            self._send(DeviceLost("camera", "its worker died", "wait", lost_s), lost_s)
            self._send(DeviceBack("camera", until_s), until_s)

    def _become(self, act: Act) -> None:
        """What becomes of an order."""
        if act.do in IMPORTS:
            become(self.roll, act)
        elif f"P{act.what}" not in self.station.passed and self.station.shares_book:
            self.roll.elsewhere.add(f"P{act.what}")

    def _scan(self, paper: Paper, mark: int, late_s: float) -> None:
        heard_s = self._now_s + late_s
        if paper.printed_s > self._now_s:
            return
        if self._now_s <= self._dead_until_s:
            return  # the power is off: nobody hears it
        self.table.scanned(paper, paper.marks[mark], heard_s)
        if paper.bag:
            paper.bag.scanned_s = heard_s
        if paper.kind is not Kind.MERGED:
            self.judge.scanned(paper, heard_s, self.lamp)
        self._send(CodeScanned(paper.marks[mark].code, heard_s), heard_s)

    def _shoot(self, frame: int, at_s: float) -> None:
        if at_s < self._dead_until_s:
            return
        if at_s < self._stalled_until_s:
            self.judge.blind(at_s, self.station.lamp)
            return
        table = self.table
        view = table.frame(frame, at_s)
        self.judge.watch(view, self.station.lamp)
        dice = table.travel
        arrives_s = at_s + LATENCY_S
        if dice > 1 - OVERTAKEN:
            self._send(view, arrives_s + (1 - dice) / OVERTAKEN * LATEST_S)
            return
        if self._lag_s:
            self._send(view, arrives_s + self._lag_s)
            self._lag_s = 0.0
            return
        if dice < LATE:
            arrives_s += dice / LATE * LATEST_S
            if dice < REPEATED:
                self._send(view, max(self._camera_s, arrives_s))
        if arrives_s < self._camera_s:
            arrives_s = self._camera_s
        self._camera_s = arrives_s
        self._number += 1
        heappush(self._mail, (arrives_s, self._number, view))

    def _send(self, event: Event | Act, arrives_s: float) -> None:
        self._number += 1
        heappush(self._mail, (arrives_s, self._number, event))

    def _deliver(self, at_s: float) -> None:
        if self._dead_until_s > -inf:
            if at_s < self._dead_until_s:
                self._mail.clear()
                return
            self.station.resume(self._dead_until_s)
            self._dead_until_s = -inf
        mail, station = self._mail, self.station
        while mail and mail[0][0] <= at_s:
            arrives_s, _, event = heappop(mail)
            if (
                arrives_s > self._woken_s
            ):  # what is queued goes before a deadline that has come meanwhile
                station.wake(arrives_s)
                self._woken_s = arrives_s
            if self._records:
                self.arrived.append((arrives_s, event))
            if isinstance(event, Act):
                self._become(event)
            else:
                station.take(event, arrives_s)
        station.wake(at_s)
