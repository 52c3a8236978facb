"""What a station forgets after ``storage.keep_days``: all that may name a buyer, and nothing that proves a bag.

The ledgers' chains hold no name and keep every row; pictures, notes and what labels show lie beside them, they have
their hashes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from samebag.settings import Settings
from samebag.store.asides import purge_asides
from samebag.store.book_purge import Needed, purge_book
from samebag.store.cases import CaseFile
from samebag.store.ledger_reader import LedgerReader


@dataclass(frozen=True, slots=True)
class Purged:
    """Counts. ``trusted`` is False where the clock may be wrong: then nothing was purged."""

    trusted: bool
    parcels: int = 0
    notes: int = 0
    labels: int = 0
    files: int = 0


def purge(settings: Settings, now: datetime, cases: CaseFile | None) -> Purged:
    """Raises StoreError or OSError; what was purged until then is gone."""
    before = now.date() - timedelta(days=settings.storage.keep_days)
    with ExitStack() as closed_at_end:
        needed = _passed_since(settings.ledger_path, str(before), closed_at_end)
        book = purge_book(settings.book_path, now.date(), before, needed)
    if not book.trusted:
        return Purged(trusted=False)
    notes = cases.purge(before) if cases else 0
    labels = purge_asides(settings.ledger_path, before)
    midnight = datetime.combine(before, time(), now.tzinfo)
    return Purged(True, book.parcels, notes, labels, sum(map(_remove, _old_files(settings, midnight.timestamp()))))


def _passed_since(path: Path, before: str, closed_at_end: ExitStack) -> Needed:
    """A parcel is needed for ``keep_days`` from its match on, however long it lay before."""
    if not path.exists():
        return lambda _: False
    records = closed_at_end.enter_context(closing(LedgerReader(path)))

    def is_needed(parcel: str) -> bool:
        passed = records.passed(parcel)
        return passed is not None and passed.wall_time >= before

    return is_needed


def _old_files(settings: Settings, before_s: float) -> Iterator[Path]:
    """Order files as they came, and pictures: a waybill's shows its address."""
    inbox = settings.inbox_dir
    yield from _older(settings.evidence_dir, "*/*", before_s)
    yield from _older(settings.printed_dir, "*/*", before_s)
    for folder in (inbox, inbox / "done", inbox / "refused"):
        yield from _older(folder, "*", before_s)


def _older(folder: Path, pattern: str, before_s: float) -> Iterator[Path]:
    for path in sorted(folder.glob(pattern)):
        with suppress(FileNotFoundError):  # the quota was quicker
            facts = path.lstat()
            if not path.is_dir() and max(facts.st_mtime, facts.st_ctime) < before_s:
                yield path


def _remove(path: Path) -> int:
    path.unlink(missing_ok=True)
    if path.parent.name.isdecimal():  # a day of pictures, a thousand labels
        with suppress(OSError):  # it holds others
            path.parent.rmdir()
    return 1
