from __future__ import annotations

import cv2
import numpy as np
import pytest
from zxingcpp import BarcodeFormat, create_barcode

from samebag.core.symbologies import ALL, DEFAULT, UnknownSymbology, switched_on
from samebag.vision.decode import read_frame
from samebag.vision.off_there import PAUSE_S, TOLD_S, OffWatch
from samebag.vision.reader import Reader
from samebag.vision.regions import Region
from tests.vision.pictures import FRAMES, Gray, code, noisy, put, table, turned

FEDEX = "[)>\x1e01\x1d0212345\x1d840\x1d019\x1d2731986274510201\x1dFDEG\x1d7654321"
GTIN = "0109501101530003"
LABELS = [
    ("codabar", BarcodeFormat.Codabar, "A444413758703A", "A444413758703A"),
    ("codabar", BarcodeFormat.Codabar, "D8077152042820402B", "D8077152042820402B"),
    ("itf", BarcodeFormat.ITF, "12345678901231", "12345678901231"),
    ("code39", BarcodeFormat.Code39Std, "PO/A12345", "PO/A12345"),
    ("pdf417", BarcodeFormat.PDF417, FEDEX, FEDEX),
    ("aztec", BarcodeFormat.Aztec, "%009600106505011883505337703", "%009600106505011883505337703"),
    ("databar", BarcodeFormat.DataBarOmni, "0950110153000", GTIN),
    ("databar", BarcodeFormat.DataBarLtd, "0950110153000", GTIN),
    ("databar", BarcodeFormat.DataBarExp, "[01]09501101530003[10]ABC", f"{GTIN}10ABC"),
    ("databar", BarcodeFormat.DataBarExpStk, "[01]09501101530003[10]ABC", f"{GTIN}10ABC"),
]


def lying(symbology: BarcodeFormat, text: str, degrees: float, **options: object) -> Gray:
    drawn = np.array(
        create_barcode(text, symbology, **options).to_image(scale=2, add_quiet_zones=True)
    )
    drawn = drawn.repeat(2, 0).repeat(2, 1) if symbology == BarcodeFormat.Aztec else drawn
    return noisy(turned(put(table(0, 900, 500), drawn, 60, 60), degrees), round(degrees))


@pytest.mark.parametrize("degrees", [0, 12, 35, 75])
@pytest.mark.parametrize(("name", "symbology", "drawn", "text"), LABELS)
def test_what_is_switched_on_is_read_and_nothing_else_is(
    name: str, symbology: BarcodeFormat, drawn: str, text: str, degrees: float
) -> None:
    frame = lying(symbology, drawn, degrees)
    assert read_frame(frame) == ()
    assert {(s.code, s.symbology) for s in read_frame(frame, switched_on([name]))} == {(text, name)}
    assert {(s.code, s.symbology) for s in read_frame(frame, ALL)} == {(text, name)}


@pytest.mark.parametrize(
    "symbology", [BarcodeFormat.DataMatrix, BarcodeFormat.Code128, BarcodeFormat.Aztec]
)
def test_a_gs1_code_keeps_the_separators_within_it(symbology: BarcodeFormat) -> None:
    frame = lying(symbology, "[01]09501101530003[10]ABC[21]77", 0, gs1=True)
    assert [s.code for s in read_frame(frame.repeat(2, 0).repeat(2, 1), ALL)] == [
        f"{GTIN}10ABC\x1d2177"
    ]


def test_a_part_of_an_itf_or_a_codabar_is_no_code() -> None:
    for drawn in (code("12345678901231", "itf"), code("A444413758703A", "codabar")):
        for cut in range(40, drawn.shape[1], 8):
            seen = Reader(ALL).still(put(table(), drawn[:, :cut], 40, 60))
            assert {s.code for s in seen.sightings} <= {"12345678901231", "A444413758703A"}


def test_a_symbology_that_no_camera_reads_is_refused_by_name() -> None:
    assert switched_on(["itf"]) == DEFAULT | {"itf"}
    with pytest.raises(
        UnknownSymbology, match=r"symbology 'maxicode': must be one of aztec, .*: correct it"
    ):
        switched_on(["maxicode"])


@pytest.mark.parametrize("name", ["maxicode", "dotcode"])
def test_a_maxicode_and_a_dotcode_count_as_unread_however_they_lie(name: str) -> None:
    drawn = np.asarray(cv2.imread(str(FRAMES / f"{name}.png"), cv2.IMREAD_GRAYSCALE), np.uint8)
    for degrees in (0, 20, 45):
        seen = Reader().still(noisy(turned(put(table(), drawn, 200, 60), degrees), degrees))
        assert seen.sightings == ()
        assert {r.symbology for r in seen.regions} & {name, "qr"}


@pytest.mark.parametrize("name", ["itf", "codabar", "pdf417"])
def test_what_lies_there_switched_off_is_told_once_a_minute_and_looked_at_seldom(name: str) -> None:
    [(_, symbology, drawn, _), *_] = [label for label in LABELS if label[0] == name]
    frame, watch, reader = lying(symbology, drawn, 0), OffWatch(DEFAULT), Reader()
    told = [
        (k / 2, watch.frame(frame, reader.frame(frame, k / 2).regions, k / 2)) for k in range(150)
    ]
    assert [(at_s, names) for at_s, names in told if names] == [
        (told[0][0], (name,)),
        (told[0][0] + TOLD_S, (name,)),
    ]
    assert OffWatch(DEFAULT).still(frame, Reader().still(frame).regions) == (name,)
    assert OffWatch(ALL).still(frame, Reader().still(frame).regions) == ()
    assert PAUSE_S >= 1


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("corner", [(-30.0, -30.0), (600.0, 340.0), (300.0, 100.0)])
def test_wherever_a_torn_matrix_is_thought_to_lie_looking_there_is_safe(
    corner: tuple[float, float], turns: int
) -> None:
    x, y = corner
    box = ((x, y), (x + 50, y + 4), (x + 46, y + 54), (x - 4, y + 50))
    torn = Region(box[turns:] + box[:turns], None, "datamatrix")
    assert OffWatch(DEFAULT).still(table(), [torn]) == ()
