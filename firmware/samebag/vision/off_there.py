"""Names what lies in regions that stay unread because its symbology is switched off, to tell a
technician. Pure.

Live, one such region is looked at every three seconds, and each symbology told once a minute: other
frames are free.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from samebag.core.symbologies import ALL, UNREADABLE
from samebag.vision.bars.stacked import read_stacked
from samebag.vision.bars.strips import RECIPES, Votes, read_strips, upright
from samebag.vision.decode import Decoders
from samebag.vision.decoders import GOODS, CodeReading
from samebag.vision.geometry import Gray, bounds
from samebag.vision.matrices.squares import read_square
from samebag.vision.regions import Region

# ours: a look takes a third of a whole frame, so 1 to 4 % of what a live camera costs
PAUSE_S = 3.0
TOLD_S = 60.0


class OffWatch:
    """The memory of one camera. Frames in the order of their times."""

    def __init__(self, on: frozenset[str]) -> None:
        self._decoders = Decoders(ALL - on)
        self._next_s, self._looks = -math.inf, 0
        self._told_s: dict[str, float] = {}

    def still(self, gray: Gray, regions: Sequence[Region]) -> tuple[str, ...]:
        """All that one picture shows, by name."""
        return tuple(
            sorted(
                {symbology for region in _unread(regions) for symbology in self._in(gray, region)}
            )
        )

    def frame(self, gray: Gray, regions: Sequence[Region], at_s: float) -> tuple[str, ...]:
        """What is to be told now."""
        unread = _unread(regions)
        if not unread or at_s < self._next_s:
            return ()
        self._next_s, self._looks = at_s + PAUSE_S, self._looks + 1
        there = self._in(gray, unread[self._looks % len(unread)])
        news = sorted(
            name for name in set(there) if at_s - self._told_s.get(name, -math.inf) >= TOLD_S
        )
        self._told_s |= dict.fromkeys(news, at_s)
        return tuple(news)

    def _in(self, gray: Gray, region: Region) -> Iterator[str]:
        if region.symbology in UNREADABLE:
            yield region.symbology
        else:
            readings = (
                self._bars(gray, region)
                if region.symbology == "bars"
                else self._square(gray, region)
            )
            yield from (r.symbology for r in readings if r.symbology not in GOODS)

    def _bars(self, gray: Gray, region: Region) -> list[CodeReading]:
        reading = read_strips(
            upright(gray, region.box), Votes(), self._decoders.strips, RECIPES[:1]
        )
        return [reading] if reading else read_stacked(gray, region.box, self._decoders.stacked)

    def _square(self, gray: Gray, region: Region) -> list[CodeReading]:
        return [
            r
            for r in read_square(gray, bounds(region.box, gray), self._decoders.squares, hasty=True)
            if r.text
        ]


def _unread(regions: Sequence[Region]) -> list[Region]:
    return [region for region in regions if not region.text]
