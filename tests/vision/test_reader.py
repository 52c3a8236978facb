from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from samebag.vision import decode, reader
from samebag.vision.reader import Reader, Seen
from tests.vision.pictures import Gray, bag, code, noisy, put, table

WAYBILL, LIST = "LX123456785CN", "DD1234567890"
FPS = 15


class Watched:
    """A reader fed at 15 frames a second, that counts how often it looks for codes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reader, self.frames, self.looks, self.thorough = Reader(), 0, 0, 0
        look: Callable[..., object] = decode.look

        def counted(*args: object, **options: object) -> object:
            self.looks += 1
            self.thorough += not options.get("hasty")
            return look(*args, **options)

        monkeypatch.setattr(reader, "look", counted)

    def see(self, frame: Gray, count: int = 1) -> Seen:
        for _ in range(count):
            self.frames += 1
            seen = self.reader.frame(noisy(frame, self.frames), self.frames / FPS)
        return seen


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


def codes(seen: Seen) -> set[str]:
    return {s.code for s in seen.sightings}


def test_a_bag_at_rest_is_seen_in_every_frame_but_read_in_few(watched: Watched) -> None:
    lying = bag(WAYBILL, LIST)
    assert all(codes(watched.see(lying)) == {WAYBILL, LIST} for _ in range(2 * FPS))
    assert watched.looks <= 9


def test_an_idle_table_is_hardly_looked_at(watched: Watched) -> None:
    assert watched.see(table(), 10 * FPS).sightings == ()
    assert watched.looks <= 10


def test_a_label_that_cannot_be_read_is_tried_ever_less_often(
    watched: Watched,
) -> None:
    torn = code("LX123456794CN")
    torn[:, 120:150] = 0
    lying = put(put(table(), code(WAYBILL), 40, 60), torn, 40, 200)
    watched.see(lying, 4 * FPS)
    looks, thorough = watched.looks, watched.thorough
    for _ in range(4 * FPS):
        seen = watched.see(lying)
        assert codes(seen) == {WAYBILL}
        assert seen.unread
    assert watched.looks - looks >= 3
    assert watched.thorough - thorough <= 1


def test_a_label_swapped_for_one_with_another_last_digit_is_never_reported_with_the_old_text(
    watched: Watched,
) -> None:
    watched.see(put(table(), code("LX123456785CN"), 40, 60), FPS)
    swapped = put(table(), code("LX123456794CN"), 40, 60)
    assert all(codes(watched.see(swapped)) <= {"LX123456794CN"} for _ in range(FPS))
    assert codes(watched.see(swapped)) == {"LX123456794CN"}


@pytest.mark.parametrize("covered", [slice(60, 110), slice(80, 110), slice(60, 75)])
def test_a_code_under_a_hand_is_not_remembered(watched: Watched, covered: slice) -> None:
    lying = put(table(), code(WAYBILL), 40, 60)
    watched.see(lying, FPS)
    hidden = lying.copy()
    hidden[covered, 100:160] = 120
    seen = watched.see(hidden)
    read_anew = watched.reader.still(hidden)
    assert codes(seen) <= codes(read_anew)


def test_a_confirmed_text_outlives_a_look_that_cannot_read_it_again(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    lying = bag(WAYBILL, LIST)
    watched.see(lying, 3)
    monkeypatch.setattr(reader, "look", lambda gray, decoders, known, **options: list(known))
    assert all(codes(watched.see(lying)) == {WAYBILL, LIST} for _ in range(3 * FPS))
    assert codes(watched.see(table())) == set()


def test_light_may_change_without_a_new_look(watched: Watched) -> None:
    lying = bag(WAYBILL, LIST)
    watched.see(lying, 3 * FPS)
    before = watched.looks
    assert codes(watched.see((lying * 0.8).astype(np.uint8))) == {WAYBILL, LIST}
    assert watched.looks <= before + 1


def test_a_code_too_noisy_for_one_frame_is_read_from_several() -> None:
    faint, noise, several = (
        put(table(), code(WAYBILL), 40, 60) * 0.2 + 80,
        np.random.default_rng(1),
        Reader(),
    )
    frames = [
        np.clip(faint + noise.normal(0, 30, faint.shape), 0, 255).astype(np.uint8)
        for _ in range(2 * FPS)
    ]
    assert not any(codes(several.still(f)) for f in frames[:5])
    seen = [codes(several.frame(f, k / FPS)) for k, f in enumerate(frames)]
    assert seen[FPS:] == [{WAYBILL}] * FPS


def test_a_label_that_cannot_be_read_is_told_but_print_and_goods_are_not(watched: Watched) -> None:
    torn = code(WAYBILL, module_px=2)
    torn[:, 120:150] = 0
    assert watched.see(put(table(), torn, 40, 60), 3).unread >= 1
    assert watched.see(put(table(), code("6901234567892", "ean13"), 40, 60), 3).unread == 0
    assert watched.see(bag(WAYBILL, LIST), 3).unread == 0
