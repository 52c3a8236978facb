"""Barcode and QR pictures with one pixel a module, and the size at which they may be printed.
Pure."""

from __future__ import annotations

from dataclasses import dataclass

import zxingcpp
from PIL import Image

MIN_MODULE_DOTS = 2  # 0.25 mm at 203 dpi; one-dot bars bleed into each other on thermal paper
MAX_BAR_DOTS = 4
MIN_BAR_DOTS = 40
CODE128_QUIET_MODULES = 10  # ISO/IEC 15417
QR_QUIET_MODULES = 4  # ISO/IEC 18004


class LabelError(ValueError):
    """This content cannot become a label. The message names thing, value, rule and cure."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A code ready to place: ``modules`` is a 1-bit picture (ink 0) of one pixel a module, quiet
    zones outside it."""

    modules: Image.Image
    module_dots: int
    quiet_modules: int

    @property
    def width_dots(self) -> int:
        return self.modules.width * self.module_dots

    @property
    def height_dots(self) -> int:
        return self.modules.height * self.module_dots

    @property
    def least_height_dots(self) -> int:
        """Of bars that are read by hand: 5 mm, or 15 % of their width (ISO/IEC 15417)."""
        return max(MIN_BAR_DOTS, self.width_dots * 15 // 100)

    @property
    def quiet_dots(self) -> int:
        return self.quiet_modules * self.module_dots


def barcode(text: str, width_dots: int, *, sets_reader: bool = False) -> Symbol | None:
    """Code 128 with its quiet zones within ``width_dots``, or None where that needs bars under two
    dots.

    ``sets_reader``: with FNC3, by which the scanner obeys the text and types nothing (ISO/IEC
    15417).
    """
    options = {"reader_init": True} if sets_reader else {}
    try:
        bars = _modules(text, zxingcpp.BarcodeFormat.Code128, **options)
    except ValueError:
        return None
    module_dots = min(MAX_BAR_DOTS, width_dots // (bars.width + 2 * CODE128_QUIET_MODULES))
    if module_dots < MIN_MODULE_DOTS:
        return None
    return Symbol(bars.crop((0, 0, bars.width, 1)), module_dots, CODE128_QUIET_MODULES)


def qr(text: str, side_dots: int, width_dots: int) -> Symbol:
    """A QR code about ``side_dots`` wide with its quiet zones; wider, up to ``width_dots``, where
    its text is long."""
    try:
        # restores 15 % of a scuffed one
        squares = _modules(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    except ValueError as err:
        raise LabelError(
            f"code of {len(text)} characters: no QR code holds it ({err}); correct it in"
            " the order file"
        ) from err
    module_dots = max(MIN_MODULE_DOTS, side_dots // (squares.width + 2 * QR_QUIET_MODULES))
    symbol = Symbol(squares, module_dots, QR_QUIET_MODULES)
    if symbol.width_dots + 2 * symbol.quiet_dots > width_dots:
        raise LabelError(
            f"code of {len(text)} characters: its QR code is wider than the {width_dots}"
            " dots of the paper at"
            f" {MIN_MODULE_DOTS} dots a module; shorten it in the order file or use a wider printer"
        )
    return symbol


def _modules(text: str, symbology: zxingcpp.BarcodeFormat, **options: str | bool) -> Image.Image:
    drawn = zxingcpp.create_barcode(text, symbology, **options).to_image(
        scale=1, add_quiet_zones=False
    )
    rows, columns = drawn.shape
    pixels = bytes(memoryview(drawn))  # type: ignore[arg-type]  # a buffer, which its stub cannot say
    return Image.frombytes("L", (columns, rows), pixels).convert("1", dither=Image.Dither.NONE)
