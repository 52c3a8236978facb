"""What a set of reads amounts to: which parcel, whether both labels are there, how they hang
together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf

import msgspec

from samebag.core.events import Box, Sighting
from samebag.core.labels import Kind, Label
from samebag.core.rules import Pairing
from samebag.core.verdicts import LabelRead, Proof, ReadBy, Waits

NO_WAYBILL, NO_LIST = Waits.WAYBILL, Waits.CARGO_LIST  # asked of each frame: see verdicts.py
IN_ONE_FRAME, ONLY_ONE_FRAME = Proof.ONE_FRAME, Pairing.ONE_FRAME
# by who read them, of labels that no view showed together: a further reader is in no row by itself
PROOFS = {
    # nothing lies there yet: the weakest, of a bag that lacks both labels
    frozenset(): Proof.CAMERA,
    frozenset({ReadBy.SCANNER}): Proof.SCANNER_TWICE,
    frozenset({ReadBy.CAMERA}): Proof.CAMERA,
    frozenset({ReadBy.SCANNER, ReadBy.CAMERA}): Proof.SCANNER_CAMERA,
}


class Read(
    msgspec.Struct, frozen=True, gc=False
):  # in place of a dataclass: many are made with each frame
    """A label read on the bag. ``boxes`` counts separate places with its code in the newest view
    that had it.

    ``seen_s``: when the camera first saw it, however it was read first; infinity if never.
    """

    label: Label
    by: ReadBy
    first_s: float
    last_s: float
    boxes: int = 1
    seen_s: float = inf


class View(msgspec.Struct, frozen=True, gc=False):
    """The newest decoded frame. ``boxes``: in how many separate places each sighted code is."""

    at_s: float = -inf
    boxes: Mapping[str, int] = msgspec.field(default_factory=dict)
    unread: int = 0
    sightings: tuple[Sighting, ...] = ()

    def shows_as_before(self, code: str, before: View) -> bool:
        """Whether that code lies where it lay in an earlier view, to half of the box's shorter
        side."""
        now, then = _centre_of(code, self.sightings), _centre_of(code, before.sightings)
        if now is None or then is None:
            return False
        (x, y, short), (x0, y0, _) = now, then
        return max(abs(x - x0), abs(y - y0)) * 2 <= short


class Doubt(msgspec.Struct, frozen=True, gc=False):
    """A label that one decoder sighted once, so that it does not count yet, and the newest view
    that had it.

    ``label`` is None for a tracking number that the book lacks.
    """

    label: Label | None
    view: View


class Stranger(msgspec.Struct, frozen=True, gc=False):
    """A code shaped like a tracking number that the book lacks, seen by the camera."""

    code: str
    first_s: float
    last_s: float


def common_parcels(reads: Sequence[Read]) -> frozenset[str]:
    """The parcels that every label can belong to; ``reads`` is not empty."""
    common = reads[0].label.parcels
    for read in reads[1:]:
        common &= read.label.parcels
    return common


def lacking(reads: Iterable[Read], parcel: str) -> Waits | None:
    """Which label of that parcel has not been read, None if both were (rules.md 2.3).

    A code that stands on both of its labels may have been read on either, and its waybill may bear
    it three times, or a shiny table show it twice: it proves neither.
    """
    waybill = cargo_list = both = False
    for read in reads:
        on_waybill, on_list = parcel in read.label.waybill_of, parcel in read.label.list_of
        if on_waybill and on_list:
            both = True
        elif on_waybill:
            waybill = True
        elif on_list:
            cargo_list = True
    if waybill and cargo_list:
        return None
    if both:
        return Waits.SAME_CODE
    return NO_LIST if waybill else NO_WAYBILL


def is_complete(reads: Iterable[Read], parcel: str) -> bool:
    return lacking(reads, parcel) is None


def are_two_bags(reads: Sequence[Read], in_view: Sequence[Read]) -> bool:
    """Whether the view holds two or more complete pairs that leave no read unexplained.

    Waybills are told apart by code. A list code that two parcels share (a split order) must be
    there as often as the waybills that need it.
    """
    waybills = [read for read in in_view if read.label.waybill_of]
    if len(waybills) < 2:
        return False
    paired = {p for read in waybills for p in read.label.waybill_of if is_complete(in_view, p)}
    if len(paired) < 2 or any(
        len(read.label.list_of & paired) > max(read.boxes, 1) for read in in_view
    ):
        return False
    return all(read.label.parcels & paired for read in reads)


def proof_of(
    reads: Sequence[Read], in_view: Sequence[Read], parcel: str, pairing: Pairing
) -> Proof | None:
    """The strongest proof that a complete pair is on one bag, None where the pairing rule wants a
    better one."""
    if is_complete(in_view, parcel):
        return IN_ONE_FRAME
    return None if pairing is ONLY_ONE_FRAME else proof_of_sources(reads)


def proof_of_sources(reads: Iterable[Read]) -> Proof:
    """The proof that labels are on one bag which no view showed together."""
    return PROOFS[frozenset(read.by for read in reads)]


def named(reads: Iterable[Read]) -> tuple[LabelRead, ...]:
    """The reads as a verdict lists them, waybills first."""
    labels = (LabelRead(read.label.kind, read.label.code, read.by) for read in reads)
    return tuple(sorted(labels, key=lambda label: label.kind is not Kind.WAYBILL))


def count_boxes(sightings: Iterable[Sighting]) -> dict[str, int]:
    """How many separate places of one symbology carry each sighted code.

    A bar code and a QR code with the same text often stand on one label, so only equal symbologies
    are counted.
    """
    alike: dict[str, list[Sighting]] = {}
    for sighting in sightings:
        alike.setdefault(sighting.code, []).append(sighting)
    return {code: most_places(sightings) for code, sightings in alike.items()}


def most_places(alike: Sequence[Sighting]) -> int:
    """Of sightings of one code."""
    if len(alike) < 2:
        return len(alike)
    places: dict[str, list[Box]] = {}
    for sighting in alike:
        boxes = places.setdefault(sighting.symbology, [])
        if not any(_overlap(sighting.box, box) for box in boxes):
            boxes.append(sighting.box)
    return max(len(boxes) for boxes in places.values())


def _overlap(a: Box, b: Box) -> bool:
    """Whether the upright rectangles around two boxes meet; a box without corners meets every
    other."""
    if not a or not b:
        return True
    (left, top, right, bottom), (left_b, top_b, right_b, bottom_b) = _upright(a), _upright(b)
    return left <= right_b and left_b <= right and top <= bottom_b and top_b <= bottom


def _upright(box: Box) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the upright rectangle around it."""
    xs, ys = [x for x, _ in box], [y for _, y in box]
    return min(xs), min(ys), max(xs), max(ys)


def _centre_of(code: str, sightings: Iterable[Sighting]) -> tuple[float, float, float] | None:
    """Of the code's first box: x, y and its shorter side; None where there is none."""
    box = next((sighting.box for sighting in sightings if sighting.code == code), None)
    if not box:
        return None
    left, top, right, bottom = _upright(box)
    return (right + left) / 2, (bottom + top) / 2, min(right - left, bottom - top)
