"""What is said against a parcel whose labels match: rightly, gravest first, and never without
need."""

from __future__ import annotations

from dataclasses import replace

import pytest

from samebag.core.codes.tracking import Service
from samebag.core.parcel_checks import Checks, Level, Objection, ParcelCheck
from samebag.core.parcels import Parcel, Standing

TODAY = "2026-11-22"
WARN = Checks(dict.fromkeys(ParcelCheck, Level.WARN))
GOOD = Parcel("P", "RB123456785CN", service="ePacket", country="ES", weight_g=2000, ship_by=TODAY)


def warned(parcel: Parcel, today: str = TODAY) -> tuple[str, str, str] | None:
    found = WARN.gravest(parcel, today)
    return (found.check, found.has, found.rule) if found else None


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({}, None),
        ({"goods": ("普货", "带电")}, ("goods", "带电", "ePacket")),
        ({"goods": ("Battery",), "service": "e邮宝"}, ("goods", "Battery", "ePacket")),
        ({"goods": ("带电", "普货", "液体")}, ("goods", "带电 液体", "ePacket")),
        ({"goods": ("带电",), "service": "DHL"}, None),  # nothing is known of what it refuses
        ({"weight_g": 2001}, ("weight", "2001 g", "2000 g")),
        ({"weight_g": None}, None),
        (
            {
                "weight_g": 9999,
                "service": "a line of which nothing is known",
                "tracking_number": "X1",
            },
            None,
        ),
        # R…CN tells the service
        (
            {"weight_g": 2001, "service": ""},
            ("weight", "2001 g", "2000 g"),
        ),
        # tells the carrier alone
        (
            {"weight_g": 9999, "service": "", "tracking_number": "YT2126912345678901"},
            None,
        ),
        ({"weight_g": 9999, "service": "", "tracking_number": "X1"}, None),  # tells nothing
        ({"tracking_number": "RB123456784CN"}, ("digit", "RB123456784CN", "5")),
        ({"tracking_number": "RB123456784XX"}, None),  # no post's, so no postal number
        ({"tracking_number": "YT2126912345678901"}, None),  # has no check digit
        ({"tracking_number": "8012345678901234"}, None),  # a shape that goods and orders have too
        ({"tracking_number": "JT0000000000001"}, ("carrier", "China domestic", "")),
        ({"ship_by": "2026-11-21"}, ("late", "2026-11-21", "")),
        ({"ship_by": ""}, None),
        ({"note": True}, ("note", "", "")),
    ],
)
def test_a_parcel_is_warned_of_for_what_is_known_and_nothing_else(
    change: dict[str, object], finding: tuple[str, str, str] | None
) -> None:
    assert warned(replace(GOOD, **change)) == finding  # type: ignore[arg-type]


def test_a_country_counts_only_where_a_list_and_its_code_are_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_list = Service("UPU S10 (post)", ("ePacket",), "a list", TODAY, countries=("ES", "FR"))
    assert warned(replace(GOOD, country="KP")) is None
    monkeypatch.setattr("samebag.core.parcel_checks.service_named", {"ePacket": with_list}.get)
    assert warned(replace(GOOD, country="KP")) == ("country", "KP", "ePacket")
    assert not [
        name
        for name in ("es", "Spain", "法国", "KÖ", "34", "")
        if warned(replace(GOOD, country=name))
    ]


def test_of_a_number_that_tells_nothing_the_services_carrier_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    domestic = Service("China domestic", ("圆通",), "a list", TODAY)
    monkeypatch.setattr("samebag.core.parcel_checks.service_named", {"圆通": domestic}.get)
    assert warned(replace(GOOD, service="圆通", tracking_number="X1")) == (
        "carrier",
        "China domestic",
        "",
    )
    assert warned(replace(GOOD, service="圆通")) is None, "the number is a post's"


def test_one_thing_is_said_the_gravest_and_a_hold_before_any_warning() -> None:
    bad = replace(GOOD, goods=("液体",), weight_g=3000, note=True)
    assert warned(bad) == ("goods", "液体", "ePacket")
    mixed = Checks(
        {ParcelCheck.GOODS: Level.WARN, ParcelCheck.WEIGHT: Level.OFF, ParcelCheck.NOTE: Level.HOLD}
    )
    assert mixed.gravest(bad, TODAY) == Objection(ParcelCheck.NOTE, Level.HOLD)
    assert Checks({}).gravest(bad, TODAY) is None


def test_nothing_is_late_where_no_calendar_is_known() -> None:
    assert warned(replace(GOOD, ship_by="2000-01-01"), "") is None


@pytest.mark.parametrize("standing", Standing)
def test_a_hold_bars_only_what_is_open_and_asks_the_book_only_if_need_be(
    standing: Standing,
) -> None:
    def never() -> Parcel | None:
        raise AssertionError

    holds, late = Checks({ParcelCheck.LATE: Level.HOLD}), replace(GOOD, ship_by="2026-11-21")
    expected = Standing.BARRED if standing is Standing.OPEN else standing
    assert holds.standing(standing, lambda: late, TODAY) is expected
    assert holds.standing(standing, lambda: GOOD, TODAY) is standing
    assert holds.standing(standing, lambda: None, TODAY) is standing
    assert WARN.standing(standing, never, TODAY) is standing
    warns_too = Checks({ParcelCheck.LATE: Level.WARN, ParcelCheck.NOTE: Level.HOLD})
    assert warns_too.standing(standing, lambda: late, TODAY) is standing, "a warning holds nothing"
