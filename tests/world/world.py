"""One shift at one simulated table: physical acts in, frames and scans out to a station, and the judge beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from random import Random

from samebag.core.events import CodeScanned, CommandGiven, DeviceBack, DeviceLost, Event
from samebag.core.labels import Command
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import Signal

from .packers import LEVELS, Act, Do, Habits, Packer, Waits, Way
from .roll import GOODS_EAN, SAME_CODE, Paper, Roll
from .station import Build, CoreStation
from .table import FRAME_S, Table
from .truth import Judge

LATENCY_S = 0.07  # from the frame to its event
SCAN_S = 0.05  # from the trigger to the event
LATE, REPEATED = 0.02, 0.002  # of the frames: decoded late, delivered twice
LATEST_S = 0.3  # DESIGN §6: an older frame is refused
AFTER_S = 2.5  # what a script still waits for after its last act


@dataclass(frozen=True, slots=True)
class Shift:
    """All that decides a shift: the same shift is the same sequence of acts, frames and verdicts."""

    seed: int
    level: str = "careless"
    pairing: Pairing = Pairing.ONE_FRAME
    way: Way = Way.BOTH
    bags: int = 40


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
        """What hands do on the table; the rest is for the station to notice."""
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
                paper, bag = table.papers[act.what], table.bags[int(act.to)]
                table.stick(paper, bag)
                self.judge.stuck_on(paper, bag)
            case _:
                self._happen(act)

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
