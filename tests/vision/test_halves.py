from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from zxingcpp import BarcodeFormat, create_barcode, read_barcodes

from samebag.core.symbologies import ALL
from samebag.vision.matrices.halves import is_half
from samebag.vision.reader import Reader
from tests.vision.pictures import FRAMES, Gray, code, put, table

HALVES = sorted(FRAMES.glob("appended-*.png"))  # drawn by zint 2.16: one of two, text LX123456785CN
TEXTS = (
    "1234567890",
    "ABC 123",
    "hello",
    "订单-2024",
    "LX123456785CN" * 9,
    "https://mini.ems.com.cn/youzheng/mini/11",
)


def half(name: str, enlarged: int) -> Gray:
    picture = cv2.imread(str(FRAMES / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
    return np.asarray(picture, np.uint8).repeat(enlarged, 0).repeat(enlarged, 1)


def drawn(text: str, symbology: BarcodeFormat, **options: object) -> Gray:
    return np.array(
        create_barcode(text, symbology, **options).to_image(scale=4, add_quiet_zones=True)
    )


def scratched(symbol: Gray, seed: int) -> Gray:
    """A few modules turned; Reed-Solomon mends them."""
    rng, torn = np.random.default_rng(seed), symbol.copy()
    for x, y in rng.integers(16, len(symbol) - 20, (seed, 2)) // 4 * 4:
        torn[y : y + 4, x : x + 4] ^= 255
    return torn


def test_there_are_halves_of_every_matrix_that_has_structured_append() -> None:
    assert [path.stem for path in HALVES] == [
        "appended-aztec",
        "appended-datamatrix",
        "appended-oblong",
        "appended-pdf417",
        "appended-qr",
    ]


@pytest.mark.parametrize("path", HALVES, ids=lambda path: path.stem)
@pytest.mark.parametrize("enlarged", [2, 4])
def test_a_half_is_counted_as_unread_beside_its_neighbour_which_is_read(
    path: Path, enlarged: int
) -> None:
    seen = Reader(ALL).still(
        put(
            put(table(0, 1000, 600), half(path.stem, enlarged), 40, 60),
            code("DD1234567890"),
            500,
            460,
        )
    )
    assert [s.code for s in seen.sightings] == ["DD1234567890"]
    assert seen.unread


@pytest.mark.parametrize("seed", range(4))
def test_a_torn_or_mirrored_half_is_still_a_half(seed: int) -> None:
    for name in ("qr", "datamatrix"):
        torn = scratched(half(f"appended-{name}", 4), seed)
        for symbol in (torn, np.ascontiguousarray(torn[:, ::-1])):
            assert all(is_half(barcode) for barcode in read_barcodes(symbol))


@pytest.mark.parametrize("text", TEXTS)
def test_a_whole_code_is_never_taken_for_a_half_be_it_torn_or_in_a_mirror(text: str) -> None:
    read = 0
    for seed in range(4):
        for symbol in (
            drawn(text, BarcodeFormat.QRCodeModel2, ecLevel="Q"),
            drawn(text, BarcodeFormat.DataMatrix),
        ):
            for shown in (scratched(symbol, seed), np.ascontiguousarray(symbol[:, ::-1])):
                found = read_barcodes(shown)
                read += len(found)
                assert not any(is_half(barcode) for barcode in found)
    assert read > 8


@pytest.mark.parametrize("version", range(1, 49))
def test_no_size_of_data_matrix_is_taken_for_a_half(version: int) -> None:
    (found,) = read_barcodes(drawn("A", BarcodeFormat.DataMatrix, version=version))
    assert not is_half(found)
