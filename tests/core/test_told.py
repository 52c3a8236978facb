"""What the station is told, word for word: all of a verdict and of a notice goes to screen, journal
and ledger."""

from __future__ import annotations

import pytest

from samebag.core.bag.bag import TO_PROVE, Bag, resumed
from samebag.core.bag.deadlines import A_MOMENT_S
from samebag.core.bag.passed import PassedBag, Where
from samebag.core.bag.swaps import Swaps
from samebag.core.events import CommandGiven, Event, TimePassed
from samebag.core.labels import PROOF_LIST, PROOF_WAYBILL, PROOF_WRONG_LIST, Command, Kind, Label
from samebag.core.parcels import Standing
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import (
    GiveNotice,
    LabelRead,
    LookFor,
    NoticeKind,
    PrintLabel,
    Proof,
    ReadBy,
    RecordVerdict,
    ShowSignal,
    Signal,
    TellWait,
    Verdict,
    VerdictKind,
    Waits,
    in_shadow,
)

from .table import FakeBook, Play, clear, empty, lying, scan, store, view

S10, OTHER_S10 = "LX123456785CN", "LX000000000CN"
MA, COPY_A = "SB1|A|1|1|T", "SB1|A|1|2|T"
TICK = ShowSignal(Signal.ONE_LABEL, once=True)
GREEN, RED, READY = ShowSignal(Signal.MATCH), ShowSignal(Signal.MISMATCH), ShowSignal(Signal.READY)


def seen(kind: Kind, code: str) -> LabelRead:
    return LabelRead(kind, code, ReadBy.CAMERA)


def scanned(kind: Kind, code: str) -> LabelRead:
    return LabelRead(kind, code, ReadBy.SCANNER)


WA, LA, LB = seen(Kind.WAYBILL, "WA"), seen(Kind.CARGO_LIST, "LA"), seen(Kind.CARGO_LIST, "LB")
SCANNED_WA, SCANNED_LA = scanned(Kind.WAYBILL, "WA"), scanned(Kind.CARGO_LIST, "LA")


def test_a_match_is_recorded_then_green_then_printed_and_green_ends_with_the_bag() -> None:
    play = Play()(*lying("WA LA", 1, 2), empty(3), empty(5))
    match = Verdict(VerdictKind.MATCH, 1, 1.0, (WA, LA), "A", ("A",), Proof.ONE_FRAME)
    assert play.actions == [RecordVerdict(match), GREEN, PrintLabel("A", 1), READY]


def test_a_match_of_scans_ticks_once_before() -> None:
    play = Play()(scan("WA", 1), scan("LA", 2))
    match = Verdict(
        VerdictKind.MATCH, 1, 2, (SCANNED_WA, SCANNED_LA), "A", ("A",), Proof.SCANNER_TWICE
    )
    assert play.actions == [TICK, RecordVerdict(match), GREEN, PrintLabel("A", 1)]


def test_a_scan_of_a_bag_in_the_hand_ticks_and_ends_the_green_before_it() -> None:
    assert Play()(empty(1), scan("WA", 1.1)).actions == [TICK]
    blind = Play()(empty(1), scan("WA", 2.1), scan("LA", 2.2), empty(2.3), scan("WB", 2.4))
    assert blind.actions[-3:] == [PrintLabel("A", 1), READY, TICK]


def test_what_is_waited_for_is_told_with_its_parcel_and_the_labels_in_its_way() -> None:
    rules = Rules(pairing=Pairing.ONE_FRAME)
    assert Play()(scan("WA", 1)).waits == [TellWait(Waits.CARGO_LIST, 1, 1, "A")]
    assert Play()(scan("OS", 1)).waits == [TellWait(Waits.WAYBILL, 1, 1)]
    stranger = Play(rules=rules)(view(f"WA LA {S10}", 1)).waits
    assert stranger == [TellWait(Waits.STRANGER, 1, 1, "A", (seen(Kind.UNKNOWN, S10),))]
    foreign = Play(rules=rules)(empty(0.5), view("LB", 1), view("WA LA", 1.1)).waits
    assert foreign[-1] == TellWait(Waits.FOREIGN_LABEL, 1, 1.1, "A", (LB,))
    assert Play()(view("WA LA WB LB", 1)).waits == [TellWait(Waits.TWO_BAGS, 1, 1)]


def test_a_label_that_was_scanned_is_a_scan_whoever_read_it_first() -> None:
    for read in ((scan("LA", 1), view("LA", 1.2)), (view("LA", 1), scan("LA", 1.2))):
        (match,) = Play()(*read, scan("WA", 1.7)).verdicts
        assert (match.labels, match.proof) == ((SCANNED_WA, SCANNED_LA), Proof.SCANNER_TWICE)


def test_what_was_unread_is_told_of_a_match_by_the_camera_alone() -> None:
    camera = Play()(view("WA LA", 1, unread=2), view("WA LA", 1.4, unread=2))
    scanner = Play()(scan("WA", 1), view("LA", 1.1, unread=2), view("LA", 1.5, unread=2))
    assert [v.unread for v in (*camera.verdicts, *scanner.verdicts)] == [2, 0]


def test_a_mismatch_is_red_recorded_and_names_its_partners_until_cleared() -> None:
    play = Play()(view("WA LB", 1), clear(1.5), TimePassed(2.5), TimePassed(9))
    mismatch = Verdict(VerdictKind.MISMATCH, 1, 1, (WA, LB), None, ("A", "B"), Proof.ONE_FRAME)
    partners = (LookFor(Kind.CARGO_LIST, "A", "LA"), LookFor(Kind.WAYBILL, "B", "WB"))
    assert play.actions[:3] == [
        RED,
        RecordVerdict(mismatch),
        GiveNotice(NoticeKind.WANTED, 1, 1, parcels=("A", "B"), look_for=partners, bags=(1,)),
    ]
    cleared = GiveNotice(NoticeKind.CLEARED, 1, 2.0 + A_MOMENT_S)
    assert play.actions[3:] == [ShowSignal(Signal.MISMATCH, quiet=True), READY, cleared]
    assert not mismatch.passes and not mismatch.prints


@pytest.mark.parametrize(
    ("first", "second", "proof"),
    [
        (scan("WA", 1), scan("LB", 2), Proof.SCANNER_TWICE),
        (scan("WA", 1), view("LB", 2), Proof.SCANNER_CAMERA),
        (view("WA", 1), view("LB", 2), Proof.CAMERA),
        (view("WA", 1), view("WA LB", 2), Proof.ONE_FRAME),
    ],
)
def test_a_mismatch_tells_how_its_labels_are_known_to_be_on_one_bag(
    first: Event, second: Event, proof: Proof
) -> None:
    play = Play()(first, second)
    assert [(v.kind, v.proof) for v in play.verdicts] == [(VerdictKind.MISMATCH, proof)]
    one_frame = Play(rules=Rules(pairing=Pairing.ONE_FRAME))(first, second).verdicts
    assert [v.proof for v in one_frame] == ([] if proof is Proof.CAMERA else [proof])


def test_a_code_not_in_the_book_is_told_first_with_what_else_was_read() -> None:
    play = Play()(scan("LA", 1), scan(S10, 2))
    unknown = Verdict(
        VerdictKind.UNKNOWN, 1, 2, (scanned(Kind.UNKNOWN, S10), SCANNED_LA), "A", ("A",)
    )
    assert play.actions == [TICK, ShowSignal(Signal.UNKNOWN), RecordVerdict(unknown)]
    goods = Verdict(VerdictKind.UNKNOWN, 1, 1, (scanned(Kind.UNKNOWN, "4006381333931"),))
    assert Play()(scan("4006381333931", 1)).actions == [
        ShowSignal(Signal.UNKNOWN, once=True),
        RecordVerdict(goods),
    ]
    assert not goods.proves


def test_a_scanned_text_that_names_no_parcel_is_told_by_what_it_is_and_blips() -> None:
    routing = GiveNotice(
        NoticeKind.NAMELESS, 1, 2, labels=(scanned(Kind.UNKNOWN, "2LDE53113+72000000"),)
    )
    play = Play()(scan("WA", 1), scan("2LDE53113+72000000", 2))
    assert play.actions == [TICK, ShowSignal(Signal.INCOMPLETE, once=True), routing]
    assert Play()(scan("007521630151274340341801250", 1)).kinds == ["unknown"], (
        "routing with a parcel's number in it"
    )


def test_tracking_numbers_that_the_camera_saw_are_told_with_the_label_beside_them() -> None:
    strangers = (seen(Kind.UNKNOWN, S10), seen(Kind.UNKNOWN, OTHER_S10), LA)
    play = Play()(*lying(f"LA {S10} {OTHER_S10}", 1, 7))
    verdict = Verdict(VerdictKind.UNKNOWN, 1, 6.0, strangers, "A", ("A",))
    assert play.actions == [TICK, ShowSignal(Signal.UNKNOWN), RecordVerdict(verdict)]
    later = Play()(*lying(f"LA {S10}", 1, 4), *lying(f"LA {S10} {OTHER_S10}", 4.5, 7))
    assert later.verdicts == [verdict], "the one seen first decides when"


def test_a_lone_label_of_a_split_order_names_its_candidates_and_no_parcel() -> None:
    play = Play()(view("OS", 1), empty(2))
    shared = Verdict(
        VerdictKind.INCOMPLETE, 1, 2, (seen(Kind.CARGO_LIST, "OS"),), None, ("S1", "S2")
    )
    assert play.actions == [TICK, ShowSignal(Signal.INCOMPLETE, once=True), RecordVerdict(shared)]


@pytest.mark.parametrize("standing", [Standing.CANCELLED, Standing.CHANGED, Standing.BARRED])
def test_a_closed_parcel_is_told_with_the_proof_of_a_whole_pair(standing: Standing) -> None:
    def closed() -> Play:
        play = Play()
        play.book.standings["A"] = standing
        return play

    kind = VerdictKind(standing.value)
    both, lone = closed()(view("WA LA", 1)), closed()(scan("WA", 1))
    assert both.verdicts == [Verdict(kind, 1, 1, (WA, LA), "A", ("A",), Proof.ONE_FRAME)]
    assert lone.verdicts == [Verdict(kind, 1, 1, (SCANNED_WA,), "A", ("A",))]
    assert both.actions[0] == ShowSignal(Signal(kind.value))
    meanwhile = Play()(scan("WA", 1))
    meanwhile.book.standings["A"] = standing
    assert meanwhile(scan("LA", 2)).verdicts[0].proof is Proof.SCANNER_TWICE


def test_of_parcels_that_may_not_leave_the_gravest_reason_is_told() -> None:
    play = Play()
    play.book.standings |= {"S1": Standing.CHANGED, "S2": Standing.CANCELLED}
    assert play(scan("OS", 1)).kinds == ["cancelled"]
    play.book.standings["S1"] = Standing.PASSED
    assert play(clear(2), scan("OS", 4)).kinds[-1] == "duplicate"


@pytest.mark.parametrize(
    ("codes", "closed", "kind", "is_checked"),
    [
        ("WA LA", {}, VerdictKind.MATCH, True),
        ("WA", {"A": Standing.BARRED}, VerdictKind.BARRED, True),
        # of which of the two?
        (
            "OS",
            {"S1": Standing.BARRED, "S2": Standing.BARRED},
            VerdictKind.BARRED,
            False,
        ),
        ("WA", {"A": Standing.CANCELLED}, VerdictKind.CANCELLED, False),
        ("WA LB", {}, VerdictKind.MISMATCH, False),
        (f"{PROOF_WAYBILL} {PROOF_LIST}", {}, VerdictKind.MATCH, False),
    ],
)
def test_what_is_found_against_a_parcel_is_told_of_its_match_and_of_what_barred_it_only(
    codes: str, closed: dict[str, Standing], kind: VerdictKind, is_checked: bool
) -> None:
    play = Play()
    play.book.standings |= closed
    (verdict,) = play(view(codes, 1)).verdicts
    assert (verdict.kind, verdict.is_checked) == (kind, is_checked)


def test_crowded_is_told_once_with_its_bag_and_time() -> None:
    both = lying("WA LA WB LB", 1, 9)
    (crowded,) = [a for a in Play()(*both).actions if isinstance(a, GiveNotice)]
    assert crowded == GiveNotice(NoticeKind.CROWDED, 1, 3.0)


def test_a_bag_that_is_started_over_is_told() -> None:
    play = Play()(scan("WA", 1), clear(2))
    assert play.actions == [TICK, GiveNotice(NoticeKind.CLEARED, 1, 2)]


# swaps


def test_a_recall_and_its_end_are_told_with_bag_and_time() -> None:
    play = Play()(view("WB LB", 1), empty(2), empty(4), view("WA LB", 5))
    play(CommandGiven(Command.END_WARNINGS, 7))
    recall, ended = play.notices(NoticeKind.RECALL, NoticeKind.CLEARED)
    assert recall == GiveNotice(NoticeKind.RECALL, 2, 5, parcels=("B",))
    assert ended == GiveNotice(NoticeKind.CLEARED, 2, 7, parcels=("A", "B"))


def test_a_chain_with_a_parcel_that_is_still_called_back_is_settled_but_for_that() -> None:
    play = Play()(
        view("WB LB", 1), empty(2), empty(4), view("WA LB", 5), clear(6), empty(7), view("WA LA", 9)
    )
    *_, ended = play.notices(NoticeKind.CLEARED)
    assert ended == GiveNotice(NoticeKind.CLEARED, 3, 9, parcels=("A",))


def test_a_foreign_label_that_left_with_the_bag_before_calls_that_bag_back() -> None:
    play = Play()(*lying("WA LA", 1, 2), *lying("WA LA LB", 2.1, 3), empty(3.1))
    assert play.notices(NoticeKind.RECALL) == [
        GiveNotice(NoticeKind.RECALL, 1, 3.1, parcels=("A",))
    ]


def test_a_chain_that_has_passed_is_told_with_the_bag_that_closed_it() -> None:
    play = Play()(view("WA LB", 1), clear(2), empty(2.5))
    for at_s, name in ((4, "A"), (8, "B")):
        play(view(f"W{name} L{name}", at_s), empty(at_s + 1), empty(at_s + 2))
    *_, ended = play.notices(NoticeKind.CLEARED)
    assert ended == GiveNotice(NoticeKind.CLEARED, 3, 8, parcels=("A", "B"))


def test_a_slipped_roll_and_its_end_are_told_with_the_labels_to_check() -> None:
    play = Play(FakeBook({f"P{n}": (f"W{n}", f"L{n}") for n in range(1, 5)}))
    play(view("W2 L3", 1), clear(2), empty(2.5), view("W3 L4", 5))
    (slipped,) = play.notices(NoticeKind.ROLL_SLIPPED)
    assert slipped == GiveNotice(
        NoticeKind.ROLL_SLIPPED, 2, 5, parcels=("P2", "P3", "P4"), places=(2, 4)
    )
    play(
        clear(6),
        empty(7),
        view("W2 L2", 9),
        empty(10),
        empty(11),
        CommandGiven(Command.END_WARNINGS, 12),
    )
    chain, labels = play.notices(NoticeKind.CLEARED)[-2:]
    assert chain == GiveNotice(NoticeKind.CLEARED, 4, 12, parcels=("P2", "P3", "P4"))
    assert labels == GiveNotice(NoticeKind.CLEARED, 4, 12, parcels=("P3", "P4"), places=(2, 4))


def test_all_codes_of_a_list_to_look_for_are_told_and_none_where_its_parcel_has_no_record() -> None:
    play = Play()(view("WM LA", 1))
    (wanted,) = play.notices(NoticeKind.WANTED)
    assert wanted.look_for == (
        LookFor(Kind.WAYBILL, "A", "WA"),
        LookFor(Kind.CARGO_LIST, "M", "O1/O2"),
    )
    forgotten = Play()
    del forgotten.book.records["A"]
    (wanted,) = forgotten(view("WM LA", 1)).notices(NoticeKind.WANTED)
    assert wanted.look_for[0] == LookFor(Kind.WAYBILL, "A", "")


# seals


def sealing() -> Play:
    book = store()
    book.merged = {code: Label(code, merged_of=frozenset("A")) for code in (MA, COPY_A)}
    return Play(book, Rules(confirm_label=True))(*lying("WA LA", 1, 2))


@pytest.mark.parametrize("by", ReadBy)
def test_a_seal_is_told_with_its_label_and_who_read_it(by: ReadBy) -> None:
    play = sealing()(scan(MA, 3) if by is ReadBy.SCANNER else view(MA, 3))
    assert play.actions[-1] == GiveNotice(
        NoticeKind.SEALED, 1, 3, parcels=("A",), labels=(LabelRead(Kind.MERGED, MA, by),)
    )


@pytest.mark.parametrize("by", ReadBy)
def test_a_second_fresh_label_on_a_sealed_bag_is_a_copy(by: ReadBy) -> None:
    play = sealing()(scan(MA, 3), scan(COPY_A, 3.5) if by is ReadBy.SCANNER else view(COPY_A, 3.5))
    copy = Verdict(
        VerdictKind.DUPLICATE, 2, 3.5, (LabelRead(Kind.MERGED, COPY_A, by),), "A", ("A",)
    )
    assert play.actions[-2:] == [ShowSignal(Signal.DUPLICATE), RecordVerdict(copy)]


def test_a_bag_that_left_unsealed_is_told_and_blips() -> None:
    play = sealing()(empty(3), empty(5))
    unsealed = GiveNotice(NoticeKind.UNSEALED, 1, 3, parcels=("A",))
    assert play.actions[-2:] == [ShowSignal(Signal.INCOMPLETE, once=True), unsealed]


def test_a_bag_that_comes_back_for_its_label_is_sealed_under_a_number_of_its_own() -> None:
    play = sealing()(empty(3), empty(5), *lying(f"WA LA {MA}", 10, 11))
    *_, seal = play.notices(NoticeKind.SEALED)
    assert seal == GiveNotice(
        NoticeKind.SEALED, 2, 10.0, parcels=("A",), labels=(seen(Kind.MERGED, MA),)
    )
    assert play(empty(12), empty(14), view("WB LB", 15)).verdicts[-1].bag == 3


# proof, shadow, stops


def test_proven_is_told_with_the_card_that_completed_it() -> None:
    play = Play(rules=Rules(), bag=resumed(5, 0.0, unproven=TO_PROVE))
    play(*lying(f"{PROOF_WAYBILL} {PROOF_WRONG_LIST}", 1, 2), clear(3), empty(4), empty(6))
    play(view(f"{PROOF_WAYBILL} {PROOF_LIST}", 7))
    assert play.notices(NoticeKind.PROVEN) == [GiveNotice(NoticeKind.PROVEN, 7, 7)]


@pytest.mark.parametrize(
    ("shown", "instead"),
    [
        (RED, READY),
        (GREEN, READY),
        (ShowSignal(Signal.MISMATCH, quiet=True), READY),
        (TICK, ShowSignal(Signal.OFF, once=True)),
        (READY, READY),
        (ShowSignal(Signal.FAULT), ShowSignal(Signal.FAULT)),
    ],
)
def test_in_shadow_a_bag_shows_as_ready_and_a_blip_as_nothing(
    shown: ShowSignal, instead: ShowSignal
) -> None:
    assert in_shadow(shown) == instead


def test_after_a_stop_the_last_bag_counts_as_lying_there() -> None:
    swaps, faults = Swaps(wanted=frozenset("B")), frozenset({"camera"})
    assert resumed(8, 100.0, faults, "A", frozenset({"WA"}), unproven=TO_PROVE, swaps=swaps) == Bag(
        number=8,
        now_s=100.0,
        passed=PassedBag("A", {"WA": 110.0}, Where.LIES, bag=7, sealed_by=""),
        last_parcel="A",
        faults=faults,
        unproven=TO_PROVE,
        swaps=swaps,
    )


def test_after_a_stop_the_last_bag_keeps_its_number_though_one_was_held_since() -> None:
    for last_bag, number in ((None, 7), (5, 5)):
        passed = resumed(
            8, 100.0, last_parcel="A", codes=frozenset({"WA"}), last_bag=last_bag
        ).passed
        assert passed and passed.bag == number


def test_after_a_stop_with_no_labels_to_wait_for_the_table_is_free() -> None:
    assert (
        resumed(8, 100.0, codes=frozenset({"WA"}))
        == resumed(8, 100.0, last_parcel="A")
        == Bag(number=8, now_s=100.0)
    )
