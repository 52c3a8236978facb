"""One bag after another, and another on top: whose label is it, and what ends when."""

from __future__ import annotations

import pytest

from samebag.core.bag.bag import Bag, State, resumed
from samebag.core.bag.step import step
from samebag.core.events import DeviceBack, DeviceLost, Event, TimePassed, VerdictStored
from samebag.core.labels import PROOF_LIST, PROOF_WAYBILL
from samebag.core.parcels import Standing
from samebag.core.rules import Rules
from samebag.core.verdicts import NoticeKind, PrintLabel, ShowSignal, Signal, Waits

from .table import FakeBook, Play, SlowDisk, clear, empty, lying, scan, store, view

S10 = "LX123456785CN"
LOST = DeviceLost("printer", "no paper", "put a roll in", 0.5)


# a split order: its bags share a list code


def test_the_list_of_the_bag_that_passed_never_completes_the_next_one() -> None:
    split = view("WS1 OS", 1), view("WS1 OS WS2", 1.2)
    assert Play()(*split, *lying("WS2", 1.3, 5)).kinds == ["match"]
    assert Play()(
        split[0], scan("WS2", 1.1), view("WS1", 1.2), scan("OS", 1.3), *lying("WS2", 1.4, 4)
    ).kinds == ["match"]


def test_a_second_list_beside_that_of_the_bag_that_passed_may_be_its_reflection() -> None:
    beside = *lying("WS1 OS", 1, 1.1), *lying("WS1 OS WS2 OS", 1.2, 1.7)
    assert [v.parcel for v in Play()(*beside, *lying("WS2", 1.8, 3)).verdicts] == ["S1"]
    assert [v.parcel for v in Play()(*beside, *lying("WS2 OS", 1.8, 3)).verdicts] == ["S1", "S2"]


def test_a_shared_list_code_goes_over_to_the_next_bag_once_its_waybill_is_gone() -> None:
    frames = [view("WS2 OS", 1.5 + k / 10) for k in range(1, 8)]
    assert [v.at_s for v in Play()(view("WS1 OS", 1.5), *frames).verdicts] == [1.5, 2.0]
    assert Play()(view("WS1 OS", 1.5), *frames[1:4:2], *lying("WS2", 2, 5)).kinds == ["match"]


def test_a_bag_of_which_only_the_shared_code_is_in_view_still_lies_there() -> None:
    play = Play()(view("WS1 OS", 1), view("OS", 1.2), scan("WB", 1.5), scan("LB", 1.55))
    assert play.kinds == ["match"]
    assert play(empty(1.6)).kinds == ["match", "match"]


def test_a_scan_of_the_shared_code_itself_does_not_say_that_the_last_bag_still_lies_there() -> None:
    play = Play()(*lying("WS1 OS", 1, 1.75), scan("WS2", 1.8), scan("OS", 2), view("WS2 OS", 2.2))
    assert [(v.parcel, v.at_s) for v in play.verdicts] == [("S1", 1), ("S2", 2.2)]


def test_only_a_waybill_of_the_next_bag_claims_a_shared_list_code() -> None:
    book = FakeBook({"M": ("WM", "O1 O2"), "N": ("WN", "O2 O3")})
    play = Play(book)(
        *lying("WM O1 O2", 1, 2), view("O2 O3", 2.5), view("O2 O3", 2.6), empty(3), empty(9)
    )
    assert [[label.code for label in v.labels] for v in play.verdicts] == [
        ["WM", "O1", "O2"],
        ["O3"],
    ]


# the bag that passed lies there


def test_any_code_of_the_bag_that_passed_may_be_scanned_again_without_effect() -> None:
    for again in (scan("LPA", 1.2), view("WA LA LPA", 1.2)):
        play = Play()(view("WA LA", 1))
        told = [*play.actions]
        assert play(again).actions == told
        assert play.bag.shown.signal is Signal.MATCH


@pytest.mark.parametrize(
    ("bag", "still"),
    [("WA LA", ""), ("WA LA", "LPA"), ("WA LA", "LA"), ("WS1 OS", "OS"), ("WS1 OS", "WS1")],
)
def test_the_bag_that_passed_may_lie_half_or_all_covered_for_less_than_five_seconds(
    bag: str, still: str
) -> None:
    play = Play()(view(bag, 1), view(still, 1.2), view("", 1.4), view("", 5.9), view(bag, 5.95))
    assert play.kinds == ["match"]


def test_a_label_of_the_bag_that_passed_scanned_under_a_hand_is_its_own() -> None:
    covered = view("WA LA", 1), scan("WB", 1.2), view("", 2), view("", 2.9)
    assert Play()(*covered, scan("LA", 3)).kinds == ["match"]


def test_what_is_read_beside_a_red_bag_keeps_the_next_from_green() -> None:
    play = Play()(
        empty(0.5),
        *lying("WA LA", 1, 2),
        scan("WB", 2.1),
        scan("LC", 2.2),
        *lying("WA LA", 2.25, 3),
    )
    play(clear(3.1), *lying("WM O1 O2", 3.2, 5))
    assert (play.kinds[:3], play.bag.waits) == (
        ["match", "mismatch", "cleared"],
        Waits.FOREIGN_LABEL,
    )
    assert play(empty(5.2), view("WM O1 O2", 5.5)).kinds[-1] == "match"


def test_a_scanned_bag_that_the_camera_then_sees_is_watched_like_any_other() -> None:
    assert Play()(
        scan("WA", 1), scan("LA", 2), view("WA", 2.5), view("", 4), view("WA LA", 4.5)
    ).kinds == ["match"]


@pytest.mark.parametrize(
    "between", [(empty(1.2), view("", 1.4), view("", 2.1)), (view("x", 1.1), empty(1.2))]
)
def test_a_bag_that_was_taken_away_for_a_second_and_comes_back_is_a_duplicate(
    between: tuple[Event, ...],
) -> None:
    assert Play()(view("WA LA", 1), *between, view("WA LA", 2.5)).kinds == ["match", "duplicate"]


@pytest.mark.parametrize("disk", [Play, SlowDisk])
def test_one_label_of_a_bag_that_was_lifted_is_foreign_beside_anothers(disk: type[Play]) -> None:
    lifted = *lying("WA LA", 1, 1.5), empty(1.6), view("LA", 1.8)
    assert disk()(*lifted, view("LA WB", 1.9)).kinds == ["match", "mismatch"]


def test_a_bag_that_left_before_the_disk_answered_is_no_green_over_the_next() -> None:
    left = view("WA LA", 1), empty(1.2), view("WB", 1.4), empty(1.6), VerdictStored(1, 1.7)
    play = SlowDisk()(*left)
    assert ShowSignal(Signal.MATCH) not in play.actions
    assert PrintLabel("A", 1) in play.actions


def test_a_bag_lifted_before_the_disk_answered_has_not_left_without_its_merged_label() -> None:
    play = SlowDisk(rules=Rules(confirm_label=True))(view("WA LA", 1), empty(1.2), view("WB", 1.5))
    assert play.kinds == ["match"]


def test_a_bag_that_another_took_the_place_of_is_judged_with_it_when_it_comes_back() -> None:
    away = view("WA LA", 1), view("WC", 1.2), view("WC", 2.2)
    assert Play()(*away, view("WA LA", 2.5)).kinds == ["match", "mismatch"]


def test_scanning_the_bag_that_passed_again_and_again_raises_no_alarm() -> None:
    scans = [
        scan(code, 1 + k * 0.9)
        for k, code in enumerate(["WA", "LA", "WA", "LA", "WA", "LA", "WA", "LA"])
    ]
    assert Play()(*scans).kinds == ["match"]


def test_a_label_that_the_book_forgets_while_its_bag_lies_there_stays_that_bags() -> None:
    play = Play()(view("WA LA", 1), scan("WB", 1.2))
    play.book.forget("WA")
    play(*lying("WA LA", 1.5, 3), scan("LB", 3.2), scan("WA", 3.3))
    assert play.kinds == ["match"]
    assert play(empty(3.5)).kinds == ["match", "match"]


def test_while_the_disk_is_slow_the_next_bag_waits_and_is_not_lost() -> None:
    book = store()
    play = SlowDisk(book)(view("WA LA", 1), scan("WB", 1.5), scan("LB", 2), empty(2.5), empty(3))
    assert play.kinds == ["match"]
    book.standings["A"] = Standing.PASSED
    play(VerdictStored(1, 3.2))
    assert play.kinds == ["match", "match"]
    assert ShowSignal(Signal.MATCH) not in play.actions, "green never stands over the next bag"
    assert PrintLabel("A", 1) in play.actions


@pytest.mark.parametrize(
    ("meanwhile", "signal"),
    [
        ([VerdictStored(1, 1.6)], Signal.MATCH),
        ([scan("WB", 1.5), VerdictStored(1, 1.6)], Signal.READY),  # another bag is in work
        ([VerdictStored(1, 2.0)], Signal.READY),  # unseen for clear_s: it may be gone
    ],
)
def test_green_comes_only_while_its_bag_is_the_one_on_the_table(
    meanwhile: list[Event], signal: Signal
) -> None:
    bag = SlowDisk()(view("WA LA", 1), *meanwhile).bag
    assert (bag.shown.signal, bag.owes_green) == (signal, False)


def test_a_scanned_bag_may_be_scanned_again_after_a_slow_disk_answered() -> None:
    play = SlowDisk()(scan("WA", 1), scan("LA", 1.5))
    play.book.standings["A"] = Standing.PASSED
    assert play(VerdictStored(1, 4.2), scan("WA", 4.5), scan("LA", 4.8)).kinds == ["match"]


def test_green_that_came_under_a_red_is_not_shown_after_it() -> None:
    play = SlowDisk()(view("WA LA", 1), scan(S10, 1.2), VerdictStored(1, 1.4))
    assert play(clear(1.6)).bag.hold is None
    assert play.bag.shown.signal is Signal.READY
    assert PrintLabel("A", 1) in play.actions


def test_green_that_a_red_interrupted_does_not_come_back_after_it() -> None:
    play = Play()(scan("WA", 1), scan("LA", 1.2), scan(S10, 1.4))
    assert (play(clear(1.6)).bag.hold, play.bag.shown.signal) == (None, Signal.READY)


@pytest.mark.parametrize("end", [empty(4.1), clear(4.1)])
def test_crowded_ends_with_the_empty_table_or_a_clear(end: Event) -> None:
    play = Play()(*lying("WA LA WB LB", 1, 4))
    assert play.bag.shown.signal is Signal.CROWDED
    assert play(end).bag.shown.signal is Signal.READY


def test_two_bags_of_which_nothing_is_read_for_clear_s_are_no_crowd_any_more() -> None:
    play = Play()(*lying("WA LA WB LB", 1, 4), view("", 5.0))
    assert play.bag.shown.signal is Signal.CROWDED
    assert play(view("", 5.1)).bag.shown.signal is Signal.READY


def test_the_next_bag_laid_beside_the_one_that_passed_is_crowded() -> None:
    play = Play()(*lying("WA LA", 1, 2), *lying("WA LA WB LB", 2.5, 4.5))
    assert play.kinds == ["match", "crowded"]
    assert play(view("WB LB", 5), *lying("WB LB", 5.1, 6)).kinds == ["match", "crowded", "match"]


def test_crossed_labels_of_two_bags_are_red_once_the_others_were_not_missed_but_gone() -> None:
    play = Play()(view("WA LB WB LA", 1), view("WA LB", 2.0))
    assert play.kinds == []
    assert play(view("WA LB", 2.1)).kinds == ["mismatch"]


def test_who_was_asked_to_clear_the_table_is_asked_while_anything_read_lies_there() -> None:
    asked = empty(0.5), *lying("WA LA WB LB", 1, 3.5)
    assert Play()(*asked, *lying("WA", 3.75, 5)).bag.shown.signal is Signal.CROWDED
    assert (
        Play()(*asked, *lying("", 3.75, 5), *lying("WC", 5.25, 8.5)).bag.shown.signal
        is Signal.READY
    )


def test_of_two_bags_what_was_gone_for_a_second_is_not_on_the_next_bag() -> None:
    both = empty(0.5), *lying("WA LA WB LB", 1, 2), *lying("WA", 2.25, 3.5)
    play = Play()(*both, *lying("", 3.75, 4.75), *lying("LC", 5, 6))
    assert "mismatch" not in play.kinds
    assert "mismatch" in Play()(*both, *lying("LC", 3.75, 4)).kinds


def test_green_over_a_scanned_bag_that_waits_for_its_merged_label_lasts_five_seconds_too() -> None:
    play = Play(rules=Rules(confirm_label=True))(scan("WA", 1), scan("LA", 2), TimePassed(6.9))
    assert play.bag.shown.signal is Signal.MATCH
    assert play(TimePassed(7.1)).bag.shown.signal is Signal.READY


@pytest.mark.parametrize(("back_s", "kinds"), [(2.0, ["match"]), (2.1, [])])
def test_what_the_camera_saw_a_while_ago_is_not_green_when_a_device_is_back(
    back_s: float, kinds: list[str]
) -> None:
    assert Play()(LOST, view("WA LA", 1), DeviceBack("printer", back_s)).kinds == kinds


def test_unread_regions_hold_green_back_for_settle_s_to_the_instant() -> None:
    assert Play()(view("WA LA", 1, unread=1), view("WA LA", 1.4, unread=1)).kinds == ["match"]


def test_a_label_read_again_is_what_the_book_says_now() -> None:
    play = Play()(scan("WA", 1))
    play.book.stale.add(("WA", "A"))
    assert play(scan("WA", 2)).kinds == ["changed"]


def test_labels_in_view_are_a_bag_whatever_the_eye_for_an_empty_table_says() -> None:
    assert Play()(view("WA LA", 1, occupied=False)).kinds == ["match"]


def test_a_hand_over_the_bag_for_settle_s_leaves_it_green() -> None:
    assert Play()(view("WA LA", 1), view("", 1.4)).bag.shown.signal is Signal.MATCH


def test_green_over_a_scanned_bag_stays_while_the_camera_reads_nothing() -> None:
    assert Play()(scan("WA", 1), scan("LA", 2), view("", 2.5)).bag.shown.signal is Signal.MATCH


def test_one_doubtful_sighting_keeps_a_scanned_label_in_time() -> None:
    assert Play()(scan("WA", 1), view("WA", 4, by="zxing"), scan("LA", 8)).kinds == ["match"]


def test_a_label_of_the_passed_bag_that_is_scanned_again_shows_that_it_lies_there() -> None:
    again: tuple[Event, ...] = (
        *lying("WA LA", 1, 2),
        scan("WB", 2.05),
        scan("LB", 2.1),
        scan("LA", 2.2),
    )
    assert Play()(*again).kinds == ["match"]
    assert Play(bag=resumed(8, 0.0, last_parcel="A", codes=frozenset({"WA", "LA"})))(
        scan("WB", 2), scan("LB", 3)
    ).kinds == ["match"], "after a stop no view has shown it"
    assert Play(bag=resumed(8, 0.0, last_parcel="A", codes=frozenset({"WA", "LA"})))(
        scan("WB", 12), scan("LB", 12.5)
    ).kinds == ["match"], "nor does one that is there no more, and never looked"


# who is called back


@pytest.mark.parametrize(
    "foreign",
    [
        [view("WA LA", 2.1), scan("LB", 2.2)],  # scanned: elsewhere, perhaps
        # still there when the bag had gone: the next one's
        [
            view("WA LA LB", 2.1),
            view("LB", 2.6),
        ],
    ],
)
def test_a_label_that_need_not_have_been_on_the_bag_that_passed_calls_nobody_back(
    foreign: list[Event],
) -> None:
    play = Play()(*lying("WA LA", 1, 2), *foreign, empty(3), empty(9))
    assert not play.notices(NoticeKind.RECALL)


@pytest.mark.parametrize("late_s", [0.0, 0.4])
def test_a_label_seen_with_the_bag_that_passed_or_just_after_calls_it_back(late_s: float) -> None:
    play = Play()(
        view("WA LA", 1), view("WA LA LB", 2), view("LB", 2 + late_s), empty(2.9), empty(9)
    )
    assert [notice.parcels for notice in play.notices(NoticeKind.RECALL)] == [("A",)]


@pytest.mark.parametrize(
    ("bag", "beside"), [("WA LA", PROOF_LIST), (f"{PROOF_WAYBILL} {PROOF_LIST}", "LA")]
)
def test_a_proof_card_calls_nobody_back(bag: str, beside: str) -> None:
    play = Play()(*lying(bag, 1, 2), view(f"{bag} {beside}", 2.1), empty(2.2), empty(9))
    assert not play.notices(NoticeKind.RECALL)


def test_no_event_at_all_leaves_a_new_bag_ready() -> None:
    bag, actions = step(Bag(), TimePassed(1.0), Rules(), store())
    assert (bag.state, bag.shown, actions) == (State.READY, ShowSignal(Signal.READY), ())
