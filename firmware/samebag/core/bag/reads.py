"""What a set of reads amounts to: which parcel, whether both labels are there, how they hang together. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import inf

from samebag.core.events import Box, Sighting
from samebag.core.labels import Kind, Label
from samebag.core.rules import Pairing
from samebag.core.verdicts import LabelRead, Proof, ReadBy


@dataclass(frozen=True, slots=True)
class Read:
    """A label read on the bag. ``boxes`` counts separate places with its code in the newest view that had it.

    ``seen_s``: when the camera first saw it, however it was read first; infinity if never.
    """

    label: Label
    by: ReadBy
    first_s: float
    last_s: float
    boxes: int = 1
    seen_s: float = inf


def common_parcels(reads: Sequence[Read]) -> frozenset[str]:
    """The parcels that every label can belong to; ``reads`` is not empty."""
    return frozenset.intersection(*(read.label.parcels for read in reads))


def is_complete(reads: Iterable[Read], parcel: str) -> bool:
    """Whether a waybill and a cargo list of that parcel were read.

    A code that stands on both may have been read on either: it proves nothing alone, and both labels when two
    separate boxes with it were in one view.
    """
    waybill = cargo_list = False
    for read in reads:
        on_waybill, on_list = parcel in read.label.waybill_of, parcel in read.label.list_of
        if on_waybill and on_list and read.boxes < 2:
            continue
        waybill, cargo_list = waybill or on_waybill, cargo_list or on_list
    return waybill and cargo_list


def are_two_bags(reads: Sequence[Read], in_view: Sequence[Read]) -> bool:
    """Whether the view holds two or more complete pairs that leave no read unexplained.

    Waybills are told apart by code. A list code that two parcels share (a split order) must be there as often as
    the waybills that need it.
    """
    waybills = [read for read in in_view if read.label.kind is Kind.WAYBILL]
    paired = {p for read in waybills for p in read.label.waybill_of if is_complete(in_view, p)}
    if len(waybills) < 2 or len(paired) < 2:
        return False
    for read in in_view:
        if len(read.label.list_of & paired) > max(read.boxes, 1):
            return False
    return all(read.label.parcels & paired for read in reads)


def proof_of(reads: Sequence[Read], in_view: Sequence[Read], parcel: str, pairing: Pairing) -> Proof | None:
    """The strongest proof that a complete pair is on one bag, None where the pairing rule wants a better one."""
    if is_complete(in_view, parcel):
        return Proof.ONE_FRAME
    if pairing is Pairing.ONE_FRAME:
        return None
    sources = {read.by for read in reads}
    if len(sources) == 2:
        return Proof.SCANNER_CAMERA
    return Proof.SCANNER_TWICE if ReadBy.SCANNER in sources else Proof.CAMERA


def named(reads: Iterable[Read]) -> tuple[LabelRead, ...]:
    """The reads as a verdict lists them, waybills first; a code in two boxes that can be both is listed as both."""
    labels = []
    for read in reads:
        labels.append(LabelRead(read.label.kind, read.label.code, read.by))
        if read.boxes > 1 and read.label.waybill_of and read.label.list_of:
            labels.append(LabelRead(Kind.CARGO_LIST, read.label.code, read.by))
    return tuple(sorted(labels, key=lambda label: label.kind is not Kind.WAYBILL))


def count_boxes(sightings: Collection[Sighting]) -> dict[str, int]:
    """How many separate places of one symbology carry each sighted code.

    A bar code and a QR code with the same text often stand on one label, so only equal symbologies are counted.
    """
    places: dict[tuple[str, str], list[Box]] = {}
    for sighting in sightings:
        boxes = places.setdefault((sighting.code, sighting.symbology), [])
        if not any(_overlap(sighting.box, box) for box in boxes):
            boxes.append(sighting.box)
    counts: dict[str, int] = {}
    for (code, _), boxes in places.items():
        counts[code] = max(counts.get(code, 0), len(boxes))
    return counts


def _overlap(a: Box, b: Box) -> bool:
    """Whether the upright rectangles around two boxes meet; a box without corners meets every other."""
    if not a or not b:
        return True
    return all(min(p[axis] for p in a) <= max(q[axis] for q in b) for axis in (0, 1)) and all(
        min(q[axis] for q in b) <= max(p[axis] for p in a) for axis in (0, 1)
    )
