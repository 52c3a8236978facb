"""A simulated camera: light of a table with bags, through shutter and gain, to gray levels; it
exposes by itself too.

Photons come at random, a pixel holds so many, its amplifier adds noise, and 256 levels are left.
Its own exposure brings the frame's mean to middle gray, as webcams do: part of the way with each
picture, shutter first, then gain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from samebag.devices.camera.light import V4l2Light
from samebag.vision.reader import Reader, Seen
from samebag.vision.table.metering import Metering
from tests.vision.pictures import Gray, code

from .v4l2_node import MANUAL, MODE, SHUTTER, Node

Radiance = npt.NDArray[np.float32]  # 1.0 is white under the lamps of hardware/optics.md
WIDTH_PX, HEIGHT_PX, FPS = 960, 540, 15.0
FULL_WELL, READ_NOISE = 6000.0, 4.0  # electrons of a small pixel
FILLED_S = 0.02  # so long white fills it under those lamps
GAMMA = 2.2
MEAN = 0.18  # of the light, that its own exposure wants: level 117
DAMPED = 0.15  # of the way with each picture
LONGEST_S, MOST_GAIN = 1 / 30, 16.0
LATE = 3  # pictures until a shutter time shows
SETTLED = 6  # as in camera_frames


class Sensor:
    """Told by ioctl like a webcam. ``honest``: it says what its own exposure has found, not an old
    default.

    ``obeys``: it uses the shutter time that it takes over.
    """

    def __init__(self, seed: int, *, honest: bool = True, obeys: bool = True) -> None:
        self.node, self._honest, self._obeys = Node(), honest, obeys
        self._random = np.random.default_rng(seed)
        self._own = (LONGEST_S, 1.0)
        self._pipe = [self._own] * LATE

    def picture(self, radiance: Radiance) -> Gray:
        mode, known = self.node.known[MODE].value, self.node.known[SHUTTER]
        told = (known.value * 1e-4, self._own[1])
        self._pipe.append(told if mode == MANUAL and self._obeys else self._own)
        shutter_s, gain = self._pipe.pop(0)
        electrons = np.minimum(radiance * (FULL_WELL * shutter_s / FILLED_S), FULL_WELL)
        noise = _grain()[self._random.integers(8)] * np.sqrt(electrons + READ_NOISE**2)
        light = np.clip((electrons + noise) * (gain / FULL_WELL), 0, 1)
        if mode != MANUAL:
            self._meter(float(light.mean()), shutter_s * gain)
            if self._honest:
                known.value = max(known.least, round(self._own[0] * 1e4))
        return np.asarray(light ** (1 / GAMMA) * 255 + 0.5, np.uint8)

    def _meter(self, mean: float, light_s: float) -> None:
        wanted_s = (self._own[0] * self._own[1]) * (MEAN / max(mean, 1e-3)) ** DAMPED
        shutter_s = float(np.clip(wanted_s, 1e-4, LONGEST_S))
        self._own = (shutter_s, float(np.clip(wanted_s / shutter_s, 1.0, MOST_GAIN)))


@cache
def _grain() -> npt.NDArray[np.float32]:
    return np.random.default_rng(0).normal(0, 1, (8, HEIGHT_PX, WIDTH_PX)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Scene:
    """``lamps`` times their usual light, what ``ink`` and ``bag`` reflect, ``film`` that a bag lets
    through."""

    lamps: float = 1.0
    ink: float = 0.06
    bag: float = 0.3
    film: float = 1.0


PAPER = 0.8
# reflects; its left half has so much light
TABLES = {
    "dark": (0.02, 1.0),
    "white": (0.85, 1.0),
    "half lit": (0.25, 0.2),
}
SCENES = {
    "usual": Scene(),
    "pale print": Scene(ink=0.5),
    "pale print, black bag": Scene(ink=0.5, bag=0.02),
    "gray film": Scene(film=0.45, ink=0.12),
    "sunlit": Scene(lamps=5.0),
    "dim": Scene(lamps=0.12),
}


def table(kind: str, scene: Scene) -> Radiance:
    reflects, left = TABLES[kind]
    return np.full((HEIGHT_PX, WIDTH_PX), reflects, np.float32) * _lamps(left, scene)


def _lamps(left: float, scene: Scene) -> Radiance:
    across = np.clip((np.arange(WIDTH_PX) / WIDTH_PX - 0.45) * 10, 0, 1)
    return (scene.lamps * (left + (1 - left) * across)).astype(np.float32)


def with_bag(kind: str, scene: Scene, seed: int) -> tuple[Radiance, frozenset[str]]:
    """On that table, somewhere and somehow; and what its labels say."""
    random = np.random.default_rng(seed)
    texts = (f"LX{seed:09d}CN", f"DD{seed:010d}")
    reflects = np.full((HEIGHT_PX, WIDTH_PX), TABLES[kind][0], np.float32)
    corner = random.integers((60, 30), (160, 90))
    turn = cv2.getRotationMatrix2D((330, 190), float(random.uniform(-25, 25)), 1.0)
    turn[:, 2] += corner
    lies = np.full((380, 660), scene.bag, np.float32)
    _stick(lies, code(texts[0]), 30, 60, scene)
    _stick(lies, code(texts[1], "qr", 4), 440, 170, scene)
    size = (WIDTH_PX, HEIGHT_PX)
    on = cv2.warpAffine(np.ones_like(lies), turn, size)
    reflects = reflects * (1 - on) + cv2.warpAffine(lies, turn, size) * on
    seen = reflects * _lamps(TABLES[kind][1], scene)
    return np.asarray(cv2.GaussianBlur(seen, (0, 0), 0.6), np.float32), frozenset(texts)


def _stick(bag: Radiance, drawn: Gray, x: int, y: int, scene: Scene) -> None:
    height, width = drawn.shape
    paper = np.full((height + 40, width + 30), PAPER, np.float32)
    paper[20:-20, 15:-15] = np.where(drawn < 128, scene.ink, PAPER)
    bag[y : y + paper.shape[0], x : x + paper.shape[1]] = paper * scene.film


class Station:
    """Camera, reader and metering as the worker has them; no thread, and the time is that of the
    pictures."""

    def __init__(self, sensor: Sensor, node: Path, *, by_labels: bool) -> None:
        self.sensor, self.reader, self.metering = sensor, Reader(), Metering()
        light = V4l2Light.of(node, FPS, sensor.node.ioctl)
        assert light
        self.light, self._by_labels = light, by_labels
        self._number, self._settled_from = 0, 0
        self.steps: list[tuple[float, float | None]] = []  # when, and times the light

    @property
    def now_s(self) -> float:
        return self._number / FPS

    def looks(self, radiance: Radiance, seconds: float) -> Iterator[tuple[Gray, Seen]]:
        """At that for so long."""
        for _ in range(round(seconds * FPS)):
            self._number += 1
            gray = self.sensor.picture(radiance)
            yield gray, self.reader.frame(gray, self.now_s)
            self._meter(gray)

    def _meter(self, gray: Gray) -> None:
        if not self._by_labels or self._number < self._settled_from:
            return
        if asked := self.metering.look(gray, self.reader.regions, self.now_s):
            self.steps.append((self.now_s, asked.times))
            self._settled_from = self._number + SETTLED
            if asked.times is None:
                self.light.automatic()
            else:
                self.light.relight(asked.times)

    def sees(self, radiance: Radiance, seconds: float) -> None:
        for _ in self.looks(radiance, seconds):
            pass

    def reads(self, radiance: Radiance, seconds: float, texts: frozenset[str]) -> float | None:
        """So long it takes to read them all; None if it does not come to that."""
        began_s, read_s = self.now_s, None
        for _, seen in self.looks(radiance, seconds):
            if read_s is None and texts <= {s.code for s in seen.sightings}:
                read_s = self.now_s - began_s
        return read_s
