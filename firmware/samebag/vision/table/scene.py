"""Tells an empty table from an occupied one, from pictures of the table that it learns by itself.
Pure.

Nobody says when the table is empty, and a bag may lie there at start or for an hour. So only a
picture that comes back counts as the empty table: still and without codes, gone while a bag's codes
were read, and there again. Bags never come back alike to the pixel. What is learnt follows the
light only while the table is judged empty. Until the table is learnt everything is occupied; a
picture in which a code is read is not the table, and is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from samebag.vision.geometry import Gray

CELL_PX = 16  # averages sensor noise of 5 levels down to 0.3
DIFFERENT_LEVELS = 10.0  # of 255, in brightness or detail of a cell, after the light was evened out
DIFFERENT_SHARE = 0.005  # of the cells: a fingertip at 720p; the smallest label covers 2 %
STILL_S = 0.3  # a sliding bag or a hand never rests that alike
EMPTY_FRAMES = 3  # in a row before the table counts as empty; one frame is enough for occupied
KEPT = 4  # pictures each of candidates and of tables: lamp on and off, a tool put down, daylight
# share of the new frame taken over while empty: half of a change of light in 35 frames
FOLLOW = 0.02
GAIN = (0.6, 1.6)  # exposure may change so far and still be the same table

Cells = npt.NDArray[np.float32]


@dataclass(eq=False, slots=True)
class _Picture:
    """Brightness and detail of each cell."""

    light: Cells
    detail: Cells
    left_for_codes: bool = False  # codes were read while the table looked otherwise

    def like(self, other: _Picture) -> bool:
        """Whether both show the same, whatever the exposure."""
        gain = float(np.clip(np.median(self.light / np.maximum(other.light, 1)), *GAIN))
        different = np.abs(self.light - gain * other.light) > DIFFERENT_LEVELS
        different |= np.abs(self.detail - gain * other.detail) > DIFFERENT_LEVELS
        return float(different.mean()) < DIFFERENT_SHARE

    def follow(self, other: _Picture) -> None:
        self.light += FOLLOW * (other.light - self.light)
        self.detail += FOLLOW * (other.detail - self.detail)


def _picture(gray: Gray) -> _Picture:
    size = (max(1, gray.shape[1] // CELL_PX), max(1, gray.shape[0] // CELL_PX))
    half = cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    edges = cv2.morphologyEx(half, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))
    light, detail = (
        cv2.resize(a, size, interpolation=cv2.INTER_AREA).astype(np.float32) for a in (half, edges)
    )
    return _Picture(light, detail)


@dataclass(slots=True)
class Scene:
    """The memory of one camera's table. Frames must be of one size."""

    _tables: list[_Picture] = field(default_factory=list)
    _candidates: list[_Picture] = field(default_factory=list)
    _last: _Picture | None = None
    _still_since_s: float = 0.0
    _empty_frames: int = 0

    def occupied(self, gray: Gray, codes_seen: bool, at_s: float) -> bool:
        """Takes the next frame; False only when the learnt table lay bare in the last three."""
        now = _picture(gray)
        if codes_seen or self._last is None or not now.like(self._last):
            self._still_since_s = at_s
        self._last = now
        if codes_seen:
            self._forget(now)
        elif at_s - self._still_since_s >= STILL_S:
            self._learn(now)
        table = next((t for t in self._tables if now.like(t)), None)
        self._empty_frames = self._empty_frames + 1 if table and not codes_seen else 0
        if table and self._empty_frames >= EMPTY_FRAMES:
            table.follow(now)
            return False
        return True

    def _forget(self, bag: _Picture) -> None:
        """A code was read, so this is no empty table, and whatever looks otherwise was left for a
        bag."""
        self._tables = [t for t in self._tables if not bag.like(t)]
        self._candidates = [c for c in self._candidates if not bag.like(c)]
        for candidate in self._candidates:
            candidate.left_for_codes = True

    def _learn(self, still: _Picture) -> None:
        if any(still.like(t) for t in self._tables):
            return
        known = next((c for c in self._candidates if still.like(c)), None)
        if known is None:
            self._candidates = [*self._candidates, still][-KEPT:]
        elif known.left_for_codes:
            self._candidates.remove(known)
            self._tables = [*self._tables, still][-KEPT:]
