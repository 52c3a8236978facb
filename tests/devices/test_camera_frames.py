"""Newest pictures only, from a source that obeys and records: no camera, no sleeping."""

from __future__ import annotations

import errno
import queue
import threading

import numpy as np
import pytest

from samebag.devices.camera.evidence import Image
from samebag.devices.camera.exposure import Limits
from samebag.devices.camera.light import Light
from samebag.devices.camera.newest import (
    FROZEN_S,
    OPENING_S,
    SETTLED_PICTURES,
    SILENT_S,
    STALE_S,
    FreezeWatch,
    Newest,
    Picture,
)
from samebag.devices.camera.sources import SourceLost
from samebag.vision.table.metering import Relight

SOON_S = 5.0


class Roll:
    """A source that gives what it is handed: a picture, None for the end, or a fault."""

    def __init__(
        self, *, live: bool = True, every: bool = False, light: Light | None = None
    ) -> None:
        self.live, self.every, self.light = live, every, light
        self._pictures: queue.Queue[Image | SourceLost | None] = queue.Queue()
        self.asked = threading.Semaphore(0)  # released each time the next picture is wanted
        self.closed = threading.Event()

    def give(self, *pictures: Image | SourceLost | None) -> None:
        """Returns when all have been taken over and the next one is wanted."""
        for picture in pictures:
            assert self.asked.acquire(timeout=SOON_S)
            self._pictures.put(picture)
        if pictures[-1] is not None and not isinstance(pictures[-1], SourceLost):
            assert self.asked.acquire(timeout=SOON_S)
            self.asked.release()

    def read(self) -> Image | None:
        self.asked.release()
        picture = self._pictures.get()
        if isinstance(picture, SourceLost):
            raise picture
        return picture

    def close(self) -> None:
        self.closed.set()


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def picture(level: int) -> Image:
    return np.full((32, 32), level, np.uint8)


def taken(newest: Newest) -> int:
    frame = newest.take(SOON_S)
    assert frame
    return int(frame.picture.gray[0, 0])


def test_a_slow_reader_gets_the_newest_picture_once_and_the_ones_between_are_dropped() -> None:
    roll = Roll()
    newest = Newest(lambda: roll, Clock())
    roll.give(picture(1), picture(2), picture(3))
    assert taken(newest) == 3
    assert newest.take(0) is None


def test_a_recording_of_every_picture_waits_for_its_reader() -> None:
    roll = Roll(live=False, every=True)
    clock = Clock()
    newest = Newest(lambda: roll, clock)
    for level in range(3):
        roll.give(picture(level))
        clock.now_s += 60
        assert taken(newest) == level
    roll.give(None)
    with pytest.raises(EOFError):
        newest.take(SOON_S)
    assert roll.closed.wait(SOON_S)


def test_a_picture_older_than_300_ms_is_refused() -> None:
    roll, clock = Roll(), Clock()
    newest = Newest(lambda: roll, clock)
    roll.give(picture(1))
    clock.now_s += STALE_S + 0.01
    assert newest.take(0) is None
    roll.give(picture(2))
    clock.now_s += STALE_S - 0.01
    assert taken(newest) == 2


def test_a_live_camera_that_stops_is_lost_and_one_that_opens_slowly_is_not() -> None:
    roll, clock = Roll(), Clock()
    opened = threading.Event()

    def open_slowly() -> Roll:
        opened.wait(SOON_S)
        return roll

    newest = Newest(open_slowly, clock)
    clock.now_s += OPENING_S - 0.1
    assert newest.take(0) is None
    opened.set()
    roll.give(picture(1))
    assert taken(newest) == 1
    clock.now_s += SILENT_S + 0.1
    with pytest.raises(SourceLost, match="camera: no picture for 2 s"):
        newest.take(0)


def test_a_fault_of_the_source_reaches_the_reader() -> None:
    roll = Roll()
    newest = Newest(lambda: roll, Clock())
    roll.give(SourceLost("camera v4l2:0: stopped giving pictures", "plug it in"))
    with pytest.raises(SourceLost, match="stopped giving pictures"):
        newest.take(SOON_S)
    assert roll.closed.wait(SOON_S)


def test_a_live_picture_that_stands_still_to_the_bit_is_a_fault_and_noise_is_none() -> None:
    watch = FreezeWatch()
    for tick in range(100):
        watch.look(picture(tick % 2), tick / 15)
    still = picture(9)
    watch.look(still, 10.0)
    watch.look(still, 10.0 + FROZEN_S)
    with pytest.raises(SourceLost, match="camera: the same picture for 2 s"):
        watch.look(still, 10.1 + FROZEN_S)


def test_a_picture_kept_small_has_the_colours_it_was_taken_in_and_every_line_sharp() -> None:
    taken_in = np.zeros((64, 96, 3), np.uint8)
    taken_in[:, :48], taken_in[:, 48:] = (40, 40, 200), (60, 180, 60)
    taken_in[:, ::8] //= 2
    kept = Picture.of(taken_in)
    assert kept.gray.nbytes + (0 if kept.tint is None else kept.tint.nbytes) < 0.4 * taken_in.nbytes
    shown = kept.coloured().astype(int)
    assert np.abs(shown - taken_in).mean() < 12
    assert np.abs(shown.mean(2) - taken_in.mean(2)).max() < 40
    gray = picture(7)
    assert Picture.of(gray).coloured() is gray


class Lamp:
    """A camera's light: it obeys, records, and fails when told to."""

    limits = Limits((1e-4, 1 / 15))

    def __init__(self) -> None:
        self.told: list[float | str] = []
        self.gone = False

    def relight(self, times: float) -> None:
        if self.gone:
            raise OSError(errno.ENODEV, "No such device")
        self.told.append(times)

    def automatic(self) -> None:
        self.told.append("automatic")

    def give_back(self) -> None:
        self.told.append("given back")


def test_light_is_told_between_two_pictures_and_shows_some_pictures_later() -> None:
    lamp = Lamp()
    roll = Roll(light=lamp)
    newest = Newest(lambda: roll, Clock())
    roll.give(picture(1))
    frame = newest.take(SOON_S)
    assert frame and not newest.can_relight and newest.settled(frame)
    newest.relight(Relight(0.5))
    assert lamp.told == []
    shown = []
    for level in range(SETTLED_PICTURES + 1):
        roll.give(picture(level))
        frame = newest.take(SOON_S)
        assert frame
        shown.append(newest.settled(frame))
    assert shown == [False] * SETTLED_PICTURES + [True]
    assert newest.can_relight
    newest.relight(Relight(None))
    roll.give(picture(1))
    assert lamp.told == [0.5, "automatic"]


def test_a_camera_that_has_gone_when_it_is_told_is_lost() -> None:
    lamp = Lamp()
    lamp.gone = True
    roll = Roll(light=lamp)
    newest = Newest(lambda: roll, Clock())
    roll.give(picture(1))
    assert newest.take(SOON_S)
    newest.relight(Relight(0.5))
    roll._pictures.put(picture(2))
    with pytest.raises(SourceLost, match="camera: no such device"):
        while True:
            newest.take(SOON_S)
    assert roll.closed.wait(SOON_S)


def test_what_cannot_be_told_is_told_nothing() -> None:
    roll = Roll(live=False, every=True)
    newest = Newest(lambda: roll, Clock())
    newest.relight(Relight(0.5))
    roll.give(picture(1))
    assert newest.take(SOON_S) and not newest.can_relight
    newest.give_back()
