"""A bag that left without its merged label comes back for it."""

from __future__ import annotations

import pytest

from samebag.core.events import DeviceBack, DeviceLost, TimePassed, VerdictStored, ViewSeen
from samebag.core.labels import PROOF_LIST, PROOF_WAYBILL, Kind, Label
from samebag.core.parcels import Standing
from samebag.core.rules import Rules
from samebag.core.verdicts import LabelRead, ReadBy, ShowSignal, Signal, Waits

from .table import Play, SlowDisk, clear, empty, lying, scan, store, view

MA, OLD_A = "SB1|A|2|1|T", "SB1|A|1|1|T"
LOST = DeviceLost("printer", "no paper", "put a roll in", 0.5)


@pytest.mark.parametrize(
    ("rules", "codes"),
    [
        (Rules(confirm_label=True), f"{PROOF_WAYBILL} {PROOF_LIST}"),
        (Rules(confirm_label=True, shadow=True), "WA LA"),
    ],
)
def test_where_nothing_was_printed_no_merged_label_is_waited_for(rules: Rules, codes: str) -> None:
    play = Play(rules=rules)(view(codes, 1))
    assert play.bag.passed
    assert play.bag.passed.sealed_by == ""
    assert play(empty(2), empty(9)).kinds == ["match"]


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


def test_a_bag_that_is_back_for_its_label_is_told_what_it_waits_for_and_waits_no_longer() -> None:
    play = back_for_its_label()(LOST, *lying(f"WA LA {MA}", 10, 11))
    assert (play.waits[-1].waits, play.waits[-1].parcel) == (Waits.DEVICE, "A")
    unread = [view(f"WA LA {MA}", 10 + k / 5, unread=1) for k in range(4)]
    assert back_for_its_label()(*unread[:2]).kinds == ["match", "unsealed"]
    assert back_for_its_label()(*unread).kinds == ["match", "unsealed", "sealed"]


def test_nothing_is_sealed_late_while_another_bag_lies_there() -> None:
    play = back_for_its_label()(
        *lying("WB LB", 10, 11), scan(MA, 11.2), scan("WA", 11.4), scan("LA", 11.6)
    )
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
    assert play(scan("LA", 19), TimePassed(40)).kinds == ["match", "unsealed", "sealed"], (
        "one label says nothing"
    )


def test_a_bag_sealed_late_may_be_covered_by_a_hand_like_any_that_the_camera_saw() -> None:
    play = back_for_its_label()(
        view(f"WA LA {MA}", 10), view("", 10.2), view("", 13), view(f"WA LA {MA}", 13.2)
    )
    assert play.kinds == ["match", "unsealed", "sealed"]


def test_scanning_the_merged_label_shows_that_its_bag_is_still_there() -> None:
    play = Play(back_for_its_label().book, Rules(confirm_label=True))
    play.book.standings["A"] = Standing.OPEN
    play(scan("WA", 1), scan("LA", 2), scan(MA, 2.9), scan("WA", 3.4), scan("LA", 3.8))
    assert play.kinds == ["match", "sealed"]


def test_a_bag_without_its_merged_label_is_told_when_the_next_one_passes() -> None:
    play = Play(store(), Rules(confirm_label=True))(
        *lying("WA LA", 1, 2), *lying("WB LB", 2.2, 4), empty(5), empty(12)
    )
    assert play.kinds == ["match", "unsealed", "match", "unsealed"]


def test_a_bag_without_its_merged_label_is_told_when_another_comes_back_for_its_own() -> None:
    play = back_for_its_label()(
        *lying("WB LB", 10, 11), *lying(f"WA LA {MA}", 11.2, 13), empty(14), empty(20)
    )
    assert play.kinds == ["match", "unsealed", "match", "unsealed", "sealed"]


def test_a_cancelled_parcel_is_never_sealed() -> None:
    book = store()
    book.merged = {MA: Label(MA, merged_of=frozenset("A"))}
    book.standings["A"] = Standing.CANCELLED
    assert Play(book, Rules(confirm_label=True))(scan(MA, 1), view("WA LA", 1.1)).kinds == [
        "cancelled"
    ]


def test_a_parcel_cancelled_while_its_match_is_on_the_way_to_disk_is_no_more_waited_for() -> None:
    book = store()
    book.merged = {MA: Label(MA, merged_of=frozenset("A"))}
    play = SlowDisk(book, Rules(confirm_label=True))(view("WA LA", 1))
    book.cancelled.add("A")
    play(scan(MA, 1.2), VerdictStored(1, 1.4))
    assert (play.kinds, play.bag.passed, play.bag.storing) == (["match", "cancelled"], None, None)


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (lying("WA LA", 2.5, 7.5), ["match", "cancelled", "cleared"]),
        ([empty(3), empty(5)], ["match", "unsealed", "cancelled", "cleared"]),
        (
            [empty(3), empty(5), view("WB LB", 6), empty(7)],
            ["match", "unsealed", "match", "unsealed", "cancelled", "cleared"],
        ),
    ],
)
def test_a_parcel_cancelled_after_it_passed_is_red_at_its_merged_label(
    before: list[ViewSeen], told: list[str]
) -> None:
    book = store()
    book.merged = {MA: Label(MA, merged_of=frozenset("A"))}
    play = Play(book, Rules(confirm_label=True))(*lying("WA LA", 1, 2), *before)
    book.cancelled.add("A")
    play(scan(MA, 8))
    assert play.bag.shown == ShowSignal(Signal.CANCELLED)
    assert play.verdicts[-1].labels == (LabelRead(Kind.MERGED, MA, ReadBy.SCANNER),)
    play(*lying(f"WA LA {MA}", 9, 10), clear(11), empty(12), empty(14), TimePassed(90))
    assert play.kinds == told
    assert play(scan("WA", 91), scan("LA", 92)).kinds == [*told, "duplicate"], (
        "without that label it is just another"
    )


def test_a_bag_that_was_handed_over_is_a_duplicate() -> None:
    play = back_for_its_label()
    play.book.standings["A"] = Standing.SHIPPED
    play.book.cancelled.add("A")
    assert play(view(f"WA LA {MA}", 10)).kinds[-1] == "duplicate"
