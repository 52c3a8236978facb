"""What a rule is, and what it makes of a text. Carriers' own are in rules.toml, a store's in its
profile. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from samebag.core.codes.check_digits import CHECKS
from samebag.core.codes.elements import elements
from samebag.core.symbologies import ByNeed

LONGEST = 5000  # characters; a PDF417 holds 1,850, a QR code 4,296
FIXED_SIGNS = 2  # ours: with fewer a mask with * fits goods and orders of others
_PLACES = {"#", "@", "?"}
_MASK = {"#": r"\d", "@": "[A-Za-z]", "?": "[A-Za-z0-9]", "*": ".*", "<": "(", ">": ")"}
# ours: texts whose readings are remembered; a table has ten, and a frame comes twelve times a
# second
KEPT = 256


class Side(StrEnum):
    """Which label's text it is."""

    WAYBILL = "waybill"
    LIST = "cargo list"
    BOTH = "both"


class Rule(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"check_digit": "check"},
):
    """One way in which a text holds a number: in a shape's group 1, between a mask's < and >, in a
    field, or all of it.

    ``shapes`` are regular expressions for the whole text, for carriers only. A store's ``mask`` is
    for the whole text too: # is a digit, @ a letter, ? either, * anything, as in ``420#####<*>``; a
    backslash makes them stand for themselves. ``field`` is that of a JSON object, or a link's
    parameter; "/" is a link's last part. ``element`` is a GS1 application identifier. Of what is
    taken ``prefix`` and ``suffix`` go, which must be there, and each character of ``drop``; ``add``
    comes before it. ``writings`` are masks of other ways to write the number, such as
    ``####-####-####``. ``needs`` are symbologies that are off by default; ``sure``: nothing but
    such a waybill says so.
    """

    name: str
    on: Side = Side.WAYBILL
    shapes: tuple[str, ...] = ()
    mask: str = ""
    field: str = ""
    element: str = ""
    prefix: str = ""
    suffix: str = ""
    drop: str = ""
    add: str = ""
    writings: tuple[str, ...] = ()
    check_digit: Literal["", "mod7", "mod10", "mod11"] = ""
    weights: tuple[int, ...] = ()
    sure: bool = False
    needs: tuple[ByNeed, ...] = ()
    carrier: str = ""
    symbol: str = ""
    says: str = ""
    samples: tuple[tuple[str, str], ...] = ()
    source: str = ""
    as_of: str = ""

    def numbers(self, text: str) -> Iterator[str]:
        """What the text says by this rule, none if it does not fit."""
        for taken in self._taken(text):
            yield from self.written(taken)

    def written(self, taken: str) -> Iterator[str]:
        """The number in what is taken, none if it does not fit, and its other writings."""
        if not taken.startswith(self.prefix) or not taken.endswith(self.suffix):
            return
        number = taken[len(self.prefix) : len(taken) - len(self.suffix)]
        number = "".join(c for c in number if c not in self.drop) if self.drop else number
        if number and (not self.check_digit or is_checked(self.check_digit, self.weights, number)):
            yield self.add + number
            yield from (filled for mask in self.writings if (filled := _filled(mask, number)))

    def _taken(self, text: str) -> Iterator[str]:
        if self.shapes:
            yield from (match[1] for shape in self.shapes if (match := compiled(shape)(text)))
        elif self.mask:
            yield from (match[1] for match in [compiled(shape_of(self.mask))(text)] if match)
        elif self.field:
            yield from (value for name, value in fields(text) if name == self.field)
        elif self.element:
            yield from elements(text, self.element)
        else:
            yield text


class Nameless(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"check_digit": "check"},
):
    """A text that stands on waybills and names no parcel."""

    name: str
    carrier: str
    says_zh: str
    shapes: tuple[str, ...]
    check_digit: Literal["", "mod10"] = ""
    weights: tuple[int, ...] = ()
    source: str
    as_of: str

    def fits(self, text: str) -> bool:
        return any(compiled(shape)(text) for shape in self.shapes) and (
            not self.check_digit or is_checked(self.check_digit, self.weights, text)
        )


class Reading(NamedTuple):
    """What a text says by a rule."""

    number: str
    rule: Rule


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[Rule, ...]
    nameless: tuple[Nameless, ...]


def carriers() -> tuple[Rule, ...]:
    """The rules of carriers' waybills."""
    return _table().rule


def needed(rules: Iterable[Rule]) -> set[ByNeed]:
    """The symbologies that the camera must read for them, of those that are off by default."""
    return {symbology for rule in rules for symbology in rule.needs}


def nameless_kinds() -> tuple[Nameless, ...]:
    return _table().nameless


def readings(text: str, own: tuple[Rule, ...] = ()) -> tuple[Reading, ...]:
    """All numbers that the text may hold, but the text itself; a store's ``own`` rules first."""
    if len(text) > LONGEST:
        return ()
    match = _shapes_from(0)(text)  # most texts are bare numbers: one look tells that none fits
    if match is None and not own:
        return ()
    found: dict[tuple[str, Side], Reading] = {}
    for number, rule in (*_by_own(own, text), *_by_carriers(text, match)):
        if number != text:
            found.setdefault((number, rule.on), Reading(number, rule))
    return tuple(found.values())


@lru_cache(maxsize=KEPT)
def _by_own(own: tuple[Rule, ...], text: str) -> tuple[tuple[str, Rule], ...]:
    return tuple((number, rule) for rule in own for number in rule.numbers(text))


def _by_carriers(text: str, match: re.Match[str] | None) -> Iterator[tuple[str, Rule]]:
    """``match`` is that of the first shape that fits."""
    place = 0
    while match:
        assert match.lastindex  # each shape has one group
        place += match.lastindex
        rule = _shapes()[place - 1][1]
        for number in rule.written(match[match.lastindex]):
            yield number, rule
        match = _shapes_from(place)(text)


@lru_cache(maxsize=KEPT)
def nameless(text: str) -> Nameless | None:
    """What stands on waybills and names no parcel; None if it may name one."""
    return (
        next((kind for kind in nameless_kinds() if kind.fits(text)), None)
        if len(text) <= LONGEST
        else None
    )


@lru_cache(maxsize=KEPT)
def is_waybills(text: str) -> bool:
    """Whether a carrier's waybill says so, and nothing else does: whatever the book has, it holds a
    parcel's number."""
    return any(reading.rule.sure for reading in readings(text))


def fault_of(rule: Rule) -> str:
    """Why a store may not have that rule, and the cure; empty if it may."""
    if rule.shapes:
        return "shapes are for carriers: write a mask"
    ways = [name for name in ("mask", "field", "element") if getattr(rule, name)]
    if len(ways) > 1:
        return f"has {' and '.join(ways)}: keep one of them"
    if not ways and not (rule.prefix or rule.suffix or rule.drop or rule.add or rule.writings):
        return (
            "changes nothing: say what it takes (mask, field, element) or leaves out"
            " (prefix, suffix, drop)"
        )
    signs = _signs(rule.mask)
    if rule.mask and (signs.count("<"), signs.count(">"), signs.count("*") < 2) != (1, 1, True):
        return f"mask {rule.mask!r} must have < and > around the number, and one * at most"
    fixed = [sign for sign in signs if sign not in _MASK]
    if "*" in signs and len(fixed) < FIXED_SIGNS:
        return (
            f"mask {rule.mask!r} fits nearly every text: give at least {FIXED_SIGNS}"
            " signs that stand on each label"
        )
    return ""


@cache
def shape_of(mask: str) -> str:
    """The regular expression of a mask."""
    return "(?s)" + "".join(_MASK.get(sign) or re.escape(sign[-1]) for sign in _signs(mask))


def literal(sign: str) -> str:
    """That sign in a mask."""
    return f"\\{sign}" if sign in _MASK or sign == "\\" else sign


def _signs(mask: str) -> list[str]:
    return re.findall(r"(?s)\\.|.", mask)


def _filled(mask: str, number: str) -> str:
    """The number in the places of the mask; empty where it has more or fewer."""
    signs = _signs(mask)
    if sum(sign in _PLACES for sign in signs) != len(number):
        return ""
    given = iter(number)
    return "".join(next(given) if sign in _PLACES else sign[-1] for sign in signs)


def is_checked(kind: str, weights: tuple[int, ...], number: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    return number.isdecimal() and CHECKS[kind](number[:-1], weights) == int(number[-1])


@cache
def compiled(shape: str) -> Callable[[str], re.Match[str] | None]:
    """Compiled once; the whole text must fit."""
    return re.compile(shape).fullmatch


@cache
def _shapes() -> tuple[tuple[str, Rule], ...]:
    return tuple((shape, rule) for rule in carriers() for shape in rule.shapes)


@cache
def _shapes_from(place: int) -> Callable[[str], re.Match[str] | None]:
    """Finds the first that fits of the carriers' shapes from that place on; ``lastindex`` counts
    from there."""
    shapes = (shape for shape, _ in _shapes()[place:])
    each = (f"(?s:{shape[4:]})" if shape.startswith("(?s)") else f"(?:{shape})" for shape in shapes)
    return re.compile("|".join(each) or r"[^\s\S]").fullmatch


def fields(text: str) -> Iterator[tuple[str, str]]:
    """Names and values: of a link its last part, as "/", and its parameters; of a JSON object what
    is text or whole."""
    if text.startswith(("http://", "https://")):
        yield from _of_link(text)
    elif text.lstrip().startswith("{"):
        try:
            held = msgspec.json.decode(text, type=dict[str, object])
        except msgspec.DecodeError:
            return
        yield from ((name, str(value)) for name, value in held.items() if type(value) in (str, int))


def _of_link(text: str) -> Iterator[tuple[str, str]]:
    try:
        link = urlsplit(text)
    except ValueError:
        return
    yield "/", unquote(link.path.rstrip("/").rpartition("/")[2])
    yield from parse_qsl(link.query)


@cache
def _table() -> _Table:
    text = Path(__file__).with_name("rules.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _Table)
