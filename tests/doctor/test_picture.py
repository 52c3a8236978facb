"""Blur is measured as it was made; light and focus are judged by what the reader reads, and would
read if worse."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from samebag.doctor.camera import decoded, light, sharpness
from samebag.doctor.finding import CheckState
from samebag.doctor.picture import blur_px, noise_levels, paper_level, with_light
from samebag.vision.reader import Reader, Seen
from tests.vision.pictures import Gray, code, noisy, put, table, turned

from .computer import by_thing

NOTHING = Seen((), 0, ())


def labels(module_px: int, sigma_px: float, gain: float = 0.8) -> Gray:
    frame = put(table(0, 1280, 720), code("LX123456789CN", module_px=module_px), 40, 60)
    frame = put(frame, code("DD123456", "qr", 2 * module_px), 820, 250)
    return noisy(
        np.asarray(cv2.GaussianBlur(turned(frame, 17), (0, 0), sigma_px), np.uint8), 1, gain
    )


@pytest.mark.parametrize("module_px", [2, 3, 4])
@pytest.mark.parametrize("sigma_px", [0.4, 0.7, 1.0, 1.7])
def test_blur_is_measured_as_it_was_made(module_px: int, sigma_px: float) -> None:
    turning_px = 0.45  # what turning the picture by bilinear interpolation has blurred it by
    measured = blur_px(labels(module_px, sigma_px))
    assert measured == pytest.approx(np.hypot(sigma_px, turning_px), abs=0.3)


def small_labels(sigma_px: float, gain: float) -> Gray:
    """Modules of 1.2 and 2.4 px: what just can be read."""
    small = cv2.resize(labels(2, 0.1), None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    return noisy(np.asarray(cv2.GaussianBlur(small, (0, 0), sigma_px), np.uint8), 1, gain / 0.8)


def read(gray: Gray) -> set[str]:
    return {sighting.code for sighting in Reader().still(gray).sightings}


@pytest.mark.parametrize(
    ("frame", "light_is", "focus_is", "says"),
    [
        # far from what a rule of thumb allows, and read all the same
        (
            labels(3, 1.7, 1.4),
            CheckState.OK,
            CheckState.OK,
            "",
        ),
        (labels(3, 0.7, 0.15), CheckState.OK, CheckState.OK, "too faint"),
        (small_labels(0.7, 0.8), CheckState.OK, CheckState.OK, ""),
        (
            small_labels(0.9, 0.2),
            CheckState.BAD,
            CheckState.OK,
            "in half the light, 1 would not be read",
        ),
        (
            small_labels(0.7, 1.4),
            CheckState.BAD,
            CheckState.BAD,
            "in twice the light, 1 would not be read",
        ),
        (
            small_labels(1.1, 0.8),
            CheckState.OK,
            CheckState.BAD,
            "blurred by 0.5 px more, 1 would not be read",
        ),
        (small_labels(1.3, 1.8), CheckState.BAD, CheckState.OK, "of what is unread is white"),
        (noisy(table(0, 1280, 720), 1), CheckState.UNKNOWN, CheckState.UNKNOWN, "no label"),
    ],
)
def test_light_and_focus_are_judged_by_what_is_read_if_they_get_worse(
    frame: Gray, light_is: CheckState, focus_is: CheckState, says: str
) -> None:
    seen = Reader().still(frame)
    found = [light(frame, seen, read), sharpness(frame, seen, read)]
    assert [finding.state for finding in found] == [light_is, focus_is]
    assert says in "; ".join(finding.value.en for finding in found)
    by_thing(found)


def test_half_the_light_is_darker_and_as_noisy_again() -> None:
    frame = labels(3, 0.7)
    half = with_light(frame, 0.5)
    assert np.median(half) == pytest.approx(0.73 * np.median(frame), abs=2)
    assert noise_levels(half) == pytest.approx(
        np.hypot(noise_levels(frame), 0.73 * noise_levels(frame)), rel=0.15
    )


def test_without_a_label_only_darkness_is_sure() -> None:
    assert light(noisy(table(), 1, 0.1), NOTHING, read).state is CheckState.BAD
    assert light(noisy(table(), 1), NOTHING, read).state is CheckState.UNKNOWN
    assert paper_level(table(), []) is None


def test_a_table_without_codes_is_unknown_and_unread_ones_are_bad() -> None:
    assert by_thing([decoded(NOTHING)])["camera reads"].state is CheckState.UNKNOWN
    assert by_thing([decoded(Seen((), 2, ()))])["camera reads"].state is CheckState.BAD
