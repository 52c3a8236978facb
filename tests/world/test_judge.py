"""Whether the judge notices each kind of fault: a station that says wrong things, at tables where
they are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from random import Random

import pytest

from samebag.core.events import Event
from samebag.core.labels import Kind
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import (
    Action,
    GiveNotice,
    LabelRead,
    NoticeKind,
    PrintLabel,
    Proof,
    ReadBy,
    RecordVerdict,
    Signal,
    Verdict,
    VerdictKind,
)

from .acts import Act, Do, Way
from .roll import Roll
from .truth import FATAL, Fault, Judge
from .twin import is_blind_seal, is_explained
from .world import Shift, World

CAREFUL = Shift(7, "careful", Pairing.ONE_BAG, Way.CAMERA, bags=4)
RETURNED = Shift(1, "reckless", Pairing.ONE_FRAME, Way.CAMERA)
# papers: of bag 0, of bag 1, and what is printed for parcel P0
WAYBILL, LIST, WAYBILL_OF_NEXT, LIST_OF_NEXT, MERGED = (
    0,
    1,
    2,
    3,
    10,
)
CROSSED = (
    Act(0.1, Do.PEEL, LIST),
    Act(0.2, Do.PEEL, LIST_OF_NEXT),
    Act(0.3, Do.STICK, LIST, 1),
    Act(0.4, Do.STICK, LIST_OF_NEXT, 0),
)
LAID = Act(1.0, Do.LAY, 0, 50, 0.2)
LIST_GOES_ON = (  # from the bag that passed to the next one
    Act(3.0, Do.TAKE, 0, 0, 0.1),
    Act(3.1, Do.PEEL, LIST),
    Act(3.1, Do.PEEL, LIST_OF_NEXT),
    Act(3.2, Do.STICK, LIST, 1),
)
CUT = Act(4.6, Do.CUT, 1, 0, 0.2)
NEXT_LAID = (Act(3.4, Do.TAKE, 0, 0, 0.1), Act(3.6, Do.LAY, 1, 50, 0.1))
SIDE_BY_SIDE = (Act(1.0, Do.LAY, 0, 28, 0.2), Act(1.0, Do.LAY, 1, 75, 0.2))
Says = Sequence[tuple[float, Action]]


class SayingStation:
    """Does what a test says, when it says."""

    def __init__(
        self, roll: Roll, rules: Rules, judge: Judge, rng: Random, *, camera: bool, says: Says
    ) -> None:
        self._roll, self._judge, self._says = roll, judge, list(says)
        self.events, self.shares_book, self.lamp = 0, True, Signal.READY
        self.passed = {roll.last}

    def take(self, event: Event, at_s: float) -> None:
        self.events += 1

    def wake(self, at_s: float) -> None:
        while self._says and self._says[0][0] <= at_s:
            said_s, action = self._says.pop(0)
            match action:
                case RecordVerdict(verdict):
                    self._judge.told(verdict, said_s)
                case GiveNotice():
                    self._judge.noticed(action, said_s)
                case PrintLabel(parcel):
                    self._roll.print_merged(parcel, said_s)

    def cut(self, at_s: float, reached_disk: bool) -> None: ...
    def resume(self, at_s: float) -> None: ...
    def end(self, at_s: float) -> None: ...


def match(at_s: float, *codes: str) -> tuple[float, Action]:
    codes = codes or ("LX000000000CN", "8000000000000000")
    labels = tuple(
        LabelRead(kind, code, ReadBy.CAMERA) for kind, code in zip(Kind, codes, strict=False)
    )
    return at_s, RecordVerdict(
        Verdict(VerdictKind.MATCH, 1, at_s, labels, "P0", ("P0",), Proof.ONE_FRAME)
    )


def red(at_s: float, kind: VerdictKind) -> tuple[float, Action]:
    return at_s, RecordVerdict(Verdict(kind, 1, at_s, (), None, ("P0",)))


PRINTED = (2.0, PrintLabel("P0", 1))
SEALED = (4.0, GiveNotice(NoticeKind.SEALED, 1, 4.0, ("P0",)))


def scanned(list_s: float, waybill_s: float) -> Sequence[Act]:
    """The next bag, in a hand."""
    return (
        Act(3.5, Do.PICK_UP, 1),
        Act(list_s, Do.SCAN, LIST, 0, 0.05),
        Act(waybill_s, Do.SCAN, WAYBILL_OF_NEXT, 0, 0.05),
    )


@pytest.mark.parametrize(
    ("acts", "says", "found"),
    [
        ((LAID,), (match(2.0),), ()),
        ((*CROSSED, LAID), (match(2.0),), ("false green",)),
        ((LAID, Act(2.0, Do.TAKE, 0, 0, 0.1)), (match(2.9),), ("false green",)),
        ((LAID,), (match(2.0, "LX000000000CN", "LX000000000CN"),), ("one paper",)),
        ((LAID, Act(1.5, Do.CANCEL, 0)), (match(2.0),), ("closed green",)),
        ((LAID, Act(1.5, Do.CHANGE, 0)), (match(2.0),), ("closed green",)),
        ((LAID, Act(1.5, Do.RELABEL, 0)), (match(2.0),), ("closed green",)),
        ((LAID, Act(1.5, Do.ELSEWHERE, 0)), (match(2.0),), ("closed green",)),
        ((LAID, Act(1.5, Do.ELSEWHERE, 0, 0, 1.0)), (match(2.0),), ()),
        ((LAID, Act(3.0, Do.STICK, MERGED, 0)), (match(2.0), PRINTED, SEALED), ()),
        (
            (LAID, *NEXT_LAID, Act(3.8, Do.STICK, MERGED, 1)),
            (match(2.0), PRINTED, SEALED),
            ("false seal",),
        ),
        ((LAID, *NEXT_LAID), (match(2.0), PRINTED, SEALED), ("false seal",)),
        ((LAID, Act(4.5, Do.STICK, MERGED, 0)), (match(2.0), PRINTED, SEALED), ()),
        ((LAID, Act(4.5, Do.STICK, MERGED, 1)), (match(2.0), PRINTED, SEALED), ("false seal",)),
        ((*CROSSED, LAID), (), ("missed red",)),
        ((*CROSSED, *SIDE_BY_SIDE), (), ()),  # two whole pairs
        ((*CROSSED, *SIDE_BY_SIDE, Act(3.0, Do.TAKE, 1, 0, 0.1)), (), ("missed red",)),
        # the bag that passed may lie there
        (
            (LAID, *LIST_GOES_ON, Act(3.6, Do.LAY, 1, 50, 0.1)),
            (match(2.0),),
            (),
        ),
        ((LAID, *LIST_GOES_ON, Act(5.0, Do.LAY, 1, 50, 0.1)), (match(2.0),), ("missed red",)),
        # who knows, after that
        (
            (LAID, *LIST_GOES_ON, CUT, Act(5.0, Do.LAY, 1, 50, 0.1)),
            (match(2.0),),
            (),
        ),
        # the list may be scanned on the bag that passed
        (
            (LAID, *LIST_GOES_ON, *scanned(3.9, 4.6)),
            (match(2.0),),
            (),
        ),
        ((LAID, *LIST_GOES_ON, *scanned(4.6, 5.3)), (match(2.0),), ("missed red",)),
        ((LAID,), (red(2.0, VerdictKind.MISMATCH),), ("false red",)),
        (
            (LAID, Act(1.5, Do.CARRY_PAST, 4, 0, 0.05)),
            (red(2.0, VerdictKind.MISMATCH),),
            ("false red",),
        ),
        ((LAID, Act(1.5, Do.CARRY_PAST, 4, 0, 0.16)), (red(2.0, VerdictKind.MISMATCH),), ()),
    ],
)
def test_the_judge_notices_what_is_wrong_and_only_that(
    acts: Sequence[Act], says: Says, found: Sequence[str]
) -> None:
    judge = World(CAREFUL, acts, build=partial(SayingStation, says=says)).run().judge
    assert tuple(f.what for f in judge.faults if f.what in (*FATAL, "false red")) == found


@pytest.mark.parametrize(
    ("acts", "says", "tally"),
    [
        ((LAID,), (match(1.6),), {"at once": 1}),
        ((LAID,), (match(2.6),), {"waited": 1}),
        ((LAID,), (), {"waited": 1}),
        ((LAID, Act(1.7, Do.TAKE, 0, 0, 0.1)), (), {}),
        ((LAID, Act(1.6, Do.LAY, 1, 80, 0.1)), (), {}),
        ((*CROSSED, LAID), (), {}),
    ],
)
def test_a_good_bag_waits_from_when_both_its_labels_count(
    acts: Sequence[Act], says: Says, tally: dict[str, int]
) -> None:
    found = World(CAREFUL, acts, build=partial(SayingStation, says=says)).run().judge.tally
    assert {name: found[name] for name in ("at once", "waited") if found[name]} == tally


EXCHANGED = (Act(3.0, Do.TAKE, 0, 0, 0.1), Act(3.05, Do.LAY, 1, 50, 0.1))  # never a bare table
ONE_LABEL_EACH = (
    *CROSSED,
    Act(0.9, Do.COVER, LIST_OF_NEXT, 0, 9),
    LAID,
    Act(2.9, Do.COVER, 2, 0, 9),
)


@pytest.mark.parametrize(
    ("acts", "explained"),
    [
        ((*ONE_LABEL_EACH, *EXCHANGED), True),  # a hand hid that it is another bag
        # what the book says later changes nothing
        (
            (*ONE_LABEL_EACH, *EXCHANGED, Act(4.5, Do.RELABEL, 0)),
            True,
        ),
        ((*ONE_LABEL_EACH, Act(1.5, Do.STALL, 0, 0, 1.6), *EXCHANGED), False),  # nobody looked
        ((*ONE_LABEL_EACH, Act(2.95, Do.CLEAR), *EXCHANGED), False),
        # a bare table
        (
            (*ONE_LABEL_EACH, Act(3.0, Do.TAKE, 0, 0, 0.1), Act(3.7, Do.LAY, 1, 50, 0.1)),
            False,
        ),
        # its own list had counted
        (
            (*CROSSED, LAID, Act(2.9, Do.COVER, 2, 0, 9), *EXCHANGED),
            False,
        ),
    ],
)
def test_a_twin_explains_only_what_no_rule_could_tell(acts: Sequence[Act], explained: bool) -> None:
    world = World(CAREFUL, sorted(acts, key=lambda act: act.at_s), records=True).run()
    assert (
        is_explained(world, Fault("false green", 3.6 if EXCHANGED[1] in acts else 4.2, "P0"))
        is explained
    )


@pytest.mark.parametrize(
    ("seed", "way", "strict", "seals"),
    [
        (671, Way.BOTH, False, False),  # the first scan was named by the red that stood
        (234, Way.CAMERA, True, False),  # of two whole pairs one bag had just left
        (1303, Way.BOTH, False, False),  # the camera was lost before its views came
        # the list of a split order, of which the other bag had just passed
        (
            1439,
            Way.BOTH,
            True,
            False,
        ),
        (1769, Way.BOTH, True, True),  # scanned in a hand, seen, turned over
    ],
)
def test_no_red_is_missed_where_no_station_could_tell(
    seed: int, way: Way, strict: bool, seals: bool
) -> None:
    shift = Shift(seed, "hostile", Pairing.ONE_FRAME, way, strict=strict, seals=seals)
    assert [fault for fault in World(shift).run().judge.faults if fault.what == "missed red"] == []


BACK = Shift(194, "reckless", Pairing.ONE_BAG, Way.SCANNER, strict=True, seals=True)
LIST_OF_8, LIST_OF_10, MERGED_OF_10 = 17, 21, 93


@pytest.mark.parametrize(
    ("more", "explained"),
    [
        (
            (),
            True,
            # the merged label of bag 8 was scanned on bag 10, then bag 8 came back and both its
            # labels were
        ),
        ((Act(42.7, Do.SCAN, LIST_OF_8, 0, 0.05),), True),
        ((Act(42.7, Do.SCAN, LIST_OF_10, 0, 0.05),), False),
        ((Act(42.7, Do.SCAN, MERGED_OF_10, 0, 0.05),), False),
        ((Act(42.7, Do.CLEAR),), False),
    ],
)
def test_a_bag_that_is_back_for_its_merged_label_explains_a_seal_and_nothing_else(
    more: Sequence[Act], explained: bool
) -> None:
    (fault,) = (fault for fault in World(BACK).run().judge.faults if fault.what == "false seal")
    acts = sorted((*World(BACK).run().acts, *more), key=lambda act: act.at_s)
    assert is_blind_seal(World(BACK, acts, records=True).run(), fault) is explained


def test_one_frame_pairing_has_no_twin_for_an_old_waybill_that_was_read() -> None:
    bags = World(RETURNED).roll.bags
    bag = next(bag for bag in bags if len(bag.papers) == 3 and bag.papers[2].marks[0].legible > 0.9)
    world = World(RETURNED, (Act(1.0, Do.LAY, bag.number, 50, 0.2),), records=True).run()
    assert not is_explained(world, Fault("false green", 2.0, bag.papers[0].parcel))
