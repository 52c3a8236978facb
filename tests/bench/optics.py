"""Computes and measures the tables of hardware/optics.md: ``python -m tests.bench.optics [--codes
N]``, as Markdown.

The geometry is that of a camera looking straight down with a lens without distortion; what the
reader needs is measured on codes drawn at a known size, as a camera of 400 mm above them sees them.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from zxingcpp import BarcodeFormat, create_barcode

from samebag.vision.geometry import Gray
from samebag.vision.reader import Reader
from tests.bench.reading_table import print_table

Picture = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]

TABLE_MM = (400.0, 300.0)
# 2, 3 and 4 dots of a 203 dpi label printer; 4 dots at 300 dpi are 0.34
MODULES_MM = (
    0.25,
    0.33,
    0.375,
    0.5,
)
FILM_SLOPE_DEG = 10.0  # of a crumpled bag's film; each degree turns the lamp's mirror image by two


@dataclass(frozen=True, slots=True)
class View:
    """A camera in one of its modes: half the field's width and height at a distance of 1, and
    pixels."""

    name: str
    half_wide: float
    half_high: float
    width_px: int
    height_px: int

    def height_mm(self) -> float:
        """At which the whole table is just in view."""
        return max(TABLE_MM[0] / 2 / self.half_wide, TABLE_MM[1] / 2 / self.half_high)

    def px_per_mm(self) -> float:
        return self.width_px / (2 * self.height_mm() * self.half_wide)

    def lamp_deg(self) -> float:
        """So far from the vertical a lamp must be seen from the table, not to be mirrored into the
        camera."""
        corner_deg = math.degrees(math.atan(math.hypot(*TABLE_MM) / 2 / self.height_mm()))
        return corner_deg + 2 * FILM_SLOPE_DEG


def by_angles(name: str, wide_deg: float, high_deg: float, *size_px: int) -> View:
    half_wide, half_high = (math.tan(math.radians(angle) / 2) for angle in (wide_deg, high_deg))
    return View(name, half_wide, half_high, *size_px)


def by_diagonal(name: str, diagonal_deg: float, *size_px: int) -> View:
    half = math.tan(math.radians(diagonal_deg) / 2) / math.hypot(*size_px)
    return View(name, half * size_px[0], half * size_px[1], *size_px)


def by_sensor(name: str, lens_mm: float, wide_mm: float, high_mm: float, *size_px: int) -> View:
    return View(name, wide_mm / 2 / lens_mm, high_mm / 2 / lens_mm, *size_px)


# Angles, sensor sizes and modes: raspberrypi.com/documentation/accessories/camera.html. Asked for
# 1280 x 720, libcamera takes the sensor's 1536 x 864 mode, which is the middle two thirds
# (picamera2#1184): 46.8 and 28 of 66 and 41 degrees. The USB cameras are usual webcams.
VIEWS = (
    by_diagonal("UVC 720p, 60° diagonal", 60, 1280, 720),
    by_diagonal("UVC 1080p, 78° diagonal", 78, 1920, 1080),
    by_angles("Camera Module 3, 1280 x 720", 46.8, 28, 1280, 720),
    by_angles("Camera Module 3, 1920 x 1080", 66, 41, 1920, 1080),
    by_angles("Camera Module 3, 2304 x 1296", 66, 41, 2304, 1296),
    by_angles("Camera Module 3 Wide, 2304 x 1296", 102, 67, 2304, 1296),
    by_sensor("HQ + 6 mm, 2028 x 1080", 6, 6.287, 4.712 * 2160 / 3040, 2028, 1080),
    by_sensor("HQ + 6 mm, 2028 x 1520", 6, 6.287, 4.712, 2028, 1520),
)


def print_geometry() -> None:
    rows = []
    for view in VIEWS:
        height_mm, per_mm = view.height_mm(), view.px_per_mm()
        field = (
            f"{2 * height_mm * view.half_wide / 10:.0f} x {2 * height_mm * view.half_high / 10:.0f}"
        )
        modules = [f"{per_mm * module_mm:.2f}" for module_mm in MODULES_MM]
        rows.append(
            [
                view.name,
                f"{height_mm / 10:.0f}",
                field,
                f"{per_mm:.2f}",
                *modules,
                f"{view.lamp_deg():.0f}°",
            ]
        )
    head = ["camera", "height cm", "field cm", "px/mm", *(f"{m} mm" for m in MODULES_MM), "lamp"]
    print_table("Pixels per module over a 40 x 30 cm table", head, rows)


def print_fields(needed_px: Sequence[float]) -> None:
    """The widest field in which a module still has so many pixels."""
    rows = []
    for width_px in (1280, 1920, 2028, 2304):
        for needed in needed_px:
            fields = [f"{width_px * module_mm / needed / 10:.0f}" for module_mm in MODULES_MM]
            rows.append([f"{width_px}", f"{needed}", *fields])
    print_table(
        "Widest field in cm", ["width px", "px per module", *(f"{m} mm" for m in MODULES_MM)], rows
    )


@dataclass(frozen=True, slots=True)
class Condition:
    """``blur_px`` is the lens's, as sigma; the label leans by ``tilt_deg`` so that its modules get
    narrower."""

    name: str
    blur_px: float
    tilt_deg: float = 0.0
    crumple_px: float = 0.0


CONDITIONS = (
    Condition("flat, sharp (0.4 px)", 0.4),
    Condition("flat, usual (0.7 px)", 0.7),
    Condition("flat, soft (1.0 px)", 1.0),
    Condition("20°, 0.7 px", 0.7, 20),
    Condition("40°, 0.7 px", 0.7, 40),
    Condition("60°, 0.7 px", 0.7, 60),
    Condition("crumpled by 1 px, 20°, 0.7 px", 0.7, 20, 1.0),
)
SWEPT_PX = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2.0, 2.4, 2.8)
FRAME_PX = (512, 512)
FINER = 3  # a pixel is the mean of so many each way
TEXTURE_PX = 8  # a module on the drawn label
DISTANCE = 1000.0  # to the camera in modules: 400 mm for 0.4 mm
PAPER, INK, BOARD = 200.0, 40.0, 110.0
NOISE, JPEG_QUALITY = 3.0, 85  # levels of 255; what UVC cameras deliver


def print_needs(symbology: str, codes: int) -> None:
    rows = []
    for condition in CONDITIONS:
        rates = [_read_rate(symbology, condition, module_px, codes) for module_px in SWEPT_PX]
        rows.append([condition.name, *(f"{rate:.0%}" for rate in rates)])
    head = ["px per module when flat", *map(str, SWEPT_PX)]
    print_table(f"{symbology}: codes read in one frame ({codes} at any angle)", head, rows)


def _read_rate(symbology: str, condition: Condition, module_px: float, codes: int) -> float:
    reader, rng = Reader(), np.random.default_rng(1)
    read = 0
    for _ in range(codes):
        text = _text(rng)
        frame = _seen(_label(text, symbology), condition, module_px, rng)
        read += text in {sighting.code for sighting in reader.still(frame).sightings}
    return read / codes


def _text(rng: np.random.Generator) -> str:
    """A tracking number of 13 to 18 characters."""
    return "YT" + "".join(map(str, rng.integers(0, 10, rng.integers(11, 17))))


def _label(text: str, symbology: str) -> Gray:
    """The code on its label, bars 15 modules high."""
    bars = symbology == "Code 128"
    wanted = BarcodeFormat.Code128 if bars else BarcodeFormat.QRCodeModel2
    modules = np.array(create_barcode(text, wanted).to_image(scale=1, add_quiet_zones=False))
    drawn = np.repeat(modules[:1], 30, 0) if bars else modules
    drawn = np.pad(drawn, 12, constant_values=255)
    return np.kron(drawn, np.ones((TEXTURE_PX, TEXTURE_PX), np.uint8))


def _seen(label: Gray, condition: Condition, module_px: float, rng: np.random.Generator) -> Gray:
    """The label somewhere in the middle of a frame, turned by any angle."""
    size = (FRAME_PX[0] * FINER, FRAME_PX[1] * FINER)
    way = _projection(label, condition.tilt_deg, module_px, rng)
    toned = (INK + label * ((PAPER - INK) / 255)).astype(np.float32)
    flat = cv2.warpPerspective(toned, way, size, borderMode=cv2.BORDER_CONSTANT, borderValue=BOARD)
    fine = _crumpled(np.asarray(flat, np.float32), condition.crumple_px, rng)
    image = cv2.resize(fine, FRAME_PX, interpolation=cv2.INTER_AREA)
    image = cv2.GaussianBlur(image, (0, 0), condition.blur_px) + rng.normal(0, NOISE, image.shape)
    coded = cv2.imencode(
        ".jpg", np.clip(image, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def _projection(label: Gray, tilt_deg: float, module_px: float, rng: np.random.Generator) -> Matrix:
    """From the drawn label's pixels to those of the fine frame, through a pinhole ``DISTANCE``
    modules away."""
    high, wide = label.shape
    centred = np.array([[1, 0, -wide / 2], [0, 1, -high / 2], [0, 0, TEXTURE_PX]]) / TEXTURE_PX
    lean = math.radians(tilt_deg)
    leant = np.array([[math.cos(lean), 0, 0], [0, 1, 0], [math.sin(lean) / DISTANCE, 0, 1]])
    turn = rng.uniform(0, 2 * math.pi)
    turned = np.array(
        [[math.cos(turn), -math.sin(turn), 0], [math.sin(turn), math.cos(turn), 0], [0, 0, 1]]
    )
    scale = module_px * FINER
    x, y = np.array(FRAME_PX) * FINER / 2 + rng.uniform(-FINER, FINER, 2)
    placed = np.array([[scale, 0, x], [0, scale, y], [0, 0, 1]])
    return np.asarray(placed @ turned @ leant @ centred, np.float64)


def _crumpled(fine: Picture, rms_px: float, rng: np.random.Generator) -> Picture:
    """Shifted smoothly here and there by ``rms_px`` of the frame, with folds about 40 px apart."""
    high, wide = fine.shape
    cells = (FRAME_PX[0] // 40 + 3, FRAME_PX[1] // 40 + 3)
    shift = [
        cv2.resize(
            rng.normal(0, rms_px * FINER, cells), (wide, high), interpolation=cv2.INTER_CUBIC
        )
        for _ in range(2)
    ]
    x, y = np.meshgrid(np.arange(wide), np.arange(high))
    maps = [(at + by).astype(np.float32) for at, by in zip((x, y), shift, strict=True)]
    moved = cv2.remap(fine, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.optics", description=__doc__)
    parser.add_argument("--codes", type=int, default=40, help="in each cell of the measured tables")
    codes = parser.parse_args().codes
    cv2.setNumThreads(1)
    print_geometry()
    print_fields((1.2, 1.6))
    for symbology in ("Code 128", "QR"):
        print_needs(symbology, codes)


if __name__ == "__main__":
    main()
