"""The rules of a bag, clause by clause (docs/rules.md)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from samebag.core.bag.bag import Bag, State, resumed
from samebag.core.bag.step import play as play_once
from samebag.core.bag.step import step
from samebag.core.events import (
    DeviceBack,
    DeviceLost,
    Event,
    Sighting,
    StoreFailed,
    TimePassed,
    VerdictStored,
    ViewSeen,
)
from samebag.core.parcels import Standing
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import PrintLabel, RecordVerdict, ShowSignal, Signal, VerdictKind, Waits

from .table import FakeBook, Play, clear, empty, lying, scan, store, view

S10 = "LX123456785CN"


# pairing and proofs


@pytest.mark.parametrize(
    ("events", "proof"),
    [
        ((view("WA LA", 1),), "one-frame"),
        ((scan("WA", 1), view("LA", 2)), "scanner+camera"),
        ((scan("WA", 1), scan("LA", 6)), "scanner-twice"),
        ((view("WA", 1), view("LA", 2)), "camera"),
        ((scan("WA", 1), view("WA LA", 2)), "one-frame"),
        ((scan("LPA", 1), scan("LA", 2)), "scanner-twice"),
    ],
)
def test_both_labels_of_one_parcel_match_and_the_verdict_says_how_it_knows(
    events: tuple[Event, ...], proof: str
) -> None:
    play = Play()(*events, TimePassed(events[-1].at_s + 0.5))
    (verdict,) = play.verdicts
    assert (verdict.kind, verdict.parcel, verdict.proof) == ("match", "A", proof)
    assert play.actions.count(PrintLabel("A", 1)) == 1


@pytest.mark.parametrize(
    "events",
    [
        (scan("WA", 1), scan("LA", 6.1)),  # more than pair_within_s apart
        (scan("WA", 1), empty(2), scan("LA", 3)),  # the bag was taken away between
        (scan("WA", 1), scan("WA", 2)),  # one label twice
        (scan("WA", 1), scan("LPA", 2)),  # two codes of the waybill
        (view("WA", 1), view("WA", 8)),
    ],
)
def test_reads_that_may_be_on_two_bags_do_not_match(events: tuple[Event, ...]) -> None:
    assert "match" not in Play()(*events, TimePassed(20)).kinds


def test_an_empty_frame_taken_before_the_scan_but_decoded_after_it_breaks_nothing() -> None:
    assert Play()(scan("WA", 1.05), empty(1.0), view("", 1.2), scan("LA", 1.5)).kinds == ["match"]


def test_one_frame_pairing_passes_nothing_but_one_view_and_the_next_one_alike() -> None:
    rules = Rules(pairing=Pairing.ONE_FRAME)
    again = view("WA LA", 1.2)
    assert Play(rules=rules)(scan("WA", 1), scan("LA", 2), view("WA", 3), view("LA", 4)).kinds == []
    assert Play(rules=rules)(scan("WA", 1), *lying("LA", 1.5, 5)).kinds == []
    # C may lie under a hand
    assert Play(rules=rules)(view("WC", 1), view("WA LA", 1.1), again).kinds == []
    assert Play(rules=rules)(view("WC", 1), empty(1.05), view("WA LA", 1.1), again).kinds == [
        "incomplete",
        "match",
    ]
    assert Play(rules=rules)(view("WA LA", 1.1), view("WA LA LB", 1.2)).kinds == ["mismatch"]
    assert [
        v.at_s
        for v in Play(rules=rules)(
            scan("WA", 1), scan("LA", 1.05), view("WA LA", 1.1), again
        ).verdicts
    ] == [1.2]
    hidden = view("WA LA", 1.1, unread=1), again, view("WA LA", 1.4)
    assert Play(rules=rules)(*hidden, view("WA LA LB", 1.45)).kinds == ["mismatch"], (
        "a hand was over it"
    )
    assert Play(rules=rules)(*hidden, TimePassed(1.6)).kinds == [], "its next view is late"
    assert Play(rules=rules)(*hidden, view("WA LA", 1.6)).kinds == ["match"]
    # a person meant C
    assert Play(rules=rules)(scan("WC", 1), view("WA LA", 1.1)).kinds == ["mismatch"]


def test_a_camera_code_counts_after_two_equal_frames_or_by_two_decoders() -> None:
    one = "zxing"
    assert Play()(view("WA LA", 1, by=one)).kinds == []
    assert (
        Play()(
            view("WA LA", 1, by=one), view("WB LB", 1.1, by=one), view("WA LA", 1.2, by=one)
        ).kinds
        == []
    )
    assert Play()(view("WA LA", 1, by=one), view("WA LA", 1.1, by=one)).kinds == ["match"]


def test_a_code_that_is_no_label_hides_none() -> None:
    assert Play()(view("4006381333931 WA LA", 1)).kinds == ["match"]


# candidates


def test_a_foreign_label_turns_red_at_once_and_stays_whatever_comes() -> None:
    play = Play()(
        view("WA", 1), view("LB", 1.1), view("WA LA", 1.2), scan("LA", 1.3), TimePassed(60)
    )
    assert play.kinds == ["mismatch"]
    assert play.verdicts[0].parcels == ("A", "B")
    assert play.bag.shown == ShowSignal(Signal.MISMATCH)


def test_a_third_label_of_another_parcel_is_a_mismatch() -> None:
    assert Play()(view("WA LA WB", 1)).kinds == ["mismatch"]


def test_red_is_shown_before_it_is_recorded() -> None:
    play = Play()(scan("WA", 1), scan("LB", 2))
    red = play.actions.index(ShowSignal(Signal.MISMATCH))
    assert isinstance(play.actions[red + 1], RecordVerdict)


@pytest.mark.parametrize(("waybill", "parcel"), [("WS1", "S1"), ("WS2", "S2")])
def test_a_split_order_is_told_apart_by_its_waybill(waybill: str, parcel: str) -> None:
    assert Play()(view(f"OS {waybill}", 1)).verdicts[0].parcel == parcel


def test_the_second_bag_of_a_split_order_passes_though_its_list_code_just_passed() -> None:
    play = Play()(view("WS1 OS", 1), view("WS2 OS", 1.2), view("WS2 OS", 2.5), view("WS2 OS", 2.6))
    assert [v.parcel for v in play.verdicts] == ["S1", "S2"]


def test_a_split_orders_list_code_alone_names_no_parcel() -> None:
    play = Play()(view("OS", 1), view("OS", 2), empty(3))
    assert [(v.kind, v.parcel, v.parcels) for v in play.verdicts] == [
        ("incomplete", None, ("S1", "S2"))
    ]


def test_merged_orders_are_one_list() -> None:
    assert Play()(view("O1 O2 WM", 1)).kinds == ["match"]
    assert Play()(view("O1 LA WM", 1)).kinds == ["mismatch"]


@pytest.mark.parametrize(
    ("events", "kinds"),
    [
        ((view("WX", 1), view("WX", 2)), []),  # one box: waybill or list, who knows
        ((scan("WX", 1), scan("WX", 2)), []),
        ((view("WX LPX", 1),), []),  # the waybill alone has both
        # stubs, a customs sheet, a reflection: two boxes are not two sheets of paper
        (
            (view("WX WX", 1),),
            [],
        ),
        ((view("WX WX LPX", 1),), []),
        ((scan("WX", 1), view("WX WX", 1.1)), []),
        ((view("WX WA LA", 1),), ["mismatch"]),  # foreign it is all the same
    ],
)
def test_a_list_with_its_waybills_own_code_is_never_green(
    events: tuple[Event, ...], kinds: list[str]
) -> None:
    assert Play()(*events).kinds == kinds


def test_bar_code_and_qr_code_of_one_label_are_not_two_labels() -> None:
    box = ((0.0, 0.0), (80.0, 0.0), (80.0, 30.0), (0.0, 30.0))
    far = tuple((x + 300.0, y) for x, y in box)
    both = ("zxing", "zbar")
    sightings = (Sighting("WX", "code128", box, both), Sighting("WX", "qr", far, both))
    assert Play()(ViewSeen(sightings, 1), ViewSeen(sightings, 1.1)).kinds == []


# standings


@pytest.mark.parametrize(
    ("standing", "kind"),
    [
        (Standing.CANCELLED, "cancelled"),
        (Standing.VANISHED, "cancelled"),
        (Standing.CHANGED, "changed"),
        (Standing.PASSED, "duplicate"),
        (Standing.SHIPPED, "duplicate"),
        (Standing.BARRED, "barred"),
    ],
)
def test_a_parcel_that_may_not_leave_is_red_from_its_first_label(
    standing: Standing, kind: str
) -> None:
    play = Play()
    play.book.standings["A"] = standing
    play(scan("WA", 1), scan("LA", 2))
    assert play.kinds == [kind]
    assert play.verdicts[0].parcel == "A"
    assert play(scan("LB", 2.5)).kinds == [kind, "mismatch"]  # and still learns of a foreign label


def test_a_label_of_an_earlier_printing_is_changed() -> None:
    play = Play()
    play.book.stale.add(("LA", "A"))
    assert play(view("WA LA", 1)).kinds == ["changed"]


def test_an_import_between_the_two_reads_makes_the_first_what_the_book_says_now() -> None:
    play = Play()(scan("WA", 1))
    play.book.stale.add(("WA", "A"))  # it was printed anew, with another tracking number
    assert play(scan("LA", 2)).kinds == ["changed"]


def test_a_label_that_a_newer_file_lacks_is_still_what_it_was_when_it_was_read() -> None:
    play = Play()(scan("WA", 1))
    play.book.forget("WA")
    assert play(scan("LA", 2)).kinds == ["match"]


# the bag that passed, and the next


def test_the_passed_bag_is_ignored_while_it_lies_there_even_under_a_hand() -> None:
    play = Play()(
        view("WA LA", 1),
        view("WA", 1.1),
        view("", 1.2),
        view("", 4),
        view("LA WA LPA", 4.1),
        scan("WA", 4.2),
    )
    assert play.kinds == ["match"]


def test_the_same_bag_again_is_a_duplicate() -> None:
    assert Play()(view("WA LA", 1), empty(1.5), view("WA LA", 3)).kinds == ["match", "duplicate"]
    assert Play()(scan("WA", 1), scan("LA", 2), scan("WA", 4), scan("LA", 4.5)).kinds == [
        "match",
        "duplicate",
    ]


def test_a_scanner_that_reads_the_last_label_once_more_raises_no_alarm() -> None:
    assert Play()(scan("WA", 1), scan("LA", 2), scan("LA", 3.5), TimePassed(20)).kinds == ["match"]


def test_the_next_bag_gets_its_verdict_when_the_passed_one_has_left() -> None:
    play = Play()(view("WA LA", 1), view("WA WB LB", 1.1))
    assert play.kinds == ["match"]
    assert play(view("WB LB", 1.6)).kinds == ["match", "match"]


def test_the_next_bag_may_be_scanned_whole_while_the_passed_one_lies_there() -> None:
    play = Play()(view("WA LA", 1), scan("WB", 1.5), scan("LB", 2), *lying("WA LA", 2, 9))
    assert play.kinds == ["match"]
    assert play(empty(9.1)).kinds == ["match", "match"]


def test_green_ends_when_the_bag_leaves_or_the_next_one_is_read() -> None:
    assert Play()(view("WA LA", 1)).bag.shown.signal is Signal.MATCH
    assert Play()(view("WA LA", 1), empty(1.1)).bag.shown.signal is Signal.READY
    assert Play()(view("WA LA", 1), scan("WB", 1.1)).bag.shown.signal is Signal.READY
    assert Play()(scan("WA", 1), scan("LA", 2), TimePassed(7.1)).bag.shown.signal is Signal.READY


def test_two_whole_pairs_are_two_bags_and_then_crowded() -> None:
    both = "WA LA WB LB"
    play = Play()(empty(0.5), *lying(both, 1, 2.9))
    assert play.kinds == []
    assert play(*lying(both, 3, 3.1)).kinds == ["crowded"]
    assert play.bag.shown.signal is Signal.CROWDED
    # a hand over A's list, then gone
    assert play(view("WB LB WA", 3.2), *lying("WB LB", 3.3, 3.8)).kinds == ["crowded"]
    # half covered, crossed bags look like this too
    assert play(*lying("WB LB", 4.3, 12)).kinds == ["crowded"]
    assert play(empty(12.1), view("WB LB", 12.5)).kinds == ["crowded", "match"]


def test_of_two_bags_with_crossed_labels_neither_passes() -> None:
    both = "WA LB WB LA"
    assert Play()(view(both, 1), *lying("WA LB", 1.5, 3)).kinds == ["mismatch"]
    assert Play()(view(both, 1), view("WC " + both, 1.1)).kinds == ["mismatch"]
    play = Play()(empty(0.5), view(both, 1), *lying("WA LA", 1.5, 20))
    assert play.kinds == ["crowded"]  # the other halves are covered
    assert play.bag.waits is Waits.FOREIGN_LABEL
    assert Play()(*lying(both, 1, 4), empty(4.1), TimePassed(20)).kinds == ["crowded"]


def test_two_bags_of_a_split_order_need_a_list_each() -> None:
    assert Play()(view("WS1 OS WS2 OS", 1)).kinds == []
    assert Play()(view("WS1 OS WS2", 1)).kinds == ["mismatch"]
    for codes, kinds in (("WS1 OS WS2 OS", []), ("WS1 OS WS2", ["mismatch"])):
        assert Play()(view(codes, 1, by="zxing"), view(codes, 1.1, by="zxing")).kinds == kinds, (
            "one decoder, two views"
        )
    assert Play()(view("WS1 OS WS2 OS", 1), scan("OS", 1.2)).kinds == [], (
        "a scan takes none of them away"
    )


def test_labels_never_seen_together_wait_for_what_else_lies_there() -> None:
    # a bag with list B, then at once the next with waybill B
    slipped = (
        view("LB", 1),
        view("LB", 1.1),
        view("WB", 1.2),
    )
    assert Play()(*slipped, view("WB LC", 1.4)).kinds == ["mismatch"]
    assert [v.at_s for v in Play()(*slipped, view("WB", 1.7)).verdicts] == [
        pytest.approx(1.6, abs=1e-5)
    ]
    assert Play()(scan("LB", 1), view("LB", 1.1), view("WB", 1.2), view("WB LC", 1.4)).kinds == [
        "mismatch"
    ]
    assert Play()(view("LB", 1), view("LB", 1.5), scan("WB", 1.6)).kinds == ["match"]


def test_a_frame_from_long_ago_says_nothing() -> None:
    assert Play()(scan("WA", 8), view("LA", 1)).kinds == []


def test_an_unread_region_holds_a_camera_green_back_and_is_written_into_the_proof() -> None:
    play = Play()(view("WA LA", 1, unread=2), view("WA LA", 1.3, unread=1))
    assert play.bag.state is State.SETTLING
    play(view("WA LA", 1.5, unread=1))
    (verdict,) = play.verdicts
    assert (verdict.kind.value, verdict.unread, round(verdict.at_s, 3)) == ("match", 1, 1.4)
    assert Play()(view("WA LA", 1, unread=1), view("WA LA LB", 1.2)).kinds == ["mismatch"]
    assert Play()(view("WA LA", 1, unread=1), view("WA LA", 1.2)).kinds == ["match"]
    assert Play()(scan("WA", 1), view("LA", 1.1, unread=1), view("LA", 1.6, unread=1)).kinds == [
        "match"
    ]


def test_a_bag_snatched_away_while_settling_is_not_verified() -> None:
    assert Play()(view("WA LA", 1, unread=1), empty(1.2)).kinds == ["incomplete"]


# unknown and incomplete


def test_a_scanned_code_that_the_book_lacks_holds_only_if_it_is_a_tracking_number() -> None:
    play = Play()(scan("4006381333931", 1))
    assert (play.kinds, play.bag.state) == (["unknown"], State.READY)
    assert play(scan("WA", 2), scan("LA", 3)).kinds == ["unknown", "match"]
    assert Play()(scan(S10, 1)).bag.state is State.HOLD


def test_a_tracking_number_seen_but_not_in_the_book_makes_an_incomplete_bag_unknown() -> None:
    assert Play()(view(f"LA {S10}", 1), empty(2)).kinds == ["unknown"]
    assert Play()(*lying(f"LA {S10}", 1, 6)).kinds == ["unknown"]
    assert Play()(view("LA 4006381333931", 1), empty(2)).kinds == ["incomplete"]
    assert Play()(*lying(f"LA WA {S10}", 1, 9), empty(9)).kinds == ["match"]


LP, OTHER_S10 = "LP00123456789012", "RR123456785CN"
TWO_NUMBERS = {"N": (S10, "LN"), "A": ("WA", "LA")}


@pytest.mark.parametrize(
    ("rules", "beside", "kinds", "waits"),
    [
        (Rules(), OTHER_S10, ["match"], None),
        (Rules(), LP, ["match"], None),
        (Rules(strict_unknown=True), OTHER_S10, ["unknown"], None),
        (Rules(strict_unknown=True), LP, [], Waits.STRANGER),  # one waybill may bear both
        (Rules(strict_unknown=True, also_on_waybills=("LP",)), LP, ["match"], None),
        (Rules(pairing=Pairing.ONE_FRAME), OTHER_S10, [], Waits.STRANGER),
        (Rules(pairing=Pairing.ONE_FRAME), LP, [], Waits.STRANGER),
        (Rules(pairing=Pairing.ONE_FRAME, also_on_waybills=("LP",)), LP, ["match"], None),
        (Rules(pairing=Pairing.ONE_FRAME, also_on_waybills=("LP",)), OTHER_S10, [], Waits.STRANGER),
    ],
)
def test_a_number_that_the_book_lacks_beside_a_pair_is_foreign_or_the_waybills_second(
    rules: Rules, beside: str, kinds: list[str], waits: Waits | None
) -> None:
    play = Play(FakeBook(TWO_NUMBERS), rules)(*lying(f"{S10} LN {beside}", 1, 8))
    assert (play.kinds, play.bag.waits) == (kinds, waits)


def test_a_number_that_the_book_lacks_holds_green_back_also_when_it_was_covered_since() -> None:
    rules = Rules(pairing=Pairing.ONE_FRAME)
    covered = view(f"LA {OTHER_S10}", 1), view(OTHER_S10, 1.2), *lying("WA LA", 1.4, 9)
    play = Play(rules=rules)(*covered)
    assert (play.kinds, play.bag.waits) == ([], Waits.STRANGER)
    assert play(empty(9.5), *lying("WA LA", 10, 11)).kinds[-1] == "match"


def test_a_good_bag_with_a_second_number_is_never_red_while_it_waits_for_something_else() -> None:
    lost = DeviceLost("printer", "no paper", "put a roll in", 0.5)
    play = Play(FakeBook(TWO_NUMBERS))(
        lost, *lying(f"{S10} LN {LP}", 1, 9), DeviceBack("printer", 9)
    )
    assert play.kinds == ["match"]
    assert Play(FakeBook(TWO_NUMBERS))(*lying(f"{S10} {LP}", 1, 9), empty(9.2)).kinds == [
        "incomplete"
    ]


@pytest.mark.parametrize("events", [(view("WA", 1), empty(1.1)), (scan("WA", 1), TimePassed(6.1))])
def test_a_bag_that_goes_with_one_label_read_is_incomplete_and_not_held(
    events: tuple[Event, ...],
) -> None:
    play = Play()(*events)
    assert play.kinds == ["incomplete"]
    assert play.bag.state is State.READY
    assert play(view("WA LA", 20)).kinds == ["incomplete", "match"]


# holds


def test_a_hold_ends_only_when_acknowledged_and_out_of_view() -> None:
    play = Play()(view("WA LB", 1), empty(1.5), TimePassed(30))
    assert play.bag.state is State.HOLD
    assert play(clear(31)).bag.state is State.READY

    play = Play()(view("WA LB", 1), clear(1.1), *lying("WA LB", 1.2, 5.2), TimePassed(6.1))
    assert play.bag.shown == ShowSignal(Signal.MISMATCH, quiet=True)
    assert play(empty(6.3)).kinds == ["mismatch", "cleared"]


def test_the_next_bag_may_be_scanned_between_acknowledging_and_leaving() -> None:
    play = Play()(scan("WA", 0.9), scan("LB", 1), clear(1.1), scan("WC", 1.5), scan("LC", 1.8))
    assert play.kinds == ["mismatch", "cleared", "match"]
    seen = Play()(view("WA LB", 1), clear(1.1), scan("WC", 1.5), scan("LC", 1.8), TimePassed(2.1))
    assert seen.kinds == ["mismatch", "cleared"], "its labels may lie under a hand, on the bag of C"
    assert seen.bag.waits is Waits.FOREIGN_LABEL
    assert seen(empty(2.2), *lying("WC LC", 2.3, 3)).kinds == [
        "mismatch",
        "cleared",
        "incomplete",
        "match",
    ]


def test_a_held_bags_second_label_never_reaches_the_next_bag() -> None:
    play = Play()
    play.book.standings["A"] = Standing.CANCELLED
    play(view("WA", 1), clear(1.5), *lying("WA LA", 2, 3), empty(3.1), *lying("WB LB", 3.3, 6))
    assert play.kinds == ["cancelled", "cleared", "match"]


def test_clear_starts_a_half_read_bag_over() -> None:
    assert Play()(scan("WA", 1), clear(2), scan("LB", 3), scan("WB", 4)).kinds == [
        "cleared",
        "match",
    ]


# devices, disk, restarts


def test_nothing_is_green_while_a_device_is_lost_but_red_still_is() -> None:
    lost = DeviceLost("printer", "no paper", "put a roll in", 0.5)
    play = Play()(lost, view("WA LA", 1))
    assert (play.kinds, play.bag.shown.signal) == ([], Signal.FAULT)
    assert play(DeviceBack("printer", 1.5)).kinds == ["match"]
    assert Play()(lost, view("WA LB", 1)).kinds == ["mismatch"]


def test_nothing_is_green_before_the_verdict_is_on_disk_nor_if_it_never_gets_there() -> None:
    book, rules = store(), Rules()
    bag, _ = step(Play().bag, scan("WA", 1), rules, book)
    bag, actions = step(bag, scan("LA", 2), rules, book)
    assert not any(isinstance(a, ShowSignal) and a.signal is Signal.MATCH for a in actions)
    assert bag.state is State.STORING
    bag, actions = step(bag, StoreFailed(1, 2.5), rules, book)
    assert (bag.shown.signal, bag.owes_green) == (Signal.READY, False)
    assert Play(bag=bag)(scan("WA", 3), scan("LA", 4)).kinds == ["match"]


def test_after_a_stop_the_last_bag_on_the_table_is_ignored_and_anything_else_is_judged() -> None:
    play = Play(bag=resumed(8, 100.0, last_parcel="A", codes=frozenset({"WA", "LA"})))
    play.book.standings["A"] = Standing.PASSED
    play(view("WA LA LPA", 103), view("WA LA", 104), empty(105), TimePassed(120))
    assert play.kinds == []
    assert [v.bag for v in play(view("WB LB", 121)).verdicts] == [8]
    assert Play(bag=resumed(8, 100.0))(view("WA LA", 101)).kinds == ["match"]


def test_after_a_stop_a_view_in_which_nothing_can_be_read_takes_no_time_from_the_last_bag() -> None:
    play = Play(bag=resumed(8, 100.0, last_parcel="A", codes=frozenset({"WA", "LA"})))
    play.book.standings["A"] = Standing.PASSED
    assert play(view("", 101), scan("WA", 108), scan("LA", 109)).kinds == []


@pytest.mark.parametrize("first", [empty(101), view("WB", 101)])
def test_after_a_stop_the_last_bag_has_left_as_any_other_once_the_camera_looks(
    first: ViewSeen,
) -> None:
    play = Play(bag=resumed(8, 100.0, last_parcel="A", codes=frozenset({"WA", "LA"})))
    play.book.standings["A"] = Standing.PASSED
    assert play(first, TimePassed(102.1), scan("WB", 103), scan("LA", 103.5)).kinds == ["mismatch"]


def test_a_bag_that_waited_for_the_last_one_and_was_taken_away_meanwhile_does_not_pass() -> None:
    both = [view("WA LA WB LB", 2 + k / 10) for k in range(3)]
    play = Play()(
        *lying("WA LA", 1, 1.5),
        *both,
        *(view("WA LA", 2.3 + k / 10) for k in range(5)),
        view("", 2.9),
    )
    assert play(view("", 3.5), TimePassed(4.5)).kinds == ["match"]


def test_green_ends_when_the_camera_no_longer_sees_the_bag_that_it_saw() -> None:
    frames = [view("WA LA", 1 + k / 10) for k in range(5)]
    play = Play()(*frames, view("", 1.7))
    assert play.bag.shown.signal is Signal.MATCH  # a hand passes over it
    assert play(view("", 1.9)).bag.shown.signal is Signal.READY  # another bag may lie there
    assert Play()(*frames, TimePassed(2.3)).bag.shown.signal is Signal.MATCH
    assert Play()(*frames, TimePassed(2.5)).bag.shown.signal is Signal.READY  # no frame comes


def test_green_over_a_bag_that_no_camera_saw_ends_after_five_seconds() -> None:
    play = Play()(scan("WA", 1), scan("LA", 2), TimePassed(6.9))
    assert play.bag.shown.signal is Signal.MATCH
    assert play(TimePassed(7.1)).bag.shown.signal is Signal.READY


def test_a_foreign_label_seen_once_holds_green_back_until_it_counts_or_is_gone() -> None:
    def seen(at_s: float) -> ViewSeen:
        sure, doubt = view("WA LA", at_s), view("x x LB", at_s, by="zxing")
        return replace(sure, sightings=(*sure.sightings, doubt.sightings[2]))

    assert Play()(seen(1.0)).bag.waits is Waits.GLIMPSE
    assert Play()(seen(1.0), seen(1.1)).kinds == ["mismatch"]
    play = Play()(seen(1.0), view("WA LA", 1.39))
    assert play.kinds == []
    assert play(view("WA LA", 1.4)).kinds == ["match"]
    assert Play()(seen(1.0), empty(1.2), empty(2), *lying("WA LA", 3, 4)).kinds == [
        "incomplete",
        "match",
    ]


def test_a_label_of_the_same_parcel_seen_once_holds_nothing_back() -> None:
    sure, doubt = view("WA LA", 1), view("x x LPA", 1, by="zxing")
    assert Play()(replace(sure, sightings=(*sure.sightings, doubt.sightings[2]))).kinds == ["match"]


def test_scans_of_a_bag_in_the_hand_turn_red_but_never_green() -> None:
    frames: list[Event] = [empty(k / 10) for k in range(100)]
    right, wrong = [scan("WA", 1.05), scan("LA", 2.05)], [scan("WA", 1.05), scan("LB", 2.05)]
    assert Play()(*sorted([*frames, *wrong], key=lambda event: event.at_s)).kinds == ["mismatch"]
    in_hand = Play()(*sorted([*frames, *right], key=lambda event: event.at_s))
    assert [(wait.waits, wait.at_s) for wait in in_hand.waits] == [
        (Waits.CARGO_LIST, 1.05),
        (Waits.IN_HAND, 2.05),
    ]
    assert in_hand.kinds == ["incomplete"]  # once, and late
    other = [*frames[:21], *right[:1], *lying("WB LB", 2.5, 3)]
    assert Play()(*sorted(other, key=lambda event: event.at_s)).kinds == ["mismatch"]
    laid = [e for e in [*frames, *right] if e.at_s < 2.2] + [*lying("WA LA", 2.5, 9)]
    assert Play()(*sorted(laid, key=lambda event: event.at_s)).kinds == ["match"]


def test_a_bag_that_the_camera_saw_waits_no_longer_once_the_table_was_empty() -> None:
    book, bag = store(), Bag()
    seen = (
        *lying("WS1 OS", 1, 1.5),
        *lying("WS2 OS", 2, 2.5),
        empty(3),
        empty(3.1),
        view("OS", 3.3),
    )
    for event in seen:
        bag, _ = play_once(bag, event, Rules(), book)
    book.standings["S1"] = Standing.PASSED
    bag, actions = play_once(bag, VerdictStored(1, 3.4), Rules(), book)
    assert not [
        a for a in actions if isinstance(a, RecordVerdict) and a.verdict.kind is VerdictKind.MATCH
    ]


def test_a_label_of_the_bag_that_left_is_foreign_on_the_next() -> None:
    gone = [*lying("WA LA", 1, 2), empty(2.1), empty(2.2)]
    once = view("WB LB", 2.5)
    once = replace(
        once, sightings=(*once.sightings, *view("x x LA", 2.5, by="zxing").sightings[2:])
    )
    assert Play()(*gone, once, *lying("WB LB", 2.6, 2.85)).kinds == ["match"], (
        "a doubt: it must be gone, or count"
    )
    assert Play()(*gone, once, view("WB LB LA", 2.6)).kinds == ["match", "mismatch"]


def test_a_bag_lifted_and_laid_again_is_ignored_and_the_next_one_waits_beside_it() -> None:
    again = [
        *lying("WA LA", 1, 2),
        empty(2.1),
        empty(2.2),
        *lying("LA", 2.5, 2.7),
        *lying("WA LA", 2.8, 4),
    ]
    assert Play()(*again).kinds == ["match"]
    assert Play()(*again, *lying("WA LA WB LB", 4.2, 5), *lying("WB LB", 5.2, 7)).kinds == [
        "match",
        "match",
    ]


def test_the_next_bag_waits_until_the_last_has_surely_left() -> None:
    play = Play()(*(view("WA LA", 1 + k / 10) for k in range(5)), view("WB LB", 1.5))
    assert play.kinds == ["match"]
    assert play(TimePassed(1.7)).kinds == ["match"]
    assert play(view("WB LB", 1.7)).kinds == ["match", "match"], (
        "one view may have missed it; two have not"
    )
    assert Play()(*lying("WA LA", 1, 1.25), view("WB LB", 1.5), TimePassed(1.66)).kinds == [
        "match",
        "match",
    ]


def test_a_bag_scanned_again_while_the_disk_stalls_is_no_duplicate() -> None:
    book = store()
    bag = Bag()
    for event in (scan("WA", 1), scan("LA", 1.5), scan("WA", 3.5), scan("LA", 3.8)):
        bag, _ = play_once(bag, event, Rules(), book)
    book.standings["A"] = Standing.PASSED
    bag, actions = play_once(bag, VerdictStored(1, 4.2), Rules(), book)
    assert ShowSignal(Signal.MATCH) in actions
    bag, actions = play_once(bag, scan("WA", 4.5), Rules(), book)
    assert bag.hold is None
    assert bag.reads == ()


def test_a_bag_that_left_while_the_disk_stalled_is_not_green_any_more() -> None:
    book = store()
    bag = Bag()
    for event in (view("WA LA", 1), empty(1.5), empty(3), TimePassed(4)):
        bag, _ = play_once(bag, event, Rules(), book)
    bag, actions = play_once(bag, VerdictStored(1, 4.2), Rules(), book)
    assert ShowSignal(Signal.MATCH) not in actions
    assert PrintLabel("A", 1) in actions


def test_a_frame_without_the_passed_bags_waybill_gives_its_list_to_no_other() -> None:
    both = [view("WS1 OS WS2", 1.2 + k / 10) for k in range(5)]
    play = Play()(*lying("WS1 OS", 1, 1.1), *both, view("OS WS2", 1.7), view("WS1 OS WS2", 1.8))
    assert play.kinds == ["match"]
