"""One wrong bag means another: partners, chains, recalls and slipped rolls."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from samebag.core.bag.bag import resumed
from samebag.core.bag.swaps import Swaps
from samebag.core.events import CommandGiven, TimePassed
from samebag.core.labels import Command, Kind
from samebag.core.parcels import Standing
from samebag.core.verdicts import GiveNotice, LookFor, NoticeKind

from .table import FakeBook, Play, empty, lying, scan, store, view

WANTED, RECALL, SLIPPED, CLEARED = (
    NoticeKind.WANTED,
    NoticeKind.RECALL,
    NoticeKind.ROLL_SLIPPED,
    NoticeKind.CLEARED,
)


def bag(play: Play, codes: str) -> Play:
    """A bag with those labels comes, is judged, is acknowledged if it is red, and leaves."""
    at_s = max(play.bag.now_s, 0.0) + 1
    return play(
        view(codes, at_s), CommandGiven(Command.CLEAR, at_s + 1), empty(at_s + 2), empty(at_s + 4)
    )


def roll(count: int) -> FakeBook:
    """Parcels P1, P2, … in print order."""
    return FakeBook({f"P{n}": (f"W{n}", f"L{n}") for n in range(1, count + 1)})


def settled(play: Play) -> list[GiveNotice]:
    return [notice for notice in play.notices(CLEARED) if notice.parcels or notice.places]


def test_a_mismatch_names_the_labels_of_its_partner_and_wants_both_parcels_until_they_passed() -> (
    None
):
    play = bag(Play(), "WA LB")
    (wanted,) = play.notices(WANTED)
    assert (wanted.parcels, wanted.bags) == (("A", "B"), (1,))
    assert wanted.look_for == (
        LookFor(Kind.CARGO_LIST, "A", "LA"),
        LookFor(Kind.WAYBILL, "B", "WB"),
    )
    bag(play, "WA LA")
    assert play.bag.swaps.wanted == {"B"}
    assert not settled(play)
    bag(play, "WB LB")
    assert [notice.parcels for notice in settled(play)] == [("A", "B")]
    assert play.bag.swaps == Swaps()


def test_a_swapped_pair_is_closed_by_its_partner() -> None:
    play = bag(bag(Play(), "WA LB"), "WB LA")
    closed = play.notices(WANTED)[-1]
    assert (closed.parcels, closed.look_for, closed.bags) == (("A", "B"), (), (1, 2))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2), (2, 0, 3, 1)])
def test_a_chain_of_any_length_closes_whatever_bag_is_found_first(order: tuple[int, ...]) -> None:
    bags = ["WA LB", "WB LC", "WC LM", "WM LA"]
    book = FakeBook({"A": ("WA", "LA"), "B": ("WB", "LB"), "C": ("WC", "LC"), "M": ("WM", "LM")})
    play = Play(book)
    for place in order:
        bag(play, bags[place])
    last = play.notices(WANTED)[-1]
    assert (last.parcels, last.look_for, last.bags) == (("A", "B", "C", "M"), (), (1, 2, 3, 4))
    for before in play.notices(WANTED)[:-1]:
        assert before.look_for
    for name in "ABCM":
        assert not settled(play)
        bag(play, f"W{name} L{name}")
    assert [notice.parcels for notice in settled(play) if not notice.places] == [
        ("A", "B", "C", "M")
    ]


def test_two_chains_end_each_for_itself() -> None:
    play = bag(bag(Play(), "WA LB"), "WC O1")
    assert play.notices(WANTED)[-1].parcels == ("C", "M")
    bag(bag(play, "WA LA"), "WB LB")
    assert [notice.parcels for notice in settled(play)] == [("A", "B")]
    assert play.bag.swaps.wanted == {"C", "M"}


def test_a_partner_that_has_passed_is_called_back_once_and_is_not_wanted() -> None:
    play = bag(Play(), "WB LB")
    bag(play, "WA LB")
    assert [notice.parcels for notice in play.notices(RECALL)] == [("B",)]
    assert play.notices(WANTED)[-1].parcels == ("A",)
    bag(play, "WA LB")
    assert len(play.notices(RECALL)) == 1
    bag(play, "WA LA")
    assert [recall.parcel for recall in play.bag.swaps.recalls] == ["B"], (
        "only a supervisor ends a recall"
    )
    play(CommandGiven(Command.END_WARNINGS, 60))
    assert settled(play)[-1].parcels == ("B",)
    assert play.bag.swaps == Swaps()


def test_a_list_that_may_be_of_an_open_parcel_calls_nobody_back() -> None:
    play = bag(Play(), "WS1 OS")
    bag(play, "WA OS")
    assert not play.notices(RECALL)
    assert play.bag.swaps.wanted == {"A", "S2"}


def test_a_foreign_label_that_comes_and_goes_with_the_bag_that_passed_calls_it_back() -> None:
    play = Play()(*lying("WA LA", 1, 2), *lying("WA LA LB", 2.1, 3), empty(3.1), empty(5))
    assert play.kinds == ["match", "incomplete"]
    assert [notice.parcels for notice in play.notices(RECALL)] == [("A",)]
    bag(play, "WB LB")  # with its own list: that was its next bag's, half in view
    assert settled(play)[-1].parcels == ("A",)
    assert play.bag.swaps == Swaps()


def test_the_next_bag_taken_away_after_the_last_calls_nobody_back() -> None:
    frames = (
        *lying("WA LA", 1, 2),
        *lying("WA LA LB", 2.1, 3),
        *lying("LB", 3.5, 5),
        empty(5.5),
        empty(7),
    )
    assert not Play()(*frames).notices(RECALL)


def test_two_mismatches_in_a_row_with_one_offset_mean_a_slipped_roll() -> None:
    play = bag(Play(roll(6)), "W2 L3")
    assert not play.notices(SLIPPED)
    bag(play, "W3 L4")
    (slipped,) = play.notices(SLIPPED)
    assert (slipped.places, slipped.parcels) == ((2, 6), ("P2", "P3", "P4", "P5", "P6"))
    bag(play, "W4 L5")
    assert len(play.notices(SLIPPED)) == 1
    for n in range(1, 7):
        bag(play, f"W{n} L{n}")
    assert [notice.places for notice in settled(play) if notice.places] == [(2, 6)]
    assert play.bag.swaps == Swaps()


@pytest.mark.parametrize(
    "bags",
    [
        ("W2 L3", "W3 L2"),  # a swapped pair: one forth, one back
        ("W2 L3", "W2 L3"),  # the same bag again
        ("W2 L3", "W5 L5", "W3 L4"),  # a bag between them passed
        ("W2 W3", "W4 W5"),  # no list at all
        ("W1 W2 L3", "W2 L4"),  # one of its waybills again
    ],
)
def test_what_is_no_slipped_roll(bags: tuple[str, ...]) -> None:
    play = Play(roll(6))
    for codes in bags:
        bag(play, codes)
    assert not play.notices(SLIPPED)


def test_labels_without_a_place_in_print_order_never_mean_a_slipped_roll() -> None:
    book = roll(4)
    book.records.update(
        {name: replace(record, print_order=None) for name, record in book.records.items()}
    )
    assert not bag(bag(Play(book), "W1 L2"), "W2 L3").notices(SLIPPED)


def test_one_list_of_a_split_order_on_two_wrong_bags_is_no_slipped_roll() -> None:
    book = FakeBook(
        {"P1": ("W1", "L1"), "P2": ("W2", "L2"), "P3": ("W3", "OS"), "P4": ("W4", "OS")}
    )
    assert not bag(bag(Play(book), "W1 OS"), "W2 OS").notices(SLIPPED)


def test_a_roll_on_which_nothing_waits_has_no_labels_to_check() -> None:
    play = Play(roll(4))
    play.book.standings = dict.fromkeys(play.book.standings, Standing.CANCELLED)
    assert not bag(bag(play, "W1 L2"), "W2 L3").notices(SLIPPED)


def test_what_is_wanted_outlives_a_stop_without_any_slip() -> None:
    assert bag(Play(), "WA LB").bag.swaps.without({"A"}.__contains__).wanted == {"B"}


def test_what_is_open_outlives_a_stop_less_what_has_passed() -> None:
    play = bag(bag(Play(roll(4)), "W1 L2"), "W2 L3")
    kept = msgspec.convert(msgspec.to_builtins(play.bag.swaps), Swaps)
    assert kept == play.bag.swaps
    gone = {"P1", "P2"}
    again = Play(play.book, bag=resumed(9, 100.0, swaps=kept.without(gone.__contains__)))
    assert again.bag.swaps.wanted == {"P3"}
    bag(again, "W3 L3")
    assert [notice.parcels for notice in settled(again) if not notice.places] == [
        ("P1", "P2", "P3")
    ]
    assert again.bag.swaps.slip is not None
    assert again.bag.swaps.slip.waiting == {"P4"}


def test_a_mismatch_on_hold_stays_red_whatever_passes_of_its_partners() -> None:
    play = Play()(view("WA LB", 1), scan("WB", 2), scan("LB", 3), TimePassed(30))
    assert play.bag.hold is not None
    assert play.kinds == ["mismatch"]


def test_a_cancelled_partner_stays_wanted_until_a_supervisor_ends_it() -> None:
    book = store()
    book.standings["B"] = Standing.CANCELLED
    play = bag(Play(book), "WA LB")
    bag(play, "WA LA")
    assert play.bag.swaps.wanted == {"B"}
    play(CommandGiven(Command.END_WARNINGS, 60))
    assert settled(play)[-1].parcels == ("A", "B")
