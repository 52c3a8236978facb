from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from samebag.cli import main
from samebag.vision.explain import MOST_HEIGHT_PX, READ, UNREAD, WIDTH_PX, explained, told
from samebag.vision.regions import Region
from tests.vision.pictures import bag, table

BARS = ((40.0, 60.0), (240.0, 60.0), (240.0, 100.0), (40.0, 100.0))
BLUR = ((300.0, 200.0), (500.0, 200.0), (500.0, 260.0), (300.0, 260.0))
QR = ((420.0, 20.0), (480.0, 20.0), (480.0, 80.0), (420.0, 80.0))
REGIONS = (
    Region(BARS, "LX1", "code128", {"LX7": 1, "LX1": 4}, ("zxing", "zbar")),
    Region(BLUR, None, "bars"),
    Region(QR, "订单\x1d1", "qr", {}, ("zxing",)),
)


class Typist:
    """Every letter is as wide as it is high; remembers what was written."""

    size_dots = 20

    def __init__(self) -> None:
        self.written: list[str] = []

    def width_dots(self, text: str) -> int:
        return self.size_dots * len(text)

    def write(self, canvas: Image.Image, x: int, y: int, text: str) -> None:
        self.written.append(text)


def test_each_region_is_told_with_its_size_decoders_and_votes() -> None:
    assert [told(region) for region in REGIONS] == [
        "code128 'LX1', 200 x 40 px, by zxing and zbar; strips said 4 x 'LX1', 1 x 'LX7'",
        "bars not read, 200 x 60 px",
        "qr '订单\\x1d1', 60 x 60 px, by zxing",
    ]


def test_read_codes_have_a_solid_line_and_unread_ones_a_dashed_line_of_another_colour() -> None:
    drawn = np.array(explained(table(width_px=1000), REGIONS, Typist()))
    solid = (drawn[60, 40:241] == READ).all(-1)
    dashed = (drawn[260, 300:501] == UNREAD).all(-1)
    assert solid.all()
    assert 0.3 < dashed.mean() < 0.8


@pytest.mark.parametrize(
    ("width_px", "drawn_px"), [(16, WIDTH_PX[0]), (1280, 1280), (4000, WIDTH_PX[1])]
)
def test_any_picture_gets_numbers_list_and_legend_that_can_be_read_and_too_long_words_are_cut(
    width_px: int, drawn_px: int
) -> None:
    typist = Typist()
    drawn = explained(np.zeros((width_px // 2, width_px), np.uint8), REGIONS, typist)
    assert drawn.width == drawn_px
    assert drawn.height > drawn_px // 2
    assert typist.written[:3] == ["1", "2", "3"]
    assert typist.written[-2:] == ["read", "looks like a code, but was not read"]
    [first] = [words for words in typist.written if words.startswith("1  code128 'LX1'")]
    assert typist.width_dots(first) <= drawn_px
    assert first.endswith("…") == (drawn_px < 1900)


def test_a_tall_strip_of_pixels_is_not_enlarged_beyond_memory() -> None:
    drawn = explained(np.zeros((60_000, 16), np.uint8), REGIONS, Typist())
    assert drawn.width == WIDTH_PX[0]
    assert drawn.height < MOST_HEIGHT_PX + 500


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "袋 1.png"
    cv2.imwrite(str(path), bag("LX123456785CN", "订单-2024"))
    return path


def test_the_command_writes_a_drawing_for_each_picture_and_names_it(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "drawn"
    assert main(["read", "--explain", "--out", str(out), str(photo), str(photo)]) == 0
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    drawings = [out / "袋 1-explained.png", out / "袋 1-2-explained.png"]
    assert [o["explained"] for o in objects] == [str(drawing) for drawing in drawings]
    assert all(list(o) == ["file", "codes", "ms", "explained"] for o in objects)
    assert all(Image.open(drawing).width == WIDTH_PX[0] for drawing in drawings)


def test_a_drawing_that_cannot_be_written_is_refused_with_its_cure(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "--explain", "--out", str(photo), str(photo)]) == 1
    target = photo / "袋 1-explained.png"
    cure = "give a folder that can be written, with --out DIR"
    assert capsys.readouterr().err == f"samebag: {target}: File exists: {cure}\n"
