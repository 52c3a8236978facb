"""Which parcels share an order: one pass over the book, whatever its cargo lists carry. SQL on an
open connection."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator

PARCELS = """
SELECT o.value, p.name FROM parcel p, json_each(p.content, '$[2]') o
WHERE o.value IN (SELECT value FROM json_each(?)) AND NOT (p.cancelled
  AND ?)"""  # [2]: the orders of records.Content
SHARED = """
SELECT orders, name FROM (
  SELECT o.value AS orders, p.name, p.cancelled, count(*) OVER (PARTITION BY o.value) AS parcels
  FROM parcel p, json_each(p.content, '$[2]') o)
WHERE parcels > 1 AND NOT cancelled"""


def parcels_of(
    book: sqlite3.Connection, orders: Iterable[str], *, but_cancelled: bool
) -> dict[str, frozenset[str]]:
    """Of each order that any parcel has, all of them, or all but the cancelled ones."""
    found = defaultdict[str, set[str]](set)
    for order, parcel in book.execute(PARCELS, (json.dumps(sorted(set(orders))), but_cancelled)):
        found[order].add(parcel)
    return {order: frozenset(parcels) for order, parcels in found.items()}


def shared_orders(book: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """The orders that several parcels have, with each of them that is not cancelled; all others are
    left out."""
    yield from book.execute(SHARED)
