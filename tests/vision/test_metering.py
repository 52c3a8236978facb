"""How much light the labels need: from their paper, never from the table, and not without an
answer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from samebag.vision.reader import Reader
from samebag.vision.regions import Region
from samebag.vision.table.metering import (
    ANSWER_S,
    BARE_S,
    CHANGED_S,
    EVERY_S,
    MOST_STEPS,
    MOST_TIMES,
    MOST_UNANSWERED,
    MOST_UNREAD,
    PAUSES_S,
    Metering,
    Relight,
)
from samebag.vision.table.paper import CLIPPED, GAMMA, TARGET, LabelPaper, paper_of

from .pictures import Gray, bag, noisy

SMALL, LARGE = (
    ((20.0, 20.0), (120.0, 20.0), (120.0, 50.0), (20.0, 50.0)),
    ((200.0, 100.0), (300.0, 100.0), (300.0, 200.0), (200.0, 200.0)),
)


def region(
    box: tuple[tuple[float, float], ...],
    text: str | None = "LX000000000CN",
    *,
    reflected: bool = False,
) -> Region:
    return Region(box, text, "code128", reflected=reflected)


def frame(*papers: tuple[tuple[tuple[float, float], ...], float], table: float = 40.0) -> Gray:
    """Bars on paper of that level in each box."""
    gray = np.full((240, 320), table)
    for ((left, top), _, (right, bottom), _), level in papers:
        gray[int(top) : int(bottom), int(left) : int(right)] = level
        gray[int(top) : int(bottom), int(left) : int(right) : 3] = level / 4
    return gray.astype(np.uint8)


@pytest.mark.parametrize(
    ("regions", "level", "read"),
    [
        ((region(SMALL), region(LARGE)), 230, True),  # the brighter one: white is lost, gray is not
        ((region(SMALL), region(LARGE, None)), 90, True),  # what was read is a label
        ((region(SMALL), region(LARGE, reflected=True)), 90, True),
        ((region(SMALL, None), region(LARGE, None)), 230, False),
    ],
)
def test_the_paper_is_the_brightest_labels_that_was_read(
    regions: tuple[Region, ...], level: int, read: bool
) -> None:
    paper = paper_of(frame((SMALL, 90), (LARGE, 230)), regions)
    assert paper and (paper.level, paper.read) == (level, read)


def test_a_label_at_the_edge_is_metered_too_and_without_any_there_is_nothing_to_go_by() -> None:
    beyond = ((280.0, 200.0), (400.0, 210.0), (390.0, 300.0), (270.0, 290.0))
    assert paper_of(frame(table=77.0), (region(beyond),))
    assert paper_of(frame(), ()) is None
    assert paper_of(frame(), (region(SMALL, reflected=True),)) is None
    assert paper_of(np.full((240, 320), 255, np.uint8), ()) is None  # a white table


def test_white_in_which_nothing_is_found_may_be_a_label_and_its_print_lost() -> None:
    blown = frame()
    blown[100:180, 200:300] = 255
    assert paper_of(blown, ()) == LabelPaper(CLIPPED, read=False)


class Camera:
    """Shows paper in the light it was told, or in its own; ``obeys`` is off for one that does not
    care."""

    def __init__(self, own: float = 1.0, *, obeys: bool = True) -> None:
        self.own, self._obeys, self.at_s = own, obeys, 0.0  # times the light that is right
        self._told: float | None = None
        self.metering = Metering()
        self.asked: list[Relight] = []

    @property
    def by_itself(self) -> bool:
        return not self.asked or self.asked[-1].times is None

    def shows(
        self,
        seconds: float,
        text: str | None = "LX000000000CN",
        *,
        labels: bool = True,
        lamps: float = 1.0,
    ) -> None:
        for _ in range(round(seconds / EVERY_S)):
            self.at_s += EVERY_S
            light = (self.own if self._told is None else self._told) * lamps
            level, table = (
                min(255.0, 255 * (share * light) ** (1 / GAMMA)) for share in (0.586, 0.02)
            )
            gray = frame((SMALL, level), table=table) if labels else frame(table=table)
            if asked := self.metering.look(
                gray, (region(SMALL, text),) if labels else (), self.at_s
            ):
                self._obey(asked)

    def _obey(self, asked: Relight) -> None:
        self.asked.append(asked)
        if asked.times is None or not self._obeys:
            self._told = None
        else:
            self._told = (self.own if self._told is None else self._told) * asked.times


def test_paper_that_is_well_is_left_to_the_camera() -> None:
    for own in (0.5, 0.7, 1.0, 1.4):
        camera = Camera(own)
        camera.shows(20.0)
        assert camera.asked == []


@pytest.mark.parametrize("own", [0.05, 0.3, 2.0, 4.0, 15.0])
def test_paper_too_dark_or_white_is_brought_to_its_target_by_bounded_steps_and_then_held(
    own: float,
) -> None:
    camera = Camera(own)
    camera.shows(5.0)
    steps = [asked.times for asked in camera.asked]
    assert 1 <= len(steps) <= MOST_STEPS
    assert all(t and 1 / MOST_TIMES <= t <= MOST_TIMES for t in steps)
    light = own * math.prod(t for t in steps if t)
    assert (110 / TARGET) ** GAMMA < light < (235 / TARGET) ** GAMMA
    camera.shows(60.0)
    camera.shows(60.0, labels=False)
    camera.shows(60.0, lamps=1.2)
    assert len(camera.asked) == len(steps)


def test_a_camera_whose_exposure_swings_with_the_bag_is_held_once_it_rests() -> None:
    camera = Camera()
    for own in (1.4, 1.4, 1.2, 1.05, 0.9):
        camera.own = own
        camera.shows(EVERY_S)
        assert camera.asked == []
    camera.shows(0.3)
    assert [a.times for a in camera.asked] == [pytest.approx(1 / 0.9, rel=0.1)]


def test_a_camera_that_does_not_obey_is_left_alone_says_why_once() -> None:
    camera = Camera(4.0, obeys=False)
    camera.shows(300.0)
    back = [a for a in camera.asked if a.times is None]
    assert [bool(a.why) for a in back] == [True] + [False] * (len(back) - 1)
    assert 2 < len(back) <= math.log2(300 / PAUSES_S[0]) + 2
    assert camera.by_itself


def test_unread_regions_never_ask_for_more_light_and_for_less_a_few_times() -> None:
    grain = Camera(0.05)
    grain.shows(30.0, None)
    assert grain.asked == []
    glint = Camera(30.0)
    glint.shows(PAUSES_S[0], None)
    assert [a.times for a in glint.asked] == [1 / MOST_TIMES] * MOST_UNREAD + [None]


def test_labels_that_became_white_free_the_camera_once_none_is_read_any_more() -> None:
    """And a glint for less than a second does not."""
    camera = Camera(3.0)
    camera.shows(3.0)
    steps = len(camera.asked)
    camera.shows(0.8, None, lamps=9.0)
    assert len(camera.asked) == steps
    camera.shows(0.5, None, lamps=9.0)
    assert len(camera.asked) == steps + 1
    assert camera.by_itself


def test_steps_for_labels_that_are_gone_before_they_answer_are_taken_back() -> None:
    camera = Camera(4.0)
    for bags in range(1, MOST_UNANSWERED + 1):
        camera.shows(1.0)
        camera.shows(ANSWER_S + 0.5, labels=False)
        assert [a.times for a in camera.asked] == [1 / MOST_TIMES, None] * bags
    camera.shows(PAUSES_S[0] - ANSWER_S - 1)
    assert len(camera.asked) == 2 * MOST_UNANSWERED


def test_other_lamps_over_a_bare_table_free_the_camera_and_other_labels_do_not() -> None:
    camera = Camera(4.0)
    camera.shows(3.0)
    camera.shows(60.0, labels=False)
    steps = len(camera.asked)
    camera.shows(CHANGED_S + BARE_S, labels=False, lamps=0.1)
    assert len(camera.asked) == steps + 1
    assert camera.by_itself


def test_a_text_is_kept_over_the_largest_step() -> None:
    """A fresh look costs time, and a label that is not there for a picture costs the green."""
    still = (bag("LX000000001CN", "DD0000000001") * 0.5).astype(np.uint8)
    for step in (1 / MOST_TIMES, MOST_TIMES):
        reader, gain = Reader(), step ** (1 / GAMMA)
        for tick in range(8):
            reader.frame(noisy(still, tick), tick / 15)
        for tick in range(8, 12):
            assert len(reader.frame(noisy(still, tick, gain), tick / 15).sightings) == 2
