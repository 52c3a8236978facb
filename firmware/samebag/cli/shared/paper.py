"""Pages of cards as a file: a .pdf, or a .png with one page below the other."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

JPEG_QUALITY = 95  # of a PDF's pages; lower ones smear the bars


def sheet_file(text: str) -> Path:
    if not text.lower().endswith((".pdf", ".png")):
        raise argparse.ArgumentTypeError(f"{text!r}: must end in .pdf or .png: name it so")
    return Path(text)


def save(sheets: Sequence[Image], path: Path) -> None:
    from PIL import Image

    from samebag.label.sheet import PAGE_DPI

    if path.suffix.lower() == ".pdf":
        first, *others = sheets
        first.save(
            path, save_all=True, append_images=others, resolution=PAGE_DPI, quality=JPEG_QUALITY
        )
        return
    width, height = sheets[0].size
    below = Image.new("RGB", (width, height * len(sheets)))
    for number, sheet in enumerate(sheets):
        below.paste(sheet, (0, number * height))
    below.save(path, dpi=(PAGE_DPI, PAGE_DPI))
