"""What is red stays red until somebody saw it and its labels are gone; what is nothing stays
nothing."""

from __future__ import annotations

import pytest

from samebag.core.bag.bag import State
from samebag.core.events import TimePassed
from samebag.core.parcels import Standing
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import NoticeKind, Waits

from .table import Play, clear, empty, glimpse, lying, scan, view

S10 = "LX123456785CN"


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
    assert play(empty(5.1), *lying("WB LB", 5.2, 7)).kinds == ["cancelled", "cleared", "match"]


@pytest.mark.parametrize(
    ("read", "whole", "other"),
    [("LPA LB", "WA LPA LB", "LA"), ("WA LB", "WA LPA LB", "LA"), ("WB O2", "WB O1 O2", "WM")],
)
def test_all_codes_of_a_red_bags_labels_leave_with_it(read: str, whole: str, other: str) -> None:
    red = view(read, 1), clear(1.2), view(whole, 1.4)
    play = Play()(*red, scan(other, 2), view("", 2.2), view("", 3), *lying(other, 3.2, 4.5))
    assert play.kinds == ["mismatch", "cleared"]
    assert play.bag.waits in (Waits.WAYBILL, Waits.CARGO_LIST)


def test_of_a_red_label_that_may_be_waybill_or_list_only_the_code_that_was_read_is_held() -> None:
    play = Play()(scan("WX", 1), scan("LB", 1.1))
    assert play.bag.hold and play.bag.hold.codes == {"WX", "LB"}


def test_a_second_label_of_a_red_bag_that_was_seen_once_is_in_the_next_ones_way_too() -> None:
    red = view("WA", 1), clear(1.5), view("WA LA", 1.8), view("", 2.5), view("", 3)
    play = cancelled()(empty(0.5), *red, *lying("WB LB", 3.5, 4.5))
    assert {label.code for label in play.waits[-1].labels} == {"WA", "LA"}


def test_a_whole_pair_beside_a_red_bag_waits_for_that_to_be_taken_away() -> None:
    red = view("WA LB", 1), clear(1.5), view("WA LB WC", 1.7)
    assert Play()(*red).bag.waits is None
    assert Play()(*red, view("WA LB WC LC", 1.9)).bag.waits is Waits.RED_BAG
    assert cancelled()(view("WA LA", 1)).bag.waits is None, "it is the red one"


def test_a_label_of_a_red_bag_is_no_glimpse_of_anothers() -> None:
    other = cancelled()(view("WA", 1), clear(1.5), glimpse("LA", 1.7, "WA"))
    assert other.bag.hold and other.bag.hold.codes == {"WA", "LA"}
    assert not other.bag.doubts
    assert not Play()(view("WA LB", 1), clear(1.5), glimpse("LB", 1.7, "WA")).bag.doubts


def test_a_code_that_nobody_knows_beside_a_red_bag_changes_nothing() -> None:
    play = cancelled()(view("WA", 1), clear(1.2), view(f"WA {S10} x", 1.4), empty(2), empty(3))
    assert play.kinds == ["cancelled", "cleared"]


def test_a_code_that_nobody_knows_scanned_beside_a_red_is_not_told_before() -> None:
    play = cancelled()(scan("WA", 1), scan(S10, 1.2), scan("x", 1.4))
    assert play.kinds == ["cancelled"]
    assert play(view("WA", 2), clear(2.2), scan(S10, 2.4)).kinds == ["cancelled", "unknown"]


def test_a_red_that_turns_into_a_mismatch_names_all_labels() -> None:
    play = cancelled()(scan("WA", 1), scan("LA", 2), scan("LB", 2.5))
    assert [label.code for label in play.verdicts[-1].labels] == ["WA", "LA", "LB"]


def test_a_red_of_scans_alone_ends_when_acknowledged_whatever_else_lies_in_view() -> None:
    play = Play()(view("x", 0.9), scan("WA", 1), scan("LB", 1.1), clear(1.2))
    assert play.bag.state is State.READY


def test_what_was_scanned_beside_a_red_bag_that_nobody_acknowledged_is_in_nobodys_way() -> None:
    red = empty(0.5), scan("WA", 2), scan("LB", 2.1), scan("WC", 2.2), clear(2.3)
    assert Play()(*red, view("WM O1 O2", 2.5)).kinds == ["mismatch", "cleared", "match"]


def test_what_was_scanned_in_a_hand_beside_a_red_bag_is_forgotten_and_not_told() -> None:
    play = Play()(
        view("WA LB", 1), clear(1.2), empty(1.4), scan("WC", 1.5), *lying("WA LB", 1.75, 8)
    )
    assert (play.kinds, play.bag.in_hand) == (["mismatch"], ())


def test_a_scan_at_the_instant_of_an_empty_frame_is_the_next_bags() -> None:
    play = Play()(
        *lying("WA LB", 1, 1.5),
        clear(1.6),
        scan("WC", 2.0),
        empty(2.0),
        view("", 2.2),
        scan("LC", 2.4),
    )
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
        view("WA LB", 1),
        clear(1.5),
        view(f"WA {S10}", 1.7),
        view("", 2),
        empty(3),
        view("WC", 3.2),
        empty(4),
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


@pytest.mark.parametrize("pairing", Pairing)
def test_red_labels_that_went_unseen_hold_green_back_until_the_table_was_bare(
    pairing: Pairing,
) -> None:
    red = view("WA LA LB", 1), view("WA LA", 1.2), view("WC LC", 1.4), clear(1.5)
    play = Play(rules=Rules(pairing=pairing))(*red, *lying("WC LC", 1.6, 4))
    assert (play.kinds[:2], play.bag.waits) == (["mismatch", "cleared"], Waits.FOREIGN_LABEL)
    assert {label.code for label in play.waits[-1].labels} == {"WA", "LA", "LB"}
    assert play(empty(5), *lying("WC LC", 5.2, 6)).kinds[-1] == "match"


@pytest.mark.parametrize("pairing", Pairing)
def test_a_clear_with_the_next_bag_in_view_does_not_lose_it(pairing: Pairing) -> None:
    red = view("WA LB", 1), empty(1.2), *lying("WC LC", 1.5, 2)
    play = Play(rules=Rules(pairing=pairing))(*red, clear(2.1), *lying("WC LC", 2.15, 2.5))
    assert play.kinds == ["mismatch", "cleared", "match"]


def test_what_is_read_beside_a_red_bag_that_nobody_acknowledged_holds_the_next_green_back() -> None:
    play = Play()(
        view("WA LB", 1), view("WA LB WC", 1.2), clear(1.4), view("", 2), *lying("WM O1 O2", 2.5, 4)
    )
    assert {label.code for label in play.waits[-1].labels} == {"WA", "LB", "WC"}


def test_a_duplicate_that_nobody_acknowledged_calls_nothing_back() -> None:
    play = Play()(
        *lying("WA LA", 1, 2), empty(2.2), empty(3.3), *lying("WA LA", 4, 5), view("WB", 5.2)
    )
    assert play.kinds == ["match", "duplicate", "mismatch"]
    assert not play.notices(NoticeKind.RECALL)
    assert play.bag.swaps.wanted == {"B"}
    unknown = Play()(
        view("WA LA", 1), empty(1.2), empty(2.3), scan("LA", 4), scan(S10, 4.2), scan("WB", 4.4)
    )
    assert unknown.kinds == ["match", "unknown", "mismatch"]
    assert [notice.parcels for notice in unknown.notices(NoticeKind.RECALL)] == [("A",)], (
        "it may lack its list"
    )
