"""Writes the snapshot that the pages read; a thread of its own touches the disk, the loop never waits for it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from samebag import screen, snapshot
from samebag.core.bag.bag import Bag
from samebag.core.bag.swaps import Swaps
from samebag.core.events import CodeScanned, CommandGiven, DeviceBack, DeviceLost
from samebag.core.masks import discreet
from samebag.core.verdicts import Action, GiveNotice, NoticeKind, RecordVerdict, TellWait, in_shadow
from samebag.faults import DEVICES
from samebag.ports import JobMoved, JobState, ProbationMoved, ScanRefused, StationEvent, SymbologyOff
from samebag.screen import Words
from samebag.snapshot import Fault, Heard, Judged, Label, Said, Snapshot, replace_file

MOST_HEARD = 20
MOST_RAW_BYTES = 4096  # a keyboard sends some 150 bytes a character
OFF_STANDS_S = 600.0  # ours: a technician comes to the page some minutes after the bag
STANDS_S = 0.3  # ours: nothing can be read in less, and most waits are over by then: a face that flickers is not read
Scan = CodeScanned | CommandGiven | ScanRefused
LASTING = {NoticeKind.WANTED, NoticeKind.RECALL, NoticeKind.ROLL_SLIPPED}


class Showing:
    """A station.Teller that also sees the bag after each event (``seen``), and writes both down.

    ``seen`` only looks whether anything changed, a few microseconds; the file is written by the thread. ``heard`` and
    ``looked`` are for the threads of scanner and printer.
    """

    def __init__(
        self,
        folder: Path,
        *,
        station: str,
        shadow: bool,
        clock: Callable[[], float],
        wall_clock: Callable[[], datetime],
    ) -> None:
        self._folder, self._station, self._shadow = folder, station, shadow
        self._clock, self._wall_clock = clock, wall_clock
        self._judged: Judged | None = None
        self._said: Said | None = None
        self._probation: Said | None = None
        self._off: dict[str, Said] = {}
        self._asked: dict[int, Said] = {}
        self._notices: dict[tuple[str, tuple[str, ...]], Said] = {}
        self._faults: dict[str, Fault] = {}
        self._unwritten: deque[tuple[datetime, bytes, Scan]] = deque(maxlen=MOST_HEARD)
        self._heard: deque[Heard] = deque(maxlen=MOST_HEARD)
        self._printer: Mapping[int, int | None] = {}
        self._bag = Bag()
        self._wait: Said | None = None  # the newest; ``_waits`` is the one that is shown
        self._waits: Said | None = None
        self._changed = False
        self._before: tuple[object, ...] = ()
        self._next_s = 0.0
        self._wake = threading.Condition()
        self._waiting: Snapshot | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="snapshot", daemon=True)
        self._thread.start()

    # ---- from the loop

    def told(self, about: StationEvent | Action, words: Words) -> None:
        if isinstance(about, TellWait):  # several a bag: ``seen`` shows those that stand
            self._wait = self._say(about.waits, words)
            return
        self._changed = True
        match about:
            case RecordVerdict(verdict):
                self._judged = None if verdict.shadow else _judged(about, words, self._now())
            case GiveNotice(notice, parcels=parcels) if notice in LASTING:
                self._notices[notice, parcels] = self._say(notice, words)
            case GiveNotice(notice):
                self._said = self._say(notice, words)
                if notice is NoticeKind.CLEARED:
                    self._judged = None
                    self._asked = {n: said for n, said in self._asked.items() if said.about == JobState.ASKED}
            case DeviceLost(device):
                self._faults[device] = Fault(device, words.zh, words.en)
            case DeviceBack(device):
                self._faults.pop(device, None)
            case JobMoved(number, state):
                self._asked.pop(number, None)
                if state in (JobState.ASKED, JobState.WITHDRAWN):
                    self._asked[number] = self._say(state, words)
            case ProbationMoved(until=until):
                self._probation = self._say("probation", words) if until else None
            case SymbologyOff(symbology):
                self._off[symbology] = self._say(symbology, words)
            case ScanRefused():
                self._said = self._say("scan-again", words)
            case CommandGiven():
                self._said = self._say("command", words)
            case CodeScanned():  # a badge, or another paper of our own
                self._said = self._say("badge", words)

    def seen(self, bag: Bag) -> None:
        """After each event; the file also shows by its time that the loop lives."""
        shown = in_shadow(bag.shown) if self._shadow else bag.shown
        at_s = self._clock()
        self._waits = self._standing(bag, at_s)
        now = (bag.state, shown, bag.number, len(bag.reads), bag.faults, bag.unproven, bag.swaps, self._waits)
        if self._changed or now != self._before or at_s >= self._next_s:
            self._bag, self._before, self._changed, self._next_s = bag, now, False, at_s + snapshot.BEAT_S
            self._hand_over(self._snapshot(at_s))

    def close(self) -> None:
        self._hand_over(msgspec.structs.replace(self._snapshot(self._clock()), stopped=True))
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    # ---- from the threads of scanner and printer

    def heard(self, raw: bytes, scan: Scan) -> None:
        self._unwritten.append((self._wall_clock(), raw, scan))  # no more here: the loop waits for this thread's turn
        self._changed = True

    def looked(self, answers: Mapping[int, int | None]) -> None:
        self._changed |= answers != self._printer
        self._printer = dict(answers)

    # ----

    def _standing(self, bag: Bag, at_s: float) -> Said | None:
        """What the bag has waited for long enough; what it waited for before stands until then."""
        if bag.waits is None or self._shadow:
            return None
        if self._wait and self._wait.about == bag.waits and at_s - self._wait.at_s >= STANDS_S:
            return self._wait
        return self._waits if bag.number == self._bag.number else None

    def _say(self, about: str, words: Words) -> Said:
        return Said(str(about), words.zh, words.en, self._clock())

    def _now(self) -> str:
        return _iso(self._wall_clock())

    def _write_heard(self) -> None:
        while self._unwritten:
            when, raw, scan = self._unwritten.popleft()
            self._heard.append(Heard(_iso(when), raw[-MOST_RAW_BYTES:].hex(), _understood(scan)))

    def _snapshot(self, at_s: float) -> Snapshot:
        self._write_heard()
        bag = self._bag
        shown = in_shadow(bag.shown) if self._shadow else bag.shown
        reads = () if self._shadow else bag.reads
        return Snapshot(
            station=self._station,
            at_s=at_s,
            stopped=False,
            state=bag.state.value,
            signal=shown.signal,
            quiet=shown.quiet,
            bag=bag.number,
            shadow=self._shadow,
            unproven=bool(bag.unproven),
            reads=tuple(Label(read.label.kind, read.label.code, read.by) for read in reads),
            faults=tuple(self._faults.get(device) or _nameless(device) for device in sorted(bag.faults)),
            notices=() if self._shadow else (*self._open(bag.swaps), *([self._probation] if self._probation else [])),
            judged=self._judged,
            said=self._said,
            asked=next(iter(self._asked.values()), None),
            heard=tuple(self._heard),
            printer=dict(self._printer),
            waits=self._waits,
            off=tuple(said for said in self._off.values() if at_s - said.at_s < OFF_STANDS_S),
        )

    def _open(self, swaps: Swaps) -> tuple[Said, ...]:
        """The notices that are not over yet; what was open when the station started has no words of its own."""
        still = {
            NoticeKind.WANTED: swaps.wanted,
            NoticeKind.RECALL: frozenset(recall.parcel for recall in swaps.recalls),
            NoticeKind.ROLL_SLIPPED: swaps.slip.waiting if swaps.slip else frozenset(),
        }
        self._notices = {key: said for key, said in self._notices.items() if still[NoticeKind(key[0])] & {*key[1]}}
        for kind, parcels in still.items():
            known = {parcel for key in self._notices if key[0] == kind for parcel in key[1]}
            if left := tuple(sorted(parcels - known)):
                places = (swaps.slip.first, swaps.slip.last) if swaps.slip else None
                notice = GiveNotice(kind, 0, 0.0, left, places=places)
                self._notices[kind, left] = self._say(kind, screen.of_notice(notice, None, ""))
        return tuple(self._notices.values())

    def _hand_over(self, now: Snapshot) -> None:
        with self._wake:
            self._waiting = now
            self._wake.notify()

    def _run(self) -> None:
        path = self._folder / snapshot.FILE
        while now := self._next():
            try:
                replace_file(path, msgspec.json.encode(now))
            except OSError:  # a full disk is reported by the ledger; the pages see that this file is old
                continue

    def _next(self) -> Snapshot | None:
        """The newest one not written yet; None when the station has closed."""
        with self._wake:
            self._wake.wait_for(lambda: self._waiting or self._closed)
            now, self._waiting = self._waiting, None
            return now


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")


def _judged(recorded: RecordVerdict, words: Words, wall_time: str) -> Judged:
    verdict = recorded.verdict
    return Judged(
        kind=verdict.kind,
        bag=verdict.bag,
        parcel=verdict.parcel or "",
        parcels=verdict.parcels,
        labels=tuple(Label(label.kind, label.code, label.by) for label in verdict.labels),
        proof=verdict.proof or "",
        packer=verdict.packer,
        wall_time=wall_time,
        zh=words.zh,
        en=words.en,
        check=verdict.check,
    )


def _understood(scan: Scan) -> str:
    match scan:
        case CodeScanned(code, _, symbology):
            return f"{discreet(code)}  {symbology}".rstrip()
        case CommandGiven(command):
            return command.value
        case ScanRefused(reason, cure=cure):
            return f"— {reason}" + (f": {cure}" if cure else "")


def _nameless(device: str) -> Fault:
    """A device that was not lost but has yet to start."""
    name, _, _ = device.partition(" ")
    return Fault(name, f"{DEVICES.get(name, name)}正在启动", f"{name} is starting")
