"""Bags to scan: what the demo's book has open, and as many more as a scenario needs."""

from __future__ import annotations

import csv
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass

from .ready import DEMO

CODE_CHARS = 20  # with Enter 21, as issue forms of long tracking numbers have
ALPHABET = string.ascii_uppercase + string.digits


@dataclass(frozen=True, slots=True)
class Bag:
    parcel: str
    waybill: str
    cargo_list: str


def demo_bags() -> Iterator[Bag]:
    """Those that no picture shows, one order each."""
    with (DEMO / "book.csv").open(encoding="utf-8") as file:
        rows = {row["parcel"]: row for row in csv.DictReader(file)}
    for name, row in rows.items():
        if name > "P-1015" and row["status"] == "open" and ";" not in row["orders"]:
            yield Bag(name, row["tracking_number"], row["orders"])


def made_bags(count: int, seed: int) -> list[Bag]:
    """With codes of random capitals and digits, so that a lost or altered character is another
    code.

    Each ends in a digit: what has none is a word, which no waybill bears as its number.
    """
    chosen = random.Random(seed)

    def code() -> str:
        return "".join(chosen.choices(ALPHABET, k=CODE_CHARS - 1)) + chosen.choice(string.digits)

    return [Bag(f"M-{seed}-{number}", code(), code()) for number in range(count)]


def as_csv(bags: list[Bag]) -> bytes:
    rows = [f"{bag.parcel},{bag.waybill},{bag.cargo_list}" for bag in bags]
    return "\n".join(["parcel,tracking_number,orders", *rows, ""]).encode()
