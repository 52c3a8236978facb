from __future__ import annotations

import errno
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from samebag.core.events import Sighting
from samebag.devices.camera.evidence import BAR_PX, EvidenceError, EvidenceFolder, picture

BOX = ((100.0, 60.0), (300.0, 60.0), (300.0, 120.0), (100.0, 120.0))


class Wall:
    """A wall clock that goes a minute on each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 23, 57)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def kept(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.glob("**/*") if p.is_file())


def test_a_picture_lies_under_its_day_and_bag(tmp_path: Path) -> None:
    path = EvidenceFolder(tmp_path, 1000, Wall()).keep(123, b"jpeg")
    assert path == tmp_path / "20261122/bag-000123-235800-000.jpg"
    assert path.read_bytes() == b"jpeg"


def test_the_oldest_pictures_go_first_also_those_from_before_and_the_quota_is_never_exceeded(
    tmp_path: Path,
) -> None:
    wall = Wall()
    before = EvidenceFolder(tmp_path, 1000, wall)
    for bag in (1, 2, 3):
        before.keep(bag, bytes(300))
    (tmp_path / "20261123/bag-000004-000000-000.tmp").write_bytes(b"torn by a power cut")
    after = EvidenceFolder(tmp_path, 1000, wall)
    after.keep(5, bytes(500))
    assert kept(tmp_path) == [
        "20261123/bag-000003-000000-000.jpg",
        "20261123/bag-000005-000100-000.jpg",
    ]
    assert not (tmp_path / "20261122").exists()


def test_as_many_pictures_stay_as_the_quota_holds_however_many_came(tmp_path: Path) -> None:
    folder = EvidenceFolder(tmp_path, 1000, Wall())
    for bag in range(1, 40):
        folder.keep(bag, bytes(100 + bag % 3 * 100))
        sizes = [path.stat().st_size for path in tmp_path.glob("*/*.jpg")]
        assert sum(sizes) <= 1000
        assert bag < 6 or len(sizes) >= 4


def test_pictures_that_the_purge_took_with_their_folder_are_no_fault(tmp_path: Path) -> None:
    folder = EvidenceFolder(tmp_path, 1000, Wall())
    for bag in (1, 2, 3):
        folder.keep(bag, bytes(300))
    shutil.rmtree(tmp_path / "20261122")
    folder.keep(4, bytes(300))
    assert len(kept(tmp_path)) == 2


def test_a_picture_larger_than_the_quota_is_refused_and_deletes_nothing(tmp_path: Path) -> None:
    folder = EvidenceFolder(tmp_path, 100, Wall())
    folder.keep(1, bytes(60))
    with pytest.raises(
        EvidenceError,
        match=r"^evidence quota = 100 bytes: one picture has 101: set a larger quota$",
    ):
        folder.keep(2, bytes(101))
    assert len(kept(tmp_path)) == 1


def test_a_full_disk_is_an_evidence_error_and_leaves_no_torn_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = EvidenceFolder(tmp_path, 1000, Wall())

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(EvidenceError, match=r"No space left on device: free disk space"):
            folder.keep(1, b"jpeg")
    assert kept(tmp_path) == []
    assert folder.keep(2, b"jpeg").exists()


def test_codes_are_boxed_and_bad_ones_differ_in_line() -> None:
    frame = np.full((200, 400), 200, np.uint8)
    seen = [Sighting("GOOD", "code128", BOX)]
    shown = [
        cv2.imdecode(
            np.frombuffer(picture(frame, seen, "bag 7 匹配", bad), np.uint8), cv2.IMREAD_COLOR
        )
        for bad in ((), ("GOOD",))
    ]
    assert all(image is not None and image.shape == (200 + BAR_PX, 400, 3) for image in shown)
    edges = [image[BAR_PX + 120, 110:290].astype(int) for image in shown if image is not None]
    greenish, reddish = edges[0][:, 1] - edges[0][:, 2] > 60, edges[1][:, 2] - edges[1][:, 1] > 60
    assert greenish.all()
    assert 0.2 < reddish.mean() < 0.8


def test_a_sighting_without_a_box_is_still_named() -> None:
    assert picture(np.zeros((100, 100, 3), np.uint8), [Sighting("A")], "", ())
