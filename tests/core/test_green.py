"""What green needs, guard by guard: each of them alone keeps a bag from green, and says so."""

from __future__ import annotations

import pytest

from samebag.core.labels import Label
from samebag.core.parcels import Standing
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import Waits

from .table import FakeBook, Play, clear, empty, glimpse, lying, scan, view

ONE_FRAME = Rules(pairing=Pairing.ONE_FRAME)
S10 = "LX123456785CN"


def test_labels_that_two_parcels_share_are_both_labels_of_neither() -> None:
    play = Play(FakeBook({"A": ("W", "L"), "B": ("W", "L")}))(*lying("W L", 1, 3))
    assert (play.kinds, play.bag.waits, play.waits[-1].parcel) == ([], Waits.ONE_PARCEL, None)


def test_with_one_frame_pairing_a_pair_that_was_whole_a_moment_ago_is_none() -> None:
    play = Play(rules=ONE_FRAME)(scan("LA", 0.9), view("WA LA", 1), view("WA", 1.1))
    assert (play.kinds, play.bag.waits) == ([], Waits.ONE_VIEW)


def test_a_label_glimpsed_settle_s_before_the_bag_came_may_have_come_with_it() -> None:
    play = Play(rules=Rules(settle_s=0.5))(glimpse("LB", 1), view("WA LA", 1.5))
    assert (play.kinds, play.bag.waits) == ([], Waits.GLIMPSE)


def test_a_glimpse_outlives_the_green_of_another_parcel_but_not_of_its_own() -> None:
    passed = glimpse("LB", 1, "WA LA"), *lying("WA LA", 1.25, 2)
    unread = [view("WC LC", 2.2 + k / 5, unread=1) for k in range(5)]
    play = Play()(*passed, *unread)
    assert (play.kinds, play.bag.waits) == (["match"], Waits.GLIMPSE)
    own = Play()(glimpse("LPA", 1, "WA LA"), *lying("WA LA", 1.25, 2), *unread)
    assert own.kinds == ["match", "match"]


def test_a_number_that_the_book_lacks_that_was_started_over_may_lie_under_a_hand() -> None:
    play = Play(rules=ONE_FRAME)(empty(0.5), view(S10, 1), clear(1.2), *lying("WA LA", 1.5, 3))
    assert (play.kinds, play.bag.waits) == (["cleared"], Waits.STRANGER)


def test_a_number_that_the_book_lacks_is_named_once_however_often_it_was_read() -> None:
    beside = view("WA LA", 1), view("WA LA", 1.1), view(f"WA LA WB LB {S10}", 1.3)
    play = Play(rules=ONE_FRAME)(
        empty(0.5), *beside, view(f"WB LB {S10}", 1.5), view(f"WB LB {S10}", 1.6)
    )
    assert [label.code for label in play.waits[-1].labels] == [S10]


def test_a_bag_whose_other_number_was_scanned_in_the_hand_passes() -> None:
    assert Play()(empty(1), scan("LPA", 1.1), *lying("WA LA", 1.5, 3)).kinds == ["match"]


def test_with_one_frame_pairing_a_pair_counts_from_the_first_view() -> None:
    book = FakeBook({"A": ("W", "W L"), "B": ("W WB", "L")})
    play = Play(book, ONE_FRAME)(view("W L", 1), view("W L WB", 1.1))
    assert [(verdict.parcel, verdict.at_s) for verdict in play.verdicts] == [("B", 1.1)]


DOUBTFUL = FakeBook({"A": ("WA LPA", "LA"), "B": ("WB", "LB")})
DOUBTFUL.merged = {
    "W?": Label("W?", waybill_of=frozenset("AB"), doubtful=True),
    "L?": Label("L?", list_of=frozenset("AB"), doubtful=True),
}


@pytest.mark.parametrize(
    ("codes", "waits"),
    [
        ("W? LA", Waits.READINGS),
        ("W? LA WA", None),
        ("WA L?", Waits.READINGS),
        ("WA L? LA", None),
        ("W? L? WA", Waits.READINGS),
        ("W? L? LA", Waits.READINGS),
        ("W? L? WA LA", None),
        ("W? L?", Waits.ONE_PARCEL),
    ],
)
def test_a_text_with_readings_of_two_parcels_is_green_beside_another_code_of_its_own_label_only(
    codes: str, waits: Waits | None
) -> None:
    play = Play(DOUBTFUL)(view(codes, 1))
    assert (play.kinds, play.bag.waits) == (["match"] if waits is None else [], waits)
    DOUBTFUL.standings["A"] = Standing.OPEN
    assert Play(DOUBTFUL)(view(f"{codes} WB LA", 1)).kinds == ["mismatch"]
