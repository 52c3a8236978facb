from __future__ import annotations

import numpy as np
import pytest

from samebag.core.events import Box
from samebag.vision import decode
from samebag.vision.bars.boxes import Bars, Cells
from samebag.vision.bars.strips import upright, upright_px
from samebag.vision.decode import Decoders, look
from samebag.vision.decoders import CodeReading
from samebag.vision.geometry import Flat
from samebag.vision.matrices.squares import Bends
from samebag.vision.texture import Texture
from samebag.vision.work import Purse, Work
from tests.vision.pictures import Gray, code, put, table

TEN = Purse("bars", 10.0)


def box(k: int) -> Box:
    x = 100.0 * k
    return ((x, 0.0), (x + 80, 0.0), (x + 80, 20.0), (x, 20.0))


def turns(
    work: Work, boxes: list[Box], px: float = 4.0, covered: tuple[Box, ...] = ()
) -> list[Box]:
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


def test_one_that_is_dearer_than_a_look_may_be_has_its_turn_alone() -> None:
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


def test_kinds_share_a_purse_by_what_a_pixel_costs_each_and_the_next_look_begins() -> None:
    work = Work()

    def had(kind: str, price: float) -> list[Box]:
        common = Purse("all", 30.0, price)
        return [
            *work.in_turn(
                kind, [box(0), box(1)], lambda b: True, lambda b: 5.0, Purse(kind, 10.0), common
            )
        ]

    work.begin()
    assert (had("cheap", 1.0), had("dear", 4.0), had("dearer", 6.0)) == (
        [box(0), box(1)],
        [box(0)],
        [],
    )
    work.begin()
    assert work.left_over == ["dear", "dearer"]
    assert (had("dear", 4.0), had("dearer", 6.0)) == ([box(1)], [])
    work.begin()
    assert work.left_over == ["dearer", "dear"]
    assert (had("dearer", 6.0), had("dear", 4.0)) == ([box(0)], [])


def test_one_that_had_half_a_turn_comes_before_those_that_had_theirs() -> None:
    work, boxes = Work(), [box(0), box(1)]
    work.begin()
    for each in work.in_turn("bars", boxes, lambda b: True, lambda b: 4.0, TEN):
        if each == box(1):
            work.again("bars", each)
    assert work.unfinished
    assert turns(work, boxes) == [box(1), box(0)]
    assert not work.unfinished


def test_torn_codes_share_the_grids_of_a_look_and_the_next_look_begins_with_those_that_had_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[Box] = []

    def torn_four_times(
        gray: Gray, box: Box, decoders: object, *, hasty: bool, bends: Bends
    ) -> list[CodeReading]:
        wanted = min(4, bends.left)
        tried.extend([box] * wanted)
        bends.left -= wanted
        return [CodeReading("", "qr", box, 21)]

    monkeypatch.setattr(decode, "read_square", torn_four_times)
    sheet = put(table(0, 900, 300), code("DD1234567890", "qr", 6), 20, 60)
    frame = put(
        put(sheet, code("DD1234567891", "qr", 6), 320, 60), code("DD1234567892", "qr", 6), 620, 60
    )
    work, decoders = Work(), Decoders()
    look(frame, decoders, work=work)
    first = dict.fromkeys(tried)
    tried.clear()
    look(frame, decoders, work=work)
    assert (len(first), len(dict.fromkeys(tried))) == (1, 1)
    assert next(iter(tried)) not in first


def test_small_torn_codes_that_find_no_grid_left_end_no_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Box] = []

    def two_torn_then_three_read(
        gray: Gray, box: Box, decoders: object, *, hasty: bool, bends: Bends
    ) -> list[CodeReading]:
        asked.append(box)
        if 2 < len(asked) <= decode.MOST_SQUARES:
            return [CodeReading(f"DD{len(asked)}", "qr", box)]
        bends.left = max(0, bends.left - 2)
        return [CodeReading("", "qr", box, 21)]

    monkeypatch.setattr(decode, "read_square", two_torn_then_three_read)
    monkeypatch.setattr(decode, "read_many", lambda gray, decoders: [])
    frame = table(0, 1280, 720)
    for k in range(8):
        frame = put(frame, code(f"DD{k:010d}", "qr", 5), 20 + 300 * (k % 4), 40 + 300 * (k // 4))
    work = Work()
    look(frame, Decoders(), work=work)
    assert len(asked) == 8
    assert not work.unfinished


OF_BARS = ("bars", "dear", "slanted", "pale", "unevened")
NO_CELLS = Cells(np.zeros(1), np.zeros(1), np.array([1.0, 0.0]), 6)
STRIPES = [
    ((x, 300.0), (x + 150, 300.0), (x + 150, 420.0), (x, 420.0)) for x in range(0, 1280, 160)
]


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> list[Box]:
    """What looks lay upright on a table full of stripes, in which each three bands may be one code
    under glare."""
    boxes: list[Box] = []

    def noted(gray: Gray, box: Box) -> Flat:
        boxes.append(box)
        return upright(gray, box)

    monkeypatch.setattr(decode, "upright", noted)
    monkeypatch.setattr(
        Texture, "bars", lambda texture, *levels: [Bars(box, NO_CELLS) for box in STRIPES]
    )
    return boxes


def striped() -> Gray:
    frame = table(0, 1280, 720)
    frame[:, np.arange(1280) // 5 % 2 == 0] = 20
    frame[:, np.arange(1280) % 160 >= 150] = 110
    return frame


def test_no_look_at_a_striped_table_works_on_more_than_its_share_and_all_stripes_have_their_turn(
    laid: list[Box],
) -> None:
    work, decoders, frame, looks = Work(), Decoders(), striped(), 0
    while work.unfinished or not looks:
        laid.clear()
        regions = look(frame, decoders, work=work)
        looks += 1
        unread = {r.box for r in regions if r.text is None}
        assert (
            sum(map(upright_px, laid)) <= sum(decode.SHARES[kind] for kind in OF_BARS) * frame.size
        )
        assert set(STRIPES) <= unread  # also those that had no turn
    assert 2 <= looks <= 12


def test_without_a_share_one_look_would_work_on_more(
    laid: list[Box], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "SHARES", dict.fromkeys(decode.SHARES, np.inf))
    monkeypatch.setattr(decode, "ALL_DEAR", np.inf)
    look(striped(), Decoders())
    assert sum(map(upright_px, laid)) > 2 * 1280 * 720
