"""Renders labels for tests: codes as zxing writes them, on a table with noise."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from zxingcpp import BarcodeFormat, create_barcode

Gray = npt.NDArray[np.uint8]
FORMATS = {
    "code128": BarcodeFormat.Code128,
    "code39": BarcodeFormat.Code39,
    "qr": BarcodeFormat.QRCodeModel2,
    "datamatrix": BarcodeFormat.DataMatrix,
    "ean13": BarcodeFormat.EAN13,
    "itf": BarcodeFormat.ITF,
    "codabar": BarcodeFormat.Codabar,
}
FRAMES = Path(__file__).parent / "frames"


def code(text: str, symbology: str = "code128", module_px: int = 2, quarter_turns: int = 0) -> Gray:
    """A code with its quiet zones; bars are 50 px high. Turned clockwise."""
    drawn = np.array(
        create_barcode(text, FORMATS[symbology]).to_image(scale=module_px, add_quiet_zones=True)
    )
    return np.ascontiguousarray(
        np.rot90(drawn if symbology in ("qr", "datamatrix") else drawn[:50], -quarter_turns)
    )


def table(seed: int = 0, width_px: int = 640, height_px: int = 360) -> Gray:
    """An empty table: a gray surface with grain and a few scratches."""
    rng = np.random.default_rng(seed)
    surface = np.full((height_px, width_px), 110.0) + cv2.resize(
        rng.normal(0, 12, (9, 16)), (width_px, height_px)
    )
    for _ in range(6):
        start, end = rng.integers(0, (width_px, height_px), (2, 2)).tolist()
        cv2.line(surface, start, end, 140, 1)
    return np.clip(surface, 0, 255).astype(np.uint8)


def put(frame: Gray, drawn: Gray, x: int, y: int) -> Gray:
    """The frame with something on it, its top left corner at x, y."""
    out = frame.copy()
    out[y : y + drawn.shape[0], x : x + drawn.shape[1]] = drawn
    return out


def turned(frame: Gray, degrees: float) -> Gray:
    """About its middle, clockwise, on a canvas with room for it."""
    height, width = frame.shape
    middle = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    middle[:, 2] += (100, 240)
    canvas = cv2.warpAffine(
        frame, middle, (width + 200, width + 200), borderMode=cv2.BORDER_CONSTANT, borderValue=110
    )
    return np.asarray(canvas, np.uint8)


def crumpled(frame: Gray, most_px: float = 4.5) -> Gray:
    """Bent along both axes, as film bends a label."""
    rows, columns = np.indices(frame.shape, np.float32)
    x = columns + most_px * np.sin(rows / 45) * np.cos(columns / 60)
    y = rows + most_px * np.sin(columns / 50)
    return np.asarray(
        cv2.remap(frame, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR), np.uint8
    )


def noisy(frame: Gray, seed: int, gain: float = 1.0) -> Gray:
    """As a sensor gives it. A seed's grain is the one grain, shifted: to draw it anew took longer
    than to judge it."""
    grain = np.roll(_grain(frame.shape), 7919 * seed)
    return np.asarray(np.clip(frame * np.float32(gain) + grain, 0, 255), np.uint8)


@cache
def _grain(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    return np.random.default_rng(0).normal(0, 3, shape).astype(np.float32)


def bag(waybill: str, cargo_list: str) -> Gray:
    """A table with both labels of a bag on it."""
    return put(put(table(), code(waybill), 40, 60), code(cargo_list, "qr", 4), 420, 150)


def save_bags(folder: Path, count: int) -> Path:
    """A recording of ``count`` frames, frame k with waybill LX00000000k."""
    folder.mkdir(parents=True)
    for k in range(count):
        cv2.imwrite(str(folder / f"{k:04d}.png"), noisy(bag(f"LX{k:09d}CN", "DD1234567890"), k))
    return folder
