"""Draws a merged label as 1-bit pictures, one a slip. Pure."""

from __future__ import annotations

from PIL import Image, ImageDraw

from samebag.label.layout import Bar, Block, Code, MergedLabel, Slip, Text, slips
from samebag.label.profiles import PrinterProfile
from samebag.label.typeface import typeface

WHITE = 1


def render(content: MergedLabel, profile: PrinterProfile) -> list[Image.Image]:
    """The slips in print order, each as wide as the printer. LabelError or FontMissing where that
    cannot be."""
    return [draw(slip) for slip in slips(content, profile, width_dots)]


def width_dots(text: str, size_dots: int) -> int:
    return typeface(size_dots).width_dots(text)


def draw(slip: Slip) -> Image.Image:
    canvas = Image.new("1", (slip.width_dots, slip.height_dots), WHITE)
    draw = ImageDraw.Draw(canvas)
    for block in slip.blocks:
        _place(block, canvas, draw)
    return canvas


def _place(block: Block, canvas: Image.Image, draw: ImageDraw.ImageDraw) -> None:
    match block:
        case Bar(x, y, width, height):
            draw.rectangle((x, y, x + width - 1, y + height - 1), fill=0)
        case Code(x, y, symbol, height, along):
            bars = symbol.modules.resize((symbol.width_dots, height), Image.Resampling.NEAREST)
            canvas.paste(bars.transpose(Image.Transpose.ROTATE_90) if along else bars, (x, y))
        case Text(x, y, text, size, bold, white):
            typeface(size).write(canvas, x, y, text, ink=WHITE if white else 0, bold=bold)
