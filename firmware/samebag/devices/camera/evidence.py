"""Keeps the proof of a bag: its picture with the codes boxed, on disk and under a quota."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from samebag.core.events import Box, Sighting
from samebag.core.masks import hides_secret
from samebag.devices.camera.lettering import write
from samebag.ports import DeviceError

Image = npt.NDArray[np.uint8]  # gray or BGR

JPEG_QUALITY = 85  # codes stay readable; about 250 kB at 720p
GREEN, RED, BLACK = (60, 180, 0), (40, 40, 230), (0, 0, 0)  # blue, green, red
DASH_PX = 10.0
BAR_PX = 30  # for the caption


class EvidenceError(DeviceError):
    """The picture could not be kept; ``cure`` is for the packer."""


class EvidenceFolder:
    """Writes ``YYYYMMDD/bag-000123-HHMMSS-mmm.jpg`` and deletes the oldest pictures beyond
    ``quota_bytes``."""

    def __init__(
        self, folder: Path, quota_bytes: int, now: Callable[[], datetime] = datetime.now
    ) -> None:
        self._folder, self._quota_bytes, self._now = folder, quota_bytes, now
        # oldest first, with sizes; None until looked at
        self._kept: deque[tuple[Path, int]] | None = None
        self._used_bytes = 0  # by them

    def keep(self, bag: int, jpeg: bytes) -> Path:
        """Returns when the picture is on disk, and where; raises EvidenceError."""
        taken = self._now()
        path = (
            self._folder
            / f"{taken:%Y%m%d}"
            / f"bag-{bag:06d}-{taken:%H%M%S}-{taken.microsecond // 1000:03d}.jpg"
        )
        try:
            self._make_room(len(jpeg))
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, jpeg)
        except OSError as err:
            cure = "free disk space, or make the folder writable for samebag"
            raise EvidenceError(f"evidence {path}: {err.strerror or err}", cure) from err
        self._listed().append((path, len(jpeg)))
        self._used_bytes += len(jpeg)
        return path

    def _make_room(self, size_bytes: int) -> None:
        if size_bytes > self._quota_bytes:
            reason = f"evidence quota = {self._quota_bytes} bytes: one picture has {size_bytes}"
            raise EvidenceError(reason, "set a larger quota")
        kept = self._listed()
        while kept and self._used_bytes + size_bytes > self._quota_bytes:
            oldest, freed_bytes = kept[0]
            oldest.unlink(missing_ok=True)
            kept.popleft()
            self._used_bytes -= freed_bytes
            with suppress(OSError):  # it holds newer ones, or the purge has been there
                oldest.parent.rmdir()

    def _listed(self) -> deque[tuple[Path, int]]:
        """What lies there, also from before; half-written pictures of a killed worker are
        removed."""
        if self._kept is None:
            for torn in self._folder.glob("*/bag-*.tmp"):
                torn.unlink(missing_ok=True)
            found = [(p, p.stat()) for p in self._folder.glob("*/bag-*.jpg")]
            found.sort(key=lambda f: (f[1].st_mtime_ns, f[0]))
            self._kept = deque((p, s.st_size) for p, s in found)
            self._used_bytes = sum(size for _, size in self._kept)
        return self._kept


def _write_whole(path: Path, content: bytes) -> None:
    """The file is there whole or not at all, also after a power cut."""
    torn = path.with_suffix(".tmp")
    try:
        with torn.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        torn.replace(path)
    except OSError:
        torn.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def picture(
    image: Image, sightings: Collection[Sighting], caption: str, bad_codes: Collection[str]
) -> bytes:
    """The JPEG, with the caption in a bar above the picture."""
    drawn = cv2.copyMakeBorder(
        boxed(image, sightings, bad_codes), BAR_PX, 0, 0, 0, cv2.BORDER_CONSTANT, value=BLACK
    )
    write(drawn, caption, (8, BAR_PX), BLACK)
    written, jpeg = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not written:
        raise EvidenceError(
            f"evidence: frame of {image.shape} cannot be written as JPEG", "restart the station"
        )
    return bytes(jpeg)


def boxed(image: Image, sightings: Collection[Sighting], bad_codes: Collection[str]) -> Any:
    """The picture in colour: read codes in solid green, bad ones in dashed red."""
    drawn: Any = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image.copy()
    for seen in sightings:
        if hides_secret(seen.code):
            _hide(drawn, seen.box)
            continue
        bad = seen.code in bad_codes
        if bad:
            _dashed(drawn, seen.box)
        elif seen.box:
            cv2.polylines(drawn, [np.array(seen.box, np.int32)], True, GREEN, 3, cv2.LINE_AA)
        write(
            drawn,
            seen.code,
            min(seen.box, key=lambda c: c[1], default=(0, 0)),
            RED if bad else GREEN,
        )
    return drawn


def _hide(drawn: Any, box: Box) -> None:
    """A supervisor's badge that lies there: whoever can scan it off the picture has it."""
    if box:
        cv2.fillConvexPoly(drawn, cv2.convexHull(np.rint(box).astype(np.int32)), BLACK)


def _dashed(drawn: Any, box: Box) -> None:
    for start, end in zip(box, box[1:] + box[:1], strict=True):
        a, b = np.array(start), np.array(end)
        dashes = max(1, int(np.hypot(*(b - a)) // DASH_PX))
        for k in range(0, dashes, 2):
            ends = [
                tuple(np.rint(a + (b - a) * at / dashes).astype(int).tolist()) for at in (k, k + 1)
            ]
            cv2.line(drawn, ends[0], ends[1], RED, 4, cv2.LINE_AA)
