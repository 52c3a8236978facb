from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle

import cv2
import numpy as np
import pytest
from zxingcpp import BarcodeFormat, create_barcode

from samebag.vision.bars.strips import Votes, read_strips, upright
from samebag.vision.bars.unevened import read_unevened
from samebag.vision.decode import Decoders, read_frame
from samebag.vision.decoders import CodeReading
from tests.vision.pictures import Gray, code, noisy, put, table

RIGHT, WRONG = "LX123456785CN", "LX123456789CN"
# of the bars of RIGHT drawn at 60, 60
BOX = (
    (80.0, 61.0),
    (392.0, 61.0),
    (392.0, 109.0),
    (80.0, 109.0),
)


@dataclass
class Says:
    """A decoder that says the same of every part of the patch, or says in turn what it is given."""

    name: str
    texts: tuple[str, ...]

    def __post_init__(self) -> None:
        self._next = cycle(self.texts)

    def read(self, gray: Gray) -> list[CodeReading]:
        text, (left, right) = next(self._next), (0.0, 0.0)
        ink = np.flatnonzero(gray.mean(0) < 160)
        if len(ink):
            left, right = float(ink[0]), float(ink[-1] + 1)
        return (
            [CodeReading(text, "code128", ((left, 0.0), (right, 0.0), (right, 9.0), (left, 9.0)))]
            if text
            else []
        )


@pytest.mark.parametrize(
    ("zxing", "zbar", "strips", "counts"),
    [
        ((RIGHT,), (RIGHT,), {}, RIGHT),
        (("", "", RIGHT), ("",), {RIGHT: 1}, RIGHT),
        ((RIGHT,), ("",), {}, RIGHT),  # the symbols fit
        ((WRONG,), ("",), {}, None),  # they do not, though all parts say it
        ((RIGHT, "", ""), (WRONG, "", ""), {}, None),
        ((RIGHT,), (RIGHT,), {WRONG: 1}, None),
        (("", "", WRONG), ("",), {RIGHT: 1}, None),
        (("",), ("",), {RIGHT: 1}, None),
    ],
)
def test_what_one_library_says_needs_a_witness_of_another_kind_and_none_against_it(
    zxing: tuple[str, ...], zbar: tuple[str, ...], strips: dict[str, int], counts: str | None
) -> None:
    sheet = put(np.full((200, 480), 255, np.uint8), code(RIGHT), 60, 60)
    flat = upright(np.asarray(cv2.GaussianBlur(sheet, (0, 0), 0.9), np.uint8), BOX)
    told = read_unevened(
        flat, strips, (Says("zxing", zxing), Says("zbar", zbar)), Decoders().strips
    )
    assert (told.reading.text if told else None) == counts


def dead_dots(text: str, dots: tuple[int, ...]) -> Gray:
    """Bars of three dots a module, those dots of the head dead, seen at 1.8 px a module."""
    drawn = np.array(
        create_barcode(text, BarcodeFormat.Code128).to_image(scale=3, add_quiet_zones=True)
    )[:120]
    for dot in dots:
        drawn[:, dot] = 255
    small = cv2.resize(drawn, None, fx=0.6, fy=0.5, interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.GaussianBlur(put(table(), np.asarray(small, np.uint8), 60, 60), (0, 0), 0.6), np.uint8
    )


@pytest.mark.parametrize(
    ("dots", "seed"),
    [
        ((256, 490, 195, 464, 306, 367, 140, 307), 3),
        ((150, 219, 487, 202, 470, 265), 3),
        ((102, 298, 404, 405, 396, 167), 0),
        ((182, 236, 34, 130, 92, 446, 462), 1),
    ],
)
def test_bars_with_pale_lines_of_dead_dots_are_read_where_strips_say_nothing(
    dots: tuple[int, ...], seed: int
) -> None:
    frame = noisy(dead_dots(RIGHT, dots), seed)
    votes = Votes()
    assert read_strips(upright(frame, BOX), votes, Decoders().strips) is None
    assert [s.code for s in read_frame(frame)] == [RIGHT]
