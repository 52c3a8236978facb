from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest

from tests.bench import reading_pictures
from tests.bench.reading_pictures import of_folder, print_pictures
from tests.bench.reading_readers import PYZBAR, SAMEBAG, for_pictures
from tests.vision.pictures import code, put, table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures: one told by a text beside it, one by the folder's truth, one by nothing."""
    for name, text in (("beside", "LX1"), ("listed", "LX2"), ("untold", "LX3")):
        cv2.imwrite(str(tmp_path / f"{name}.png"), put(table(), code(text), 40, 60))
    (tmp_path / "beside.txt").write_text("LX1\n", encoding="utf-8")
    line = json.dumps({"file": "listed.png", "labels": [{"text": "LX2"}]})
    (tmp_path / "truth.jsonl").write_text(line, encoding="utf-8")
    return tmp_path


def test_pictures_with_their_texts_and_those_without_are_two_sets(folder: Path) -> None:
    told, untold = of_folder(folder)
    assert [(f.path.name, set(f.texts)) for f in told.frames] == [
        ("beside.png", {"LX1"}),
        ("listed.png", {"LX2"}),
    ]
    assert [(f.path.name, untold.told) for f in untold.frames] == [("untold.png", False)]
    assert of_folder(folder / "none") == []


def test_each_reader_has_its_row_and_texts_that_only_one_says_are_counted(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = {name: read for name, read in for_pictures().items() if name in (PYZBAR, SAMEBAG)}
    peers = {**ours, "liar": lambda: lambda gray, at_s: {"LX9"}}
    monkeypatch.setattr(reading_pictures, "for_pictures", lambda: peers)
    print_pictures(of_folder(folder))
    rows = [
        line.strip("| ").split(" | ")
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("|")
    ]
    assert [row[1:5] for row in rows if row[1] == "liar"] == [
        ["liar", "0 of 2", "0 of 2", "2"],
        ["liar", "1", "1", "1"],
    ]
    assert [row[2:5] for row in rows if row[1] == SAMEBAG] == [
        ["2 of 2", "2 of 2", "0"],
        ["1", "1", "0"],
    ]


def test_all_peers_that_come_with_the_bench_are_among_the_readers() -> None:
    assert {PYZBAR, "zxing-cpp", "zxing-cpp, tuned", "OpenCV QR", "OpenCV bars", SAMEBAG} <= set(
        for_pictures()
    )
