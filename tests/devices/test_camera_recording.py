from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from samebag.devices.camera.recording import FOLDER_FPS, Recording, RecordingError, views
from tests.vision.pictures import noisy, save_bags, table


def test_every_frame_of_a_folder_is_decoded_at_its_own_time(tmp_path: Path) -> None:
    folder = save_bags(tmp_path / "bags", 3)
    (folder / "truth.jsonl").write_text("{}")
    seen = list(views(folder, fps=10))
    assert [(v.at_s, v.frame, v.occupied) for v in seen] == [
        (0.0, 0, True),
        (0.1, 1, True),
        (0.2, 2, True),
    ]
    assert [v.sightings[0].code for v in seen] == [
        "LX000000000CN",
        "LX000000001CN",
        "LX000000002CN",
    ]


def test_a_video_is_played_at_its_own_rate(tmp_path: Path) -> None:
    path = tmp_path / "table.avi"
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 8.0, (640, 360))
    for k in range(4):
        video.write(cv2.cvtColor(noisy(table(), k), cv2.COLOR_GRAY2BGR))
    video.release()
    assert [v.at_s for v in views(path)] == [0, 0.125, 0.25, 0.375]


def test_a_folder_cannot_say_its_rate(tmp_path: Path) -> None:
    assert Recording(save_bags(tmp_path / "bags", 1)).fps == FOLDER_FPS


@pytest.mark.parametrize(
    ("name", "fps", "message"),
    [
        ("missing", None, "missing: no such file or folder: give a video or a folder of pictures"),
        (
            "empty",
            None,
            "empty: holds no frames that can be read: give a video or a folder of pictures",
        ),
        (
            "text.mp4",
            None,
            "text.mp4: holds no frames that can be read: give a video or a folder of pictures",
        ),
        ("empty", 0.0, "empty: fps = 0: must be more than 0, at most 1000"),
        ("bad", None, "0000.png: is no picture, or a damaged one: give a PNG or JPEG picture"),
    ],
)
def test_what_cannot_be_played_says_so(
    tmp_path: Path, name: str, fps: float | None, message: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.mp4").write_text("no video")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/0000.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(RecordingError) as refused:
        list(views(tmp_path / name, fps))
    assert str(refused.value).endswith(message)
