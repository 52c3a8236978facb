"""What a station forgets after ``storage.keep_days``: all that may name a buyer, and nothing that
proves a bag.

The ledgers' chains hold no name and keep every row; pictures, notes and what labels show lie beside
them, they have their hashes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import inf
from pathlib import Path

from samebag.settings import Settings
from samebag.store.beside.cases import CaseFile
from samebag.store.book.purge import Needed, purge_book
from samebag.store.glance import looking
from samebag.store.leave import Leave
from samebag.store.ledger.asides import purge_asides
from samebag.store.ledger.chain import LEDGER
from samebag.store.ledger.reader import LedgerReader

DAYS = (
    "SELECT count(DISTINCT substr(wall_time, 1, 10)) FROM entry WHERE kind ="
    " 'verdict' AND wall_time >= ?"
)
Old = tuple[Path, float]  # and when it was changed, in seconds since 1970


@dataclass(frozen=True, slots=True)
class Purged:
    """Counts. ``trusted`` is False where the clock may be wrong: then nothing was purged.

    ``waits``: more is old than one night may take, which a clock that is wrong makes so, or a
    machine that was off.
    """

    trusted: bool
    parcels: int = 0
    notes: int = 0
    labels: int = 0
    files: int = 0
    waits: bool = False


def purge(settings: Settings, now: datetime, cases: CaseFile | None, leave: Leave) -> Purged:
    """Raises StoreError or OSError; what was purged until then is gone."""
    before = now.date() - timedelta(days=settings.storage.keep_days)
    with ExitStack() as closed_at_end:
        needed = _passed_since(settings.ledger_path, str(before), closed_at_end)
        book = purge_book(settings.book_path, now.date(), before, needed, leave)
    if not book.trusted:
        return Purged(trusted=False)
    notes = cases.purge(before, leave) if cases else 0
    labels = purge_asides(settings.ledger_path, before, leave)
    midnight = datetime.combine(before, time(), now.tzinfo)
    old = [*_old_files(settings, midnight.timestamp())]
    due = _due(old, before, leave)
    waits = book.waits or len(due) < len(old)
    return Purged(True, book.parcels, notes, labels, sum(map(_remove, due)), waits)


def working_days(path: Path, before: date) -> int:
    """On how many days since then the station judged bags: a clock that jumped has passed days
    without any."""
    if not path.exists():
        return 0
    with looking(path, LEDGER, most_s=inf) as ledger:
        (days,) = ledger.execute(DAYS, (before.isoformat(),)).fetchone()
    return int(days)


def _due(old: list[Old], before: date, leave: Leave) -> list[Path]:
    """Those of the oldest days."""
    oldest = min((date.fromtimestamp(changed_s) for _, changed_s in old), default=None)
    until = leave.until(oldest, before)
    return [path for path, changed_s in old if date.fromtimestamp(changed_s) < until]


def _passed_since(path: Path, before: str, closed_at_end: ExitStack) -> Needed:
    """A parcel is needed for ``keep_days`` from its match on, however long it lay before."""
    if not path.exists():
        return lambda _: False
    records = closed_at_end.enter_context(closing(LedgerReader(path)))

    def is_needed(parcel: str) -> bool:
        passed = records.passed(parcel)
        return passed is not None and passed.wall_time >= before

    return is_needed


def _old_files(settings: Settings, before_s: float) -> Iterator[Old]:
    """Order files as they came, and pictures: a waybill's shows its address."""
    inbox = settings.inbox_dir
    yield from _older(settings.evidence_dir, "*/*", before_s)
    yield from _older(settings.printed_dir, "*/*", before_s)
    for folder in (inbox, inbox / "done", inbox / "refused"):
        yield from _older(folder, "*", before_s)
    for parent, _, _ in os.walk(
        inbox / "refused"
    ):  # a folder that somebody dropped; a link is not followed
        if Path(parent) != inbox / "refused":
            yield from _older(Path(parent), "*", before_s)


def _older(folder: Path, pattern: str, before_s: float) -> Iterator[Old]:
    for path in sorted(folder.glob(pattern)):
        with suppress(FileNotFoundError):  # the quota was quicker
            facts = path.lstat()
            changed_s = max(facts.st_mtime, facts.st_ctime)
            if not path.is_dir() and changed_s < before_s:
                yield path, changed_s


def _remove(path: Path) -> int:
    path.unlink(missing_ok=True)
    if path.parent.name.isdecimal():  # a day of pictures, a thousand labels
        with suppress(OSError):  # it holds others
            path.parent.rmdir()
    return 1
