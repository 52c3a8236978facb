"""What the printer got, read by the strict reader and by zxing: neither is the code that wrote it."""

from __future__ import annotations

import zxingcpp

from samebag.bench.virtual_printer import Printed, Reader

from .guest import Guest
from .machine import until

WIDTH_DOTS = 576
PRINTED_S = 30.0


def labels(guest: Guest, count: int) -> list[set[str]]:
    """The codes on each label, oldest first, once exactly so many came out; PrinterBytesError at a foreign byte."""
    until(lambda: len(guest.call("labels")["labels"]) >= count, f"{count} labels", PRINTED_S, every_s=0.3)
    printed = guest.call("labels")
    assert (len(printed["labels"]), printed["errors"]) == (count, [])
    reader = Reader(WIDTH_DOTS)
    slips = [meaning.image for meaning in reader.feed(guest.fetch(printed["raw"])) if isinstance(meaning, Printed)]
    assert reader.idle
    return [{barcode.text for barcode in zxingcpp.read_barcodes(slip.convert("L"))} for slip in slips]
