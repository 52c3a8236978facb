"""What is read too long ago goes, piece by piece, and takes nothing newer with it."""

from __future__ import annotations

import pytest

from samebag.core.events import DeviceBack, DeviceLost, Event, TimePassed
from samebag.core.rules import Rules
from samebag.core.verdicts import Signal, Waits

from .table import FakeBook, Play, clear, empty, lying, scan, view

S10 = "LX123456785CN"


def test_an_old_read_goes_alone_while_a_newer_one_of_its_bag_stays() -> None:
    play = Play()(scan("WA", 1), scan("LPA", 4), TimePassed(6.1))
    assert (play.kinds, [read.label.code for read in play.bag.reads]) == ([], ["LPA"])


def test_an_old_stranger_goes_with_an_old_read_and_spoils_nothing() -> None:
    play = Play()(
        view(f"WA {S10}", 1), view("LPA", 4), TimePassed(6.1), scan("LA", 6.5), view("LPA LA", 7)
    )
    assert [[label.code for label in v.labels] for v in play.verdicts] == [["LPA", "LA"]]


@pytest.mark.parametrize(("back_s", "kinds"), [(6.0, ["unknown"]), (6.1, ["match"])])
def test_an_old_stranger_goes_alone_while_its_pair_stays(back_s: float, kinds: list[str]) -> None:
    lost = DeviceLost("printer", "no paper", "put a roll in", 0.5)
    play = Play(FakeBook({"N": (S10, "LN")}), Rules(strict_unknown=True))
    play(
        lost,
        view(f"{S10} LN LX000000000CN", 1),
        *lying(f"{S10} LN", 1.25, 5.75),
        DeviceBack("printer", back_s),
    )
    assert play.kinds == kinds


def test_a_newer_stranger_outlives_an_old_read_and_is_told_in_its_own_time() -> None:
    play = Play()(scan("LA", 1), *lying(S10, 3, 7.75))
    assert play.kinds == []
    assert [[label.code for label in v.labels] for v in play(view(S10, 8)).verdicts] == [[S10]]


def test_a_tracking_number_and_a_label_seen_once_are_unknown_after_five_seconds() -> None:
    play = Play()(*lying(f"LA {S10}", 1, 5.75), TimePassed(6.0))
    assert [(v.kind, v.at_s) for v in play.verdicts] == [("unknown", 6.0)]


def test_a_bag_in_the_hand_is_incomplete_after_five_seconds_and_not_before() -> None:
    play = Play()(empty(0.5), scan("WA", 1), empty(1.5), TimePassed(6.0))
    assert play.kinds == []
    assert play(TimePassed(6.1)).kinds == ["incomplete"]


def test_what_was_scanned_beside_a_red_bag_is_forgotten_after_five_seconds_too() -> None:
    play = Play()(view("WA LB", 1), clear(1.5), scan("WC", 1.8), *lying("WA LB", 1.9, 10))
    assert play(scan("WM", 10.2)).kinds == ["mismatch"]


def test_two_bags_of_which_nothing_was_read_for_a_while_lie_there() -> None:
    both = empty(0.5), *lying("WA LB WB LA", 1, 3.5)
    play = Play()(*both, view("", 5), view("WA LA", 5.1), view("", 9), view("WC LC", 9.1))
    assert set(play.kinds) == {"crowded"}
    assert play(empty(11), view("WC LC", 11.1)).kinds[-1] == "match"


def test_a_person_who_cleared_the_table_ends_two_bags_but_not_while_a_label_lies_there() -> None:
    play = Play()(
        *lying("WA LB WB LA", 1, 3.5), clear(3.6), view("WA LA", 3.7), view("", 5), clear(5.1)
    )
    assert "match" not in play.kinds
    assert play(view("WC LC", 5.2)).kinds[-1] == "match"


def test_a_label_seen_once_is_doubted_for_five_seconds_also_after_a_clear() -> None:
    doubted = view("LB", 1, by="zxing"), view("WA", 1.1), clear(1.2)
    play = Play()(*doubted, *lying("WA LA", 1.3, 5.9))
    assert play.kinds == ["cleared"]
    assert play(view("WA LA", 6.1)).kinds == ["cleared", "match"]
    assert Play()(*doubted, empty(1.3), view("WA LA", 1.4)).kinds == ["cleared", "match"]
    assert Play()(doubted[0], empty(1.1), view("WA LA", 1.2)).kinds == ["match"]
    assert not Play()(doubted[0], TimePassed(6.1)).bag.doubts


def test_where_the_camera_never_saw_the_bare_table_a_person_who_cleared_it_says_so() -> None:
    play = Play()(
        *lying("WA", 1, 2), view("", 2.25), view("", 3), clear(3.2), *lying("WB LB", 3.5, 4)
    )
    assert play.kinds == ["cleared", "match"]
    seen = Play()(
        empty(0.5),
        *lying("WA", 1, 2),
        view("", 2.25),
        view("", 3),
        clear(3.2),
        *lying("WB LB", 3.5, 4),
    )
    assert seen.kinds == ["cleared", "crowded"], "it was not asked for yet, and the camera can tell"
    assert seen(view("", 4.5), clear(4.6), *lying("WB LB", 5, 5.5)).kinds[-1] == "match"
    lost = DeviceLost("camera", "unplugged", "plug it in", 0.7), DeviceBack("camera", 0.8)
    again = Play()(
        empty(0.5), *lost, *lying("WA", 1, 2), view("", 2.25), clear(3.2), *lying("WB LB", 3.5, 4)
    )
    assert again.kinds == ["cleared", "match"], "a new camera has yet to see it"
    unread = Play()(
        *lying("WA", 1, 2), view("", 2.25, unread=1), clear(3.2), *lying("WB LB", 3.5, 4)
    )
    assert unread.kinds == ["cleared", "bare-unknown"], "something lies there"


def test_where_the_camera_never_saw_the_bare_table_a_clear_and_an_empty_view_do() -> None:
    red: tuple[Event, ...] = *lying("WA LB", 1, 2), clear(2.1), *lying("WA LB", 2.25, 3)
    gone = [view("", 3.25), view("", 3.5), view("", 3.75)]
    assert Play()(*red, *gone, *lying("WC LC", 4, 5)).kinds[-1] == "match"
    assert Play()(*red, *gone[:2], *lying("WC LC", 3.6, 5)).bag.waits is Waits.FOREIGN_LABEL, (
        "a hand, perhaps"
    )
    assert (
        Play(rules=Rules(settle_s=0.5))(*red, *gone, *lying("WC LC", 4, 5)).kinds[-1] == "match"
    ), "to the instant"
    unread = [view("", 3.25), view("", 3.5, unread=1), view("", 3.75)]
    assert Play()(*red, *unread, *lying("WC LC", 4, 5)).bag.waits is Waits.FOREIGN_LABEL
    assert (
        Play()(empty(0.5), *red, *gone, *lying("WC LC", 4, 5)).bag.waits is Waits.FOREIGN_LABEL
    ), "it would be seen"


def test_nothing_in_view_without_a_clear_is_no_bare_table() -> None:
    play = Play()(*lying("WA", 1, 2), *lying("", 2.25, 8), *lying("WB LB", 8.25, 9.5))
    assert ("match" in play.kinds, play.bag.waits) == (False, Waits.FOREIGN_LABEL)


def test_a_table_that_was_never_seen_bare_is_told_in_place_of_a_crowd() -> None:
    play = Play()(*lying("WA", 1, 2), view("", 2.25), *lying("WB LB", 7.5, 8.5))
    assert play.kinds == ["bare-unknown"]
    assert play.bag.shown.signal is Signal.CROWDED
