"""A camera that did not look: what it had read may be on another bag, what was scanned is as it
was."""

from __future__ import annotations

import pytest

from samebag.core.events import DeviceBack, DeviceLost, TimePassed
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import Waits

from .table import Play, clear, empty, glimpse, lying, scan, view

S10 = "LX123456785CN"


def test_a_number_that_the_book_lacks_holds_green_back_without_a_look_of_the_camera() -> None:
    play = Play(rules=Rules(pairing=Pairing.ONE_FRAME))(
        empty(0.5), view(S10, 1), *lying("WA LA", 2.5, 4)
    )
    assert (play.kinds, play.bag.waits) == ([], Waits.STRANGER)


def test_a_number_that_the_book_lacks_is_told_where_no_view_comes() -> None:
    assert Play()(view(S10, 1), TimePassed(7)).kinds == ["unknown"]
    assert Play()(view(S10, 1), view(S10, 1.2), scan("LA", 1.5), TimePassed(7)).kinds == ["unknown"]
    assert Play()(view(S10, 1), view("LA", 2.5), empty(3)).kinds == ["incomplete"]


@pytest.mark.parametrize(("device", "kinds"), [("camera", []), ("printer", ["match"])])
def test_what_a_camera_read_before_it_was_lost_is_on_no_bag(device: str, kinds: list[str]) -> None:
    lost = DeviceLost(device, "unplugged", "plug it in", 1.1), DeviceBack(device, 1.2)
    assert Play()(view("WA", 1), *lost, view("LA", 1.3), view("LA", 1.8)).kinds == kinds


def test_a_scan_is_in_a_hand_though_the_camera_saw_its_label_before_it_went_blind() -> None:
    assert Play()(view("WA", 1), scan("WA", 1.9), empty(2.2)).kinds == []


def test_a_glimpse_may_have_been_on_this_bag_where_the_camera_cannot_tell_any_more() -> None:
    seen = empty(0.5), view("WA", 0.9), glimpse("LB", 1, "WA")
    play = Play()(*seen, scan("WA", 1.1), TimePassed(2.5), scan("LA", 2.6))
    assert (play.kinds, play.bag.waits) == ([], Waits.GLIMPSE)


def test_a_person_may_say_that_the_table_is_clear_where_the_camera_does_not_look() -> None:
    play = Play()(*lying("WA LB WB LA", 1, 3.5), TimePassed(5), clear(5.1), view("WC LC", 5.2))
    assert play.kinds[-1] == "match"


@pytest.mark.parametrize("late_s", [1.9, 2.0])
def test_a_frame_from_before_a_newer_one_or_a_clear_or_a_lost_device_says_nothing(
    late_s: float,
) -> None:
    for newer in (view("WA", 2), clear(2), DeviceLost("printer", "no paper", "put a roll in", 2)):
        play = Play()(newer)
        reads, told = play.bag.reads, [*play.actions]
        assert play(view("LB", late_s)).bag.reads == reads
        assert play.actions == told
