"""The rules as invariants: hypothesis plays packers, cameras, faults and power cuts, and holds
every step against what was physically read."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from samebag.core.bag.bag import State, resumed
from samebag.core.bag.deadlines import due_s
from samebag.core.bag.step import play
from samebag.core.bag.swaps import Swaps
from samebag.core.events import (
    CommandGiven,
    DeviceBack,
    DeviceLost,
    Event,
    StoreFailed,
    TimePassed,
    VerdictStored,
)
from samebag.core.labels import Command, Kind, Label
from samebag.core.parcels import Standing
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import (
    Action,
    GiveNotice,
    NoticeKind,
    PrintLabel,
    Proof,
    RecordVerdict,
    ShowSignal,
    Signal,
    VerdictKind,
)

from .table import FakeBook, scan, store, view

WAYBILLS = {
    "A": {"WA", "LPA"},
    "B": {"WB"},
    "C": {"WC"},
    "S1": {"WS1"},
    "S2": {"WS2"},
    "M": {"WM"},
    "X": {"WX", "LPX"},
}
LISTS = {
    "A": {"LA"},
    "B": {"LB"},
    "C": {"LC"},
    "S1": {"OS"},
    "S2": {"OS"},
    "M": {"O1", "O2"},
    "X": {"WX"},
}
OLD, *_ = MERGED = ["SB1|A|1|1|T", "SB1|A|2|2|T", "SB1|B|3|1|T"]
CODES = sorted(
    set().union(MERGED, *WAYBILLS.values(), *LISTS.values(), {"LX123456785CN", "4006381333931"})
)

CLOSED_LATER = [Standing.CANCELLED, Standing.CHANGED, Standing.SHIPPED, Standing.BARRED]


class Table(RuleBasedStateMachine):
    """The core, a disk that may be slow or fail, and a ledger of all that was read and when."""

    @initialize(
        pairing=st.sampled_from(Pairing),
        strict=st.booleans(),
        confirm=st.booleans(),
        shadow=st.booleans(),
    )
    def open(self, pairing: Pairing, strict: bool, confirm: bool, shadow: bool) -> None:
        self.bag_rules = Rules(
            pairing=pairing, strict_unknown=strict, confirm_label=confirm, shadow=shadow
        )
        self.book: FakeBook = store()
        if confirm:
            self.book.merged = {
                code: Label(code, merged_of=frozenset({code[4]})) for code in MERGED
            }
            self.book.merged[OLD] = replace(self.book.merged[OLD], stale=frozenset("A"))
        self.bag = resumed(1, 0.0)
        self.now_s = 0.0
        self.on_disk: set[int] = set()
        self.asked: list[tuple[int, str]] = []  # matches on their way to the disk
        self.printed: list[int] = []
        self.matches: list[int] = []
        self.read_s: dict[str, float] = {}  # when each code was last read at all
        self.empty_s = -1.0
        self.frames: list[tuple[float, set[str]]] = []
        self.counted: set[str] = set()  # by the camera, since the table was bare
        self.gone: set[str] = set()  # parcels that passed since then

    def happen(self, event: Event) -> None:
        before, was = self.bag, self.bag.copy()
        self.bag, actions = play(self.bag, event, self.bag_rules, self.book)
        assert before == was, "a step changed the bag that it was given"
        for action in actions:
            self.check(action, actions)
        if isinstance(event, CommandGiven) and not self.bag.aside:
            self.counted.clear()  # a person said that the table is clear
        if before.hold and not self.bag.hold:
            assert (
                before.hold.acknowledged or isinstance(event, CommandGiven) or self.bag_rules.shadow
            )
            assert any(
                isinstance(a, GiveNotice) and a.notice is NoticeKind.CLEARED for a in actions
            )
        if before.state in (State.HOLD, State.ACKNOWLEDGED):
            assert ShowSignal(Signal.MATCH) not in actions, "red turned green"

    def check(self, action: Action, actions: tuple[Action, ...]) -> None:
        match action:
            case ShowSignal(Signal.MATCH):
                assert self.bag.passed is not None or self.bag.last_parcel
                assert self.matches and self.matches[-1] in self.on_disk, "green before the disk"
                assert not self.bag.faults
            case GiveNotice(NoticeKind.SEALED, _, _, (parcel,)):
                assert self.bag_rules.confirm_label
                assert (
                    self.book.standings[parcel] is Standing.PASSED
                    or parcel in dict(self.asked).values()
                )
                assert {label.code for label in action.labels} & set(MERGED) - {OLD}
            case PrintLabel(_, bag):
                assert not self.bag_rules.shadow
                assert bag in self.on_disk
                assert bag not in self.printed, "one print a verdict"
                self.printed.append(bag)
            case RecordVerdict(verdict) if verdict.kind is VerdictKind.MATCH:
                self.check_match(
                    verdict.parcel, {label.code for label in verdict.labels}, verdict.proof
                )
                self.matches.append(verdict.bag)
                self.asked.append((verdict.bag, str(verdict.parcel)))
            case RecordVerdict(verdict):
                held = verdict.kind is not VerdictKind.INCOMPLETE and (
                    verdict.kind is not VerdictKind.UNKNOWN
                    or verdict.labels[0].code not in {"4006381333931", *MERGED}
                )
                if held and not self.bag_rules.shadow:
                    shown = [
                        a.signal
                        for a in actions[: actions.index(action)]
                        if isinstance(a, ShowSignal)
                    ]
                    # the gravest of a step
                    assert shown[0] in {Signal(verdict.kind), Signal.MISMATCH}, "red waited"

    def check_match(self, parcel: str | None, codes: set[str], proof: Proof | None) -> None:
        """Both labels of one open parcel, all read on what can be one bag, devices healthy."""
        assert parcel and self.book.standings[parcel] is Standing.OPEN
        own = {code for code in MERGED if code[4] == parcel}
        assert codes <= WAYBILLS[parcel] | LISTS[parcel] | own, "a foreign label"
        assert codes & WAYBILLS[parcel] and codes & LISTS[parcel]
        assert not self.bag.faults
        labels = [label for code in self.counted if (label := self.book.label(code))]
        assert all(parcel in label.parcels or label.parcels & self.gone for label in labels), (
            "a foreign label lies there"
        )
        self.gone.add(parcel)
        newest_s = max(self.read_s[code] for code in codes)
        assert all(newest_s - self.read_s[code] <= self.bag_rules.pair_within_s for code in codes)
        if proof is Proof.ONE_FRAME:
            frame = self.frames[-1][1]
            assert frame & WAYBILLS[parcel] and frame & LISTS[parcel]
        else:
            assert self.bag_rules.pairing is Pairing.ONE_BAG
            assert not any(self.read_s[c] < self.empty_s < newest_s for c in codes), (
                "the table was empty between"
            )

    def after(self, delay_s: float) -> float:
        """Deadlines on the way are judged by what was read before them."""
        self.now_s += delay_s
        self.happen(TimePassed(self.now_s))
        return self.now_s

    delays = st.sampled_from([0.07, 0.07, 0.3, 1.2, 5.5])

    @rule(code=st.sampled_from(CODES), delay_s=delays)
    def scanned(self, code: str, delay_s: float) -> None:
        now_s = self.after(delay_s)
        self.read_s[code] = now_s
        self.happen(scan(code, self.now_s))

    @rule(
        codes=st.lists(st.sampled_from(CODES), max_size=5),
        delay_s=delays,
        unread=st.integers(0, 1),
        by=st.sampled_from(["zxing", "zxing zbar"]),
        occupied=st.booleans(),
    )
    def seen(self, codes: list[str], delay_s: float, unread: int, by: str, occupied: bool) -> None:
        now_s = self.after(delay_s)
        self.read_s.update(dict.fromkeys(codes, now_s))
        self.frames.append((now_s, set(codes)))
        if not occupied and not set(codes) - {"LX123456785CN", "4006381333931"}:
            self.empty_s = now_s
            self.counted.clear()
            self.gone.clear()
        elif by == "zxing zbar":
            self.counted.update(codes)
        self.happen(view(" ".join(codes), now_s, occupied=occupied, unread=unread, by=by))

    @rule(
        parcel=st.sampled_from(sorted(WAYBILLS)),
        delay_s=delays,
        scanned=st.booleans(),
        drop=st.booleans(),
    )
    def good_bag(self, parcel: str, delay_s: float, scanned: bool, drop: bool) -> None:
        """So that matches are common: the waybill, then both labels."""
        waybill, cargo_list = min(WAYBILLS[parcel]), min(LISTS[parcel])
        if scanned:
            self.scanned(waybill, delay_s)
        codes = [cargo_list] if drop else [waybill, cargo_list]
        self.seen(codes, delay_s, 0, "zxing zbar", True)

    @rule(delay_s=delays)
    def cleared(self, delay_s: float) -> None:
        self.happen(CommandGiven(Command.CLEAR, self.after(delay_s)))

    @rule(delay_s=delays)
    def warnings_ended(self, delay_s: float) -> None:
        self.happen(CommandGiven(Command.END_WARNINGS, self.after(delay_s)))
        assert self.bag.swaps == Swaps()

    @rule(delay_s=delays)
    def time_passes(self, delay_s: float) -> None:
        self.happen(TimePassed(self.after(delay_s)))

    @rule(lost=st.booleans())
    def device(self, lost: bool) -> None:
        fault = DeviceLost("printer", "no paper", "put a roll in", self.now_s)
        self.happen(fault if lost else DeviceBack("printer", self.now_s))

    @rule(parcel=st.sampled_from(sorted(WAYBILLS)), standing=st.sampled_from(CLOSED_LATER))
    def book_changes(self, parcel: str, standing: Standing) -> None:
        if self.book.standings[parcel] is Standing.OPEN and not self.asked:
            self.book.standings[parcel] = standing

    @precondition(lambda self: self.asked)
    @rule(works=st.booleans())
    def disk_answers(self, works: bool) -> None:
        bag, parcel = self.asked.pop(0)
        if works:
            self.on_disk.add(bag)
            self.book.standings[parcel] = Standing.PASSED
        self.happen((VerdictStored if works else StoreFailed)(bag, self.now_s))

    @rule()
    def power_cut(self) -> None:
        """What was on its way to the disk may have got there; nothing is green before something is
        read again."""
        for bag, parcel in self.asked:
            self.on_disk.add(bag)
            self.book.standings[parcel] = Standing.PASSED
        self.asked.clear()
        self.bag = resumed(max(self.on_disk, default=0) + len(self.matches) + 1, self.now_s)
        assert self.bag.shown == ShowSignal(Signal.READY)
        self.read_s.clear()
        self.frames.clear()
        self.counted.clear()
        self.gone.clear()

    @invariant()
    def red_is_never_withheld(self) -> None:
        if not hasattr(self, "bag") or self.bag.hold or self.bag_rules.pairing is Pairing.ONE_FRAME:
            return
        reads = [read for read in self.bag.reads if read.label.kind is not Kind.UNKNOWN]
        if reads and not frozenset.intersection(*(read.label.parcels for read in reads)):
            assert self.bag.crowded_from_s is not None, "labels of different parcels and no red"

    @invariant()
    def a_green_that_waits_for_the_card_is_the_bags_that_lies_there(self) -> None:
        if hasattr(self, "bag") and self.bag.owes_green:
            assert not (self.bag.reads or self.bag.in_hand or self.bag.hold), (
                "read, or held, since the match"
            )

    @invariant()
    def the_next_deadline_is_ahead(self) -> None:
        if hasattr(self, "bag"):
            assert due_s(self.bag, self.bag_rules) > self.bag.now_s


pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time for 6,000 steps
Table.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestTable = Table.TestCase
