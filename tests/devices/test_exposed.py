"""The loop over a simulated sensor: camera told by ioctl, reader and metering, bag after bag."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from samebag.vision.table.metering import CHANGED_S

from .sensor import SCENES, Sensor, Station, table, with_bag
from .v4l2_node import APERTURE_PRIORITY, MANUAL, MODE, SHUTTER

IN_TIME_S = 0.5


@pytest.fixture
def video(tmp_path: Path) -> Path:
    (tmp_path / "video0").touch()
    return tmp_path / "video0"


def bags(
    station: Station, kind: str, scene: str, numbers: range, *, bare_s: float = 1.0
) -> list[float | None]:
    """How long each took to read."""
    took_s = []
    for number in numbers:
        station.sees(table(kind, SCENES[scene]), bare_s)
        lies, texts = with_bag(kind, SCENES[scene], number)
        took_s.append(station.reads(lies, 2.0, texts))
    return took_s


def in_time(took_s: list[float | None]) -> int:
    return sum(s is not None and s <= IN_TIME_S for s in took_s)


def test_on_a_dark_table_bags_after_the_first_are_read_in_time_and_nothing_is_told_any_more(
    video: Path,
) -> None:
    own = Station(Sensor(1), video, by_labels=False)
    assert in_time(bags(own, "dark", "usual", range(1, 2))) == 0
    ours = Station(Sensor(1), video, by_labels=True)
    bags(ours, "dark", "usual", range(1))
    steps = len(ours.steps)
    assert in_time(bags(ours, "dark", "usual", range(1, 3))) == 2
    assert len(ours.steps) == steps <= 3
    ours.light.give_back()
    assert ours.sensor.node.known[MODE].value == APERTURE_PRIORITY


def test_a_hand_over_the_bag_moves_no_light(video: Path) -> None:
    station = Station(Sensor(2), video, by_labels=True)
    bags(station, "dark", "usual", range(1))
    steps = len(station.steps)
    lies, texts = with_bag("dark", SCENES["usual"], 1)
    for x in range(0, 900, 60):
        under = lies.copy()
        under[100:, x : x + 140] = 0.35
        station.sees(under, 0.2)
    assert len(station.steps) == steps
    assert station.reads(lies, 0.5, texts) is not None


def test_a_camera_that_says_a_wrong_shutter_time_reads_no_later_than_by_itself(video: Path) -> None:
    by_itself, told = (
        Station(Sensor(3, honest=False), video, by_labels=by_labels) for by_labels in (False, True)
    )
    for station in (by_itself, told):
        station.sensor.node.known[SHUTTER].value = 5
    own, ours = (bags(station, "dark", "usual", range(3)) for station in (by_itself, told))
    assert None not in ours
    assert in_time(ours) >= in_time(own)


def test_a_camera_that_takes_no_shutter_time_reads_every_bag_as_by_itself(video: Path) -> None:
    station = Station(Sensor(4, obeys=False), video, by_labels=True)
    station.sensor.node.refuses = frozenset({SHUTTER})
    assert None not in bags(station, "dark", "usual", range(3))


def test_lamps_off_free_the_camera_and_lamps_on_are_found_again(video: Path) -> None:
    station = Station(Sensor(5), video, by_labels=True)
    bags(station, "dark", "usual", range(1))
    station.sees(table("dark", SCENES["usual"]), 3.0)
    assert station.sensor.node.known[MODE].value == MANUAL
    station.sees(table("dark", SCENES["dim"]), CHANGED_S + 0.5)
    assert station.sensor.node.known[MODE].value == APERTURE_PRIORITY
    assert None not in bags(station, "dark", "dim", range(1, 3))


def test_light_that_a_window_lends_is_followed_while_bags_come(video: Path) -> None:
    station = Station(Sensor(6), video, by_labels=True)
    lies, texts = with_bag("half lit", SCENES["sunlit"], 7)
    bare = table("half lit", SCENES["sunlit"])
    for share in np.geomspace(0.2, 1.0, 5):  # five times the light
        station.sees(bare * np.float32(share), 0.6)
        assert station.reads(lies * np.float32(share), 1.2, texts) is not None
