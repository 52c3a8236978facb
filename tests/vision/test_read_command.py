from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import pytest

from samebag.cli import main
from tests.vision.pictures import bag, code, put, table


def samebag(*arguments: str) -> int:
    return main(["read", *arguments])


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "袋 1.png"
    cv2.imwrite(str(path), bag("LX123456785CN", "订单-2024"))
    return str(path)


def test_each_picture_gives_one_json_object_with_the_fields_of_the_contract(
    photo: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert samebag("--json", photo, photo) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert list(first) == ["file", "codes", "ms"]
    assert first["file"] == photo
    assert [(c["text"], c["symbology"], c["by"]) for c in first["codes"]] == [
        ("LX123456785CN", "code128", ["zxing", "zbar"]),
        ("订单-2024", "qr", ["zxing"]),
    ]
    assert all(len(corner) == 2 for c in first["codes"] for corner in c["box"])
    assert first["codes"] == second["codes"]


def test_bad_pictures_are_named_and_the_others_still_read(
    photo: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bomb = tmp_path / "bomb.bmp"  # a header that asks for 60,000 x 60,000 pixels
    size = (60000).to_bytes(4, "little")
    bomb.write_bytes(
        b"BM" + bytes(8) + b"\x36\0\0\0\x28\0\0\0" + size + size + b"\x01\0\x18\0" + bytes(24)
    )
    bad = {
        "missing.png": None,
        "empty.png": b"",
        "text.png": b"no picture",
        "torn.jpg": b"\xff\xd8\xff\xe0",
    }
    for name, content in bad.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name in bad]
    assert samebag(*paths, str(tmp_path), str(bomb), photo) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["file"] == photo
    lines = err.splitlines()
    assert [line.split(": ")[1] for line in lines] == [*paths, str(tmp_path), str(bomb)]
    assert all(line.endswith(("give a picture", "give a PNG or JPEG picture")) for line in lines)


def test_a_terminal_shows_rows_and_a_picture_without_codes_is_no_fault(
    photo: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), bag("A", "B")[:40])
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert samebag(photo, str(blank)) == 0
    read_row, blank_row = capsys.readouterr().out.splitlines()
    assert read_row.endswith("ms  code128 'LX123456785CN' (zxing+zbar), qr '订单-2024' (zxing)")
    assert blank_row.endswith("no codes")


def test_what_is_not_read_as_it_is_switched_off_is_named_and_read_when_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "itf.png")
    cv2.imwrite(path, put(table(), code("12345678901231", "itf"), 40, 60))
    assert samebag("--json", path) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["codes"], told["off"]) == ([], ["ITF (2 of 5) lies there and is not read"])
    assert samebag("--json", "--also", "itf", path) == 0
    told = json.loads(capsys.readouterr().out)
    assert [c["text"] for c in told["codes"]] == ["12345678901231"]
    assert "off" not in told
