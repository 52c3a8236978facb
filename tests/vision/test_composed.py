from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from samebag.vision.bars.composed import RECIPES, read_composed
from samebag.vision.bars.strips import Votes, read_strips, upright
from samebag.vision.decode import Decoders, read_frame
from samebag.vision.decoders import CodeReading
from tests.vision.pictures import Gray, code, noisy, put, table, turned

WAYBILL, WRONG = "YT3931594279565704", "YT3931594279565705"
PLACE = (80, 60)
BOX = ((100.0, 60.0), (412.0, 60.0), (412.0, 110.0), (100.0, 110.0))  # of its bars drawn there


def glossy(drawn: Gray, askew: float) -> Gray:
    """Under a streak of gloss that crosses all rows, by so many columns from row to row."""
    y, x = np.indices(drawn.shape, np.float32)
    away = (x - drawn.shape[1] / 2 - askew * (y - drawn.shape[0] / 2)) / 14
    soft = cv2.GaussianBlur(drawn, (0, 0), 0.8)
    return np.asarray(np.clip(0.9 * soft + 400 * np.exp(-(away**2)), 0, 255), np.uint8)


@pytest.mark.parametrize("askew", [3.0, -4.0])
@pytest.mark.parametrize("degrees", [0, 35])
def test_bars_that_no_row_shows_whole_are_read_from_all_rows(degrees: float, askew: float) -> None:
    frame = noisy(put(table(), glossy(code(WAYBILL), askew), *PLACE), 1)
    votes = Votes()
    assert read_strips(upright(frame, BOX), votes, Decoders().strips) is None and not votes.counts
    assert [s.code for s in read_frame(noisy(turned(frame, degrees), 2))] == [WAYBILL]


def test_gloss_along_the_bars_hides_them_for_good() -> None:
    assert not read_frame(noisy(put(table(), glossy(code(WAYBILL), 0.0), *PLACE), 1))


@dataclass
class Says:
    """A decoder that says of each band, recipe by recipe, what it is given."""

    texts: list[str]
    name: str = "zxing"

    def read(self, gray: Gray) -> list[CodeReading]:
        ink = np.flatnonzero(gray.mean(0) < 128)
        left, right = float(ink[0]), float(ink[-1] + 1)
        text = self.texts.pop(0) if self.texts else ""
        return (
            [CodeReading(text, "code128", ((left, 0.0), (right, 0.0), (right, 9.0), (left, 9.0)))]
            if text
            else []
        )


@pytest.mark.parametrize(
    ("bands", "strips"),
    [
        ((WAYBILL, ""), ()),  # one band alone
        ((WAYBILL, WRONG), ()),
        ((WRONG, WRONG), ()),  # the symbols do not fit
        ((WAYBILL, WAYBILL), (WRONG,)),
        ((WRONG, "", WAYBILL, WAYBILL), ()),  # the next recipe does not make good what one said
    ],
)
def test_a_composed_text_wants_both_bands_the_symbols_and_nobody_against_it(
    bands: tuple[str, ...], strips: tuple[str, ...]
) -> None:
    soft = np.asarray(cv2.GaussianBlur(code(WAYBILL), (0, 0), 0.8), np.uint8)
    frame = put(np.full((200, 640), 255, np.uint8), soft, *PLACE)
    assert read_composed(frame, BOX, strips, Says([*bands, *[""] * 2 * len(RECIPES)])) is None
    told = read_composed(frame, BOX, (), Decoders().strips)
    assert told and told.text == WAYBILL
    assert [round(x) for x, _ in told.box[:2]] == pytest.approx([100, 412], abs=2)
