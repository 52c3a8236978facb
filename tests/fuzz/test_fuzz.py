"""The runner finds a planted fault, names its kind and shortens what causes it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from random import Random
from types import SimpleNamespace

import pytest

from samebag.core.parcels import Parcel, Standing
from samebag.orders.profile import Profile

from . import orders
from .__main__ import kind_of, shortened


def planted(data: bytes, chance: Random) -> None:
    assert b"x" not in data, "an x"


def test_a_fault_has_its_kind_and_its_shortest_cause() -> None:
    surface = SimpleNamespace(check=planted)
    assert kind_of(surface, b"abc", "0") == ""
    kind = kind_of(surface, b"abcxdefg", "0")
    assert kind == "AssertionError an x in planted"
    assert shortened(surface, b"abcxdefg", "0", kind) == b"x"


def taken(rows: list[list[str]]) -> Mapping[str, Parcel]:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return orders.imported(orders.written(b"c", text.getvalue().encode(), Random(0)))


@pytest.mark.parametrize(("name", "profile"), orders.PROFILES)
def test_orders_that_nothing_went_wrong_with_are_taken(name: str, profile: Profile) -> None:
    """Else the tries would say nothing."""
    for number in range(20):
        rows = orders.right(profile, Random(f"{name} {number}"))
        parcels = taken(rows)
        orders.holds(parcels, [rows], profile)
        if any(parcel.standing is Standing.OPEN for parcel in parcels.values()):
            return
    pytest.fail("no parcel is open")


def test_a_parcel_that_is_open_though_its_row_says_cancelled_is_found() -> None:
    profile = dict(orders.PROFILES)["samebag"]
    header = ["parcel", "tracking_number", "orders", "status"]
    row = ["P1", "LX1CN", "801", "open"]
    parcels = taken([header, row])
    orders.holds(parcels, [[header, row]], profile)
    with pytest.raises(AssertionError, match="open, but called"):
        orders.holds(parcels, [[header, [*row[:3], "cancelled"]]], profile)
    with pytest.raises(AssertionError, match="a number of no row of its own"):
        orders.holds(parcels, [[header, ["P1", "LX2CN", "801", "open"]]], profile)
