import cv2
import numpy as np
import pytest
from zxingcpp import BarcodeFormat, create_barcode

from samebag.vision.decode import read_frame
from tests.vision.pictures import Gray, noisy, put, table, turned

MATRICES: dict[str, tuple[BarcodeFormat, dict[str, object]]] = {
    "qr": (BarcodeFormat.QRCode, {"ecLevel": "M"}),
    "datamatrix": (BarcodeFormat.DataMatrix, {}),
    "oblong data matrix": (BarcodeFormat.DataMatrix, {"version": 28}),
}
TEXT = "ORD-48213967"


def _inked(symbology: str, seed: int) -> Gray:
    """On paper, with rings of gray ink through two of its finders, softened as by a lens."""
    rng, (kind, options) = np.random.default_rng(seed), MATRICES[symbology]
    drawn = np.array(create_barcode(TEXT, kind, **options).to_image(scale=4, add_quiet_zones=False))
    label = np.pad(drawn, 24, constant_values=235)
    ink = np.zeros_like(label)
    for x, y in ((24, 24), (24, 24 + len(drawn))):
        middle = int(x + rng.integers(-4, 5)), int(y + rng.integers(-4, 5))
        cv2.circle(ink, middle, int(rng.integers(14, 20)), 255, 3, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(label * (1 - 0.75 * ink / 255.0), (0, 0), 0.8), np.uint8)


@pytest.mark.parametrize("symbology", MATRICES)
def test_a_matrix_with_ink_through_its_finders_is_read(symbology: str) -> None:
    texts = []
    for seed in range(5):
        frame = noisy(turned(put(table(seed), _inked(symbology, seed), 260, 120), 15 * seed + 15), seed)
        texts += [s.code for s in read_frame(frame)]
    assert texts == 5 * [TEXT]
