import cv2
import numpy as np
import pytest
from zxingcpp import BarcodeFormat, create_barcode

from samebag.core.events import Sighting
from samebag.vision.decode import read_frame
from tests.vision.pictures import Gray, noisy, put, table, turned
from tests.vision.test_halves import half

MATRICES: dict[str, tuple[BarcodeFormat, dict[str, object]]] = {
    "qr": (BarcodeFormat.QRCode, {"ecLevel": "M"}),
    "datamatrix": (BarcodeFormat.DataMatrix, {}),
    "oblong data matrix": (BarcodeFormat.DataMatrix, {"version": 28}),
}
TEXT = "ORD-48213967"


def _drawn(symbology: str) -> Gray:
    kind, options = MATRICES[symbology]
    return np.array(create_barcode(TEXT, kind, **options).to_image(scale=4, add_quiet_zones=False))


def _inked(drawn: Gray, seed: int) -> Gray:
    """On paper, with rings of gray ink through two of its finders, softened as by a lens."""
    rng, label = np.random.default_rng(seed), np.pad(drawn, 24, constant_values=235)
    ink = np.zeros_like(label)
    for x, y in ((24, 24), (24, 24 + len(drawn))):
        middle = int(x + rng.integers(-4, 5)), int(y + rng.integers(-4, 5))
        cv2.circle(ink, middle, int(rng.integers(14, 20)), 255, 3, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(label * (1 - 0.75 * ink / 255.0), (0, 0), 0.8), np.uint8)


def _read(drawn: Gray, seed: int) -> tuple[Sighting, ...]:
    """Turned on a table."""
    return read_frame(
        noisy(turned(put(table(seed), _inked(drawn, seed), 260, 120), 15 * seed + 15), seed)
    )


@pytest.mark.parametrize("symbology", MATRICES)
def test_a_matrix_with_ink_through_its_finders_is_read(symbology: str) -> None:
    assert [s.code for seed in range(5) for s in _read(_drawn(symbology), seed)] == 5 * [TEXT]


@pytest.mark.parametrize("name", ["appended-qr", "appended-datamatrix"])
def test_a_half_with_ink_through_its_finders_is_no_code(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = half(name, 4)
    rows, columns = (np.flatnonzero((picture < 128).any(axis)) for axis in (1, 0))
    drawn = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert not any(_read(drawn, seed) for seed in range(3))
    monkeypatch.setattr("samebag.vision.decoders.is_half", lambda barcode: False)
    assert any(_read(drawn, seed) for seed in range(3)), (
        "it is no half that keeps it from being read"
    )
