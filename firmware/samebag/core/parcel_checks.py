"""What parcel and carrier data say against a parcel whose labels match: the gravest first, one at a
time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from samebag.core.codes.tracking import (
    Carrier,
    Digit,
    Recognised,
    Service,
    ShapeReading,
    carrier_named,
    explain,
    goods_named,
    service_named,
)
from samebag.core.parcels import Parcel, Standing


class ParcelCheck(StrEnum):
    """The gravest first: what comes back or is destroyed, what cannot be traced, what is late, what
    is to be read."""

    GOODS = "goods"  # special goods on a service that refuses them
    WEIGHT = "weight"  # over the service's limit
    COUNTRY = "country"  # not served
    DIGIT = "digit"  # the tracking number's check digit is wrong
    CARRIER = "carrier"  # not recognised by AliExpress
    LATE = "late"  # the ship-by date has passed
    NOTE = "note"  # the buyer left one: read it first


class Level(StrEnum):
    OFF = "off"
    WARN = "warn"  # green, with a word
    HOLD = "hold"  # never green


@dataclass(frozen=True, slots=True)
class Objection:
    """``has`` is what the parcel has, ``rule`` what it should; either may be empty."""

    check: ParcelCheck
    level: Level
    has: str = ""
    rule: str = ""


NO_SERVICE = Service(carrier="", names=(), source="", as_of="")  # nothing is known of what it takes


@dataclass(frozen=True, slots=True)
class _Case:
    parcel: Parcel
    service: Service
    # the likeliest thing that the tracking number is, where its shape tells
    reading: ShapeReading | None
    today: str

    @property
    def carrier(self) -> Carrier | None:
        return self.reading.carrier if self.reading else carrier_named(self.service.carrier)


@dataclass(frozen=True, slots=True)
class Checks:
    """How grave each check is at this station; those that it lacks are off."""

    levels: Mapping[ParcelCheck, Level]

    def standing(
        self, standing: Standing, record: Callable[[], Parcel | None], today: str
    ) -> Standing:
        """The book's word on a parcel, or BARRED for an open one that a check holds. ``record`` is
        asked if need be."""
        if standing is not Standing.OPEN or Level.HOLD not in self.levels.values():
            return standing
        parcel = record()
        found = self.gravest(parcel, today) if parcel else None
        return Standing.BARRED if found and found.level is Level.HOLD else standing

    def gravest(self, parcel: Parcel, today: str) -> Objection | None:
        """What is to be said of it, a hold before any warning. ``today`` is an ISO date; without it
        nothing is late."""
        case = _case(parcel, today)
        for level in (Level.HOLD, Level.WARN):
            for check in ParcelCheck:
                if self.levels.get(check) is level and (found := FINDS[check](case)):
                    return Objection(check, level, *found)
        return None


Found = tuple[str, str] | None  # a finding's has and rule


def _case(parcel: Parcel, today: str) -> _Case:
    readings = [reading for reading in explain(parcel.tracking_number) if reading.form.sure]
    service = service_named(parcel.service)
    if not parcel.service and readings and len(readings[0].services) == 1:
        (service,) = readings[0].services  # a name that is not known may be any service's
    return _Case(parcel, service or NO_SERVICE, readings[0] if readings else None, today)


def _goods(case: _Case) -> Found:
    found = [word for word in case.parcel.goods if goods_named(word) in case.service.refuses]
    return (" ".join(found), case.service.names[0]) if found else None


def _weight(case: _Case) -> Found:
    weight_g, most_g = case.parcel.weight_g, case.service.max_weight_g
    return (f"{weight_g} g", f"{most_g} g") if weight_g and most_g and weight_g > most_g else None


def _country(case: _Case) -> Found:
    """Only where a list of countries is known, and the order file has the country's code (ISO
    3166-1)."""
    country, served = case.parcel.country.upper(), case.service.countries
    is_code = len(country) == 2 and country.isascii() and country.isalpha()
    return (
        (country, case.service.names[0]) if served and is_code and country not in served else None
    )


def _digit(case: _Case) -> Found:
    reading = case.reading
    if reading is None or reading.digit is not Digit.WRONG or reading.no_post:
        return None
    return case.parcel.tracking_number, str(reading.expected)


def _carrier(case: _Case) -> Found:
    carrier = case.carrier
    return (carrier.name, "") if carrier and carrier.recognised is Recognised.NO else None


def _late(case: _Case) -> Found:
    ship_by = case.parcel.ship_by
    return (ship_by, "") if ship_by and case.today > ship_by else None


def _note(case: _Case) -> Found:
    return ("", "") if case.parcel.note else None


FINDS: Mapping[ParcelCheck, Callable[[_Case], Found]] = {
    ParcelCheck.GOODS: _goods,
    ParcelCheck.WEIGHT: _weight,
    ParcelCheck.COUNTRY: _country,
    ParcelCheck.DIGIT: _digit,
    ParcelCheck.CARRIER: _carrier,
    ParcelCheck.LATE: _late,
    ParcelCheck.NOTE: _note,
}
