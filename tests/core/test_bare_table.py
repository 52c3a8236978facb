"""The bare table: what it ends, and what of a bag in a hand outlives it."""

from __future__ import annotations

from samebag.core.events import Event, TimePassed, VerdictStored
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import Signal

from .table import Play, SlowDisk, clear, empty, lying, scan, view

S10 = "LX123456785CN"


def test_a_lone_tracking_number_that_leaves_is_unknown_at_once() -> None:
    assert Play()(view(S10, 1), empty(1.5)).kinds == ["unknown"]


def test_a_scan_over_a_table_that_was_bare_before_and_after_it_is_in_a_hand() -> None:
    assert Play()(empty(1), scan("WA", 2.1), empty(2.6)).kinds == []
    assert Play()(view("x", 1), scan("WA", 2.1), empty(2.6)).kinds == ["incomplete"]


def test_a_scan_at_the_instant_of_the_bare_table_or_settle_s_before_it_did_not_leave() -> None:
    assert [read.label.code for read in Play()(scan("WA", 2), empty(2)).bag.reads] == ["WA"]
    assert [
        read.label.code
        for read in Play(rules=Rules(settle_s=0.5))(scan("WA", 1.5), empty(2)).bag.in_hand
    ] == ["WA"]


def test_what_is_scanned_as_two_bags_leave_is_the_next_bags() -> None:
    play = Play()(empty(0.5), *lying("WA LA WB LB", 1, 3.5), clear(3.6), scan("WC", 4), empty(4))
    assert (play.bag.number, [read.label.code for read in play.bag.reads]) == (2, ["WC"])


def test_a_scanned_pair_that_waits_for_the_disk_waits_for_no_label_that_has_left() -> None:
    beside: tuple[Event, ...] = view("WA LA", 1), view("WA LA WC", 1.2), clear(1.3)
    play = SlowDisk()(*beside, scan("WB", 1.5), scan("LB", 2), empty(2.5), VerdictStored(1, 3))
    assert play.kinds[-1] == "match"


def test_a_pair_that_was_scanned_beside_a_red_bag_leaves_with_that() -> None:
    red: tuple[Event, ...] = (
        *lying("WA LA", 1, 2),
        view("WA LA WB LC", 2.2),
        clear(2.3),
        scan("WM", 2.4),
        scan("O1", 2.5),
    )
    play = Play()(*red, *lying("WA LA WB LC", 2.6, 3.6), empty(3.8), empty(5), empty(6))
    assert play.kinds == ["match", "mismatch", "cleared"]
    slow = view("WA LA", 1), view("WA LA WB LC", 1.2), clear(1.3), scan("WM", 1.4), scan("O1", 1.5)
    assert SlowDisk()(*slow, view("WA LA WB LC", 2), empty(2.4)).bag.reads == ()


def test_a_label_that_was_scanned_in_a_hand_and_then_seen_leaves_once() -> None:
    assert Play()(empty(1), scan("WA", 1.1), view("WA", 1.5), empty(2), TimePassed(9)).kinds == [
        "incomplete"
    ]


def test_where_the_camera_cannot_tell_a_clear_and_an_empty_view_say_that_it_left() -> None:
    nothing = [view("", at_s) for at_s in (2, 2.2, 2.5)]
    said: tuple[Event, ...] = clear(1), view("LA", 1.5), *nothing, *lying("WA", 2.7, 4)
    assert Play()(*said).kinds == ["incomplete"]
    assert Play()(empty(0.5), *said).kinds == ["match"], "it can tell: a hand lies on both"
    assert Play()(clear(1), scan("LA", 1.5), *nothing, *lying("WA", 2.7, 4)).kinds == ["match"], (
        "it may be in a hand"
    )


def test_a_clear_with_nothing_in_view_since_ends_crowded() -> None:
    play = Play(rules=Rules(pairing=Pairing.ONE_FRAME))(view("LB", 1), *lying("WA LA", 1.25, 2))
    play(clear(2.1), scan("WC", 2.2), view("", 2.3))
    assert play.bag.shown.signal is Signal.CROWDED
    assert play(view("", 2.75)).bag.shown.signal is Signal.READY
