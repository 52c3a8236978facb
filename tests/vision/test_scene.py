from __future__ import annotations

import numpy as np

from samebag.vision.table.scene import EMPTY_FRAMES, Scene
from tests.vision.pictures import Gray, code, noisy, put, table

FPS = 15
TABLE = table()


def lying_bag(seed: int, moved_px: int = 0) -> Gray:
    """A bag at its own place with its own label; its codes may stay unread."""
    rng = np.random.default_rng(seed)
    film = np.full((200, 365), 170, np.uint8)
    film = put(film, code(f"LX{seed:09d}CN"), 5, 20 + seed % 90)
    return put(TABLE, film, int(rng.integers(0, 260)) + moved_px, int(rng.integers(0, 150)))


class Watched:
    """A scene fed at 15 frames a second."""

    def __init__(self) -> None:
        self.scene, self.frames = Scene(), 0

    def see(
        self, frame: Gray, seconds: float, codes: bool = False, gain: float = 1.0
    ) -> list[bool]:
        """What each of the frames was judged: occupied or not."""
        judged = []
        for _ in range(round(seconds * FPS)):
            self.frames += 1
            judged.append(
                self.scene.occupied(noisy(frame, self.frames, gain), codes, self.frames / FPS)
            )
        return judged

    def learn(self) -> None:
        self.see(TABLE, 1)
        self.see(lying_bag(1), 1, codes=True)
        self.see(TABLE, 1)


def test_everything_is_occupied_until_the_same_bare_table_comes_back_after_a_bag() -> None:
    watched = Watched()
    assert all(watched.see(TABLE, 2))
    assert all(watched.see(lying_bag(1), 1, codes=True))
    assert watched.see(TABLE, 1)[-1] is False
    assert all(watched.see(lying_bag(2), 1, codes=True))
    assert watched.see(TABLE, 1) == [True] * (EMPTY_FRAMES - 1) + [False] * (FPS - EMPTY_FRAMES + 1)


def test_a_bag_that_lies_for_long_with_unread_codes_is_never_empty() -> None:
    watched = Watched()
    watched.learn()
    assert all(watched.see(lying_bag(2), 60))


def test_a_bag_that_lay_there_at_start_is_not_taken_for_the_table() -> None:
    watched = Watched()
    assert all(watched.see(lying_bag(3), 20))
    watched.see(TABLE, 1)
    assert all(watched.see(lying_bag(4), 1, codes=True))
    assert watched.see(TABLE, 1)[-1] is False
    assert all(watched.see(lying_bag(3, moved_px=6), 5))


def test_a_bag_whose_codes_come_and_go_is_never_learnt_as_the_table() -> None:
    watched = Watched()
    for _ in range(10):
        assert all(watched.see(lying_bag(5), 1))
        assert all(watched.see(lying_bag(5), 1, codes=True))


def test_a_hand_alone_is_occupied() -> None:
    watched = Watched()
    watched.learn()
    hand = put(TABLE, np.full((120, 60), 150, np.uint8), 300, 240)
    assert all(watched.see(hand, 1))


def test_light_may_flicker_and_drift_without_a_bag_appearing() -> None:
    watched = Watched()
    watched.learn()
    flicker = [
        watched.see(TABLE, 1 / FPS, gain=gain)[0] for gain in (1.0, 0.92, 1.06, 0.85, 1.1) * 6
    ]
    assert not any(flicker)
    drift = [watched.see(TABLE, 1 / FPS, gain=gain)[0] for gain in np.linspace(1, 0.5, 300)]
    assert not any(drift)


def test_a_code_makes_any_picture_occupied_even_the_learnt_one() -> None:
    watched = Watched()
    watched.learn()
    assert all(watched.see(TABLE, 1, codes=True))
