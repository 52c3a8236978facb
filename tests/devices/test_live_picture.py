"""The picture for the pages: rare, small, without addresses; and the pictures of labels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from samebag.core.events import Sighting, ViewSeen
from samebag.devices.camera.evidence import Image as Frame
from samebag.devices.camera.evidence import boxed
from samebag.devices.camera.live_picture import COARSE_PX, WIDTH_PX, LivePicture, sharpness
from samebag.devices.camera.newest import Picture as Taken
from samebag.devices.printer.kept_labels import KEPT_FOLDERS, KeptLabels
from samebag.snapshot import FOLDER_LABELS, ShownPicture, picture_of, printed_path

BOX = ((100.0, 100.0), (500.0, 100.0), (500.0, 300.0), (100.0, 300.0))
SEEN = Sighting("LX1CN", "code128", BOX)


def stripes() -> Frame:
    """Bars 4 px wide, 1280 x 720: what an address or a code looks like."""
    image = np.zeros((720, 1280), np.uint8)
    image[:, np.arange(1280) // 4 % 2 == 0] = 255
    return image


def shown(
    live: LivePicture, path: Path, view: ViewSeen
) -> tuple[ShownPicture, npt.NDArray[np.uint8]]:
    live.show(Taken.of(stripes()), view)
    live._next.join()
    facts, jpeg = picture_of(path.read_bytes())
    decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    return facts, np.asarray(decoded, np.uint8)


def test_a_supervisors_badge_is_neither_sharp_nor_named_in_a_picture(tmp_path: Path) -> None:
    badge = Sighting("SAMEBAG-SUPERVISOR-LI-ABCDEFGH", "code128", BOX)
    facts, picture = shown(LivePicture(tmp_path / "p"), tmp_path / "p", ViewSeen((badge,), 1.0))
    assert facts.codes == ()
    assert picture[60:140, 60:240].std() < 20
    assert not boxed(np.full((720, 1280), 255, np.uint8), (badge,), ())[120:280, 120:480].any()


def test_codes_are_sharp_and_all_else_too_coarse_to_read(tmp_path: Path) -> None:
    facts, picture = shown(
        LivePicture(tmp_path / "p"), tmp_path / "p", ViewSeen((SEEN,), 1.0, unread=2, frame=7)
    )
    assert (facts.frame, facts.codes, facts.unread, facts.width_px) == (7, ("LX1CN",), 2, 1280)
    assert picture.shape == (360, WIDTH_PX)
    code, address = picture[70:130, 80:220], picture[220:340, 300:600]
    assert code.std() > 60
    assert address.std() < 20
    assert COARSE_PX * 4 < WIDTH_PX


def test_it_is_written_twice_a_second_at_a_bag_and_rarely_at_an_empty_table(tmp_path: Path) -> None:
    path = tmp_path / "p"
    live = LivePicture(path)
    for occupied, from_s in ((True, 0.0), (False, 100.0)):
        frames = set()
        for k in range(60):
            view = ViewSeen((), from_s + k / 15, occupied, frame=k)
            frames.add(shown(live, path, view)[0].frame)
        assert len(frames) == (8 if occupied else 2)


def test_a_folder_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    live = LivePicture(tmp_path / "absent" / "p")
    for at_s in (1.0, 2.0):
        live.show(Taken.of(stripes()), ViewSeen((), at_s))
        live._next.join()


def test_sharpness_falls_with_focus_and_is_that_of_the_worst_code() -> None:
    sharp = stripes()
    blurred = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 2.0), np.uint8)
    assert sharpness(sharp, (SEEN,)) > 2 * sharpness(blurred, (SEEN,))
    half = sharp.copy()
    half[:, 640:] = blurred[:, 640:]
    right = Sighting("B", "", tuple((x + 640, y) for x, y in BOX))
    assert sharpness(half, (SEEN, right)) == sharpness(half, (right,)) < sharpness(half, (SEEN,))


def test_labels_are_kept_as_printed_and_the_oldest_go(tmp_path: Path) -> None:
    kept = KeptLabels(tmp_path)
    slips = [Image.new("1", (384, height), colour) for height, colour in ((100, 1), (50, 0))]
    for folder in range(KEPT_FOLDERS + 2):
        kept(folder * FOLDER_LABELS + 1, slips)
    assert len(list(tmp_path.iterdir())) == KEPT_FOLDERS
    assert not printed_path(tmp_path, 1).exists()
    with Image.open(printed_path(tmp_path, 5 * FOLDER_LABELS + 1)) as sheet:
        assert (sheet.size, sheet.getpixel((0, 0)), sheet.getpixel((0, 149))) == (
            (384, 150),
            255,
            0,
        )


def test_a_label_that_cannot_be_kept_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    KeptLabels(tmp_path / "file")(1, [Image.new("1", (8, 8))])
