"""Which parcels a code may mean: order, LP, tracking number, merged label, hold slip, the parcel's
name, or its end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from samebag.aftersales.sources import OpenLedger, Sources
from samebag.core.codes.merged import MERGED, print_number
from samebag.core.codes.own_codes import HeldBag, held_in, list_code_in
from samebag.core.codes.rules import readings
from samebag.ports import StoreError
from samebag.store.book.endings import ends, parcels_ending
from samebag.store.book.reader import LABEL
from samebag.store.book.shared_orders import parcels_of
from samebag.store.ledger import by_code
from samebag.store.ledger.by_code import LETTERS, TAIL_CHARS

JOB = (
    "SELECT e.body ->> 'parcel' FROM print_job j JOIN entry e ON e.seq = j.match WHERE j.number = ?"
)
NAMED = "SELECT 1 FROM parcel WHERE name = ?"
PASSED = "SELECT 1 FROM passed WHERE parcel = ?"
PASSED_LIKE = "SELECT parcel FROM passed WHERE instr(upper(parcel), ?)"
MOST_ALIKE = 50  # ours: more is no answer


def find(sources: Sources, text: str) -> tuple[str, ...]:
    """By name; more than one where a code belongs to several parcels, or digits end several codes.
    Whole codes win."""
    text = text.encode(
        errors="replace"
    ).decode()  # an argument that is no text must not end in SQLite
    if held := held_in(text):
        return tuple(sorted(set(_of_bag(sources.stations, held))))
    text = list_code_in(text) or text
    bare = "".join(text.split())
    for written in _written(sources, text, bare):
        if names := _whole(sources, written):
            return tuple(sorted(names))
    return tuple(
        sorted({*_of_order(sources, bare)} or {*_ending(sources, bare.upper())})[:MOST_ALIKE]
    )


def _written(sources: Sources, text: str, bare: str) -> Iterator[str]:
    """All ways in which a code of that text may lie in the book, the likeliest first; readings are
    dear, so last."""
    tried = dict.fromkeys((sources.form.normalise(text), bare.upper(), bare, text.strip()))
    yield from tried
    yield from (
        number for number, _ in readings(text.strip(), sources.rules) if number not in tried
    )


def find_one(sources: Sources, text: str) -> str:
    """Raises StoreError, naming the candidates, where not exactly one can be meant."""
    names = find(sources, text)
    if not names:
        raise StoreError(
            f"{text!r}: no parcel has such a code: give a whole order or tracking number"
        )
    if len(names) > 1:
        raise StoreError(
            f"{text!r}: may be {', '.join(names[:10])}: give the parcel's name or its"
            " tracking number"
        )
    return names[0]


def _whole(sources: Sources, code: str) -> set[str]:
    if code.startswith(MERGED) and (number := print_number(code)) is not None:
        return set(_printed(sources.stations, code, number))
    on_labels = (
        {name for _, _, name in sources.book.db.execute(LABEL, (code,))} if sources.book else set()
    )
    return on_labels or set(_by_name(sources, code))


def _by_name(sources: Sources, code: str) -> Iterator[str]:
    if sources.book and sources.book.db.execute(NAMED, (code,)).fetchone():
        yield code
    for station in sources.stations:
        if station.db.execute(PASSED, (code,)).fetchone():
            yield code
        if not sources.book:
            yield from _seen(station.db, code)


def _printed(stations: tuple[OpenLedger, ...], code: str, number: int) -> Iterator[str]:
    """A code whose job is another parcel's is another station's, or made up."""
    for station in stations:
        row = station.db.execute(JOB, (number,)).fetchone()
        if row and code.upper().startswith(f"{MERGED}{row[0]}|{number}|".upper()):
            yield str(row[0])


def _of_bag(stations: tuple[OpenLedger, ...], held: HeldBag) -> Iterator[str]:
    """The parcels whose labels were on it."""
    for station in stations:
        for recorded in by_code.trace_bag(station.db, held.bag):
            if recorded.station.upper() == held.station:
                yield from recorded.verdict.parcels


def _seen(ledger: sqlite3.Connection, code: str) -> Iterator[str]:
    """Without a book: the parcels that a verdict about that code names."""
    for recorded in by_code.trace(ledger, code, MOST_ALIKE):
        yield from recorded.verdict.parcels


def _of_order(sources: Sources, order: str) -> Iterable[str]:
    """Cargo lists need not carry the order number: then the whole book is read, a second for a
    million parcels."""
    return (
        parcels_of(sources.book.db, [order], but_cancelled=False).get(order, ())
        if sources.book
        else ()
    )


def _ending(sources: Sources, ending: str) -> Iterator[str]:
    """Of a code, or of a parcel's name."""
    if len(ending.rstrip(LETTERS)) < TAIL_CHARS:
        return
    if sources.book:
        yield from parcels_ending(sources.book.db, ending)
    else:
        for station in sources.stations:
            passed = station.db.execute(PASSED_LIKE, (ending,))
            yield from (name for (name,) in passed if ends(name.upper(), ending))
            for recorded in by_code.trace_ending(station.db, ending, MOST_ALIKE):
                yield from recorded.verdict.parcels
