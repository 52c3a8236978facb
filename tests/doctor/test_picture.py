"""Blur is measured as it was made, whatever the size of the codes; paper is found between the bars."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from samebag.doctor.camera import MOST_BLUR_PX, decoded, light, sharpness
from samebag.doctor.finding import State
from samebag.doctor.picture import blur_px, paper_level
from samebag.vision.reader import Reader, Seen
from tests.vision.pictures import Gray, code, noisy, put, table, turned

from .computer import by_thing

NOTHING = Seen((), 0, ())


def labels(module_px: int, sigma_px: float, gain: float = 0.8) -> Gray:
    frame = put(table(0, 1280, 720), code("LX123456789CN", module_px=module_px), 40, 60)
    frame = put(frame, code("DD123456", "qr", 2 * module_px), 820, 250)
    return noisy(np.asarray(cv2.GaussianBlur(turned(frame, 17), (0, 0), sigma_px), np.uint8), 1, gain)


@pytest.mark.parametrize("module_px", [2, 3, 4])
@pytest.mark.parametrize("sigma_px", [0.4, 0.7, 1.0, 1.7])
def test_blur_is_measured_as_it_was_made(module_px: int, sigma_px: float) -> None:
    turning_px = 0.45  # what turning the picture by bilinear interpolation has blurred it by
    measured = blur_px(labels(module_px, sigma_px))
    assert measured == pytest.approx(np.hypot(sigma_px, turning_px), abs=0.3)


def test_a_camera_out_of_focus_is_bad_and_an_empty_table_unknown() -> None:
    assert MOST_BLUR_PX == 1.2
    found = by_thing([sharpness(labels(3, 1.7))])["camera focus"]
    assert (found.state, "focus" in found.cure) == (State.BAD, True)
    assert sharpness(labels(3, 0.7)).state is State.OK
    assert sharpness(noisy(table(0, 1280, 720), 1)).state is State.UNKNOWN


@pytest.mark.parametrize(("gain", "state"), [(0.3, State.BAD), (0.8, State.OK), (1.4, State.BAD)])
def test_light_is_judged_by_the_paper_of_the_labels(gain: float, state: State) -> None:
    frame = labels(3, 0.7, gain)
    seen = Reader().still(frame)
    assert len(seen.sightings) == 2
    assert by_thing([light(frame, seen)])["camera light"].state is state


def test_without_a_label_only_darkness_is_sure() -> None:
    assert light(noisy(table(), 1, 0.1), NOTHING).state is State.BAD
    assert light(noisy(table(), 1), NOTHING).state is State.UNKNOWN
    assert paper_level(table(), []) is None


def test_a_table_without_codes_is_unknown_and_unread_ones_are_bad() -> None:
    assert by_thing([decoded(NOTHING)])["camera reads"].state is State.UNKNOWN
    assert by_thing([decoded(Seen((), 2, ()))])["camera reads"].state is State.BAD
