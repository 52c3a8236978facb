"""Writes on pictures, in bitmap letters: OpenCV's own fonts would take 9 MB of the camera worker's
memory."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

# The 95 letters of ASCII beside each other, from 9x15B of X11's misc-fixed fonts ("Public domain
# font").
LETTERS = Path(__file__).with_name("letters.png")
WIDTH_PX, HEIGHT_PX = 9, 15
PLATE_PX = 3  # on all sides
ABOVE_PX = 5  # clear of the line around a code
WHITE = (255, 255, 255)


def write(drawn: Any, text: str, at: tuple[float, float], colour: tuple[int, int, int]) -> None:
    """White on a plate that ends above ``at``, or as near as the picture allows; beyond ASCII a
    question mark."""
    ink = np.pad(_ink(text), PLATE_PX)[: drawn.shape[0], : drawn.shape[1]]
    rows, columns = ink.shape
    left = max(0, min(int(at[0]) - PLATE_PX, drawn.shape[1] - columns))
    top = max(0, min(int(at[1]) - ABOVE_PX - rows, drawn.shape[0] - rows))
    drawn[top : top + rows, left : left + columns] = np.where(ink[..., None], WHITE, colour)


def _ink(text: str) -> npt.NDArray[np.bool_]:
    """Height x width of the text."""
    known = (ord(c) - ord(" ") if " " <= c <= "~" else ord("?") - ord(" ") for c in text)
    return np.hstack([np.zeros((HEIGHT_PX, 0), np.bool_), *(_letters()[:, k] for k in known)])


@cache
def _letters() -> npt.NDArray[np.bool_]:
    """Row, letter, column."""
    picture = cv2.imread(str(LETTERS), cv2.IMREAD_GRAYSCALE)
    assert picture is not None, f"{LETTERS}: cannot be read: install samebag again"
    return np.asarray(picture.reshape(HEIGHT_PX, -1, WIDTH_PX) > 0)
