"""Says how much more or less light the labels need, from what the reader found of them. Pure.

A camera's own exposure meters the whole frame. Over a bare dark table it opens up, and the next
bag's labels are lost in white until it has found back, pale print first. Lamps over a table do not
change with the bag: an exposure that fits one label fits the next one too, at once.

The camera is taken over only when its own exposure makes labels wrong, or swings with them; and it
is given back as soon as they do not answer as light does: cameras are told of that take a shutter
time badly, or once only (saki4510t/UVCCamera#49).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from samebag.vision.geometry import Gray
from samebag.vision.regions import Region
from samebag.vision.table.paper import FAIR, HELD, LabelPaper, frame_light, paper_of

# a step: 1.5 times the level, which the reader takes for the same picture (reader.GAIN)
MOST_TIMES = 2.5
EVERY_S = 0.1
# Looks in a row before a step in ours, and in the camera's own exposure, which has found back in a
# second if it does.
AGREEING, OWN_LOOKS = 3, 10
# times the level: so far its own exposure swings, or rests, in so long
SWING, STEADY, SWING_S = (
    1.12,
    1.1,
    2.0,
)
# of 2.5 times, 98 times the light; 16 times for what may be no label
MOST_STEPS, MOST_UNREAD = (
    5,
    3,
)
ANSWER_S = 2.0  # after a step: so long for a label to be read; the bag may have gone
MOST_UNANSWERED = 3  # steps in a row, before it is left in peace for a while
# after steps in vain, also for what was no label: the first, doubled up to the last
PAUSES_S = (
    10.0,
    600.0,
)
BARE_S = 2.0  # without labels so long: the table, or whatever lies there
CHANGED_TIMES, CHANGED_S = 2.5, 5.0  # other light on it for so long: lamps off, the sun out


@dataclass(frozen=True, slots=True)
class Relight:
    """``times`` the light of now; None: as the camera itself thinks best. ``why`` is said once."""

    times: float | None
    why: str = ""


@dataclass(slots=True)
class _Step:
    """The last one that was taken: of which paper, and what is known of it since."""

    paper: LabelPaper
    number: int  # since the paper was last good
    settled_s: float | None = None
    answered: bool = False

    def vain(self, paper: LabelPaper) -> bool:
        """Whether paper that is read now is not what more or less light makes of what was seen
        then.

        How much light its own exposure took, some cameras only guess: the first step may lead
        anywhere near.
        """
        first, self.answered = not self.answered, True
        return first and self.number > 1 and paper.off(HELD) and paper.farther(self.paper)

    def tries_unread(self) -> bool:
        """Whether it was for an unread label, and a further one may be."""
        return not self.answered and not self.paper.read and self.number < MOST_UNREAD

    def unanswered(self, at_s: float) -> bool:
        if self.settled_s is None:
            self.settled_s = at_s
        return not self.answered and at_s - self.settled_s > ANSWER_S


class Metering:
    """The light of one camera that can be told. Frames in the order of their times."""

    def __init__(self) -> None:
        self._step: _Step | None = None  # None: the camera's own exposure
        self._swing, self._bare = _Swing(), _Bare()
        self._off = self._unanswered = 0
        self._next_s = -math.inf
        self._rest, self._unread_rest = _Pause(), _Pause()
        self._told = False

    def look(self, gray: Gray, regions: Sequence[Region], at_s: float) -> Relight | None:
        """After the reader saw the frame, which was taken in the light asked for; mostly None."""
        if at_s < self._next_s:
            return None
        self._next_s = at_s + EVERY_S
        paper = paper_of(gray, regions)
        if self._step is None:
            return self._watched(paper, at_s) if self._rest.over(at_s) else None
        return self._held(self._step, paper, frame_light(gray), at_s)

    def _watched(self, paper: LabelPaper | None, at_s: float) -> Relight | None:
        """In the camera's own exposure."""
        self._count(paper, FAIR)
        if paper is None:
            return None
        rests = paper.read and self._swing.rests(paper, at_s)
        due = self._off >= OWN_LOOKS and (paper.read or self._unread_rest.over(at_s))
        return self._stepped(paper, 1) if due or rests else None

    def _held(
        self, step: _Step, paper: LabelPaper | None, light: float, at_s: float
    ) -> Relight | None:
        """In ours."""
        if step.unanswered(at_s):
            return self._left_unanswered(step, at_s)
        if step.number > MOST_STEPS or (paper and paper.read and step.vain(paper)):
            return self._given_up(at_s)
        self._count(paper, HELD)
        white = step.answered and paper is not None and not paper.read and self._off >= OWN_LOOKS
        if white or self._bare.changed(light, paper is not None and paper.read, at_s):
            return self._let_go()
        if paper and self._off >= AGREEING and (paper.read or step.tries_unread()):
            return self._stepped(paper, step.number + 1)
        if paper and paper.read and not paper.off(HELD):
            step.number = self._unanswered = 0
            self._rest, self._unread_rest, self._told = _Pause(), _Pause(), False
        return None

    def _left_unanswered(self, step: _Step, at_s: float) -> Relight:
        if not step.paper.read:
            self._unread_rest.begin(at_s)
            return self._let_go()
        self._unanswered += 1
        return self._given_up(at_s) if self._unanswered >= MOST_UNANSWERED else self._let_go()

    def _count(self, paper: LabelPaper | None, band: tuple[float, float]) -> None:
        self._off = self._off + 1 if paper and paper.off(band) else 0

    def _stepped(self, paper: LabelPaper, number: int) -> Relight:
        self._step, self._off, self._bare = _Step(paper, number), 0, _Bare()
        return Relight(min(MOST_TIMES, max(1 / MOST_TIMES, paper.wanted())))

    def _let_go(self) -> Relight:
        self._step, self._off, self._swing = None, 0, _Swing()
        return Relight(None)

    def _given_up(self, at_s: float) -> Relight:
        why = (
            ""
            if self._told
            else "labels do not answer to its shutter as to light: it is left to its own exposure"
        )
        self._rest.begin(at_s)
        self._told, self._unanswered = True, 0
        return replace(self._let_go(), why=why)


class _Pause:
    """Longer each time, until a step was good."""

    def __init__(self) -> None:
        self._until_s, self._next_s = -math.inf, PAUSES_S[0]

    def over(self, at_s: float) -> bool:
        return at_s >= self._until_s

    def begin(self, at_s: float) -> None:
        self._until_s, self._next_s = at_s + self._next_s, min(PAUSES_S[1], 2 * self._next_s)


class _Swing:
    """The paper of labels that were read, in the camera's own exposure."""

    def __init__(self) -> None:
        self._levels: deque[tuple[float, float]] = deque()

    def rests(self, paper: LabelPaper, at_s: float) -> bool:
        """Whether the exposure rests after it went up or down with the bag; ``paper`` was read."""
        self._levels.append((at_s, paper.level))
        while at_s - self._levels[0][0] > SWING_S:
            self._levels.popleft()
        levels = [level for _, level in self._levels]
        last = levels[-AGREEING:]
        return max(levels) > SWING * min(levels) and max(last) <= STEADY * min(last)


class _Bare:
    """The light of the frame without labels that are read: a fixed exposure is of no use once that
    is another."""

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
