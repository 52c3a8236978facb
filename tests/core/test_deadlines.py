"""When something is over, to the instant: what the station asks to be woken for, and what a late
event finds."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from samebag.core.bag.bag import Bag, State
from samebag.core.bag.deadlines import A_MOMENT_S, due_s
from samebag.core.bag.step import step
from samebag.core.events import (
    CommandGiven,
    DeviceBack,
    DeviceLost,
    Event,
    ShiftBegan,
    StoreFailed,
    TimePassed,
    VerdictStored,
    ViewSeen,
)
from samebag.core.labels import Command, Label
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import ShowSignal, Signal

from .table import Play, clear, empty, glimpse, lying, scan, store, view

S10 = "LX123456785CN"
NEVER = float("inf")


@pytest.mark.parametrize(
    ("events", "due"),
    [
        ([], NEVER),
        ([scan("WA", 1)], 6),
        ([scan("WA", 1), scan("WA", 3)], 8),
        ([scan("WA", 1), TimePassed(6)], 6),
        ([scan("WA", 1), view("WB WA", 2)], 3),
        ([empty(0.5), scan("WA", 1), empty(1.5)], 6),  # in the hand
        ([view("x", 1), scan("WA", 1.5)], 6.5),  # the camera saw nothing of it
        ([view("WA", 1)], 2),  # the camera does not look any more
        ([view(S10, 1)], 6),
        ([*lying(S10, 1, 4)], 6),
        ([view("WA LA", 1, unread=1)], 1.4),
        ([scan("WA", 1), view("LA", 2)], 2.4),
        ([view("WA LA WB LB", 1)], 2),  # the camera does not look any more
        ([*lying("WA LA WB LB", 1, 2.75)], 3),  # crowded
        ([*lying("WA LA WB LB", 1, 3.25)], 4.25),
        ([scan("WA", 1), scan("LA", 2)], 3),  # no camera saw it: it may be gone
        ([view("WA LA", 1)], 2),  # green, unless it is seen again
        ([view("WA LA", 1), view("WA LA", 1.9)], 2.9),
        ([*lying("WA LA", 1, 5.5)], 6),  # green ends
        ([*lying("WA LA", 1, 9)], 14),  # its labels may be covered
        ([view("WA LA", 1), empty(1.5)], 2),
        ([view("WA LA", 1), scan("WB", 1.2)], 1.4),  # the last bag was not missed but gone
        ([view("WA LA", 1), empty(1.1), scan("WB", 1.2)], 2),
        # in a hand it is in no view to be gone from
        (
            [empty(1), scan("WA", 2.1), scan("LA", 2.2), scan("WB", 2.4)],
            3.2,
        ),
        ([*lying("WA LA", 1, 2), *lying("WA LA WB LB", 2.25, 4)], 4.25),  # crowded
        ([scan("WA", 1), view(S10, 2)], 6),  # the label was read first
        # nor does it look on
        (
            [glimpse("LB", 1, "WA LA"), view("WA LA", 1.1, unread=1), view("WA LA", 1.5)],
            2.5,
        ),
        ([view("WA LB", 1), empty(1.5)], NEVER),
        ([view("WA LB", 1), clear(1.5)], 2),
        ([view("WA LB", 1), clear(1.5), view("WA", 1.8)], 2.8),
        ([DeviceLost("printer", "no paper", "put a roll in", 1)], NEVER),
    ],
)
def test_the_station_is_woken_when_something_ends_and_not_before(
    events: list[Event], due: float
) -> None:
    play = Play()(*events)
    assert due_s(play.bag, play.rules) == pytest.approx(due, abs=10 * A_MOMENT_S)
    assert due_s(play.bag, play.rules) > due or due == NEVER


def test_a_bag_that_no_camera_sees_waits_a_minute_for_its_merged_label_and_no_more() -> None:
    book = store()
    book.merged["SB1|A"] = Label("SB1|A", merged_of=frozenset("A"))
    play = Play(book, Rules(confirm_label=True))(scan("WA", 1), scan("LA", 2))
    assert due_s(play.bag, play.rules) == pytest.approx(7, abs=1e-5)  # green ends
    play(TimePassed(10))
    assert due_s(play.bag, play.rules) == pytest.approx(62, abs=1e-5)


# what a late event finds is over; ``step`` alone, where no deadline was asked for


@pytest.mark.parametrize(
    "event",
    [
        TimePassed(6.1),
        scan("LA", 6.1),
        view("LA", 6.1),
        empty(6.1),
        clear(6.1),
        CommandGiven(Command.END_WARNINGS, 6.1),
        ShiftBegan(6.1),
        DeviceBack("printer", 6.1),
    ],
)
def test_whatever_happens_a_read_more_than_five_seconds_old_pairs_with_nothing(
    event: Event,
) -> None:
    bag = Play()(scan("WA", 1)).bag
    bag, _ = step(bag, event, Rules(), store())
    assert "WA" not in {read.label.code for read in bag.reads}
    assert bag.number == 2


@pytest.mark.parametrize(
    ("events", "signal"),
    [
        ([scan("WA", 1), scan("LA", 2), TimePassed(7)], Signal.READY),  # green for five seconds
        ([view("WA LB", 1), clear(2)], Signal.READY),  # not seen for clear_s
        # gone for clear_s
        (
            [view("WA LA", 1), empty(1.5), scan("WA", 2), scan("LA", 2)],
            Signal.DUPLICATE,
        ),
    ],
)
def test_what_ends_is_over_at_its_very_instant(events: list[Event], signal: Signal) -> None:
    assert Play()(*events).bag.shown.signal is signal


def test_two_bags_that_were_taken_away_while_the_camera_did_not_look_are_no_crowd() -> None:
    crowded = Play()(*lying("WA LA WB LB", 1, 4)).bag
    bag, _ = step(crowded, empty(6), Rules(), store())
    assert (crowded.shown.signal, bag.shown.signal) == (Signal.CROWDED, Signal.READY)


def moved(seen: ViewSeen, by: float) -> ViewSeen:
    return replace(
        seen,
        sightings=tuple(
            replace(s, box=tuple((x + by, y) for x, y in s.box)) for s in seen.sightings
        ),
    )


@pytest.mark.parametrize(
    ("before", "green_s"),
    [
        ([glimpse("LB", 1, "WA LA")], 1.4),  # a neighbour's, while the bag rests
        ([glimpse("LB", 1), *lying("WA LA", 1.41, 1.42)], 1.41),  # before it came
        ([glimpse("LB", 1), *lying("WA LA", 1.3, 1.4)], 6.0),  # as it came: with it, perhaps
        ([moved(glimpse("LB", 1, "WA LA"), 100)], 6.0),
        # half of the label's shorter side: a camera that shakes
        (
            [moved(glimpse("LB", 1, "WA LA"), 14)],
            1.4,
        ),
        # it may be what cannot be read
        (
            [glimpse("LB", 1, "WA LA"), view("WA LA", 1.1, unread=1)],
            6.0,
        ),
        ([view("WA LA", 0.9, unread=1), glimpse("LB", 1, "WA LA")], 1.4),
        ([replace(glimpse("LB", 1, "WA LA"), unread=1)], 1.4),  # in that view it is what was read
        ([glimpse("LPA", 1, "WA LA")], 1.0),  # of the same parcel
    ],
)
def test_a_glimpse_of_a_foreign_label_costs_settle_s_where_it_was_not_with_the_bag(
    before: list[Event], green_s: float
) -> None:
    frames = [view("WA LA", 1.15 + k / 100) for k in range(700)]
    play = Play()(*before, *(frame for frame in frames if frame.at_s > before[-1].at_s))
    assert play.kinds == ["match"]
    assert play.verdicts[0].at_s == pytest.approx(green_s, abs=0.011)


def test_a_glimpse_is_over_when_its_label_was_scanned() -> None:
    assert Play()(glimpse("LB", 1), scan("LB", 1.2), clear(1.3), view("WA LA", 1.4)).kinds == [
        "cleared",
        "match",
    ]


@pytest.mark.parametrize(
    ("rules", "code", "kinds"),
    [
        (Rules(pairing=Pairing.ONE_FRAME), S10, []),
        (Rules(pairing=Pairing.ONE_FRAME, also_on_waybills=("LX",)), S10, ["match"]),
        (Rules(pairing=Pairing.ONE_FRAME), "4006381333931", ["match"]),
        (Rules(strict_unknown=True), S10, []),
        (Rules(), S10, ["match"]),
    ],
)
def test_a_glimpse_of_a_number_that_the_book_lacks_holds_back_where_such_numbers_do(
    rules: Rules, code: str, kinds: list[str]
) -> None:
    assert Play(rules=rules)(glimpse(code, 1), *lying("WA LA", 1.1, 6.0)).kinds == kinds
    assert Play(rules=rules)(glimpse(code, 1), *lying("WA LA", 1.1, 6.4)).kinds == ["match"]


@pytest.mark.parametrize(
    ("views", "at_s"),
    [
        (
            [
                view("WA LA", 1, unread=1),
                view("WA LA", 1.2, unread=1),
                view("WA LA", 1.4, unread=1),
            ],
            1.4,
        ),
        (
            [
                view("WA LA", 1),
                view("WA LA", 1.1, unread=1),
                view("WA LA", 1.45),
                view("WA LA", 1.5),
            ],
            1.5,
        ),
        # a hand, meanwhile
        (
            [view("WA LA", 1, unread=1), view("", 1.1), view("WA LA", 1.2), view("WA LA", 1.4)],
            1.4,
        ),
    ],
)
def test_with_one_frame_pairing_what_is_unread_holds_green_back_for_settle_s(
    views: list[Event], at_s: float
) -> None:
    play = Play(rules=Rules(pairing=Pairing.ONE_FRAME))(*views, empty(2), empty(4))
    play(view("WB LB", 5), view("WB LB", 5.1))
    assert [verdict.at_s for verdict in play.verdicts] == [at_s, 5.1]


def test_what_comes_at_the_very_instant_of_a_deadline_is_judged_with_it() -> None:
    play = Play()(view("WA LA", 1, unread=1))
    assert play(view("WA LA LB", due_s(play.bag, play.rules))).kinds == ["mismatch"]


def test_of_all_deadlines_that_passed_before_a_late_event_everything_is_told() -> None:
    assert Play()(view("WA LA", 1), TimePassed(50)).actions[-1] == ShowSignal(Signal.READY)


def test_time_never_runs_back() -> None:
    play = Play()(scan("WA", 3), scan("LA", 2))
    assert (play.kinds, play.verdicts[0].at_s) == (["match"], 3)


@pytest.mark.parametrize(
    ("gap_s", "kinds"), [(5.0, ["match"]), (5.0 + 2 * A_MOMENT_S, ["incomplete"])]
)
def test_two_scans_pair_up_to_five_seconds_apart(gap_s: float, kinds: list[str]) -> None:
    assert Play()(scan("WA", 1), scan("LA", 1 + gap_s)).kinds == kinds


@pytest.mark.parametrize(("late_s", "kinds"), [(1.0, ["match"]), (1.1, [])])
def test_a_frame_counts_up_to_clear_s_after_it_was_taken(late_s: float, kinds: list[str]) -> None:
    bag, actions = step(Bag(now_s=5.0), view("WA LA", 5.0 - late_s), Rules(), store())
    assert (bag.state is State.STORING) is bool(kinds)
    assert len(actions) == len(kinds)


def test_an_answer_of_the_disk_about_another_bag_changes_nothing() -> None:
    book = store()
    bag, _ = step(Bag(), view("WA LA", 1), Rules(), book)
    for event in (VerdictStored(7, 2), StoreFailed(7, 2)):
        after, actions = step(bag, event, Rules(), book)
        assert (after.storing, after.passed, actions) == (bag.storing, bag.passed, ())


def test_every_lost_device_must_be_back_before_anything_is_green() -> None:
    lost = [DeviceLost(name, "unplugged", "plug it in", 0.5) for name in ("scanner", "printer")]
    play = Play()(*lost, view("WA LA", 1), DeviceBack("printer", 1.2))
    assert (play.kinds, play.bag.shown.signal) == ([], Signal.FAULT)
    assert play(view("WA LA", 1.5), DeviceBack("scanner", 1.6)).kinds == ["match"]
