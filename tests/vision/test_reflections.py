from __future__ import annotations

import cv2
import numpy as np
import pytest

from samebag.vision.decode import read_frame
from samebag.vision.reader import Reader
from tests.vision.pictures import Gray, code, noisy, put, table, turned

NUMBER = "LX123456785CN"
PALE = 0.6  # of the light that falls on it a shiny table throws back


def label(symbology: str, *lines: str) -> Gray:
    """A code on paper with a frame, and print below it."""
    drawn = code(NUMBER, symbology, 2 if symbology == "code128" else 5)
    sheet = np.full(
        (drawn.shape[0] + 30 + 24 * len(lines), max(drawn.shape[1], 300) + 20), 255, np.uint8
    )
    sheet = put(sheet, drawn, 10, 20)
    for number, line in enumerate(lines, 1):
        cv2.putText(
            sheet,
            line,
            (30, drawn.shape[0] + 16 + 24 * number),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.7,
            0,
            2,
        )
    return sheet


def mirrored(sheet: Gray) -> Gray:
    """As a table shows it that reflects a part of the light."""
    return np.asarray(60 + PALE * 0.6 * sheet[::-1], np.uint8)


def two(upper: Gray, lower: Gray, degrees: float, seed: int) -> Gray:
    frame = put(put(table(seed, 640, 520), upper, 40, 20), lower, 200, 280)
    return noisy(turned(frame, degrees), seed)


def places(frame: Gray) -> list[str]:
    return [s.code for s in read_frame(frame)]


@pytest.mark.parametrize("symbology", ["code128", "qr", "datamatrix"])
@pytest.mark.parametrize("degrees", [0, 25, 100])
def test_a_label_and_its_reflection_are_one_sighting_of_the_label(
    symbology: str, degrees: int
) -> None:
    sheet = label(symbology, NUMBER, "TO: Vera")
    seen = read_frame(two(sheet, mirrored(sheet), degrees, degrees))
    alone = read_frame(
        noisy(turned(put(table(degrees, 640, 520), sheet, 40, 20), degrees), degrees)
    )
    assert [s.code for s in seen] == [NUMBER]
    assert np.allclose(np.mean(seen[0].box, axis=0), np.mean(alone[0].box, axis=0), atol=6)


@pytest.mark.parametrize("symbology", ["code128", "qr", "datamatrix"])
@pytest.mark.parametrize("degrees", [0, 25, 100])
def test_a_second_print_of_a_code_stays_a_second_sighting(symbology: str, degrees: int) -> None:
    sheet = label(symbology, NUMBER, "TO: Vera")
    stub, paler = label(symbology, NUMBER, "1.25 kg"), np.asarray(60 + 0.6 * PALE * sheet, np.uint8)
    for other in (sheet, stub, paler):
        assert places(two(sheet, other, degrees, degrees)) == [NUMBER] * 2


def test_bars_without_print_beside_them_may_be_two_labels() -> None:
    sheet = np.pad(code(NUMBER), 20, constant_values=255)
    assert places(two(sheet, mirrored(sheet), 0, 1)) == [NUMBER] * 2


def test_a_live_reader_passes_over_a_reflection_that_it_read_before_the_label() -> None:
    sheet, reader = label("code128", NUMBER, "TO: Vera"), Reader()
    alone = put(table(0, 640, 480), mirrored(sheet), 200, 260)
    both = put(alone, sheet, 40, 20)
    for number in range(5):
        assert len(reader.frame(noisy(alone, number), number / 15).sightings) == 1
    for number in range(5, 25):
        assert len(reader.frame(noisy(both, number), number / 15).sightings) == 1
