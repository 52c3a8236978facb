"""``samebag replay --against FILE``: what the bags of a day would have got, had that order file
been the book."""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from samebag.cli.shared.books import book_path
from samebag.cli.shared.output import speaker
from samebag.core.events import Sighting, ViewSeen
from samebag.core.labels import CodeForm, Kind, Label
from samebag.core.parcels import Parcel, Standing
from samebag.core.rules import Rules
from samebag.core.verdicts import RecordVerdict, Verdict, VerdictKind
from samebag.ports import Book as BookPort
from samebag.ports import StoreError
from samebag.replay.judging import judged
from samebag.settings import load
from samebag.store.book.reader import BookReader
from samebag.store.glance import looking
from samebag.store.ledger.by_day import newest_day, verdicts
from samebag.store.ledger.chain import LEDGER

ABSENT = "not in the file"
SURE = ("zxing", "zbar")  # two decoders: one frame is enough
BOX_PX = 100.0


def run(args: argparse.Namespace) -> int:
    """1 if a bag would have got another verdict."""
    settings = load(args.settings)
    ledger = args.ledger or settings.ledger_path
    say = speaker(args, _line)
    with tempfile.TemporaryDirectory(prefix="samebag-against-") as folder:
        day, bags = _bags(ledger, args.day)
        now, before = (
            BookReader(book_path(args.against, Path(folder))),
            BookReader(settings.book_path),
        )
        try:
            told = [(verdict, would_be(verdict, now, before)) for verdict in bags]
        finally:
            now.close()
            before.close()
    differing = [(verdict, kind) for verdict, kind in told if kind not in (verdict.kind, ABSENT)]
    for verdict, kind in differing:
        codes = [label.code for label in verdict.labels]
        say(bag=verdict.bag, was=verdict.kind, now=kind, parcel=verdict.parcel, codes=codes)
    turns = Counter(f"{verdict.kind} → {kind}" for verdict, kind in differing)
    absent = sum(kind == ABSENT for _, kind in told)
    say(
        day=day.isoformat(),
        bags=len(told),
        as_before=len(told) - absent - len(differing),
        absent=absent,
        differ=turns,
    )
    return 1 if differing else 0


def _bags(ledger: Path, day: date | None) -> tuple[date, list[Verdict]]:
    """Of the newest day that has any, if none is named: those whose labels alone decided."""
    with looking(ledger, LEDGER) as db:
        day = day or newest_day(db)
        if day is None:
            raise StoreError(f"{ledger}: has no bags yet: name another ledger with --ledger")
        bags = [recorded.verdict for recorded in verdicts(db, day)]
    return day, [
        verdict for verdict in bags if verdict.kind in (VerdictKind.MATCH, VerdictKind.MISMATCH)
    ]


def would_be(verdict: Verdict, now: BookPort, before: BookPort) -> VerdictKind | str:
    """What its labels are worth by the newer book, whatever has become of the parcels since.

    ABSENT: the newer file may just be about other orders, as one of a later day is.
    """
    if not _is_there(verdict, now, before):
        return ABSENT
    codes = [
        now.form.normalise(label.code) for label in verdict.labels if label.kind is not Kind.MERGED
    ]
    view = tuple(Sighting(code, "code128", _box(place), SURE) for place, code in enumerate(codes))
    given = judged(
        [ViewSeen(view, 1.0), ViewSeen((), 2.0, occupied=False)], Rules(), _LabelsOnly(now)
    )
    return next(
        (done.verdict.kind for done in given if isinstance(done, RecordVerdict)),
        VerdictKind.INCOMPLETE,
    )


def _is_there(verdict: Verdict, now: BookPort, before: BookPort) -> bool:
    """Whether the newer file is about these parcels: under their names, or any code that they
    had."""
    records = [record for name in verdict.parcels if (record := before.parcel(name))]
    codes = {label.code for label in verdict.labels}.union(
        *(_codes(record, now.form) for record in records)
    )
    return any(now.parcel(name) for name in verdict.parcels) or any(
        now.label(code) for code in codes
    )


def _codes(record: Parcel, form: CodeForm) -> Iterable[str]:
    orders = map(form.normalise, record.orders)
    return (record.tracking_number, *record.waybill_codes, *record.list_codes, *orders)


def _box(place: int) -> tuple[tuple[float, float], ...]:
    """A place of its own in the view."""
    left = 2 * BOX_PX * place
    return ((left, 0.0), (left + BOX_PX, 0.0), (left + BOX_PX, BOX_PX), (left, BOX_PX))


class _LabelsOnly:
    """A book in which every parcel is open: most of that day's have left by now."""

    def __init__(self, book: BookPort) -> None:
        self.parcel, self.form, self.rules = book.parcel, book.form, book.rules
        self.one_state, self._book = book.one_state, book

    def label(self, code: str) -> Label | None:
        return _fresh(self._book.label(code))

    def label_in(self, text: str) -> Label | None:
        return _fresh(self._book.label_in(text))

    def standing(self, parcel: str) -> Standing:
        return Standing.OPEN

    def agrees_with(self, record: Parcel) -> bool:
        return True

    def roll(self, parcel: str, first: int) -> Mapping[str, int]:
        return {}

    def close(self) -> None: ...


def _line(fields: Mapping[str, object]) -> str:
    if "day" not in fields:
        codes = fields["codes"]
        assert isinstance(codes, list)
        return (
            f"bag {fields['bag']}: {fields['was']} → {fields['now']} "
            f" {fields['parcel'] or ''}  {' '.join(codes)}"
        )
    turns = fields["differ"]
    assert isinstance(turns, Mapping)
    differ = ", ".join(f"{count} {turn}" for turn, count in turns.items()) or "none differs"
    absent = f"{fields['absent']} are not in the file, so nothing is known of them"
    return (
        f"{fields['day']}: of {fields['bags']} bags {fields['as_before']} as before,"
        f" {absent}; {differ}"
    )


def _fresh(label: Label | None) -> Label | None:
    return label and Label(label.code, label.waybill_of, label.list_of)
