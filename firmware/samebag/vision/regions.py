"""A place in the frame that holds a code, read or not. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from samebag.core.events import Box, Sighting
from samebag.vision.bars.strips import Votes
from samebag.vision.decoders import GOODS, CodeReading
from samebag.vision.geometry import centre, grown, inside

# bars broken by glare lie within so much of the box of what was read from their rest
FRAGMENT = 1.25


@dataclass(frozen=True, slots=True)
class Region:
    """A place that holds a code. ``text`` is None while it is unread, and ``symbology`` then what
    it looks like."""

    box: Box
    text: str | None
    symbology: str  # as core/symbologies names them, ean of goods; bars of an unknown kind
    # strips that said each text; empty for matrices
    votes: Mapping[str, int] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    reflected: bool = False  # seen in a shiny table, beside the label itself

    @property
    def sighting(self) -> Sighting:
        return Sighting(self.text or "", self.symbology, self.box, self.by)

    def covers(self, box: Box) -> bool:
        """Whether bars there are but a part of it; where strips said two texts they may be another
        code."""
        return len(self.votes) < 2 and inside(centre(box), grown(self.box, FRAGMENT))


def sightings(regions: Sequence[Region]) -> tuple[Sighting, ...]:
    """Those that may be labels, from the top of the frame down."""
    labels = [r for r in regions if r.text and r.symbology not in GOODS and not r.reflected]
    return tuple(r.sighting for r in sorted(labels, key=lambda r: centre(r.box)[::-1]))


def of_bars(box: Box, reading: CodeReading | None, votes: Votes, by: tuple[str, ...]) -> Region:
    """Of bars in that box, read or not."""
    if not reading:
        return Region(box, None, "bars", votes.counts)
    return Region(reading.box, reading.text, reading.symbology, votes.counts, by)


def of_matrix(reading: CodeReading) -> Region:
    by = ("zxing",) if reading.text else ()
    return Region(reading.box, reading.text or None, reading.symbology, {}, by)
