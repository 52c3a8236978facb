"""What a code looks like, for codes that the book lacks; shapes explain, they never decide. Pure
but for its table."""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from samebag.core.codes.check_digits import CHECKS
from samebag.core.words import Words

GROUP = re.compile(r"\(\?P<\w+>")


class Recognised(StrEnum):
    """Whether AliExpress takes a carrier's number as proof; ONLINE: only if ordered through its own
    delivery."""

    YES = "yes"
    ONLINE = "online"
    NO = "no"


class Carrier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``tracking`` is the official page with {} for the number, empty where no one page has them
    all."""

    name: str
    zh: str
    recognised: Recognised
    tracking: str
    source: str
    as_of: str


class NumberForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one kind of number is written. Without a carrier it is no tracking number."""

    name: str
    zh: str
    shape: str
    source: str
    carrier: str = ""
    check: Literal["", "s10", "mod7", "mod10", "mod11"] = ""
    weights: tuple[int, ...] = ()
    sure: bool = False


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a carrier's service takes and promises. ``countries`` where a list is known, else
    ``country_count``.

    ``days`` are the fewest and most from hand-over to delivery, working days if ``working``;
    ``refuses`` names goods.
    """

    carrier: str
    names: tuple[str, ...]
    source: str
    as_of: str
    numbers: str = ""
    tracking: str = ""
    max_weight_g: int | None = None
    countries: tuple[str, ...] = ()
    country_count: int | None = None
    days: tuple[int, int] | None = None
    working: bool = False
    promised_days: int | None = None
    refuses: tuple[str, ...] = ()


class _CarrierTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    posts: str
    carrier: tuple[Carrier, ...]
    form: tuple[NumberForm, ...]
    service_indicator: dict[str, Words]
    service: tuple[Service, ...]
    goods: dict[str, tuple[str, ...]]


class Digit(StrEnum):
    """The check digit of a code that has some number's shape."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"


class ShapeReading(msgspec.Struct, frozen=True):
    """One thing that a code may be. ``expected`` is the digit that a WRONG one should be.

    ``indicator`` says what the first letter of an S10 number means; ``country`` is its post's, and
    ``no_post`` tells that there is no such post.
    """

    form: NumberForm
    carrier: Carrier | None
    digit: Digit
    expected: int | None = None
    services: tuple[Service, ...] = ()
    indicator: Words | None = None
    country: str = ""
    no_post: bool = False


def carrier_of(code: str) -> str | None:
    """The first carrier whose tracking numbers have this shape, or None. ``code`` is upper case
    without spaces.

    Only shapes count that goods, orders and postcodes cannot have; the check digit does not.
    """
    return next((carrier for carrier, shape in _sure() if shape.fullmatch(code)), None)


def form_of(code: str) -> str | None:
    """The name of the first kind of tracking number that has this shape, or None; as ``carrier_of``
    otherwise."""
    return next(
        (form.name for form, shape in _forms() if form.sure and shape.fullmatch(code)), None
    )


def explain(code: str) -> tuple[ShapeReading, ...]:
    """All that a code may be, the likeliest first; empty if no known number looks so. ``code`` as
    in carrier_of.

    Shapes overlap: where the check digit of one is right, another whose digit would be wrong is
    none.
    """
    readings = [
        _read(form, match) for form, shape in _fitting(code) if (match := shape.fullmatch(code))
    ]
    if len(readings) < 2:
        return tuple(readings)
    if any(reading.digit is Digit.RIGHT for reading in readings):
        readings = [reading for reading in readings if reading.digit is not Digit.WRONG]
    return tuple(
        sorted(readings, key=lambda reading: (reading.digit is Digit.WRONG, not reading.form.sure))
    )


def service_named(name: str) -> Service | None:
    """The service that an order file calls by this name."""
    return _services().get(name.strip().casefold())


def carrier_named(name: str) -> Carrier | None:
    return _carriers().get(name)


def goods_named(word: str) -> str | None:
    """The kind of special goods, as ``Service.refuses`` has it, that an order file calls by this
    word."""
    return _goods().get(word.casefold())


def _fitting(code: str) -> list[tuple[NumberForm, re.Pattern[str]]]:
    fits = _at_once().match(code)
    assert fits  # each part of it may be absent
    return [form for form, found in zip(_forms(), fits.groups(), strict=True) if found is not None]


def _read(form: NumberForm, match: re.Match[str]) -> ShapeReading:
    found = match.groupdict()
    expected = CHECKS[form.check](found["serial"], form.weights) if form.check else None
    digit = (
        Digit.NONE
        if expected is None
        else Digit.RIGHT
        if found["digit"] == str(expected)
        else Digit.WRONG
    )
    country, code = found.get("country", ""), match.string
    return ShapeReading(
        form,
        _carriers().get(form.carrier),
        digit,
        expected if digit is Digit.WRONG else None,
        tuple(service for service, shape in _served() if shape.fullmatch(code)),
        _table().service_indicator.get(code[0]) if country else None,
        country,
        bool(country) and country not in _posts(),
    )


@cache
def _table() -> _CarrierTable:
    text = Path(__file__).with_name("carriers.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _CarrierTable)


@cache
def _at_once() -> re.Pattern[str]:
    """Says of all shapes in one go whether they fit, in a tenth of the time: each has a group,
    which is empty or not there."""
    bare = (GROUP.sub("(?:", form.shape) for form in _table().form)
    return re.compile("".join(f"(?:(?=(?:{shape})\\Z)())?" for shape in bare))


@cache
def _forms() -> tuple[tuple[NumberForm, re.Pattern[str]], ...]:
    return tuple((form, re.compile(form.shape)) for form in _table().form)


@cache
def _sure() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((form.carrier, shape) for form, shape in _forms() if form.sure)


@cache
def _served() -> tuple[tuple[Service, re.Pattern[str]], ...]:
    return tuple((service, re.compile(service.numbers)) for service in _table().service)


@cache
def _posts() -> frozenset[str]:
    return frozenset(_table().posts.split())


@cache
def _carriers() -> dict[str, Carrier]:
    return {carrier.name: carrier for carrier in _table().carrier}


@cache
def _goods() -> dict[str, str]:
    return {
        word.casefold(): kind for kind, words in _table().goods.items() for word in (kind, *words)
    }


@cache
def _services() -> dict[str, Service]:
    return {name.casefold(): service for service in _table().service for name in service.names}
