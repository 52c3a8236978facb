"""Plays a recording: the frames of a video or of a folder of pictures, in order, and what is read
in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np

from samebag.core.events import ViewSeen
from samebag.core.symbologies import DEFAULT
from samebag.devices.camera.evidence import Image
from samebag.ports import DeviceError
from samebag.vision.reader import Reader
from samebag.vision.table.scene import Scene

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp"})
FOLDER_FPS = 15.0  # what a folder is taken to have, as it cannot say
MOST_FPS = 1000.0


class RecordingError(DeviceError):
    """A recording cannot be played. The message names file, fault and cure."""


class Recording:
    """A video, or a folder of pictures in the order of their names. Close it."""

    def __init__(self, path: Path, fps: float | None = None) -> None:
        if fps is not None and not 0 < fps <= MOST_FPS:
            raise RecordingError(
                f"{path}: fps = {fps:g}: must be more than 0, at most {MOST_FPS:g}"
            )
        if not path.exists():
            raise RecordingError(
                f"{path}: no such file or folder: give a video or a folder of pictures"
            )
        self._path = path
        self._pictures: list[Path] = []
        self._video: cv2.VideoCapture | None = None
        if path.is_dir():
            self._pictures = sorted(p for p in path.iterdir() if p.suffix.lower() in PICTURES)
            own_fps = FOLDER_FPS
        else:
            self._video = cv2.VideoCapture(str(path))
            own_fps = self._video.get(cv2.CAP_PROP_FPS)
        if not self._pictures and not (self._video and self._video.isOpened()):
            self.close()
            raise RecordingError(
                f"{path}: holds no frames that can be read: give a video or a folder of pictures"
            )
        self.fps = fps or (own_fps if 0 < own_fps <= MOST_FPS else FOLDER_FPS)
        self._next = 0

    def read(self) -> Image | None:
        """The next frame, None after the last."""
        if self._video:
            found, image = self._video.read()
            return np.asarray(image, np.uint8) if found else None
        if self._next >= len(self._pictures):
            return None
        path = self._pictures[self._next]
        self._next += 1
        return picture_of(path, cv2.IMREAD_COLOR)

    def skip(self) -> None:
        """Passes over a frame without decoding it."""
        self._next += 1
        if self._video:
            self._video.grab()

    def close(self) -> None:
        if self._video:
            self._video.release()


def picture_of(path: Path, flags: int) -> Image:
    """A picture file as an array; hostile content ends in RecordingError, never in a crash."""
    try:
        if not path.is_file():
            raise RecordingError(
                f"{path}: {'not a file' if path.exists() else 'no such file'}: give a picture"
            )
        content = np.frombuffer(path.read_bytes(), np.uint8)
        image = cv2.imdecode(content, flags)
    except (OSError, cv2.error) as err:
        raise RecordingError(f"{path}: {_short(err)}: give a PNG or JPEG picture") from err
    if image is None:
        raise RecordingError(f"{path}: is no picture, or a damaged one: give a PNG or JPEG picture")
    return np.asarray(image, np.uint8)


def _short(err: OSError | cv2.error) -> str:
    """OpenCV's messages name its own source files."""
    return (
        err.strerror or str(err)
        if isinstance(err, OSError)
        else "is no picture, or too large a one"
    )


def gray_of(image: Image) -> Image:
    return (
        image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    )


def views(
    path: Path, fps: float | None = None, symbologies: frozenset[str] = DEFAULT
) -> Iterator[ViewSeen]:
    """Every frame of a recording, decoded; times are those of the recording, from 0. Raises
    RecordingError."""
    reader, scene, frame = Reader(symbologies), Scene(), 0
    with closing(Recording(path, fps)) as recording:
        while (image := recording.read()) is not None:
            yield view_of(gray_of(image), reader, scene, frame / recording.fps, frame)
            frame += 1


def view_of(gray: Image, reader: Reader, scene: Scene, at_s: float, frame: int) -> ViewSeen:
    """What one frame shows, after those that reader and scene saw before it."""
    seen = reader.frame(gray, at_s)
    return ViewSeen(
        seen.sightings, at_s, scene.occupied(gray, bool(seen.sightings), at_s), seen.unread, frame
    )
