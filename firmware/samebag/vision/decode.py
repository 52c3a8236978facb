"""Reads the codes in a gray frame with two decoders and hands out only what is confirmed. Pure.

Code 128 has one check character modulo 103: one damaged read in a hundred passes it. So bars count only when zxing's
text is said again by zbar or by two strips across them. QR and DataMatrix carry Reed-Solomon codes and count as read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from samebag.core.events import Sighting
from samebag.vision.boxes import Gray, lay_flat, one_code
from samebag.vision.decoders import BARS, MATRICES, Reading, ZBar, ZXing
from samebag.vision.strips import agreed_text

LEAST_FRAME_PX = 16  # smaller than any symbol with its quiet zone
ENOUGH = 2  # a bag has two labels: with fewer codes the second decoder searches the whole frame


def read_frame(gray: Gray, *, code39: bool = False) -> tuple[Sighting, ...]:
    """The codes seen, each print once. ``gray`` is any two-dimensional uint8 array; DecodeError if a library fails."""
    if gray.ndim != 2 or gray.dtype != np.uint8:
        raise ValueError(f"frame of {gray.dtype} with shape {gray.shape}: must be uint8, height x width")
    if min(gray.shape) < LEAST_FRAME_PX:
        return ()
    wanted = MATRICES | (BARS if code39 else BARS - {"code39"})
    return _Frame(np.ascontiguousarray(gray), wanted).sightings()


@dataclass(frozen=True, slots=True)
class _Frame:
    gray: Gray
    wanted: frozenset[str]

    def sightings(self) -> tuple[Sighting, ...]:
        found = _prints([s for r in ZXing(self.wanted).read(self.gray) if (s := self._confirmed(r))])
        if len(found) < ENOUGH:
            found = _prints(found + [s for r in ZBar(self.wanted).read(self.gray) if (s := self._found_by_zbar(r))])
        return tuple(found)

    def _confirmed(self, reading: Reading) -> Sighting | None:
        """zxing's reading, with zbar's voice if it has one; None if bars find no second witness."""
        alone = Sighting(reading.text, reading.symbology, reading.box, ("zxing",))
        if reading.symbology in MATRICES:
            return alone
        again = {r.text for r in ZBar(self.wanted).read(lay_flat(self.gray, reading.box))}
        if again == {reading.text}:
            return replace(alone, by=("zxing", "zbar"))
        return alone if self._strips_say(reading) else None

    def _found_by_zbar(self, reading: Reading) -> Sighting | None:
        """Bars that zxing missed: zbar shows the place, zxing must read the same text from strips of it."""
        if self._strips_say(reading):
            return Sighting(reading.text, reading.symbology, reading.box, ("zxing", "zbar"))
        return None

    def _strips_say(self, reading: Reading) -> bool:
        lengthwise = ZXing(self.wanted & BARS, turned=False)
        return agreed_text(self.gray, reading.box, lengthwise) == reading.text


def _prints(found: list[Sighting]) -> list[Sighting]:
    """Each print once: the rules count boxes, so one code in two pieces must not pass for two labels."""
    kept: list[Sighting] = []
    for s in found:
        same = [k for k in kept if (k.code, k.symbology) == (s.code, s.symbology) and one_code(k.box, s.box)]
        if not same:
            kept.append(s)
    return kept
