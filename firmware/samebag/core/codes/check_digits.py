"""Check digits of tracking numbers: four ways to compute one; which number takes which is data.
Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import cycle
from operator import mul


def s10(serial: str, weights: Sequence[int]) -> int:
    """UPU S10-12, annex A: 10 becomes 0, and 11 becomes 5."""
    rest = 11 - _weighted(serial, weights) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def mod7(serial: str, _weights: Sequence[int]) -> int:
    return int(serial) % 7


def mod10(serial: str, weights: Sequence[int]) -> int:
    """GS1's, and UPS's and USPS's with their own weights."""
    return -_weighted(serial, weights) % 10


def mod11(serial: str, weights: Sequence[int]) -> int:
    """FedEx's: 10 becomes 0."""
    return _weighted(serial, weights) % 11 % 10


CHECKS: dict[str, Callable[[str, Sequence[int]], int]] = {
    "s10": s10,
    "mod7": mod7,
    "mod10": mod10,
    "mod11": mod11,
}


def _weighted(serial: str, weights: Sequence[int]) -> int:
    """The weights repeat from the left."""
    return sum(map(mul, map(_value, serial), cycle(weights)))


@lru_cache(maxsize=64)
def _value(character: str) -> int:
    """A letter counts as UPS has it: A is 2, B is 3, and after 9 comes 0."""
    return int(character) if character.isdigit() else (ord(character) - 3) % 10
