"""What the packer's screen shows: gathers what is told and the bag into the snapshot that the pages
read. No file."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from samebag import snapshot
from samebag.core.bag.bag import Bag
from samebag.core.codes.badges import badge_in
from samebag.core.events import CodeScanned, CommandGiven, DeviceBack, DeviceLost
from samebag.core.masks import discreet, hides_secret
from samebag.core.verdicts import (
    Action,
    GiveNotice,
    LabelRead,
    NoticeKind,
    RecordVerdict,
    ShowSignal,
    Signal,
    TellWait,
    Verdict,
    in_shadow,
)
from samebag.core.words import Words
from samebag.ports import (
    JobMoved,
    JobState,
    ProbationMoved,
    ScanRefused,
    StationEvent,
    SymbologyOff,
)
from samebag.snapshot import (
    ADVICE,
    SCAN_AGAIN,
    SETTLED,
    WITHDRAWN,
    Heard,
    Judged,
    Said,
    ShownFault,
    ShownLabel,
    Snapshot,
)
from samebag.station.lasting import LASTING, LastingNotices
from samebag.words import screen
from samebag.words.faults import DEVICES
from samebag.words.heard_bytes import may_be_badge

MOST_HEARD = 20
MOST_RAW_BYTES = 4096  # a keyboard sends some 150 bytes a character
OFF_STANDS_S = 600.0  # ours: a technician comes to the page some minutes after the bag
# ours: nothing can be read in less, and most waits are over by then: a face that flickers is not
# read
STANDS_S = 0.3
MOST_JUDGED = 4  # the one on hold, and matches that came back from the disk since
Scan = CodeScanned | CommandGiven | ScanRefused


class Writes(Protocol):
    """Takes snapshots without keeping the loop waiting."""

    def put(self, now: Snapshot) -> None: ...

    def close(self) -> None: ...


class Showing:
    """A station.Teller that also sees the bag after each event (``seen``), and writes both down.

    ``seen`` only looks whether anything changed, a few microseconds. ``heard`` and ``looked`` are
    for the threads of scanner and printer.
    """

    def __init__(
        self,
        file: Writes,
        *,
        station: str,
        shadow: bool,
        clock: Callable[[], float],
        wall_clock: Callable[[], datetime],
    ) -> None:
        self._file, self._station, self._shadow = file, station, shadow
        self._clock, self._wall_clock = clock, wall_clock
        # those that lamps show, newest first
        self._judged: deque[tuple[Verdict, Judged]] = deque(maxlen=MOST_JUDGED)
        # what the lamps were told to show once, with no reason told yet
        self._once: Signal | None = None
        self._refused: Said | None = None
        self._refused_at: tuple[object, ...] | None = None  # the table then
        self._said: Said | None = None
        self._probation: Said | None = None
        self._off: dict[str, Said] = {}
        self._asked: dict[int, Said] = {}
        self._lasting = LastingNotices()
        self._faults: dict[str, ShownFault] = {}
        self._unwritten: deque[tuple[datetime, bytes, Scan]] = deque(maxlen=MOST_HEARD)
        self._heard: deque[Heard] = deque(maxlen=MOST_HEARD)
        self._badge_cut = False
        self._printer: Mapping[int, int | None] = {}
        self._bag = Bag()
        self._wait: Said | None = None  # the newest; ``_waits`` is the one that is shown
        self._waits: Said | None = None
        self._changed = False
        self._before: tuple[object, ...] = ()
        self._next_s = 0.0

    # ---- from the loop

    def told(self, about: StationEvent | Action, words: Words) -> None:
        if isinstance(about, TellWait):  # several a bag: ``seen`` shows those that stand
            self._wait = self._say(about.waits, words)
            return
        self._changed = True
        match about:
            case ShowSignal(signal) if not self._shadow:
                self._once = signal
                self._refuse(ADVICE, words)
            case RecordVerdict(verdict):
                self._told_verdict(verdict, words)
            case GiveNotice():
                self._told_notice(about, words)
            case DeviceLost(device):
                self._faults[device] = ShownFault(device, words.zh, words.en)
            case DeviceBack(device):
                self._faults.pop(device, None)
            case JobMoved(number, state):
                self._told_job(number, state, words)
            case ProbationMoved(until=until):
                self._probation = self._say("probation", words) if until else None
            case SymbologyOff(symbology):
                self._off[symbology] = self._say(symbology, words)
            case ScanRefused():
                self._refuse(SCAN_AGAIN if words == screen.SCAN_AGAIN else ADVICE, words)
            case CommandGiven():
                self._said = self._say("command", words)
            case CodeScanned(code) if badge_in(code, b""):
                self._said = self._say("badge", words)
            case CodeScanned():  # another paper of our own
                self._refuse(ADVICE, words)

    def _told_verdict(self, verdict: Verdict, words: Words) -> None:
        once, self._once = self._once, None
        if verdict.shadow:
            return
        if once is not None and verdict.kind == once.value:
            self._refuse(verdict.kind, words, verdict.labels)
        else:
            self._judged.appendleft((verdict, _judged(verdict, words, self._now())))

    def _told_notice(self, given: GiveNotice, words: Words) -> None:
        if given.notice in LASTING:
            self._lasting.told(given, words)
        elif given.notice is NoticeKind.NAMELESS:
            self._refuse(ADVICE, words)
        else:
            settles = given.notice is NoticeKind.CLEARED and (given.parcels or given.places)
            self._said = self._say(SETTLED if settles else given.notice, words)
        if given.notice is NoticeKind.UNSEALED:  # it is said on when the next bag has the face
            self._refuse(given.notice, words)
        if given.notice is NoticeKind.CLEARED:
            self._asked = {
                n: said for n, said in self._asked.items() if said.about == JobState.ASKED
            }

    def _told_job(self, number: int, state: JobState, words: Words) -> None:
        self._asked.pop(number, None)
        if state in (JobState.ASKED, JobState.WITHDRAWN):
            self._asked[number] = self._say(state, words)
        if state is JobState.WITHDRAWN:
            self._refuse(WITHDRAWN, words)

    def _refuse(self, about: str, words: Words, labels: tuple[LabelRead, ...] = ()) -> None:
        self._refused = msgspec.structs.replace(self._say(about, words), labels=_labels(labels))
        self._refused_at = None

    def seen(self, bag: Bag) -> None:
        """After each event; the file also shows by its time that the loop lives."""
        shown = in_shadow(bag.shown) if self._shadow else bag.shown
        at_s = self._clock()
        self._waits = self._standing(bag, at_s)
        if self._refused:
            self._look_at_table(bag)
        now = (
            bag.state,
            shown,
            bag.number,
            len(bag.reads),
            bag.faults,
            bag.unproven,
            bag.swaps,
            self._waits,
        )
        if self._changed or now != self._before or at_s >= self._next_s:
            self._bag, self._before, self._changed, self._next_s = (
                bag,
                now,
                False,
                at_s + snapshot.BEAT_S,
            )
            self._file.put(self._snapshot(at_s))

    def close(self) -> None:
        self._file.put(msgspec.structs.replace(self._snapshot(self._clock()), stopped=True))
        self._file.close()

    # ---- from the threads of scanner and printer

    def heard(self, raw: bytes, scan: Scan) -> None:
        # no more here: the loop waits for this thread's turn
        self._unwritten.append((self._wall_clock(), raw, scan))
        self._changed = True

    def looked(self, answers: Mapping[int, int | None]) -> None:
        self._changed |= answers != self._printer
        self._printer = dict(answers)

    # ----

    def _look_at_table(self, bag: Bag) -> None:
        """What was refused is over when something else happens there."""
        codes = tuple(read.label.code for read in (*bag.reads, *bag.in_hand))
        table = (bag.number, codes, bag.strangers, bag.hold and bag.hold.verdict)
        if self._refused_at is None:
            self._refused_at, self._once = table, None
        elif table != self._refused_at:
            self._refused, self._changed = None, True

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
            shown = b"" if self._may_be_badge(raw, scan) else raw[-MOST_RAW_BYTES:]
            self._heard.append(Heard(_iso(when), shown.hex(), _understood(scan)))

    def _may_be_badge(self, raw: bytes, scan: Scan) -> bool:
        """Or what follows a badge that was refused in the middle."""
        of_badge = may_be_badge(raw) or (isinstance(scan, CodeScanned) and hides_secret(scan.code))
        after_badge, self._badge_cut = self._badge_cut, of_badge and isinstance(scan, ScanRefused)
        return of_badge or after_badge

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
            reads=tuple(ShownLabel(read.label.kind, read.label.code, read.by) for read in reads),
            faults=tuple(
                self._faults.get(device) or _nameless(device) for device in sorted(bag.faults)
            ),
            notices=() if self._shadow else self._notices(bag),
            judged=None if self._shadow else self._judged_on(bag),
            said=self._said,
            asked=next(iter(self._asked.values()), None),
            heard=tuple(self._heard),
            printer=dict(self._printer),
            refused=self._refused,
            waits=self._waits,
            off=tuple(said for said in self._off.values() if at_s - said.at_s < OFF_STANDS_S),
        )

    def _notices(self, bag: Bag) -> tuple[Said, ...]:
        return (*self._lasting.open(bag.swaps), *([self._probation] if self._probation else []))

    def _judged_on(self, bag: Bag) -> Judged | None:
        """The verdict of the bag on hold, whatever else came back from the disk since; without one
        the newest."""
        if bag.hold:
            held = bag.hold.verdict
            known = (
                said for of, said in self._judged if (of.kind, of.at_s) == (held.kind, held.at_s)
            )
            return next(known, None) or _judged(held, screen.of_verdict(held, None, None), "")
        return self._judged[0][1] if self._judged else None


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")


def _judged(verdict: Verdict, words: Words, wall_time: str) -> Judged:
    return Judged(
        kind=verdict.kind,
        bag=verdict.bag,
        parcel=verdict.parcel or "",
        parcels=verdict.parcels,
        labels=_labels(verdict.labels),
        proof=verdict.proof or "",
        packer=verdict.packer,
        wall_time=wall_time,
        zh=words.zh,
        en=words.en,
        check=verdict.check,
    )


def _labels(read: tuple[LabelRead, ...]) -> tuple[ShownLabel, ...]:
    return tuple(ShownLabel(label.kind, label.code, label.by, label.text) for label in read)


def _understood(scan: Scan) -> str:
    match scan:
        case CodeScanned(code, _, symbology):
            return f"{discreet(code)}  {symbology}".rstrip()
        case CommandGiven(command):
            return command.value
        case ScanRefused(reason, cure=cure):
            return f"— {reason}" + (f": {cure}" if cure else "")


def _nameless(device: str) -> ShownFault:
    """A device that was not lost but has yet to start."""
    name, _, _ = device.partition(" ")
    return ShownFault(name, f"{DEVICES.get(name, name)}正在启动", f"{name} is starting")
