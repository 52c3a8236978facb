"""What the camera sees, small and now and then, for the pages."""

from __future__ import annotations

import queue
import threading
from dataclasses import replace
from math import inf
from pathlib import Path

import cv2
import msgspec
import numpy as np

from samebag.core.events import Sighting, ViewSeen
from samebag.core.masks import hides_secret
from samebag.devices.camera.evidence import Image
from samebag.devices.camera.newest import Picture as Taken
from samebag.snapshot import Boxed, ShownPicture, replace_file

WIDTH_PX = 640
# all but the codes is drawn no finer: an address is 1 px high then, and nobody reads it
COARSE_PX = 112
JPEG_QUALITY = 70
BUSY_S, IDLE_S = 0.5, 2.0  # ours: 2 a second cost 1 % of a core where reading costs 20 %
MIDDLE = 0.25  # where no code is, focus is judged on the middle: this much is cut off on each side


class LivePicture:
    """Writes the picture of ``samebag.snapshot``, in a thread of its own: reading the next frame
    does not wait."""

    def __init__(self, path: Path) -> None:
        self._path, self._last_s = path, -inf
        self._next: queue.Queue[tuple[Taken, ViewSeen]] = queue.Queue(1)
        threading.Thread(target=self._run, name="live picture", daemon=True).start()

    def show(self, taken: Taken, seen: ViewSeen) -> None:
        """Now and then; one that the disk keeps waiting leaves out the next."""
        if (
            seen.at_s - self._last_s >= (BUSY_S if seen.occupied else IDLE_S)
            and not self._next.full()
        ):
            self._last_s = seen.at_s
            self._next.put((taken, seen))

    def _run(self) -> None:
        while True:
            self._write(*self._next.get())
            self._next.task_done()

    def _write(self, taken: Taken, seen: ViewSeen) -> None:
        # a badge stays as coarse as an address
        read = tuple(s for s in seen.sightings if not hides_secret(s.code))
        facts = ShownPicture(
            at_s=seen.at_s,
            frame=seen.frame,
            codes=tuple(dict.fromkeys(s.code for s in read)),
            unread=seen.unread,
            occupied=seen.occupied,
            sharpness=round(sharpness(taken.gray, seen.sightings), 1),
            width_px=taken.gray.shape[1],
            height_px=taken.gray.shape[0],
            boxes=tuple(Boxed(s.code, s.box) for s in read if s.box),
        )
        written, jpeg = cv2.imencode(
            ".jpg", _shrunk(taken, read), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        )
        try:
            if written:
                replace_file(self._path, msgspec.json.encode(facts) + b"\n" + bytes(jpeg))
        except OSError:  # the pages see that the picture is old; reading goes on
            return


def _shrunk(taken: Taken, sightings: tuple[Sighting, ...]) -> Image:
    height, width = taken.gray.shape
    scale = min(1.0, WIDTH_PX / width)
    gray = cv2.resize(
        taken.gray, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA
    )
    small = replace(taken, gray=np.asarray(gray, np.uint8)).coloured()
    boxes = tuple(
        msgspec.structs.replace(s, box=tuple((x * scale, y * scale) for x, y in s.box))
        for s in sightings
    )
    return _without_addresses(small, boxes)


def _without_addresses(image: Image, sightings: tuple[Sighting, ...]) -> Image:
    """Coarse but for the codes, as the page that shows it is for everybody."""
    height, width = image.shape[:2]
    coarse = cv2.resize(
        image, (COARSE_PX, COARSE_PX * height // width), interpolation=cv2.INTER_AREA
    )
    drawn = np.asarray(
        cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8
    )
    for sighting in sightings:
        if sighting.box:
            shown = np.zeros((height, width), np.uint8)
            cv2.fillConvexPoly(shown, np.rint(sighting.box).astype(np.int32), 1)
            drawn[shown == 1] = image[shown == 1]
    return drawn


def sharpness(gray: Image, sightings: tuple[Sighting, ...]) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield
    microscopy", 2000) in the worst code, or in the middle of a picture without one: turn the lens
    until it is highest."""
    height, width = gray.shape[:2]
    rects = [_rect(s, width, height) for s in sightings if s.box]
    middle = (
        int(width * MIDDLE),
        int(height * MIDDLE),
        int(width * (1 - MIDDLE)),
        int(height * (1 - MIDDLE)),
    )
    parts = [gray[top:bottom, left:right] for left, top, right, bottom in rects or [middle]]
    return min(
        (float(cv2.Laplacian(part, cv2.CV_32F).var()) for part in parts if part.size), default=0.0
    )


def _rect(sighting: Sighting, width: int, height: int) -> tuple[int, int, int, int]:
    xs, ys = zip(*sighting.box, strict=True)
    return (
        max(0, int(min(xs))),
        max(0, int(min(ys))),
        min(width, int(max(xs))),
        min(height, int(max(ys))),
    )
