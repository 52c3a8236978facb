"""What the rules of a bag look up at this station: the book, with the ledger's knowledge of what
has passed."""

from __future__ import annotations

import dataclasses
import hmac
from collections.abc import Callable
from functools import lru_cache

from msgspec.structs import replace

from samebag.core.codes.merged import merged_code, print_number
from samebag.core.codes.rules import readings
from samebag.core.codes.scanner_forms import alternatives
from samebag.core.codes.tracking import carrier_of
from samebag.core.events import CodeScanned, Event, ViewSeen
from samebag.core.labels import CodeForm, Label
from samebag.core.masks import discreet
from samebag.core.parcel_checks import Checks, Level, Objection
from samebag.core.parcels import Parcel, Standing
from samebag.core.verdicts import Verdict
from samebag.ports import Book, PrintJob, Records

NO_CHECKS = Checks({})
FINDINGS = TEXTS = 64  # kept: more parcels than lie about on a table


class KnownHere:
    """A core.Known. ``key`` proves merged labels; None where the rules want none seen. Calls may
    raise StoreError.

    ``today`` is an ISO date, empty where no clock can tell.
    """

    def __init__(
        self,
        book: Book,
        ledger: Records,
        key: bytes | None,
        checks: Checks = NO_CHECKS,
        today: Callable[[], str] = str,
    ) -> None:
        self._book, self._ledger, self._key = book, ledger, key
        self._checks, self._today = checks, today
        self._checks_any = any(level is not Level.OFF for level in checks.levels.values())
        # pure; asked before green and again after it
        self._gravest = lru_cache(maxsize=FINDINGS)(checks.gravest)

    def label(self, code: str) -> Label | None:
        if print_number(code) is not None:
            return self._merged(code)
        return self._book.label_in(code)

    def standing(self, parcel: str) -> Standing:
        if self._ledger.passed(parcel):
            return Standing.PASSED
        standing = self._book.standing(parcel)
        return self._checks.standing(standing, lambda: self._book.parcel(parcel), self._today())

    def meanwhile(self, parcel: str) -> Standing:
        return since_match(self._book, parcel, self._ledger.recorded(parcel))

    def finding(self, record: Parcel) -> Objection | None:
        """What is to be said of a parcel that may leave, or why it may not."""
        return self._gravest(record, self._today()) if self._checks_any else None

    def parcel(self, name: str) -> Parcel | None:
        return self._book.parcel(name)

    def roll(self, parcel: str, first: int) -> dict[str, int]:
        places = self._book.roll(parcel, first)
        return {name: place for name, place in places.items() if not self._ledger.passed(name)}

    def _merged(self, code: str) -> Label | None:
        """Ours if it is what that print job put on paper; stale if a newer copy was printed or its
        bag is sealed."""
        job = job_behind(code, self._ledger, self._book.form, self._key) if self._key else None
        if job is None:
            return None
        newest, parcel = self._ledger.job_of(job.bag), frozenset({job.parcel})
        is_fresh = (
            newest is not None
            and newest.number == job.number
            and self._ledger.sealed_by(job.parcel) is None
        )
        return Label(code, merged_of=parcel, stale=frozenset() if is_fresh else parcel)


def since_match(book: Book, parcel: str, record: Parcel | None) -> Standing:
    """What became of its order since the match: OPEN, CANCELLED or CHANGED; one that the book lacks
    is CANCELLED.

    ``record`` is what the match recorded. Without it the book alone tells, which calls an order
    that changed and whose labels were printed anew OPEN.
    """
    standing = book.standing(parcel)
    if standing is Standing.CANCELLED:
        return standing
    is_same = book.agrees_with(record) if record else standing is not Standing.CHANGED
    return Standing.OPEN if is_same else Standing.CHANGED


def job_behind(code: str, records: Records, form: CodeForm, key: bytes) -> PrintJob | None:
    """The print job that put this merged label on paper; None if none did, or the code was made
    up."""
    number = print_number(code)
    job = None if number is None else records.job(number)
    if job is None:
        return None
    printed = form.normalise(merged_code(job.parcel, job.number, job.copy, key))
    return job if hmac.compare_digest(printed.encode(), code.encode()) else None


class Texts:
    """What stood on labels whose code is only a part of it, by that code: the newest, for the
    ledger."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}

    def keep(self, code: str, text: str) -> None:
        self._of.pop(code, None)
        self._of[code] = discreet(text)
        if len(self._of) > TEXTS:
            del self._of[next(iter(self._of))]

    def told(self, verdict: Verdict) -> Verdict:
        """The verdict with the texts of its labels."""
        if self._of.keys().isdisjoint(label.code for label in verdict.labels):
            return verdict
        labels = tuple(
            replace(label, text=self._of.get(label.code, "")) for label in verdict.labels
        )
        return dataclasses.replace(verdict, labels=labels)


def normalised(event: Event, book: Book, texts: Texts | None = None) -> Event:
    """The event with its codes as the book has them; ``texts`` keeps what they are a part of."""
    match event:
        case CodeScanned():
            return _scanned(event, book, texts)
        case ViewSeen():
            written = tuple(replace(s, code=code_in(s.code, book, texts)) for s in event.sightings)
            return replace(event, sightings=written)
    return event


def _scanned(event: CodeScanned, book: Book, texts: Texts | None) -> CodeScanned:
    """Mostly it is a bare code of the book."""
    written = book.form.normalise(event.code)
    if not readings(event.code, book.rules) and book.label(written):
        return event if written == event.code else CodeScanned(written, event.at_s, event.symbology)
    meant = meant_by(event, book)
    code = code_in(meant, book, texts)
    if texts and meant != event.code:
        texts.keep(code, event.code)
    return CodeScanned(code, event.at_s, event.symbology)


def meant_by(scan: CodeScanned, book: Book) -> str:
    """The text as it came, unless the book lacks it and has just one of what else it may stand
    for."""
    if book.label_in(scan.code):
        return scan.code
    known = [other for other in alternatives(scan.code, scan.symbology) if book.label_in(other)]
    return known[0] if len(known) == 1 else scan.code


def code_in(text: str, book: Book, texts: Texts | None = None) -> str:
    """The code of the label that a text is; of any other text what the book would write.

    Prose that is no label's code is masked before anything shows, logs or keeps it.
    """
    form = book.form
    written = form.normalise(text)
    if readings(text, book.rules) and (label := book.label_in(text)):
        if texts and label.code != written:
            texts.keep(label.code, text)
        return label.code
    if written.isalnum() and text.isalnum():  # one word
        return written
    if (shown := discreet(text)) == text or carrier_of(written) or book.label(written):
        return written
    return form.normalise(shown)
