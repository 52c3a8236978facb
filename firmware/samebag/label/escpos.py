"""Turns finished slips into the printer's bytes; python-escpos encodes. Pure but for that library's first import.

ESC @, then per slip GS v 0 bands and either GS V 66 (feed to the cutter and cut) or ESC d (feed to the tear bar).
python-escpos takes 0.2-0.5 s to import, so it comes with the first label; it caches in ESCPOS_CAPABILITIES_PICKLE_DIR.
"""

from __future__ import annotations

import logging  # escpos calls basicConfig() at import: its root handler is taken back
import os
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

from PIL import Image

from samebag.label.profiles import PrinterProfile

SPOILT_ROWS = 48  # of POS-5890K and its kin: behind a picture of so many rows, or a multiple, they print it as text


def encode(images: Sequence[Image.Image], profile: PrinterProfile) -> bytes:
    """The bytes of one print job. ``images`` are 1-bit; wider than the printer is escpos' ImageWidthError."""
    printer = _dummy(profile.width_dots)
    printer.hw("INIT")
    for image in images:
        top = 0
        while top < image.height:
            rows = _band(image.height - top, profile.band_rows)
            printer.image(image.crop((0, top, image.width, top + rows)))
            top += rows
        if profile.cut:
            printer.cut(feed=False)
        else:
            printer.print_and_feed(profile.feed_lines)
    return bytes(printer.output)


def _band(left: int, most: int) -> int:
    """Rows of the next GS v 0."""
    rows = min(left, most)
    return rows if rows % SPOILT_ROWS else rows - 1


def resync(profile: PrinterProfile) -> bytes:
    """Sent after a job broke off: fills up the band the printer may still wait for, so that nothing prints as text."""
    return bytes(profile.width_dots // 8 * profile.band_rows)


def _dummy(width_dots: int) -> Any:  # escpos has no types
    dummy, profile_class = _escpos()
    media = profile_class()
    # without a width, image() prints a warning to stdout for every band
    media.profile_data = {**media.profile_data, "media": {"width": {"pixels": width_dots}}}
    return dummy(profile=media)


@cache
def _escpos() -> tuple[Any, Any]:
    handlers = logging.getLogger().handlers
    before = handlers[:]
    try:
        import_module("escpos.capabilities")
    except Exception:  # its cache: torn by a power cut (any error of pickle's), or on a card that is full or gone
        os.environ.pop("ESCPOS_CAPABILITIES_PICKLE_DIR", None)  # it then makes a folder of its own
    from escpos.capabilities import Profile
    from escpos.printer import Dummy

    handlers[:] = before
    return Dummy, Profile
