"""What an order file says beside the labels: weight, special goods, ship-by date, a buyer's note.
Pure.

Nothing here refuses a row: a cell that cannot be read warns of nothing, and a bag must not be held
for it.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from samebag.store.book.records import Facts

WEIGHT = re.compile(r"\s*([0-9]{1,7}(?:[.,][0-9]{1,4})?)\s*(?:k?g|克|千克|公斤)?\s*", re.IGNORECASE)
DATE = re.compile(r"\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
GOODS_SPLIT = re.compile(r"[;,，；、|/\s]+")
GOODS, GOODS_CHARS = 6, 20  # ours: more is no list of kinds


@lru_cache(maxsize=256)
def parse_facts(weight_g: str, weight_kg: str, goods: str, ship_by: str, note: str) -> Facts:
    grams = _weight_g(weight_g, 1) if weight_g else _weight_g(weight_kg, 1000)
    return Facts(
        grams, _goods(goods) if goods else (), _day(ship_by) if ship_by else "", bool(note.strip())
    )


def _weight_g(cell: str, unit_g: int) -> int | None:
    match = WEIGHT.fullmatch(cell)
    return round(float(match[1].replace(",", ".")) * unit_g) or None if match else None


def _goods(cell: str) -> tuple[str, ...]:
    words = [
        word
        for word in GOODS_SPLIT.split(cell)
        if 0 < len(word) <= GOODS_CHARS and word.isprintable()
    ]
    return tuple(dict.fromkeys(words[:GOODS]))


def _day(cell: str) -> str:
    match = DATE.match(cell)
    try:
        return date(*map(int, match.groups())).isoformat() if match else ""
    except ValueError:
        return ""
