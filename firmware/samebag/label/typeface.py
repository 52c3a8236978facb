"""Letters as 1-bit pictures: one CJK font, every glyph rasterised once. Pure but for reading the
font file."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

# Debian paths; index 0 of each collection has the simplified Chinese forms or all of them
FONTS = (
    Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
)
MISSING = "□"  # stands for a character that the font lacks, so that nothing vanishes unseen
_NOWHERE = "\uffff"  # a noncharacter: every font draws its "missing glyph" for it
_MARGIN = 2  # dots around a glyph's cell, for what hangs over its edge


class FontMissing(Exception):
    """No CJK font is installed. The message says how to get one."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """``mask`` has the ink set; it goes ``left`` of the pen and ``top`` below the line's top."""

    mask: Image.Image
    left: int
    top: int
    advance: int


class Typeface:
    """One size. Advances are whole dots and there is no kerning: a line is as wide as the sum of
    its letters."""

    def __init__(self, path: Path, size_dots: int) -> None:
        self.size_dots = size_dots
        self._font = ImageFont.truetype(
            path, size_dots, index=0, layout_engine=ImageFont.Layout.BASIC
        )
        self._glyphs: dict[str, Glyph] = {}
        self._missing = self._draw(_NOWHERE).mask

    def glyph(self, char: str) -> Glyph:
        glyph = self._glyphs.get(char)
        if glyph is None:
            glyph = self._draw(char)
            if glyph.mask == self._missing and char != MISSING:
                glyph = self.glyph(MISSING)
            self._glyphs[char] = glyph
        return glyph

    def width_dots(self, text: str) -> int:
        return sum(self.glyph(char).advance for char in text)

    def write(
        self, canvas: Image.Image, x: int, y: int, text: str, ink: int = 0, bold: bool = False
    ) -> None:
        """Write one line with its top left at x, y. Bold is struck twice, as the font has one
        weight."""
        strikes = (0, 1 + self.size_dots // 48) if bold else (0,)
        for char in text:
            glyph = self.glyph(char)
            for shift in strikes:
                canvas.paste(ink, (x + glyph.left + shift, y + glyph.top), glyph.mask)
            x += glyph.advance

    def _draw(self, char: str) -> Glyph:
        advance = round(self._font.getlength(char, mode="1"))
        cell = Image.new(
            "1", (max(advance, self.size_dots) + 2 * _MARGIN, self.size_dots * 3 // 2 + 2 * _MARGIN)
        )
        ImageDraw.Draw(cell).text((_MARGIN, _MARGIN), char, fill=1, font=self._font)
        inked = cell.getbbox() or (0, 0, 1, 1)
        return Glyph(cell.crop(inked), inked[0] - _MARGIN, inked[1] - _MARGIN, advance)


@cache
def typeface(size_dots: int) -> Typeface:
    """The station's font in that size, loaded once."""
    return Typeface(_font_path(), size_dots)


@cache
def _font_path() -> Path:
    for path in FONTS:
        if path.exists():
            return path
    raise FontMissing(
        f"label font: none of {', '.join(map(str, FONTS))} exists; install one: apt"
        " install fonts-wqy-microhei"
    )


def printable(text: str) -> str:
    """The text as it can be printed on one line: white space is a blank, what has no shape is
    dropped or shown as □."""
    return "".join(_shown(char) for char in unicodedata.normalize("NFC", text)).strip()


def _shown(char: str) -> str:
    match unicodedata.category(char):
        case "Cf" | "Mn" | "Me":  # zero-width, direction and combining marks: no place of their own
            return ""
        case "Zs" | "Zl" | "Zp":
            return " "
        case "Cc":
            return " " if char in "\t\n\r\v\f" else MISSING
        case "Cs" | "Cn" | "Co":
            return MISSING
        case _:
            return char
