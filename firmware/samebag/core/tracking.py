"""What a code looks like, for codes that the book lacks; shapes explain, they never decide. Pure but for its table."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)  # UPU S10-12, check digit


@cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = tomllib.loads(Path(__file__).with_name("carriers.toml").read_text(encoding="utf-8"))
    return tuple((carrier["name"], re.compile(carrier["shape"])) for carrier in table["carrier"])


def carrier_of(code: str) -> str | None:
    """The first carrier whose tracking numbers have this shape, or None. ``code`` is upper case without spaces."""
    return next((name for name, shape in _shapes() if shape.fullmatch(code)), None)


def s10_check_digit(digits: str) -> int:
    """The ninth digit of an S10 number from its first eight."""
    rest = 11 - sum(int(d) * w for d, w in zip(digits, S10_WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)
