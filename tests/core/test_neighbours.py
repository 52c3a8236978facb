"""One bag after another, and another on top: whose label is it, and what ends when."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from samebag.core.bag import Bag, State
from samebag.core.events import CommandGiven, DeviceBack, DeviceLost, Event, TimePassed, VerdictStored
from samebag.core.labels import PROOF_LIST, PROOF_WAYBILL, Command, Label
from samebag.core.parcels import Standing
from samebag.core.rules import Rules
from samebag.core.step import step
from samebag.core.verdicts import Action, NoticeKind, PrintLabel, ShowSignal, Signal

from .table import FakeBook, Play, empty, lying, scan, store, view

S10 = "LX123456785CN"
MA, OLD_A = "SB1|A|2|1|T", "SB1|A|1|1|T"
LOST = DeviceLost("printer", "no paper", "put a roll in", 0.5)


def clear(at_s: float) -> CommandGiven:
    return CommandGiven(Command.CLEAR, at_s)


class SlowDisk(Play):
    """Answers nothing by itself."""

    def _take(self, actions: Iterable[Action]) -> None:
        self.actions.extend(actions)


# a split order: its bags share a list code


def test_the_list_of_the_bag_that_passed_never_completes_the_next_one() -> None:
    split = view("WS1 OS", 1), view("WS1 OS WS2", 1.2)
    assert Play()(*split, *lying("WS2", 1.3, 5)).kinds == ["match"]
    assert Play()(split[0], scan("WS2", 1.1), view("WS1", 1.2), scan("OS", 1.3), *lying("WS2", 1.4, 4)).kinds == [
        "match"
    ]


def test_a_second_list_beside_that_of_the_bag_that_passed_is_the_next_bags() -> None:
    play = Play()(view("WS1 OS", 1), *lying("WS1 OS WS2 OS", 1.2, 1.7), *lying("WS2", 1.8, 3))
    assert [v.parcel for v in play.verdicts] == ["S1", "S2"]


def test_a_shared_list_code_goes_over_to_the_next_bag_once_its_waybill_was_not_missed_but_gone() -> None:
    frames = [view("WS2 OS", 1 + k / 10) for k in range(1, 8)]
    assert [v.at_s for v in Play()(view("WS1 OS", 1), *frames).verdicts] == [1, 1.5]


def test_a_bag_of_which_only_the_shared_code_is_in_view_still_lies_there() -> None:
    play = Play()(view("WS1 OS", 1), view("OS", 1.2), scan("WB", 1.3), scan("LB", 1.4))
    assert play.kinds == ["match"]
    assert play(empty(1.6)).kinds == ["match", "match"]


def test_only_a_waybill_of_the_next_bag_claims_a_shared_list_code() -> None:
    book = FakeBook({"M": ("WM", "O1 O2"), "N": ("WN", "O2 O3")})
    play = Play(book)(*lying("WM O1 O2", 1, 2), view("O2 O3", 2.5), view("O2 O3", 2.6), empty(3), empty(9))
    assert [[label.code for label in v.labels] for v in play.verdicts] == [["WM", "O1", "O2"], ["O3"]]


# the bag that passed lies there


def test_any_code_of_the_bag_that_passed_may_be_scanned_again_without_effect() -> None:
    for again in (scan("LPA", 1.2), view("WA LA LPA", 1.2)):
        play = Play()(view("WA LA", 1))
        told = [*play.actions]
        assert play(again).actions == told
        assert play.bag.shown.signal is Signal.MATCH


@pytest.mark.parametrize(
    ("bag", "still"), [("WA LA", ""), ("WA LA", "LPA"), ("WA LA", "LA"), ("WS1 OS", "OS"), ("WS1 OS", "WS1")]
)
def test_the_bag_that_passed_may_lie_half_or_all_covered_for_less_than_five_seconds(bag: str, still: str) -> None:
    play = Play()(view(bag, 1), view(still, 1.2), view("", 1.4), view("", 5.9), view(bag, 5.95))
    assert play.kinds == ["match"]


def test_a_scanned_bag_that_the_camera_then_sees_is_watched_like_one_it_saw_from_the_start() -> None:
    assert Play()(scan("WA", 1), scan("LA", 2), view("WA", 2.5), view("", 4), view("WA LA", 4.5)).kinds == ["match"]


@pytest.mark.parametrize("between", [(empty(1.2), view("", 1.4), view("", 2.1)), (view("x", 1.1), empty(1.2))])
def test_a_bag_that_was_taken_away_for_a_second_and_comes_back_is_a_duplicate(between: tuple[Event, ...]) -> None:
    assert Play()(view("WA LA", 1), *between, view("WA LA", 2.5)).kinds == ["match", "duplicate"]


def test_a_bag_that_another_took_the_place_of_is_judged_with_it_when_it_comes_back() -> None:
    away = view("WA LA", 1), view("WC", 1.2), view("WC", 2.2)
    assert Play()(*away, view("WA LA", 2.5)).kinds == ["match", "mismatch"]


def test_scanning_the_bag_that_passed_again_and_again_raises_no_alarm() -> None:
    scans = [scan(code, 1 + k * 0.9) for k, code in enumerate(["WA", "LA", "WA", "LA", "WA", "LA", "WA", "LA"])]
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


def test_green_that_came_under_a_red_is_not_shown_after_it() -> None:
    play = SlowDisk()(view("WA LA", 1), scan(S10, 1.2), VerdictStored(1, 1.4))
    assert play(clear(1.6)).bag.hold is None
    assert play.bag.shown.signal is Signal.READY
    assert PrintLabel("A", 1) in play.actions


def test_crowded_ends_with_the_empty_table() -> None:
    play = Play()(*lying("WA LA WB LB", 1, 4))
    assert play.bag.shown.signal is Signal.CROWDED
    assert play(empty(4.1)).bag.shown.signal is Signal.READY


def test_the_next_bag_laid_beside_the_one_that_passed_is_crowded() -> None:
    play = Play()(*lying("WA LA", 1, 2), *lying("WA LA WB LB", 2.5, 4.5))
    assert play.kinds == ["match", "crowded"]
    assert play(view("WB LB", 5), *lying("WB LB", 5.1, 6)).kinds == ["match", "crowded", "match"]


def test_crossed_labels_of_two_bags_are_red_once_the_others_were_not_missed_but_gone() -> None:
    play = Play()(view("WA LB WB LA", 1), view("WA LB", 2.0))
    assert play.kinds == []
    assert play(view("WA LB", 2.1)).kinds == ["mismatch"]


def test_green_over_a_scanned_bag_that_waits_for_its_merged_label_lasts_five_seconds_too() -> None:
    play = Play(rules=Rules(confirm_label=True))(scan("WA", 1), scan("LA", 2), TimePassed(6.9))
    assert play.bag.shown.signal is Signal.MATCH
    assert play(TimePassed(7.1)).bag.shown.signal is Signal.READY


@pytest.mark.parametrize(("back_s", "kinds"), [(2.0, ["match"]), (2.1, [])])
def test_what_the_camera_saw_a_while_ago_is_not_green_when_a_device_is_back(back_s: float, kinds: list[str]) -> None:
    assert Play()(LOST, view("WA LA", 1), DeviceBack("printer", back_s)).kinds == kinds


def test_unread_regions_hold_green_back_for_settle_s_to_the_instant() -> None:
    assert Play()(view("WA LA", 1, unread=1), view("WA LA", 1.4, unread=1)).kinds == ["match"]


def test_a_label_read_again_is_what_the_book_says_now() -> None:
    play = Play()(scan("WA", 1))
    play.book.stale.add(("WA", "A"))
    assert play(scan("WA", 2)).kinds == ["changed"]


def test_the_second_box_with_the_waybills_code_may_come_later() -> None:
    assert Play()(view("WX", 1), view("WX WX", 1.2)).kinds == ["match"]


def test_labels_in_view_are_a_bag_whatever_the_eye_for_an_empty_table_says() -> None:
    assert Play()(view("WA LA", 1, occupied=False)).kinds == ["match"]


def test_green_over_a_scanned_bag_stays_while_the_camera_reads_nothing() -> None:
    assert Play()(scan("WA", 1), scan("LA", 2), view("", 2.5)).bag.shown.signal is Signal.MATCH


def test_one_doubtful_sighting_keeps_a_scanned_label_in_time() -> None:
    assert Play()(scan("WA", 1), view("WA", 4, by="zxing"), scan("LA", 8)).kinds == ["match"]


# who is called back


@pytest.mark.parametrize(
    "foreign",
    [
        [view("WA LA", 2.1), scan("LB", 2.2)],  # scanned: elsewhere, perhaps
        [view("WA LA LB", 2.1), view("LB", 2.6)],  # still there when the bag had gone: the next one's
    ],
)
def test_a_label_that_need_not_have_been_on_the_bag_that_passed_calls_nobody_back(foreign: list[Event]) -> None:
    play = Play()(*lying("WA LA", 1, 2), *foreign, empty(3), empty(9))
    assert not play.notices(NoticeKind.RECALL)


@pytest.mark.parametrize("late_s", [0.0, 0.4])
def test_a_label_seen_with_the_bag_that_passed_or_just_after_calls_it_back(late_s: float) -> None:
    play = Play()(view("WA LA", 1), view("WA LA LB", 2), view("LB", 2 + late_s), empty(2.9), empty(9))
    assert [notice.parcels for notice in play.notices(NoticeKind.RECALL)] == [("A",)]


@pytest.mark.parametrize(("bag", "beside"), [("WA LA", PROOF_LIST), (f"{PROOF_WAYBILL} {PROOF_LIST}", "LA")])
def test_a_proof_card_calls_nobody_back(bag: str, beside: str) -> None:
    play = Play()(*lying(bag, 1, 2), view(f"{bag} {beside}", 2.1), empty(2.2), empty(9))
    assert not play.notices(NoticeKind.RECALL)


# holds


def test_a_red_that_got_worse_waits_for_all_its_codes_to_leave() -> None:
    play = Play()(scan(S10, 1), view(S10, 1.2), scan("WA", 1.5), scan("LB", 2), view(S10, 2.2))
    assert play.kinds == ["unknown", "mismatch"]
    play(clear(2.5), *lying(S10, 2.6, 8))
    assert play.bag.state is State.ACKNOWLEDGED
    assert play(empty(9), empty(10)).kinds[-1] == "cleared"


def cancelled() -> Play:
    play = Play()
    play.book.standings["A"] = Standing.CANCELLED
    return play


def test_both_labels_of_a_red_bag_must_leave_and_neither_is_the_next_bags() -> None:
    play = cancelled()(view("WA", 1), clear(1.5), view("WA LA", 1.8), *lying("LA", 2, 5))
    assert (play.kinds, play.bag.state) == (["cancelled"], State.ACKNOWLEDGED)
    assert play(*lying("WB LB", 5.2, 7)).kinds == ["cancelled", "cleared", "match"]


def test_a_code_that_nobody_knows_beside_a_red_bag_changes_nothing() -> None:
    play = cancelled()(view("WA", 1), clear(1.2), view(f"WA {S10} x", 1.4), empty(2), empty(3))
    assert play.kinds == ["cancelled", "cleared"]


def test_a_red_that_turns_into_a_mismatch_names_all_labels() -> None:
    play = cancelled()(scan("WA", 1), scan("LA", 2), scan("LB", 2.5))
    assert [label.code for label in play.verdicts[-1].labels] == ["WA", "LA", "LB"]


def test_a_red_of_scans_alone_ends_when_acknowledged_whatever_else_lies_in_view() -> None:
    play = Play()(view("x", 0.9), scan("WA", 1), scan("LB", 1.1), clear(1.2))
    assert play.bag.state is State.READY


def test_a_scan_at_the_instant_of_an_empty_frame_is_the_next_bags() -> None:
    play = Play()(view("WA LB", 1), clear(1.5), scan("WC", 2.0), scan("WC", 2.2), empty(2.2), scan("LC", 2.4))
    assert play(TimePassed(4)).kinds == ["mismatch", "cleared", "match"]


def test_a_half_read_bag_in_the_hand_is_started_over_by_clear() -> None:
    play = Play()(empty(0.5), scan("WA", 1), empty(1.5))
    assert play.bag.state is State.READING
    assert play(clear(2), scan("LB", 2.5), scan("WB", 3)).kinds[0] == "cleared"
    assert "mismatch" not in play.kinds


def test_a_tracking_number_not_in_the_book_is_a_bag_being_read_until_cleared() -> None:
    play = Play()(view(S10, 1))
    assert play.bag.state is State.READING
    assert play(clear(2)).kinds == ["cleared"]
    assert play(TimePassed(20)).kinds == ["cleared"]


def test_a_tracking_number_seen_once_by_one_decoder_is_nothing() -> None:
    assert Play()(view(S10, 1, by="zxing")).bag.state is State.READY


def test_a_tracking_number_seen_on_a_red_bag_is_not_the_next_ones() -> None:
    play = Play()(
        view("WA LB", 1), clear(1.5), view(f"WA {S10}", 1.7), view("", 2), empty(3), view("WC", 3.2), empty(4)
    )
    assert play.kinds == ["mismatch", "cleared", "incomplete"]


def test_strict_unknown_asks_for_nothing_where_there_is_no_stranger() -> None:
    assert Play(rules=Rules(strict_unknown=True))(view("WA LA", 1)).kinds == ["match"]


def test_a_shadowing_station_goes_on_after_an_incomplete_bag_too() -> None:
    play = Play(rules=Rules(shadow=True))(view("WA", 1), empty(2), view("WB LB", 3))
    assert play.kinds == ["incomplete", "match"]


def test_goods_do_not_hold_where_merged_labels_are_confirmed() -> None:
    play = Play(rules=Rules(confirm_label=True))(scan("4006381333931", 1))
    assert (play.kinds, play.bag.hold) == (["unknown"], None)


@pytest.mark.parametrize(
    ("rules", "codes"),
    [(Rules(confirm_label=True), f"{PROOF_WAYBILL} {PROOF_LIST}"), (Rules(confirm_label=True, shadow=True), "WA LA")],
)
def test_where_nothing_was_printed_no_merged_label_is_waited_for(rules: Rules, codes: str) -> None:
    play = Play(rules=rules)(view(codes, 1))
    assert play.bag.passed
    assert play.bag.passed.sealed_by == ""
    assert play(empty(2), empty(9)).kinds == ["match"]


# a bag that comes back for its merged label


def back_for_its_label() -> Play:
    book = store()
    book.merged = {
        MA: Label(MA, merged_of=frozenset("A")),
        OLD_A: Label(OLD_A, stale=frozenset("A"), merged_of=frozenset("A")),
    }
    return Play(book, Rules(confirm_label=True))(*lying("WA LA", 1, 2), empty(3), empty(5))


def test_nothing_is_sealed_late_while_a_device_is_lost() -> None:
    play = back_for_its_label()(LOST, *lying(f"WA LA {MA}", 10, 11))
    assert play.kinds == ["match", "unsealed"]
    assert play(DeviceBack("printer", 11.2)).kinds == ["match", "unsealed", "sealed"]


def test_nothing_is_sealed_late_while_another_bag_lies_there() -> None:
    play = back_for_its_label()(*lying("WB LB", 10, 11), scan(MA, 11.2), scan("WA", 11.4), scan("LA", 11.6))
    assert play.kinds == ["match", "unsealed", "match"]
    assert play(view("", 11.8, occupied=False)).kinds[-1] == "sealed"


def test_nothing_is_sealed_late_before_the_bag_before_it_is_on_disk() -> None:
    before = back_for_its_label()
    play = SlowDisk(before.book, before.rules, before.bag)(scan("WB", 10), scan("LB", 10.2))
    play(scan(MA, 10.4), scan("WA", 10.6), scan("LA", 10.8))
    assert play.kinds == ["match"]


def test_an_old_merged_label_alone_is_a_copy_even_of_a_parcel_long_gone() -> None:
    play = back_for_its_label()(view("WB LB", 10), empty(11), empty(13), scan(OLD_A, 20))
    assert play.kinds[-1] == "duplicate"


def test_a_bag_sealed_late_is_then_ignored_like_any_that_passed() -> None:
    play = back_for_its_label()(*lying(f"WA LA {MA}", 10, 15), empty(16), empty(18))
    assert play.kinds == ["match", "unsealed", "sealed"]
    assert play(scan("LA", 19), TimePassed(40)).kinds == ["match", "unsealed", "sealed"], "one label says nothing"


def test_a_bag_sealed_late_may_be_covered_by_a_hand_like_any_that_the_camera_saw() -> None:
    play = back_for_its_label()(view(f"WA LA {MA}", 10), view("", 10.2), view("", 13), view(f"WA LA {MA}", 13.2))
    assert play.kinds == ["match", "unsealed", "sealed"]


def test_scanning_the_merged_label_shows_that_its_bag_is_still_there() -> None:
    play = Play(back_for_its_label().book, Rules(confirm_label=True))
    play.book.standings["A"] = Standing.OPEN
    play(scan("WA", 1), scan("LA", 2), scan(MA, 2.9), scan("WA", 3.4), scan("LA", 3.8))
    assert play.kinds == ["match", "sealed"]


def test_no_event_at_all_leaves_a_new_bag_ready() -> None:
    bag, actions = step(Bag(), TimePassed(1.0), Rules(), store())
    assert (bag.state, bag.shown, actions) == (State.READY, ShowSignal(Signal.READY), ())
