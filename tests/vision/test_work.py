from __future__ import annotations

import numpy as np
import pytest

from samebag.core.events import Box
from samebag.vision import decode
from samebag.vision.decode import Decoders, look
from samebag.vision.reader import Reader
from samebag.vision.strips import MOST, upright, upright_px
from samebag.vision.work import Purse, Work
from tests.vision.pictures import Gray, code, noisy, put, table

TEN = Purse("bars", 10.0)


def box(k: int) -> Box:
    x = 100.0 * k
    return ((x, 0.0), (x + 80, 0.0), (x + 80, 20.0), (x, 20.0))


def turns(work: Work, boxes: list[Box], px: float = 4.0, covered: tuple[Box, ...] = ()) -> list[Box]:
    work.begin()
    return [*work.in_turn("bars", boxes, lambda b: b not in covered, lambda b: px, TEN)]


def test_what_is_left_over_comes_first_in_the_next_look_and_what_is_new_before_it() -> None:
    work, boxes = Work(), [box(k) for k in range(5)]
    assert turns(work, boxes) == [box(0), box(1)]
    assert work.unfinished
    assert work.put_off("bars") == [box(2), box(3), box(4)]
    assert turns(work, boxes) == [box(2), box(3)]
    assert turns(work, [*boxes, box(5)]) == [box(5), box(4)]
    assert not work.unfinished
    assert turns(work, [*boxes, box(5)]) == [box(0), box(1)]


def test_one_that_is_dearer_than_a_look_may_be_has_its_turn_alone_and_what_is_covered_costs_nothing() -> None:
    work, boxes = Work(), [box(k) for k in range(3)]
    assert [turns(work, boxes, px=50.0) for _ in range(3)] == [[box(0)], [box(1)], [box(2)]]
    assert turns(Work(), boxes, covered=(box(0),)) == [box(1), box(2)]


def test_attempts_of_two_kinds_share_a_purse_and_a_table_that_changed_begins_anew() -> None:
    work = Work()
    work.begin()
    for kind, had in (("broken", [box(0), box(1)]), ("blurred", [])):
        assert [*work.in_turn(kind, [box(0), box(1)], lambda b: True, lambda b: 5.0, TEN)] == had
    assert work.put_off("blurred") == [box(0), box(1)]
    work.forget()
    assert not work.unfinished


def striped(seed: int = 0) -> Gray:
    """A table full of stripes, broken by print, and a label among them."""
    rng = np.random.default_rng(seed)
    frame = np.repeat(table(seed, 1280, 720)[:1], 720, axis=0)
    frame[:, np.arange(1280) // 7 % 2 == 0] = 20
    for y in range(90, 720, 90):
        frame[y : y + int(rng.integers(14, 40))] = 110
    sheet = np.pad(code("LX123456785CN"), 30, constant_values=255)
    return put(frame, sheet, 400, 300)


class Spent:
    """What looks work on: pixels laid upright, each time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.px = 0.0

        def counted(gray: Gray, box: Box) -> object:
            self.px += upright_px(box)
            return upright(gray, box)

        monkeypatch.setattr(decode, "upright", counted)


def test_no_look_at_a_striped_table_works_on_more_than_its_share_and_the_label_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spent, reader, frame = Spent(monkeypatch), Reader(), striped()
    worst = 0.0
    for k in range(30):
        before = spent.px
        seen = reader.frame(noisy(frame, k), k / 15)
        worst = max(worst, spent.px - before)
    assert 0 < worst <= (sum(decode.SHARES[kind] for kind in ("bars", "dear")) + 0.1) * frame.size + 4 * MOST[1]
    assert "LX123456785CN" in {s.code for s in seen.sightings}


def test_a_stubborn_table_is_looked_at_ever_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    spent, reader, frame = Spent(monkeypatch), Reader(), striped()
    per_second = []
    for second in range(9):
        before = spent.px
        for k in range(4):
            reader.frame(noisy(frame, 4 * second + k), second + k / 4)
        per_second.append(spent.px - before)
    assert sum(per_second[5:]) < sum(per_second[:2])


def test_regions_that_had_no_turn_are_told_as_unread() -> None:
    frame = striped()
    work = Work()
    regions = look(frame, Decoders(), work=work)
    assert len([r for r in regions if r.text is None]) >= len(work.put_off("bars")) > 0
