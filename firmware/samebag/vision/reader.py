"""Reads a bag over many frames: remembers what it read, and spends time only on what is new or
unread. Pure.

A text is remembered once two decoders or two frames said it, and reported again while its pixels
stay the same. At rest the noise of frames is averaged away and unread regions are looked at again,
ever less often.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from samebag.core.events import Sighting
from samebag.core.symbologies import DEFAULT
from samebag.vision.decode import Decoders, look
from samebag.vision.geometry import Gray, centre, inside, one_code
from samebag.vision.regions import Region, sightings
from samebag.vision.unchanged import Look
from samebag.vision.work import Work

CELL_PX = 16  # averages sensor noise of 10 levels down to 0.6
# A label that slides by one pixel changes cells at its edges by 100 / 16 levels. Noise of 20 levels
# needs 12 of a cell; more is movement, of so large a bag that no cell is calm.
MOVED_LEVELS = (5.0, 12.0)
CALM_SHARE = 0.4  # of the cells changes least: they show the noise, also while a large bag moves
# the mean of these, which is 0.26 deviations: six, which no cell of 8,000 reaches by noise
MOVED_TIMES = 23.0
NEWEST = 0.15  # least share of a frame in the mean at rest: noise falls to 0.28
# frames that must say a text before it is remembered, unless two decoders did (README, "Life of a
# bag" 2)
AGREEING = 2
RECHECK_S = 1.0
FIRST_PAUSE_S = 0.05  # after a look at rest; later ones come after twice the time at rest
# at rest: so long looks follow each other while regions have not had their first turn
UNFINISHED_S = 1.0
STILL_LOOKS = 2  # whose work a picture gets, which has no next frame
THOROUGH_S = 0.25  # dear attempts also while something moves: a hand may stay in view for long
GAIN = (0.6, 1.6)  # exposure may change so far and still show the same

Cells = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one frame shows. ``unread`` counts regions that look like a code and stay unread."""

    sightings: tuple[Sighting, ...]
    unread: int
    regions: tuple[Region, ...]


@dataclass(slots=True)
class _Known:
    """A region that was read, how it looked then, and how many frames said so."""

    region: Region
    look: Look
    said: int
    read_at_s: float

    @property
    def confirmed(self) -> bool:
        return max(self.said, len(self.region.by)) >= AGREEING

    def sure(self, at_s: float) -> bool:
        """Whether it need not be read again yet."""
        return self.confirmed and at_s - self.read_at_s < RECHECK_S

    def holds(self, region: Region) -> bool:
        return inside(centre(region.box), self.region.box)

    def same(self, region: Region) -> bool:
        return region.text == self.region.text and one_code(region.box, self.region.box)


class Reader:
    """The memory of one camera. Frames in the order of their times."""

    def __init__(self, symbologies: frozenset[str] = DEFAULT) -> None:
        self._decoders = Decoders(symbologies)
        self._known: list[_Known] = []
        self.regions: tuple[Region, ...] = ()  # of the newest frame
        self._unread: list[Region] = []
        self._rest = _Rest()
        self._work = Work()
        self._next_look_s = self._next_thorough_s = -math.inf

    def still(self, gray: Gray) -> Seen:
        """One picture with full effort; no memory. As no next look takes what it leaves over, it
        may cost more."""
        return _seen(look(gray, self._decoders, work=Work(STILL_LOOKS)))

    def frame(self, gray: Gray, at_s: float) -> Seen:
        """The next frame of a live camera or a recording."""
        same = [k for k in self._known if k.look.unchanged(gray)]
        resting = self._rest.take(gray, at_s, moved=len(same) < len(self._known))
        self._known = same
        if not resting or at_s >= self._next_look_s or not all(k.sure(at_s) for k in self._known):
            self._look(gray, at_s, resting)
        seen = _seen([k.region for k in self._known] + self._unread)
        self.regions = seen.regions
        return seen

    def _look(self, gray: Gray, at_s: float, resting: bool) -> None:
        hasty = self._is_hasty(at_s, resting)
        if not hasty:
            self._next_thorough_s = at_s + THOROUGH_S
        sure = [k for k in self._known if k.sure(at_s)]
        if not resting:
            self._work.forget()
        regions = look(
            self._rest.mean, self._decoders, [k.region for k in sure], hasty=hasty, work=self._work
        )
        sure = [replace(k, region=r) for k, r in zip(sure, regions, strict=False)]
        if not (resting and hasty):
            self._next_look_s = at_s + self._pause_s(at_s - self._rest.since_s)
        said = [self._said(r, at_s) for r in regions[len(sure) :] if r.text]
        new = [k for k in said if k.look.unchanged(gray)]
        self._known = sure + new + self._kept(sure + new, at_s)
        unread = self._unread if resting and hasty else [r for r in regions if not r.text]
        self._unread = [r for r in unread if not any(k.region.covers(r.box) for k in self._known)]

    def _is_hasty(self, at_s: float, resting: bool) -> bool:
        """At rest, where what was read is only looked at once more; what is unread waits for its
        own next look."""
        if not resting:
            return at_s < self._next_thorough_s
        return at_s < self._next_look_s and all(k.confirmed for k in self._known)

    def _pause_s(self, rested_s: float) -> float:
        """As long as the rest lasts so far, but for regions that had no turn yet."""
        goes_on = self._work.unfinished and rested_s < UNFINISHED_S
        return FIRST_PAUSE_S if goes_on else max(FIRST_PAUSE_S, rested_s)

    def _kept(self, read: list[_Known], at_s: float) -> list[_Known]:
        """Those confirmed earlier that could not be read again: their pixels are the same, and
        nothing else is said."""
        old = [k for k in self._known if k.confirmed and not any(r.holds(k.region) for r in read)]
        return [replace(k, read_at_s=at_s) for k in old]

    def _said(self, region: Region, at_s: float) -> _Known:
        before = max((k.said for k in self._known if k.same(region)), default=0)
        return _Known(region, Look.at(self._rest.mean, region.box), before + 1, at_s)


class _Rest:
    """Whether anything moves, since when nothing does, and the mean of the frames since then."""

    mean: Gray

    def __init__(self) -> None:
        self.since_s, self._frames = 0.0, 0
        self._cells: Cells | None = None

    def take(self, gray: Gray, at_s: float, *, moved: bool) -> bool:
        """Takes the next frame; True if it shows the same as the one before, as far as cells and
        caller know."""
        size = (max(1, gray.shape[1] // CELL_PX), max(1, gray.shape[0] // CELL_PX))
        cells = cv2.resize(gray, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        if not moved and self._cells is not None and _alike(cells, self._cells):
            self._frames += 1
            share = max(NEWEST, 1 / self._frames)
            self.mean = np.asarray(cv2.addWeighted(self.mean, 1 - share, gray, share, 0), np.uint8)
            return True
        self._cells, self.mean, self.since_s, self._frames = cells, gray, at_s, 1
        return False


def _alike(a: Cells, b: Cells) -> bool:
    """Whatever the exposure."""
    if a.shape != b.shape:
        return False
    gain = float(np.clip(np.median(a / np.maximum(b, 1)), *GAIN))
    changes = np.sort(np.abs(a - gain * b), axis=None)
    calm = float(changes[: int(CALM_SHARE * changes.size) + 1].mean())
    return float(changes[-1]) < min(max(MOVED_LEVELS[0], MOVED_TIMES * calm), MOVED_LEVELS[1])


def _seen(regions: list[Region]) -> Seen:
    return Seen(sightings(regions), sum(not r.text for r in regions), tuple(regions))
