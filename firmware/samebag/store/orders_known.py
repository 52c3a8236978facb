"""Which parcels share an order: one pass over the book, whatever its cargo lists carry. SQL on an open connection."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable

PARCELS = """
SELECT o.value, p.name FROM parcel p, json_each(p.content, '$[2]') o
WHERE NOT p.cancelled AND o.value IN (SELECT value FROM json_each(?))"""  # [2]: the orders of records.Content


def parcels_of(book: sqlite3.Connection, orders: Iterable[str]) -> dict[str, frozenset[str]]:
    """Of each order all its parcels that are not cancelled."""
    found = defaultdict[str, set[str]](set)
    for order, parcel in book.execute(PARCELS, (json.dumps(sorted(set(orders))),)):
        found[order].add(parcel)
    return {order: frozenset(parcels) for order, parcels in found.items()}
