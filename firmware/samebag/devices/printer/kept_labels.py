"""Keeps a picture of each label that went to the printer, for the page of its bag."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from PIL import Image

from samebag.snapshot import FOLDER_LABELS, printed_path

KEPT_FOLDERS = 20  # ours: as many labels as the default quota holds pictures of bags, about 100 MB


class KeptLabels:
    """One PNG a print job, its slips one below the other; the oldest go when ``KEPT_FOLDERS`` are
    full."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, number: int, images: list[Image.Image]) -> None:
        """A label that cannot be kept is printed all the same."""
        path = printed_path(self._folder, number)
        with contextlib.suppress(OSError):
            if not path.parent.exists():
                path.parent.mkdir(parents=True)
                self._drop(number // FOLDER_LABELS - KEPT_FOLDERS)
            _stacked(images).save(path, "PNG")

    def _drop(self, last: int) -> None:
        for folder in self._folder.iterdir():
            if folder.name.isdecimal() and int(folder.name) <= last:
                shutil.rmtree(folder)


def _stacked(images: list[Image.Image]) -> Image.Image:
    if len(images) == 1:
        return images[0]
    sheet = Image.new("1", (images[0].width, sum(image.height for image in images)), 1)
    top = 0
    for image in images:
        sheet.paste(image, (0, top))
        top += image.height
    return sheet
