from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from samebag.vision.bars.strips import (
    RECIPES,
    RECIPES_OF_ZBAR,
    Votes,
    read_sliding,
    read_strips,
    upright,
)
from samebag.vision.decode import Decoders
from samebag.vision.decoders import CodeReading, ZBar
from samebag.vision.geometry import angle_deg, around, sides_px
from tests.vision.pictures import Gray, code, put, table

FRAMES = Path(__file__).parent / "frames"
BOX = ((10.0, 10.0), (210.0, 10.0), (210.0, 70.0), (10.0, 70.0))


class Says:
    """A decoder that gives the next of these texts for each strip, then nothing."""

    name = "says"

    def __init__(self, *texts: str) -> None:
        self._texts = list(texts)

    def read(self, gray: Gray) -> list[CodeReading]:
        text = self._texts.pop(0) if self._texts else ""
        return [CodeReading(text, "code128", BOX)] if text else []


@pytest.mark.parametrize(
    ("texts", "agreed"),
    [
        (("A", "A"), "A"),
        (("A",), None),
        (("A", "B", "A"), "A"),
        (("A", "B", "A", "B"), "A"),
        (("A", "B", "B", "A"), "B"),
        (("A", "B"), None),
    ],
)
def test_a_text_counts_as_soon_as_two_separate_strips_say_it(
    texts: tuple[str, ...], agreed: str | None
) -> None:
    reading = read_strips(upright(table(), BOX), Votes(), Says(*texts))
    assert (reading.text if reading else None) == agreed


def test_a_contradicted_text_needs_twice_the_votes() -> None:
    votes = Votes()
    for row, text in enumerate("BAAB"):
        votes.add(text, 10.0 * row)
    assert votes.counts == {"A": 2, "B": 2}
    assert votes.agreed is None
    votes.add("A", 50.0)
    assert votes.agreed is None
    votes.add("A", 60.0)
    assert votes.agreed == "A"


def test_overlapping_strips_are_one_witness() -> None:
    votes = Votes()
    for row in (10.0, 12.0, 14.0):
        votes.add("A", row)
    assert votes.agreed is None
    votes.add("A", 15.0)
    assert votes.agreed == "A"


def test_where_most_strips_are_silent_two_votes_are_not_enough() -> None:
    """Three of twenty strips across a faded band once said the same wrong text, and one the right
    one."""
    votes = Votes(asked=20)
    votes.add("A", 10.0)
    votes.add("A", 30.0)
    assert (votes.agreed, votes.undisputed) == (None, None)
    votes.add("A", 50.0)
    assert (votes.agreed, votes.undisputed) == (None, "A")
    votes.add("B", 70.0)
    assert (votes.agreed, votes.undisputed) == (None, None)


@pytest.mark.parametrize(
    ("texts", "agreed"),
    [
        ("A" * 11, "A"),
        ("A" * 10, None),  # overlap: two witnesses
        ("A" * 20 + "B", None),
        ("B" * 11, None),
    ],
)
def test_strips_that_slide_count_for_the_text_said_before_and_only_if_none_differs(
    texts: str, agreed: str | None
) -> None:
    flat = upright(table(), BOX)
    reading = read_sliding(flat, flat, "A", Votes(), Says(*texts))
    assert (reading.text if reading else None) == agreed


@pytest.mark.parametrize("gain", [0.5, 0.8, 1.0, 1.1])
def test_narrow_bars_on_bent_film_are_read_in_good_light_by_the_first_strips(gain: float) -> None:
    """Part of a rendered bag; sharpened twice as much, no strip says anything."""
    frame = cv2.imread(str(FRAMES / "good-light.png"), cv2.IMREAD_GRAYSCALE)
    lit = np.clip(np.asarray(frame) * gain, 0, 255).astype(np.uint8)
    flat = upright(lit, ((76.0, 9.0), (310.0, 11.0), (310.0, 41.0), (76.0, 39.0)))
    reading = read_strips(flat, Votes(), Decoders().strips, RECIPES[:1])
    assert reading
    assert reading.text == "LP00593760983992"


class ByItsEnd:
    """zbar, where it met bars in one direction alone: it gives the place of the last one, as a
    point."""

    name = "zbar"
    zbar = ZBar(frozenset({"code128"}))

    def read(self, gray: Gray) -> list[CodeReading]:
        return [replace(r, box=around([(int(r.box[1][0]), 1)], 0.0)) for r in self.zbar.read(gray)]


@pytest.mark.parametrize("room_px", [0, 60])
def test_bars_of_which_zbar_tells_but_one_end_get_a_box_from_end_to_end(room_px: int) -> None:
    """However much wider the region is."""
    bars = code("LX123456785")
    ink = np.flatnonzero((bars < 128).any(0))
    left, right = 120 + int(ink[0]), 121 + int(ink[-1])
    region = (
        (left - room_px, 100.0),
        (right + room_px, 100.0),
        (right + room_px, 150.0),
        (left - room_px, 150.0),
    )
    reading = read_strips(
        upright(put(table(), bars, 120, 100), region), Votes(), ByItsEnd(), RECIPES_OF_ZBAR
    )
    assert reading
    assert (reading.box[0][0], reading.box[1][0]) == pytest.approx((left, right), abs=6)
    assert sides_px(reading.box)[1] == pytest.approx(50, abs=1)


@pytest.mark.parametrize("heading_deg", [0.0, 90.0, 180.0, 270.0])
def test_a_point_keeps_the_direction_of_its_text(heading_deg: float) -> None:
    box = around([(10, 5), (10, 5)], heading_deg)
    assert sides_px(box)[0] == pytest.approx(1)
    assert angle_deg(box) % 360 == pytest.approx(heading_deg)
