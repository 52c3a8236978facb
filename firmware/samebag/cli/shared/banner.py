"""Words as large as a terminal can: drawn in half blocks, which every console has, also one without
Chinese letters."""

from __future__ import annotations

from PIL import Image

from samebag.label.typeface import typeface

SIZE_DOTS = 16  # the least that Chinese letters need: ten lines, readable from three metres
# upper dot, lower dot
BLOCKS = {
    (False, False): " ",
    (True, False): "▀",
    (False, True): "▄",
    (True, True): "█",
}


def banner(text: str) -> list[str]:
    """Its lines, all of one length. FontMissing where there is no font."""
    face = typeface(SIZE_DOTS)
    width, height = face.width_dots(text) + 2, SIZE_DOTS + 4
    canvas = Image.new("1", (width, height))
    face.write(canvas, 1, 1, text, ink=1)
    dots = [[bool(canvas.getpixel((x, y))) for x in range(width)] for y in range(height)]
    pairs = zip(dots[::2], dots[1::2], strict=True)
    return [
        "".join(BLOCKS[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs
    ]
