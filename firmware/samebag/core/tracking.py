"""What a code looks like, for codes that the book lacks; shapes explain, they never decide. Pure but for its table."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path


@cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = tomllib.loads(Path(__file__).with_name("carriers.toml").read_text(encoding="utf-8"))
    return tuple((carrier["name"], re.compile(carrier["shape"])) for carrier in table["carrier"])


def carrier_of(code: str) -> str | None:
    """The first carrier whose tracking numbers have this shape, or None. ``code`` is upper case without spaces."""
    return next((name for name, shape in _shapes() if shape.fullmatch(code)), None)
