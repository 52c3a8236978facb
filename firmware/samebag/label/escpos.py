"""Turns finished slips into the printer's bytes. Pure; the commands are python-escpos', its
pictures are not.

ESC @, then per slip GS v 0 bands and either GS V 66 (feed to the cutter and cut) or ESC d (feed to
the tear bar). Bands begin and end where paper is white, as some printers leave a hair of it between
two. Each is as wide as its ink, white ones a byte: dot by dot the same on every printer, which ESC
J is not (a clone feeds another unit, another prints "J"). A left margin would save more, but not
every class takes it before a picture. python-escpos draws whole widths only.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import groupby

from escpos.constants import ESC, GS, HW_INIT, S_RASTER_2H, S_RASTER_N
from PIL import Image

from samebag.label.profiles import PrinterProfile

INIT: bytes = HW_INIT
CUT: bytes = GS + b"VB\x00"
FEED: bytes = ESC + b"d"
# GS v 0, by how often it prints each row
RASTER: dict[int, bytes] = {
    1: S_RASTER_N,
    2: S_RASTER_2H,
}
# of POS-5890K and its kin: behind a picture of so many rows, or a multiple, they print it as text
SPOILT_ROWS = 48


def encode(images: Sequence[Image.Image], profile: PrinterProfile) -> list[bytes]:
    """One print job, command by command. ``images`` are 1-bit and as wide as the printer."""
    end = CUT if profile.cut else FEED + bytes([profile.feed_lines])
    return [
        INIT,
        *(command for image in images for command in (*_picture(image, profile.band_rows), end)),
    ]


def resync(profile: PrinterProfile) -> bytes:
    """Sent after a job broke off: fills up the band the printer may still wait for, so that nothing
    prints as text."""
    return bytes(profile.width_dots // 8 * profile.band_rows)


def _picture(image: Image.Image, most_rows: int) -> Iterator[bytes]:
    row_bytes = image.width // 8
    dots = image.tobytes("raw", "1;I")
    rows = (dots[at : at + row_bytes].rstrip(b"\0") for at in range(0, len(dots), row_bytes))
    for _, between_white in groupby(rows, key=bool):
        yield from _bands(list(between_white), most_rows)


def _bands(rows: list[bytes], most_rows: int) -> Iterator[bytes]:
    """The same rows over and over (bars, rules, white) are sent half as often, at double height."""
    row_bytes = max(1, *map(len, rows))
    alike = len(set(rows)) == 1
    while rows:
        tall = 2 if alike and len(rows) > 1 else 1
        count = _count(len(rows), most_rows, tall)
        head = RASTER[tall] + struct.pack("<HH", row_bytes, count)
        yield head + b"".join(row.ljust(row_bytes, b"\0") for row in rows[: count * tall : tall])
        rows = rows[count * tall :]


def _count(left: int, most: int, tall: int) -> int:
    """Rows in the next GS v 0, of which each prints ``tall`` ones."""
    count = min(left, most) // tall
    return count if count * tall % SPOILT_ROWS else count - 1
