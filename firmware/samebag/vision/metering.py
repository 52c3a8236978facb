"""Says how much more or less light the labels need, from what the reader found of them. Pure.

A camera's own exposure meters the whole frame: on a dark table the labels' paper is lost in white, and pale print with
it. Lamps over a table do not change with the bag, so an exposure that fits one label fits the next one too, at once.

The camera is taken over only when labels look wrong in its own exposure, and given back to it as soon as they do not
answer as light does: cameras are told of that take a shutter time badly, or once only (saki4510t/UVCCamera#49).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samebag.vision.boxes import Gray
from samebag.vision.decode import Region

TARGET = 200.0  # of 255, the paper of the brightest label (hardware/optics.md)
GAMMA = 2.2  # of camera pictures, near enough: half the light is 0.73 of the level
CLIPPED = 250.0  # paper as white may have had any light
# Levels of paper: what is left to the camera's own exposure, what is kept in ours, and what unread labels may be. These
# may be no labels at all, so they ask for light only where a label could not be read.
FAIR, HELD, UNREAD = (120.0, 240.0), (160.0, 235.0), (80.0, CLIPPED)
MOST_TIMES = 2.5  # a step: 1.5 times the level, which the reader takes for the same picture (reader.GAIN)
EVERY_S = 0.1
AGREEING = 3  # looks in a row before a step: the camera's own exposure may settle by itself
MOST_STEPS = 5  # of 2.5 times, 98 times the light; more without good paper is no light
ODD_TIMES = 4.0  # the frame's light may differ so far from what the step should have made of it: a bag came or went
READ_S = 1.0  # a step for labels that were unread has so long to get one read
PAUSES_S = (10.0, 600.0)  # after steps in vain: the first, doubled up to the last
BARE_S = 2.0  # without labels so long: the table, or whatever lies there
CHANGED_TIMES, CHANGED_S = 2.5, 5.0  # other light on it for so long: lamps off, the sun out

_LIGHT = (np.arange(256) / 255) ** GAMMA  # of each gray level
# Where the paper of a label is looked at. More than half of a code's box is paper, so of these places the brightest
# quarter is, and a glint on a fifth of them is not taken for it.
_ALONG, _DOWN = (a.ravel() for a in np.meshgrid(np.linspace(0.02, 0.98, 40), np.linspace(0.1, 0.9, 5)))
_PAPER = int(0.75 * _ALONG.size)


@dataclass(frozen=True, slots=True)
class Relight:
    """``times`` the light of now; None: as the camera itself thinks best. ``why`` is said once."""

    times: float | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """How bright the brightest label's paper is, and whether it was read."""

    level: float
    read: bool

    def off(self, band: tuple[float, float]) -> bool:
        least, most = band if self.read else UNREAD
        return not least <= self.level <= most

    def wanted(self) -> float:
        """Times the light that brings it to its target, at most one step."""
        if self.level >= CLIPPED:
            return 1 / MOST_TIMES
        return min(MOST_TIMES, max(1 / MOST_TIMES, math.pow(TARGET / max(self.level, 1.0), GAMMA)))


@dataclass(slots=True)
class _Step:
    """The last one that was taken: of which paper and frame, and whether the labels have answered to it."""

    paper: Paper
    frame_light: float  # that it should lead to
    number: int  # since the paper was last good
    settled_s: float | None = None
    answered: bool = False

    def vain(self, paper: Paper | None, frame_light: float, at_s: float) -> bool:
        """Whether what is seen now is not what more or less light makes of what was seen then."""
        if self.answered:
            return False
        if self.settled_s is None:
            self.settled_s = at_s
        if not 1 / ODD_TIMES < (frame_light + 1e-4) / (self.frame_light + 1e-4) < ODD_TIMES:
            return True
        if paper is None or not paper.read:
            return not self.paper.read and at_s - self.settled_s > READ_S
        self.answered = True
        # what light the camera's own exposure was, some cameras only guess: the first step leads anywhere near
        return self.number > 1 and paper.off(HELD) and _farther(paper, self.paper)


def _farther(now: Paper, before: Paper) -> bool:
    """From the target; of clipped paper nobody knows."""
    clipped = now.level >= CLIPPED and before.level >= CLIPPED
    return not clipped and abs(math.log(now.level / TARGET)) >= abs(math.log(before.level / TARGET))


class Metering:
    """The light of one camera that can be told. Frames in the order of their times."""

    def __init__(self) -> None:
        self._step: _Step | None = None  # None: the camera's own exposure
        self._off = 0
        self._next_s = self._resume_s = -math.inf
        self._pause_s = PAUSES_S[0]
        self._told = False
        self._bare = _Bare()

    def look(self, gray: Gray, regions: Sequence[Region], at_s: float) -> Relight | None:
        """After the reader saw the frame, which was taken in the light asked for; mostly None."""
        if at_s < self._next_s:
            return None
        self._next_s = at_s + EVERY_S
        paper = paper_of(gray, regions)
        if self._step is None:
            return self._considered(paper, FAIR, gray) if at_s >= self._resume_s else None
        light = frame_light(gray)
        if self._step.vain(paper, light, at_s) or self._step.number > MOST_STEPS:
            return self._given_up(at_s)
        if self._bare.changed(light, paper is not None, at_s):
            self._step = None
            return Relight(None)
        return self._considered(paper, HELD, gray)

    def _considered(self, paper: Paper | None, band: tuple[float, float], gray: Gray) -> Relight | None:
        if paper is None or not paper.off(band):
            self._off = 0
            if self._step and paper and paper.read:
                self._step.number, self._pause_s, self._told = 0, PAUSES_S[0], False
            return None
        self._off += 1
        if self._off < AGREEING:
            return None
        times, number = paper.wanted(), self._step.number + 1 if self._step else 1
        self._step = _Step(paper, frame_light(gray) * times, number)
        self._off, self._bare = 0, _Bare()
        return Relight(times)

    def _given_up(self, at_s: float) -> Relight:
        why = "" if self._told else "labels do not answer to its shutter as to light: it is left to its own exposure"
        self._step, self._told = None, True
        self._resume_s, self._pause_s = at_s + self._pause_s, min(PAUSES_S[1], 2 * self._pause_s)
        return Relight(None, why)


class _Bare:
    """The light of the frame without labels: a fixed exposure is of no use once that is another."""

    def __init__(self) -> None:
        self._light: float | None = None
        self._labels_s = self._like_s = math.nan

    def changed(self, light: float, labels: bool, at_s: float) -> bool:
        if labels or math.isnan(self._labels_s):
            self._labels_s = self._like_s = at_s
        elif self._light is None:
            self._like_s = at_s
            if at_s - self._labels_s >= BARE_S:
                self._light = light
        elif 1 / CHANGED_TIMES < (light + 1e-4) / (self._light + 1e-4) < CHANGED_TIMES:
            self._like_s = at_s
        return at_s - self._like_s >= CHANGED_S


def paper_of(gray: Gray, regions: Sequence[Region]) -> Paper | None:
    """Of the labels that were read, else of what looks like one; None where there is neither."""
    there = [r for r in regions if not r.reflected]
    read = [r for r in there if r.text]
    levels = [_paper_level(gray, np.array(r.box)) for r in read or there]
    return Paper(max(levels), bool(read)) if levels else None


def _paper_level(gray: Gray, box: npt.NDArray[np.float64]) -> float:
    a, b, c, d = box
    u, v = _ALONG[:, None], _DOWN[:, None]
    places = np.rint(a + u * (b - a) + v * (d - a) + u * v * (a - b + c - d)).astype(int)
    x, y = (places[:, k].clip(0, gray.shape[1 - k] - 1) for k in (0, 1))
    return float(np.partition(gray[y, x], _PAPER)[_PAPER])


def frame_light(gray: Gray) -> float:
    """Mean light, of what white is; every 256th pixel is enough."""
    return float(_LIGHT[gray[::16, ::16]].mean())
