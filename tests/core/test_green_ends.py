"""What ends the green of a bag, and what does not; and whose the labels are that slide out after
it."""

from __future__ import annotations

import pytest

from samebag.core.events import Event, TimePassed, VerdictStored
from samebag.core.verdicts import PrintLabel, ShowSignal, Signal

from .table import Play, SlowDisk, empty, lying, scan, view

SCANNED: tuple[Event, ...] = scan("WA", 1), scan("LA", 2)
# the camera has not looked since
IN_HAND: tuple[Event, ...] = (
    empty(1),
    scan("WA", 2.1),
    scan("LA", 2.2),
)


@pytest.mark.parametrize(
    ("passed", "then", "shown"),
    [
        (SCANNED, view("WA LA", 2.2), Signal.MATCH),  # laid down
        (SCANNED, view("WA", 2.2), Signal.MATCH),
        (SCANNED, view("", 2.2), Signal.MATCH),
        (SCANNED, empty(2.2), Signal.READY),
        # another's, though it does not count yet
        (
            SCANNED,
            view("WB", 2.2, by="zxing"),
            Signal.READY,
        ),
        ((*SCANNED, TimePassed(4)), view("", 4.1), Signal.MATCH),
        ((*SCANNED, TimePassed(4)), empty(4.1), Signal.READY),
        (IN_HAND, view("WA LA", 2.4), Signal.MATCH),
        (IN_HAND, view("WA", 2.4), Signal.MATCH),
        # what lies there is another's, for all that can be known
        (
            IN_HAND,
            view("", 2.4),
            Signal.READY,
        ),
        (IN_HAND, empty(2.4), Signal.MATCH),  # as before
    ],
)
def test_the_green_of_a_scanned_bag_ends_with_what_is_not_that_bag(
    passed: tuple[Event, ...], then: Event, shown: Signal
) -> None:
    play = Play()(*passed)
    assert play.bag.shown.signal is Signal.MATCH
    assert play(then).bag.shown.signal is shown


def test_a_bag_that_slides_out_behind_the_next_one_is_no_duplicate_for_a_second() -> None:
    pushed = *lying("WA LA", 1, 2), view("WB LB", 2.1), view("WB LB", 2.2), view("WB LB WA", 2.5)
    assert Play()(*pushed).kinds == ["match", "match"]
    assert Play()(*pushed, view("WC LC", 2.8), view("WC LC", 2.9)).kinds == ["match"] * 3, (
        "nor in the third one's way"
    )
    assert Play()(*pushed, view("WB LB", 3), view("WB LB WA", 3.3)).kinds == [
        "match",
        "match",
        "duplicate",
    ]
    to_the_instant = (
        *lying("WA LA", 1, 2),
        view("WB LB", 2.25),
        view("WB LB", 2.375),
        view("WB LB", 3),
    )
    assert Play()(*to_the_instant, view("WB LB WA", 3.375)).kinds == ["match", "match"]


def test_a_label_of_a_bag_that_was_lifted_does_not_slide_out() -> None:
    lifted = *lying("WA LA", 1, 2), empty(2.1), view("WB LB", 2.2)
    assert Play()(*lifted, view("WB LB WA", 2.5)).kinds == ["match", "match", "duplicate"]
    play = Play()(
        *lying("WA LA", 1, 2), empty(2.1), view("x", 2.2), scan("WB", 2.3), scan("LB", 2.4)
    )
    assert play(scan("LA", 2.6)).kinds == ["match", "match", "duplicate"], "nor before it is gone"


def test_the_last_bag_has_left_when_two_views_in_a_row_show_labels_and_none_of_its() -> None:
    missed = view("WA LA", 1), view("WB LB", 1.1)
    assert Play()(*missed, view("WA LA WB LB", 1.2), view("WB LB", 1.3)).kinds == ["match"]
    assert Play()(*missed, view("", 1.2), view("WB LB", 1.3)).kinds == ["match", "match"], (
        "a hand shows no labels"
    )


def test_a_bag_of_a_split_order_that_was_lifted_and_laid_again_lies_there_again() -> None:
    again = *lying("WS1 OS", 1, 2), empty(2.2), *lying("WS1 OS", 2.4, 3), *lying("", 3.2, 5)
    assert Play()(*again, view("WS1 OS", 5.2)).kinds == ["match"]


@pytest.mark.parametrize("meanwhile", [empty(1.2), view("", 1.5), view("WB", 1.2, by="zxing")])
def test_what_ends_a_green_while_its_verdict_is_on_its_way_to_disk_keeps_it_from_being_shown(
    meanwhile: Event,
) -> None:
    play = SlowDisk()(view("WA LA", 1), meanwhile, VerdictStored(1, 1.6))
    assert ShowSignal(Signal.MATCH) not in play.actions
    assert PrintLabel("A", 1) in play.actions
