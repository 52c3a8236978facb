from __future__ import annotations

import numpy as np
import pytest

from samebag.devices.camera.lettering import WHITE, write
from samebag.vision.geometry import Gray

RED = (0, 0, 200)


def written(text: str, at: tuple[float, float]) -> Gray:
    drawn = np.zeros((60, 200, 3), np.uint8)
    write(drawn, text, at, RED)
    return drawn


def ink(drawn: Gray) -> Gray:
    """The white pixels, without what is empty around them."""
    rows, columns = np.nonzero((drawn == WHITE).all(2))
    return np.asarray(
        (drawn == WHITE).all(2)[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    )


@pytest.mark.parametrize("at", [(-50.0, -50.0), (190.0, 0.0), (500.0, 500.0), (100.0, 59.0)])
def test_a_text_that_would_leave_the_picture_is_moved_into_it_whole(
    at: tuple[float, float],
) -> None:
    assert np.array_equal(
        ink(written("LX123456785CN", at)), ink(written("LX123456785CN", (40.0, 40.0)))
    )


def test_a_text_longer_than_the_picture_is_cut_at_its_end() -> None:
    assert np.array_equal(
        written("A" * 500, (0.0, 40.0))[:, :180], written("A" * 22, (0.0, 40.0))[:, :180]
    )


def test_each_letter_differs_and_beyond_ascii_all_are_question_marks() -> None:
    letters = {
        ink(written(chr(code), (40.0, 40.0))).tobytes() for code in range(ord("!"), ord("~") + 1)
    }
    # strokes like - and _ are the same once what is empty around them is gone
    assert len(letters) > 90
    assert np.array_equal(written("匹配 ok", (40.0, 40.0)), written("?? ok", (40.0, 40.0)))
