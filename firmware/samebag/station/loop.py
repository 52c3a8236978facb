"""The loop: one queue of events, the rules, and the devices that do what the rules say (README,
"Life of a bag").

The loop alone owns the bag. Everything else puts events on its queue and is told what to do;
nothing here waits for a printer, a camera, a disk or a network.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from math import inf
from typing import Protocol

from samebag.core.bag.bag import TO_PROVE, Bag, resumed
from samebag.core.bag.deadlines import due_s
from samebag.core.bag.step import play
from samebag.core.codes.badges import Badge, badge_in
from samebag.core.events import (
    CodeScanned,
    CommandGiven,
    Device,
    DeviceBack,
    DeviceLost,
    Event,
    ShiftBegan,
    StoreFailed,
    TimePassed,
    VerdictStored,
    ViewSeen,
)
from samebag.core.labels import Command, Kind
from samebag.core.parcel_checks import Checks, Objection
from samebag.core.parcels import Parcel, Standing
from samebag.core.rules import Prove, Rules
from samebag.core.verdicts import (
    Action,
    GiveNotice,
    LabelRead,
    NoticeKind,
    PrintLabel,
    RecordVerdict,
    ShowSignal,
    Signal,
    TellWait,
    Verdict,
    VerdictKind,
    Waits,
    in_shadow,
)
from samebag.core.words import LIST, Words
from samebag.ports import (
    Book,
    Camera,
    CameraEnded,
    CodeComing,
    DeviceError,
    EvidenceSaved,
    JobMoved,
    JobState,
    Ledger,
    Printer,
    ProbationMoved,
    Scanner,
    ScanRefused,
    Signals,
    StationEvent,
    StoreError,
    SymbologyOff,
    WaitLasts,
)
from samebag.station.flapping import Flapping
from samebag.station.lookup import NO_CHECKS, KnownHere, Texts, normalised
from samebag.station.mistyped import mistyped
from samebag.station.people import People
from samebag.station.print_jobs import PrintJobs
from samebag.station.probation import Probation
from samebag.words import screen

BEAT_S = 1.0  # the loop proves that it lives at least so often
BOOK, LEDGER, SIGNALS = Device.BOOK, Device.LEDGER, Device.SIGNALS
# ours: a scanner's terminator comes within 20 ms, and the book may be another one later
AHEAD_S = 0.05
HURRY_S = 0.005  # ours: the thread that writes has its turn before any deadline is looked for
LONG_WAIT_S = 2.0  # ours: what ends sooner, a packer takes for the station's own pace
TOLD_OTHERWISE = {Waits.WAYBILL, Waits.CARGO_LIST, Waits.RED_BAG, Waits.DEVICE, Waits.PROOF_CARDS}
# a fault until the first view: no bag passes unwatched because the camera is slow
CAMERA_START = "camera start"
# not for the rules
Noted = (
    EvidenceSaved | JobMoved | ScanRefused | CameraEnded | SymbologyOff | ProbationMoved | WaitLasts
)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What the rules say of a scan that its scanner may be done typing. They are pure: nothing has
    happened yet.

    ``records``: of the parcels that its verdicts are of, from the same book.
    """

    scan: CodeScanned
    before: Bag
    rules: Rules
    after: Bag
    actions: tuple[Action, ...]
    records: dict[str, Parcel]

    def holds(self, event: Event, before: Bag, rules: Rules, now_s: float) -> bool:
        is_same = event == self.scan and before is self.before and rules is self.rules
        return is_same and now_s - self.scan.at_s < AHEAD_S


class Teller(Protocol):
    """Who is told what happens: the journal and, in the virtual station, the terminal."""

    def told(self, about: StationEvent | Action, words: Words) -> None:
        """Once per change of state, with what the packer's screen says."""
        ...


class Station:
    """One packing station. ``camera`` and ``printer`` are None where the settings say ``none``.

    ``asks_about`` as PrintJobs takes it. ``key`` proves merged labels and supervisors' badges; of
    those the ``revoked`` names count no more. ``beat``, ``seen`` (with the bag as it is) and
    ``shift_began`` are called after each event and every BEAT_S, from the loop itself; the last two
    not while a match is being handed to the ledger. ``list_name`` is what the store calls the cargo
    list.
    """

    def __init__(
        self,
        *,
        rules: Rules,
        book: Book,
        ledger: Ledger,
        signals: Signals,
        scanners: Sequence[Scanner],
        camera: Camera | None,
        printer: Printer | None,
        asks_about: frozenset[JobState],
        tellers: Sequence[Teller],
        key: bytes,
        people: People,
        revoked: Collection[str] = (),
        clock: Callable[[], float],
        beat: Callable[[], None] = lambda: None,
        seen: Callable[[Bag], None] = lambda bag: None,
        shift_began: Callable[[], bool] = lambda: False,
        probation: Probation | None = None,
        checks: Checks = NO_CHECKS,
        today: Callable[[], str] = str,
        list_name: str = LIST.zh,
    ) -> None:
        self._rules, self._book, self._ledger, self._signals = rules, book, ledger, signals
        self._scanners, self._camera, self._printer = scanners, camera, printer
        self._tellers, self._clock, self._beat, self._seen = tellers, clock, beat, seen
        self._key, self._people, self._revoked, self._shift_began = (
            key,
            people,
            revoked,
            shift_began,
        )
        self._probation, self._own_rules, self._list_name = probation, rules, list_name
        self._known = KnownHere(book, ledger, key if rules.confirm_label else None, checks, today)
        self._queue: queue.SimpleQueue[StationEvent | None] = queue.SimpleQueue()
        self._jobs = PrintJobs(
            printer=printer,
            book=book,
            ledger=ledger,
            asks_about=asks_about,
            put=self.put,
            clock=clock,
        )
        self._flapping = Flapping()
        self._texts = Texts()
        self._ahead: Ahead | None = None
        self._records: dict[str, Parcel] = {}  # read ahead for the event at work
        # a match is on its way to disk: what can wait comes after its green, or a beat later
        self._hurries = False
        self._untaken: list[
            StationEvent
        ] = []  # what happened while book or ledger could not be read
        self._wait: TellWait | None = None  # told, and not long yet
        self._look_s = -inf  # when to see whether a fault of our own is over

    def put(self, event: StationEvent) -> None:
        """From any thread."""
        self._queue.put(event)

    def stop(self) -> None:
        """From any thread or signal handler: the loop ends after what is queued before this."""
        self._queue.put(None)

    def start(self) -> None:
        """Resume from what is on disk, light up, open the devices. Raises StoreError."""
        last = self._ledger.last_match()
        self._bag = resumed(
            self._ledger.last_bag() + 1,
            self._clock(),
            frozenset({CAMERA_START} if self._camera else ()),
            last.parcel if last else None,
            frozenset(label.code for label in last.labels) if last else frozenset(),
            last_bag=last.bag if last else None,
            sealed_by=self._ledger.sealed_by(str(last.parcel))
            if last and self._rules.confirm_label
            else "",
            unproven=frozenset() if self._rules.prove is Prove.OFF else TO_PROVE,
            swaps=self._ledger.swaps(),
        )
        self._ledger.start(self.put)
        self._show(self._bag.shown)
        if self._bag.unproven:
            self._tell(ShiftBegan(self._bag.now_s), screen.UNPROVEN)
        if self._printer:
            self._printer.start(self.put, self._ledger)
        self._resume_printing()
        for device in (*self._scanners, *([self._camera] if self._camera else [])):
            device.start(self.put)

    def run(self) -> None:
        """Until stop(). Nothing that a device or a store does ends it."""
        while True:
            self._beat()
            if self._hurries:
                wait_s, self._hurries = HURRY_S, False
            else:
                self._look_about()
                wait_s = self._wait_s()
            try:
                event = self._queue.get(timeout=wait_s)
            except queue.Empty:
                event = TimePassed(self._clock())
            if event is None:
                return
            self._take(event)
            self._look_again()

    def close(self) -> None:
        """Everything off, in the order that loses nothing: first who sends events, last who
        writes."""
        with ExitStack() as last_first:
            for part in (
                self._book,
                self._ledger,
                self._signals,
                self._printer,
                self._camera,
                *self._scanners,
            ):
                if part:
                    last_first.callback(part.close)

    def _look_about(self) -> None:
        """What no event brings; a beat later where a match has just been handed over, whose thread
        waits for this."""
        self._seen(self._bag)
        self._watch_probation()
        self._watch_wait()
        if self._shift_began():
            self._take(ShiftBegan(self._clock()))

    def _wait_s(self) -> float:
        """Until the next deadline; while the book cannot be read, none can be met."""
        if BOOK in self._bag.faults:
            return BEAT_S
        return max(0.0, min(due_s(self._bag, self._rules) - self._clock(), BEAT_S))

    def _watch_probation(self) -> None:
        if self._probation and (moved := self._probation.moved(self._clock())):
            self._rules = self._probation.applied(
                self._own_rules, has_camera=self._camera is not None
            )
            self._take(moved)

    def _watch_wait(self) -> None:
        """Short ones come several a bag; a label yet to be scanned, or what has a line of its own,
        is no news."""
        wait = self._wait
        if wait is None:
            return
        if wait.waits is not self._bag.waits or wait.waits in TOLD_OTHERWISE:
            self._wait = None
        elif (at_s := self._clock()) - wait.at_s >= LONG_WAIT_S:
            self._wait = None
            self._take(WaitLasts(at_s, wait))

    # ---- events

    def _take(self, event: StationEvent) -> None:
        if isinstance(event, CodeComing):
            self._judge_ahead(CodeScanned(event.code, event.at_s, event.symbology))
            return
        try:
            if isinstance(event, Noted):
                self._note(event)
            else:
                self._judge(event)
        except StoreError as err:
            if isinstance(
                event, VerdictStored
            ):  # too late for a green by then; its label waits on disk
                event = StoreFailed(event.bag, event.at_s)
            if not isinstance(event, (ViewSeen, TimePassed)):  # these come again by themselves
                self._untaken.append(event)
            self._lose(BOOK, err)

    def _judge(self, event: Event) -> None:
        if isinstance(event, CodeScanned) and (badge := badge_in(event.code, self._key)):
            self._badge(badge, event)
            return
        if isinstance(event, CodeScanned) and (words := screen.of_own_paper(event.code)):
            self._show(ShowSignal(Signal.INCOMPLETE, once=True))
            self._tell(event, words)
            return
        if isinstance(event, CommandGiven) and not self._commanded(event):
            return
        if isinstance(event, (CodeScanned, CommandGiven)):
            self._people.worked(event.at_s)
        before, ahead, self._ahead, self._records = self._bag, self._ahead, None, {}
        with self._book.one_state():
            if ahead and ahead.holds(event, before, self._rules, self._clock()):
                self._bag, actions, self._records = ahead.after, ahead.actions, ahead.records
            elif isinstance(event, CodeScanned) and (refused := mistyped(event, self._is_known)):
                self._note(refused)
                return
            else:
                written = normalised(event, self._book, self._texts)
                self._bag, actions = play(before, written, self._rules, self._known)
            for action in actions:
                self._perform(action)
            self._tell_change(event, before)
            self._look_ahead(before)
        if isinstance(event, ViewSeen) and CAMERA_START in self._bag.faults:
            self._judge(DeviceBack(CAMERA_START, event.at_s))

    def _judge_ahead(self, scan: CodeScanned) -> None:
        """While the scanner types on: of a label that the book knows, judging takes longer than all
        else till green."""
        self._ahead, self._records = None, {}
        if self._bag.faults or not self._queue.empty():
            return
        with suppress(StoreError), self._book.one_state():
            if normalised(scan, self._book) == scan and self._known.label(scan.code):
                after, actions = play(self._bag, scan, self._rules, self._known)
                of = [action.verdict for action in actions if isinstance(action, RecordVerdict)]
                records = {
                    record.name: record for verdict in of if (record := self._record_of(verdict))
                }
                self._ahead = Ahead(scan, self._bag, self._rules, after, actions, records)

    def _resume_printing(self) -> None:
        try:
            self._jobs.resume()
        except StoreError as err:
            self._lose(BOOK, err)

    def _commanded(self, given: CommandGiven) -> bool:
        """Do what is not for the rules; True if it is for them. Some want a supervisor first."""
        match given.command:
            case Command.CLEAR:
                if self._jobs.acknowledge():
                    cleared = GiveNotice(NoticeKind.CLEARED, self._bag.number, given.at_s)
                    self._tell(cleared, screen.of_notice(cleared, None, ""))
                return True
            case Command.PRINT_AGAIN | Command.LABEL_IS_THERE:
                if not self._jobs.answer(came_out=given.command is Command.LABEL_IS_THERE):
                    self._tell(given, screen.NOTHING_ASKED)
                return False
        if supervisor := self._people.supervisor(given.at_s):
            self._ledger.note(
                "supervisor", self._bag.number, {"name": supervisor, "command": given.command.value}
            )
            if given.command is Command.END_WARNINGS:
                return True
            if given.command is Command.ACCEPT_LEDGER:
                accepted = self._ledger.accept(supervisor)
                self._tell(
                    given, screen.LEDGER_ACCEPTED if accepted else screen.LEDGER_LACKS_NOTHING
                )
                return False
            held = self._bag.hold and self._bag.hold.verdict.parcel
            if kept_back := self._jobs.reprint(held or self._bag.last_parcel or ""):
                self._tell(given, kept_back)
        else:
            self._tell(given, screen.SUPERVISOR_FIRST)
        return False

    def _badge(self, badge: Badge, event: CodeScanned) -> None:
        if badge.supervisor and badge.name in self._revoked:
            self._tell(ScanRefused("a badge that was revoked", event.at_s), screen.BADGE_REVOKED)
            return
        if not badge.genuine:
            self._tell(ScanRefused("not a badge of this station", event.at_s), screen.BADGE_REFUSED)
            return
        self._people.scanned(badge, event.at_s)
        logged_in = badge.supervisor or bool(self._people.packer(event.at_s))
        about: dict[str, object] = {
            "name": badge.name,
            "supervisor": badge.supervisor,
            "in": logged_in,
        }
        self._ledger.note("badge", self._bag.number, about)
        self._tell(event, screen.of_badge(badge, logged_in=logged_in))

    def _is_known(self, text: str) -> bool:
        return self._known.label(self._book.form.normalise(text)) is not None

    def _note(self, event: Noted) -> None:
        words = screen.READY
        match event:
            case EvidenceSaved():
                self._ledger.note(
                    "evidence", event.bag, {"path": str(event.path), "sha256": event.sha256}
                )
            case JobMoved():
                words = self._jobs.moved(event)
                if event.state is JobState.WITHDRAWN:
                    self._show(ShowSignal(Signal.INCOMPLETE, once=True))
            case ScanRefused():
                self._show(ShowSignal(Signal.INCOMPLETE, once=True))
                words = screen.of_refused(event)
            case ProbationMoved(until=until):
                self._ledger.note("probation", self._bag.number, {"until": until})
                words = screen.of_probation(until, has_camera=self._camera is not None)
            case SymbologyOff(symbology):
                words = screen.of_symbology(symbology).then(screen.cure_of_symbology(symbology))
            case WaitLasts(wait=wait):
                words = screen.of_wait(wait)
        self._tell(event, words)

    # ---- faults of our own: no device's thread reports them

    def _lose(self, part: str, err: Exception) -> None:
        """Nothing is green until it works again. Said at the bag's own time, so that nothing is
        looked up for it."""
        if part not in self._bag.faults:
            self._judge(DeviceLost(part, str(err), "call a technician", self._bag.now_s))

    def _look_again(self) -> None:
        """Whether what was lost works again, once a beat."""
        if self._bag.faults.isdisjoint({BOOK, SIGNALS}) or self._clock() < self._look_s:
            return
        self._look_s = self._clock() + BEAT_S
        if SIGNALS in self._bag.faults:
            with suppress(DeviceError, StoreError):
                self._signals.show(
                    in_shadow(self._bag.shown) if self._rules.shadow else self._bag.shown
                )
                self._judge(DeviceBack(SIGNALS, self._bag.now_s))
        if BOOK in self._bag.faults:
            with suppress(StoreError):
                self._known.standing("")
                self._judge(DeviceBack(BOOK, self._bag.now_s))
                self._catch_up()

    def _catch_up(self) -> None:
        """Take what could not be taken; what the packer did is too old by now, unless it is on this
        bag."""
        untaken, self._untaken = self._untaken, []
        since_s = self._clock() - self._rules.pair_within_s
        for event in untaken:
            if event.at_s >= since_s or not isinstance(event, (CodeScanned, CommandGiven)):
                self._take(event)
        self._resume_printing()

    # ---- actions

    def _perform(self, action: Action) -> None:
        """One that fails keeps none of the others from being done."""
        try:
            match action:
                case ShowSignal():
                    self._show(action)
                    if (
                        action.once and action.signal is not Signal.ONE_LABEL
                    ):  # a no; what was wrong may come after it
                        self._tell(action, screen.ONCE_MORE)
                case RecordVerdict(verdict):
                    self._record(verdict)
                case PrintLabel(_, bag):
                    self._passed(bag)
                case GiveNotice():
                    self._ledger.notice(action, self._bag.swaps)
                    self._tell_notice(action)
                case TellWait():
                    self._wait = action
                    self._tell(action, screen.of_wait(action))
        except StoreError as err:
            self._lose(BOOK, err)

    def _show(self, signal: ShowSignal) -> None:
        try:
            self._signals.show(in_shadow(signal) if self._rules.shadow else signal)
        except DeviceError as err:
            self._lose(SIGNALS, err)

    def _record(self, verdict: Verdict) -> None:
        record = self._record_of(verdict) if verdict.is_checked else None
        found, verdict = self._finding(verdict, record), self._texts.told(verdict)
        packer, check = self._people.packer(verdict.at_s), found.check if found else ""
        if packer or check:
            verdict = replace(verdict, packer=packer, check=check)
        self._ledger.record(verdict, _as_matched(record))
        self._hurries = verdict.kind is VerdictKind.MATCH
        if self._camera:
            bad = tuple(
                said for label in _blamed(verdict) for said in (label.code, label.text) if said
            )
            self._camera.keep(
                verdict.bag, f"bag {verdict.bag}: {verdict.kind} {verdict.parcel or ''}", bad
            )
        if verdict.prints:
            self._storing = verdict, record  # told when it is on disk
        else:
            self._tell_verdict(verdict, record or self._record_of(verdict))

    def _record_of(self, verdict: Verdict) -> Parcel | None:
        """Read once, so that all that is said and printed of a bag is of one book.

        A book that fails by now has let the bag pass: the verdict is kept and told without.
        """
        with suppress(StoreError):
            name = verdict.parcel
            return (self._records.get(name) or self._book.parcel(name)) if name else None
        return None

    def _finding(self, verdict: Verdict, record: Parcel | None) -> Objection | None:
        return self._known.finding(record) if record and verdict.is_checked else None

    def _look_ahead(self, before: Bag) -> None:
        """What will be asked of the parcel when its other label comes: the book keeps it for
        then."""
        if len(self._bag.reads) == 1 and not before.reads:
            with suppress(StoreError):
                if record := self._book.parcel(min(self._bag.reads[0].label.parcels)):
                    self._known.standing(record.name)
                    self._known.finding(record)
                    for code in (record.tracking_number, *record.list_codes):
                        self._known.label(code)

    def _passed(self, bag: int) -> None:
        self._tell_verdict(*self._storing)
        self._jobs.print(bag)

    # ---- telling

    def _tell(self, about: StationEvent | Action, words: Words) -> None:
        named = words.calling(self._list_name)
        for teller in self._tellers:
            teller.told(about, named)

    def _tell_verdict(self, verdict: Verdict, record: Parcel | None) -> None:
        words, head = screen.of_verdict(verdict, record, None), ""
        try:
            if verdict.parcel:
                passed = self._ledger.passed(verdict.parcel)
                words = screen.of_verdict(verdict, record, passed)
                head = passed.head if passed and passed.bag == verdict.bag else ""
            if verdict.prints and self._rules.confirm_label:
                words = screen.stick_it_on(words)
            if verdict.check and (found := self._finding(verdict, record)):
                words = screen.with_finding(words, found)
        finally:
            self._tell(RecordVerdict(verdict, head), words)

    def _tell_notice(self, notice: GiveNotice) -> None:
        words = screen.of_notice(notice, None, "")
        try:
            if notice.notice is NoticeKind.RECALL and (
                passed := self._ledger.passed(notice.parcels[0])
            ):
                words = screen.of_notice(notice, passed, self._ledger.evidence_of(passed.bag))
        finally:
            self._tell(notice, words)

    def _tell_change(self, event: Event, before: Bag) -> None:
        match event:
            case DeviceLost(device, reason, at_s=at_s):
                self._note_device(device, reason, at_s)
                self._tell(event, screen.of_fault(event))
            case DeviceBack(device, at_s) if device in before.faults - {CAMERA_START}:
                self._note_device(device, "", at_s)
                self._tell(event, screen.of_back(event))
            case ShiftBegan() if self._bag.unproven:
                self._tell(event, screen.UNPROVEN)

    def _note_device(self, device: str, lost: str, at_s: float) -> None:
        """One that flaps would fill the ledger; but a lost ledger finds back by what is to be
        written."""
        untold = self._flapping.moved(device, lost, at_s)
        if untold is not None or device == LEDGER:
            counted = {"untold": untold} if untold else {}
            self._ledger.note(
                "device", self._bag.number, {"device": device, "lost": lost, **counted}
            )


def _as_matched(record: Parcel | None) -> Parcel | None:
    """Of one that an import closed since the rules asked for it, nothing tells what the match was
    made of."""
    return record if record and record.standing is Standing.OPEN else None


def _blamed(verdict: Verdict) -> tuple[LabelRead, ...]:
    """The labels that the picture marks: an unknown one alone, else all that do not go together."""
    unknown = tuple(label for label in verdict.labels if label.kind is Kind.UNKNOWN)
    return () if verdict.prints else unknown or verdict.labels
