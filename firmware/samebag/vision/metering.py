"""Says how much more or less light the labels need, from what the reader found of them. Pure.

A camera's own exposure meters the whole frame. Over a bare dark table it opens up, and the next bag's labels are lost
in white until it has found back, pale print first. Lamps over a table do not change with the bag: an exposure that
fits one label fits the next one too, at once.

The camera is taken over only when its own exposure makes labels wrong, or swings with them; and it is given back as
soon as they do not answer as light does: cameras are told of that take a shutter time badly, or once only
(saki4510t/UVCCamera#49).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from samebag.vision.boxes import Gray
from samebag.vision.decode import Region

TARGET = 200.0  # of 255, the paper of the brightest label (hardware/optics.md)
GAMMA = 2.2  # of camera pictures, near enough: half the light is 0.73 of the level
CLIPPED = 250.0  # paper as white may have had any light
# Levels of paper: what is left to the camera's own exposure, and what is kept in ours. Regions that nobody could read
# may be the table's grain or a glint, so they never ask for more light, and for less only where all of it is white.
FAIR, HELD, UNREAD = (120.0, 240.0), (110.0, 235.0), (0.0, CLIPPED)
MOST_TIMES = 2.5  # a step: 1.5 times the level, which the reader takes for the same picture (reader.GAIN)
EVERY_S = 0.1
# Looks in a row before a step. A camera's own exposure has found back in a second, if it does.
AGREEING, OWN_LOOKS, UNREAD_LOOKS = 3, 10, 20
SWING, STEADY, SWING_S = 1.12, 1.1, 2.0  # times the level: so far its own exposure swings, or rests, in so long
MOST_STEPS, MOST_UNREAD = 5, 3  # of 2.5 times, 98 times the light; 16 times for what may be no label
ANSWER_S = 2.0  # after a step: so long for a label to be read; the bag may have gone
MOST_UNANSWERED = 3  # steps in a row, before it is left in peace for a while
PAUSES_S = (10.0, 600.0)  # after steps in vain: the first, doubled up to the last
UNREAD_PAUSE_S = 60.0  # after steps for what turned out to be no label
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
    """The last one that was taken: of which paper, and what is known of it since."""

    paper: Paper
    number: int  # since the paper was last good
    settled_s: float | None = None
    answered: bool = False

    def vain(self, paper: Paper) -> bool:
        """Whether paper that is read now is not what more or less light makes of what was seen then.

        How much light its own exposure took, some cameras only guess: the first step may lead anywhere near.
        """
        first, self.answered = not self.answered, True
        return first and self.number > 1 and paper.off(HELD) and _farther(paper, self.paper)

    def tries_unread(self) -> bool:
        """Whether it was for an unread label, and a further one may be."""
        return not self.answered and not self.paper.read and self.number < MOST_UNREAD

    def unanswered(self, at_s: float) -> bool:
        if self.settled_s is None:
            self.settled_s = at_s
        return not self.answered and at_s - self.settled_s > ANSWER_S


def _farther(now: Paper, before: Paper) -> bool:
    """From the target; of clipped paper nobody knows."""
    clipped = now.level >= CLIPPED and before.level >= CLIPPED
    return not clipped and abs(math.log(now.level / TARGET)) >= abs(math.log(before.level / TARGET))


class Metering:
    """The light of one camera that can be told. Frames in the order of their times."""

    def __init__(self) -> None:
        self._step: _Step | None = None  # None: the camera's own exposure
        self._swing, self._bare = _Swing(), _Bare()
        self._off = self._unanswered = 0
        self._next_s = self._resume_s = self._unread_from_s = -math.inf
        self._pause_s = PAUSES_S[0]
        self._told = False

    def look(self, gray: Gray, regions: Sequence[Region], at_s: float) -> Relight | None:
        """After the reader saw the frame, which was taken in the light asked for; mostly None."""
        if at_s < self._next_s:
            return None
        self._next_s = at_s + EVERY_S
        paper = paper_of(gray, regions)
        if self._step is None:
            return self._watched(paper, at_s) if at_s >= self._resume_s else None
        return self._held(self._step, paper, frame_light(gray), at_s)

    def _watched(self, paper: Paper | None, at_s: float) -> Relight | None:
        """In the camera's own exposure."""
        self._count(paper, FAIR)
        if paper is None:
            return None
        if paper.read:
            due = self._off >= OWN_LOOKS or self._swing.rests(paper, at_s)
        else:
            due = self._off >= UNREAD_LOOKS and at_s >= self._unread_from_s
        return self._stepped(paper, 1) if due else None

    def _held(self, step: _Step, paper: Paper | None, light: float, at_s: float) -> Relight | None:
        """In ours."""
        if step.unanswered(at_s):
            return self._left_unanswered(step, at_s)
        if step.number > MOST_STEPS or (paper and paper.read and step.vain(paper)):
            return self._given_up(at_s)
        self._count(paper, HELD)
        white = step.answered and paper is not None and not paper.read and self._off >= UNREAD_LOOKS
        if white or self._bare.changed(light, paper is not None and paper.read, at_s):
            return self._let_go()
        if paper and self._off >= AGREEING and (paper.read or step.tries_unread()):
            return self._stepped(paper, step.number + 1)
        if paper and paper.read and not paper.off(HELD):
            step.number = self._unanswered = 0
            self._pause_s, self._told = PAUSES_S[0], False
        return None

    def _left_unanswered(self, step: _Step, at_s: float) -> Relight:
        if not step.paper.read:
            self._unread_from_s = at_s + UNREAD_PAUSE_S
            return self._let_go()
        self._unanswered += 1
        return self._given_up(at_s) if self._unanswered >= MOST_UNANSWERED else self._let_go()

    def _count(self, paper: Paper | None, band: tuple[float, float]) -> None:
        self._off = self._off + 1 if paper and paper.off(band) else 0

    def _stepped(self, paper: Paper, number: int) -> Relight:
        self._step, self._off, self._bare = _Step(paper, number), 0, _Bare()
        return Relight(paper.wanted())

    def _let_go(self) -> Relight:
        self._step, self._off, self._swing = None, 0, _Swing()
        return Relight(None)

    def _given_up(self, at_s: float) -> Relight:
        why = "" if self._told else "labels do not answer to its shutter as to light: it is left to its own exposure"
        self._resume_s, self._pause_s = at_s + self._pause_s, min(PAUSES_S[1], 2 * self._pause_s)
        self._told, self._unanswered = True, 0
        return replace(self._let_go(), why=why)


class _Swing:
    """The paper of labels that were read, in the camera's own exposure."""

    def __init__(self) -> None:
        self._levels: deque[tuple[float, float]] = deque()

    def rests(self, paper: Paper, at_s: float) -> bool:
        """Whether the exposure rests after it went up or down with the bag."""
        if not paper.read:
            return False
        self._levels.append((at_s, paper.level))
        while at_s - self._levels[0][0] > SWING_S:
            self._levels.popleft()
        levels = [level for _, level in self._levels]
        last = levels[-AGREEING:]
        return max(levels) > SWING * min(levels) and max(last) <= STEADY * min(last)


class _Bare:
    """The light of the frame without labels that are read: a fixed exposure is of no use once that is another."""

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
