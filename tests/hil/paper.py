"""What the printer got, read by the strict reader and by zxing: neither is the code that wrote
it."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import zxingcpp
from PIL import Image

from samebag.bench.virtual_printer import ByteReader, Printed

from .guest import Guest
from .machine import until

WIDTH_DOTS = 576
PRINTED_S = 120.0


@dataclass(frozen=True, slots=True)
class Paper:
    """Whole labels, oldest first, and how many were begun and not ended when power went."""

    labels: list[Image.Image]
    torn: int


def labels(guest: Guest, count: int) -> list[set[str]]:
    """The codes on each label, once exactly so many came out; PrinterBytesError at a foreign
    byte."""
    until(lambda: guest.call("labels")["count"] >= count, f"{count} labels", PRINTED_S, every_s=0.3)
    assert guest.call("labels") == {"count": count, "errors": []}
    paper = paper_of(guest)
    assert len(paper.labels) == count
    return [codes_on(label) for label in paper.labels]


def paper_of(guest: Guest) -> Paper:
    """All of this machine, over power cuts too."""
    whole: list[Image.Image] = []
    torn = 0
    for lines in guest.machine.paper.read_bytes().split(b"\n\n"):
        reader = ByteReader(WIDTH_DOTS)
        data = b"".join(map(base64.b64decode, lines.split()))
        whole += [meaning.image for meaning in reader.feed(data) if isinstance(meaning, Printed)]
        torn += not reader.idle
    return Paper(whole, torn)


def codes_on(label: Image.Image) -> set[str]:
    return {barcode.text for barcode in zxingcpp.read_barcodes(label.convert("L"))}
