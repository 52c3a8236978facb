from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from pyzbar import pyzbar

from samebag.core.symbologies import DEFAULT
from samebag.vision.decode import read_frame
from samebag.vision.decoders import BARS, MATRICES, ZXing
from samebag.vision.geometry import around, sides_px
from samebag.vision.reader import Reader
from tests.vision.pictures import Gray, bag, code, crumpled, noisy, put, table, turned

FRAMES = Path(__file__).parent / "frames"
TRACKING = "LX123456785CN"
CELL_PX = 6  # of the texture that shows where bars begin and end


def zxing_alone(frame: Gray) -> list[str]:
    return [r.text for r in ZXing(BARS | MATRICES).read(frame)]


@pytest.mark.parametrize("seed", range(3))
def test_both_labels_of_an_upright_bag_are_read_and_bars_by_both_decoders(seed: int) -> None:
    seen = {
        (s.code, s.symbology, s.by) for s in read_frame(noisy(bag(TRACKING, "订单-2024"), seed))
    }
    assert seen == {(TRACKING, "code128", ("zxing", "zbar")), ("订单-2024", "qr", ("zxing",))}


@pytest.mark.parametrize("degrees", [20, 45, 70, 160, 250])
def test_bars_and_matrices_are_read_at_any_angle(degrees: float) -> None:
    frame = noisy(turned(bag(TRACKING, "订单-2024"), degrees), int(degrees))
    assert {s.code for s in read_frame(frame)} == {TRACKING, "订单-2024"}


@pytest.mark.parametrize("seed", range(3))
def test_bars_in_a_shadow_and_under_gloss_are_read(seed: int) -> None:
    light = np.linspace(0.2, 1.2, 640) + 0.15 * np.sin(np.arange(640) / 25)
    frame = np.clip(bag(TRACKING, "DD1") * light + 60, 0, 255).astype(np.uint8)
    assert TRACKING in {s.code for s in read_frame(noisy(frame, seed))}


@pytest.mark.parametrize("seed", range(3))
def test_bars_are_read_in_the_few_rows_that_a_finger_leaves(seed: int) -> None:
    """Of strips spread evenly only two meet them."""
    bars = put(table(), code("SAMEBAG-PROOF-WAYBILL"), 60, 100)
    under_finger = np.asarray(cv2.line(bars, (220, 60), (220, 121), 90, 32), np.uint8)
    seen = read_frame(noisy(turned(under_finger, 10), seed))
    assert [s.code for s in seen] == ["SAMEBAG-PROOF-WAYBILL"]


def test_a_qr_on_crumpled_film_is_read_on_a_grid_that_bends() -> None:
    frame = noisy(crumpled(put(table(), code("DD1234567890", "qr", 5), 200, 80)), 1)
    assert zxing_alone(frame) == []
    assert [s.code for s in read_frame(frame)] == ["DD1234567890"]


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        ("under-film", "DD2098909930"),
        ("half-faded", "SO-2024-048514"),
        ("dead-dots", "DD9275920870"),
    ],
)
@pytest.mark.parametrize("gain", [0.6, 0.8, 1.0, 1.1])
def test_a_qr_is_read_that_zxing_finds_torn_or_in_part_or_not_at_all(
    frame: str, text: str, gain: float
) -> None:
    """Parts of rendered bags."""
    gray = np.asarray(cv2.imread(str(FRAMES / f"{frame}.png"), cv2.IMREAD_GRAYSCALE))
    lit = np.clip(gray * gain, 0, 255).astype(np.uint8)
    assert zxing_alone(lit) == []
    assert [s.code for s in read_frame(lit)] == [text]


@pytest.mark.parametrize("symbology", ["code128", "qr", "datamatrix"])
@pytest.mark.parametrize(("turns", "corner"), [(0, (0, 0)), (1, (1, 0)), (2, (1, 1)), (3, (0, 1))])
def test_a_box_starts_at_the_codes_own_top_left_and_runs_clockwise(
    symbology: str, turns: int, corner: tuple[int, int]
) -> None:
    frame = put(table(height_px=480), code(TRACKING, symbology, quarter_turns=turns), 60, 40)
    (seen,) = read_frame(frame)
    box = np.array(seen.box)
    low, high = box.min(0), box.max(0)
    assert np.allclose(box[0], [(low, high)[corner[k]][k] for k in (0, 1)], atol=CELL_PX)
    assert cv2.contourArea(box.astype(np.float32), oriented=True) > 0  # clockwise, y pointing down


def test_two_prints_of_one_text_are_two_sightings_and_one_print_broken_by_glare_is_one() -> None:
    apart = put(put(table(), code(TRACKING), 40, 30), code(TRACKING), 40, 260)
    assert [s.code for s in read_frame(apart)] == [TRACKING, TRACKING]
    broken = put(table(), np.vstack([code(TRACKING), code(TRACKING)]), 40, 100)
    broken[140:160] = 255
    assert [s.code for s in read_frame(broken)] == [TRACKING]


def stacked(apart_px: int) -> Gray:
    """Two long codes above each other on one sheet of paper; the lower one begins at row 130 +
    ``apart_px``."""
    upper, lower = code("SAMEBAG-PROOF-WAYBILL"), code("SAMEBAG-PROOF-LIST")
    sheet = np.full((160 + apart_px, upper.shape[1]), 255, np.uint8)
    return put(table(), put(put(sheet, upper, 0, 30), lower, 0, 80 + apart_px), 20, 50)


@pytest.mark.parametrize("apart_px", [6, 12, 24, 36])
@pytest.mark.parametrize("degrees", [1, 30, 70])
def test_two_codes_close_above_each_other_are_both_read(apart_px: int, degrees: float) -> None:
    seen = read_frame(noisy(turned(stacked(apart_px), degrees), apart_px))
    assert {s.code for s in seen} == {"SAMEBAG-PROOF-WAYBILL", "SAMEBAG-PROOF-LIST"}


@pytest.mark.parametrize("apart_px", [6, 12, 24, 36])
def test_a_code_that_cannot_be_read_is_not_hidden_by_one_close_above_it(apart_px: int) -> None:
    frame = stacked(apart_px)
    frame[130 + apart_px : 180 + apart_px, 200:230] = 255  # glare
    seen = Reader().still(noisy(turned(frame, 30), apart_px))
    assert [s.code for s in seen.sightings] == ["SAMEBAG-PROOF-WAYBILL"]
    assert seen.unread


@pytest.mark.parametrize("apart_px", [0, 12, 60])
@pytest.mark.parametrize("degrees", [0, 30])
def test_two_codes_side_by_side_are_both_read_or_told_of_even_without_quiet_zones(
    apart_px: int, degrees: float
) -> None:
    left, right = (bars[:, 20:-20] for bars in (code("LX123456785"), code("DD1234567")))
    sheet = np.full((110, left.shape[1] + apart_px + right.shape[1] + 80), 255, np.uint8)
    frame = put(
        table(), put(put(sheet, left, 40, 30), right, 40 + left.shape[1] + apart_px, 35), 5, 80
    )
    seen = Reader().still(noisy(turned(frame, degrees), apart_px))
    assert {s.code for s in seen.sightings} == {"LX123456785", "DD1234567"} or seen.unread


def test_a_code_that_touches_the_frames_edge_is_read() -> None:
    bars = code("abcdef", module_px=4)
    ink = np.nonzero((bars < 128).any(0))[0]
    assert [s.code for s in read_frame(np.ascontiguousarray(bars[:, ink[0] : ink[-1] + 1]))] == [
        "abcdef"
    ]


def test_a_text_that_the_decoders_read_differently_is_not_handed_out_wrong() -> None:
    """zbar drops the high bit that FNC4 stands for: 'ó' becomes 's'."""
    for seen in read_frame(put(table(), code("óóóó1234"), 40, 60)):
        assert seen.code == "óóóó1234"


@pytest.mark.parametrize("seed", range(8))
def test_print_and_stripes_that_are_no_code_read_as_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = table(seed, 1280, 720)
    for _ in range(12):
        widths = rng.integers(1, 5, 120)
        row = np.repeat(np.arange(120) % 2 * 255, widths)[:260].astype(np.uint8)
        frame = put(
            frame, np.tile(row, (40, 1)), int(rng.integers(0, 1000)), int(rng.integers(0, 660))
        )
    cv2.putText(frame, "TO: Vera Smirnova 190000", (40, 300), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    assert read_frame(frame) == ()


def test_code39_is_read_only_when_asked_for() -> None:
    frame = put(table(), code("ABC-123", "code39"), 40, 60)
    assert read_frame(frame) == ()
    assert [(s.code, s.symbology) for s in read_frame(frame, DEFAULT | {"code39"})] == [
        ("ABC-123", "code39")
    ]


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (1, 1), (720, 1), (3, 1280)])
def test_frames_too_small_for_a_code_hold_none(shape: tuple[int, int]) -> None:
    assert read_frame(np.zeros(shape, np.uint8)) == ()


def test_a_frame_may_lie_in_memory_as_it_likes_but_must_be_gray() -> None:
    frame = np.asfortranarray(bag(TRACKING, "DD1"))
    assert {s.code for s in read_frame(frame)} == {TRACKING, "DD1"}
    with pytest.raises(
        ValueError, match=r"frame of uint8 with shape \(9, 9, 3\): must be uint8, height x width"
    ):
        read_frame(np.zeros((9, 9, 3), np.uint8))


@pytest.mark.parametrize("heading_deg", [0.0, 90.0, 180.0])
def test_bars_that_zbar_met_in_a_single_line_lie_along_it(heading_deg: float) -> None:
    assert sides_px(around([(10, 5), (200, 5)], heading_deg)) == pytest.approx((190, 0), abs=0.5)


@pytest.mark.parametrize(
    ("symbology", "module_px"),
    [*(("datamatrix", px) for px in (8, 16, 32, 48, 64)), ("qr", 8), ("qr", 16), ("qr", 32)],
)
def test_a_matrix_that_fills_the_frame_is_read(symbology: str, module_px: int) -> None:
    frame = noisy(
        turned(put(table(0, 1100, 1100), code("DD1234567890", symbology, module_px), 30, 30), 3),
        module_px,
    )
    assert [s.code for s in read_frame(frame)] == ["DD1234567890"]


def test_a_decoder_that_raises_costs_no_other_code_in_that_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """pyzbar raises ValueError where libzbar finds what it has no name for, as a structured
    append."""

    def raising(*args: object, **options: object) -> None:
        raise ValueError("30 is not a valid ZBarSymbol")

    monkeypatch.setattr(pyzbar, "decode", raising)
    assert {s.code for s in read_frame(bag(TRACKING, "DD1"))} == {TRACKING, "DD1"}
