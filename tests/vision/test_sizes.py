from __future__ import annotations

import cv2
import numpy as np
import pytest
from zxingcpp import BarcodeFormat, create_barcode

from samebag.vision.reader import Reader
from tests.vision.pictures import Gray, code, noisy, put, table, turned

SIDE_PX, DISK_PX = 42, 72


def crowded(count: int, *, white_ink: bool = False, torn: bool = False) -> tuple[Gray, set[str]]:
    """A table full of small disks, each with a Data Matrix of 14 modules that lies as it likes."""
    rng = np.random.default_rng(count)
    frame, texts = (
        table(0, 1280, 720),
        {f"HA00{number:06d}" for number in rng.integers(0, 10**6, count)},
    )
    ink, paper = (200, 60) if white_ink else (60, 200)
    for number, text in enumerate(sorted(texts)):
        drawn = np.array(
            create_barcode(text, BarcodeFormat.DataMatrix).to_image(scale=3, add_quiet_zones=False)
        )
        if torn:
            drawn[9:33, 9:33] = np.kron(rng.integers(0, 2, (8, 8)) * 255, np.ones((3, 3)))
        middle = np.asarray(
            cv2.getRotationMatrix2D((SIDE_PX / 2, SIDE_PX / 2), float(rng.uniform(0, 360)), 1.0)
        )
        middle[:, 2] = middle[:, 2] + (DISK_PX - SIDE_PX) / 2
        dark = cv2.warpAffine(255 - drawn.astype(np.uint8), middle, (DISK_PX, DISK_PX)) / 255
        disk = cv2.circle(
            np.zeros((DISK_PX, DISK_PX), np.uint8), (DISK_PX // 2, DISK_PX // 2), 34, 1, -1
        )
        x, y = 20 + 100 * (number % 12), 20 + 85 * (number // 12)
        there = frame[y : y + DISK_PX, x : x + DISK_PX]
        frame[y : y + DISK_PX, x : x + DISK_PX] = np.where(
            disk, paper + (ink - paper) * dark, there
        )
    return noisy(np.asarray(cv2.GaussianBlur(frame, (0, 0), 0.7), np.uint8), 1), texts


@pytest.mark.parametrize("white_ink", [False, True])
def test_every_small_matrix_of_a_crowded_table_is_read(white_ink: bool) -> None:
    frame, texts = crowded(40, white_ink=white_ink)
    assert {s.code for s in Reader().still(frame).sightings} == texts


def test_of_many_that_cannot_be_read_none_is_dropped_silently() -> None:
    frame, texts = crowded(60, torn=True)
    seen = Reader().still(frame)
    assert len({s.code for s in seen.sightings}) + seen.unread >= 0.95 * len(texts)


def with_dead_dots(drawn: Gray, every_px: int) -> Gray:
    """With pale lines, as dead dots of the print head leave."""
    out = drawn.copy()
    for k in (0, 1, 2):
        out[k::every_px] = 230
    return out


@pytest.mark.parametrize("degrees", [2, 24])
def test_a_large_data_matrix_with_lines_of_dead_dots_is_read(degrees: float) -> None:
    drawn = with_dead_dots(code("DD1234567890", "datamatrix", 20), 13)
    frame = noisy(turned(put(table(0, 520, 520), drawn, 60, 60), degrees), 1)
    assert [s.code for s in Reader().still(frame).sightings] == ["DD1234567890"]


@pytest.mark.parametrize("degrees", [5, 40])
def test_a_large_grainy_qr_is_read(degrees: float) -> None:
    rng, drawn = np.random.default_rng(0), code("DD1234567890", "qr", 24)
    grain = np.kron(rng.random((232, 232)) < 0.15, np.ones((3, 3))) > 0
    frame = noisy(
        turned(put(table(0, 800, 800), np.where(grain, 255 - drawn, drawn), 50, 50), degrees), 1
    )
    assert [s.code for s in Reader().still(frame).sightings] == ["DD1234567890"]
