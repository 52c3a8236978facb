"""What is red stays red until somebody saw it and its labels are gone; what is nothing stays nothing."""

from __future__ import annotations

import pytest

from samebag.core.bag.bag import State
from samebag.core.events import Event, TimePassed
from samebag.core.parcels import Standing
from samebag.core.rules import Pairing, Rules

from .table import Play, clear, empty, lying, scan, view

S10 = "LX123456785CN"
STRICT = Rules(pairing=Pairing.ONE_FRAME)


def test_a_red_that_got_worse_waits_for_all_its_codes_to_leave() -> None:
    play = Play()(scan(S10, 1), view(S10, 1.2), scan("WA", 1.5), scan("LB", 2), view(S10, 2.2))
    assert play.kinds == ["unknown", "mismatch"]
    play(clear(2.5), *lying(S10, 2.6, 8))
    assert play.bag.state is State.ACKNOWLEDGED
    assert play(empty(9), empty(10)).kinds[-1] == "cleared"


def cancelled(rules: Rules | None = None) -> Play:
    play = Play(rules=rules)
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
    play = Play()(*lying("WA LB", 1, 1.5), clear(1.6), scan("WC", 2.0), empty(2.0), scan("LC", 2.4))
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


def test_with_one_frame_pairing_what_lay_there_when_red_was_acknowledged_is_the_red_bags() -> None:
    covered: list[Event] = [view("WA LA LB", 1), view("WA LA", 1.2), view("WC LC", 1.4), clear(1.5)]
    lies = lying("WC LC", 1.6, 4)
    assert Play(rules=STRICT)(*covered, *lies).kinds == ["mismatch"]
    lifted = *covered, *lies, view("", 5.1), *lying("WM O1 O2", 5.2, 6)
    assert Play(rules=STRICT)(*lifted).kinds == ["mismatch", "cleared", "match"]
    assert Play(rules=STRICT)(*covered[:2], empty(1.3), *covered[2:], *lies).kinds == ["mismatch", "cleared", "match"]
    assert Play()(*covered, *lies).kinds == ["mismatch", "cleared", "match"]


@pytest.mark.parametrize(
    "before",
    [
        [view("WA x", 1), clear(1.2), view("x", 1.5)],
        [scan("WA", 1), view("WA x", 1.1), clear(1.2), view("x", 1.5)],  # red in the hand, and laid down then
        [view("WA x", 1), view("x", 1.9), clear(2.1)],  # its label was covered meanwhile
    ],
)
def test_with_one_frame_pairing_a_red_bag_lies_there_while_anything_is_seen_that_lay_there_with_it(
    before: list[Event],
) -> None:
    play = cancelled(STRICT)(*before, *lying("x", 2.2, 6))
    assert play.bag.state is State.ACKNOWLEDGED
    assert play(empty(6.5), TimePassed(7.3)).kinds == ["cancelled", "cleared"]
