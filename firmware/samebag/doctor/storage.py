"""Checks of card and files: the station's folder, its space and speed, book and ledger, the remote log's cursor."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from samebag.doctor.finding import NONE, Case, Finding, bad, ok, unknown
from samebag.doctor.host import USER
from samebag.ports import StoreError
from samebag.store.book import BOOK, Book
from samebag.store.book_purge import last_purge
from samebag.store.chain import LEDGER
from samebag.store.database import Schema, quick_check

RESERVE_BYTES = 500_000_000  # ours: for the journal, the ledger's years and an update
LEAST_QUOTA_MB = 10  # settings: storage.evidence_mb
WRITES, WRITE_BYTES = 30, 4096  # a verdict's commit is about a page of the WAL
SLOW_S = 0.3  # ours: green waits for the card, and a packer notices from here on
UPLOAD = "systemd-journal-upload.service"
CURSOR = "/var/lib/systemd/journal-upload/state"
CURSOR_TIME = re.compile(r";t=([0-9a-f]+);")  # sd_journal_get_cursor: microseconds since 1970 of the entry, in hex
PURGE_DAYS = 7  # ours: a week's holidays
CURSOR_AGE_S = 3600  # Debian's cron alone writes once an hour, and whoever runs the doctor has just logged in


def folder(case: Case) -> Iterator[Finding]:
    path = case.host.at(case.settings.storage.directory)
    rule = f"must be a folder of user {USER}"
    if not path.is_dir():
        yield bad("folder", f"{path} is missing", rule=rule, cure="sudo samebag doctor --fix makes it")
    elif (owner := case.host.user_of(path.stat().st_uid)) != USER:
        yield bad("folder", f"{path} is {owner}'s", rule=rule, cure=f"sudo chown -R {USER}: {path}")
    else:
        yield ok("folder", str(path))


def card_space(case: Case) -> Iterator[Finding]:
    """What the evidence may still take must be free already: it grows to its quota within weeks."""
    path = case.host.at(case.settings.storage.directory)
    if not path.is_dir():
        return
    quota_bytes = case.settings.storage.evidence_mb * 1_000_000
    evidence = case.host.at(case.settings.evidence_dir)
    kept_bytes = sum(p.stat().st_size for p in evidence.glob("*/*.jpg")) if evidence.is_dir() else 0
    free_bytes = shutil.disk_usage(path).free
    needed_bytes = max(0, quota_bytes - kept_bytes) + RESERVE_BYTES
    if free_bytes >= needed_bytes:
        yield ok("card space", f"{free_bytes / 1e9:.1f} GB free, {kept_bytes / 1e9:.1f} GB of evidence")
        return
    room_mb = (kept_bytes + free_bytes - RESERVE_BYTES) // 1_000_000
    smaller = f", or set storage.evidence_mb to {room_mb} at most" if room_mb >= LEAST_QUOTA_MB else ""
    yield bad(
        "card space",
        f"{free_bytes / 1e9:.1f} GB free",
        rule=f"must be {needed_bytes / 1e9:.1f} GB or more, to hold storage.evidence_mb and a reserve",
        cure=f"free space, or put in a larger card{smaller}",
    )


def card_speed(case: Case) -> Iterator[Finding]:
    path = case.host.at(case.settings.storage.directory)
    if not path.is_dir():
        return
    try:
        times_s = list(_write_times(path, case))
    except PermissionError:
        yield unknown("card speed", f"{path} may not be written by this user", cure="sudo samebag doctor")
        return
    value = f"{statistics.median(times_s) * 1000:.1f} ms a write, {max(times_s) * 1000:.0f} ms at worst of {WRITES}"
    if max(times_s) <= SLOW_S:
        yield ok("card speed", value)
    else:
        yield bad(
            "card speed",
            value,
            rule=f"must be {SLOW_S * 1000:g} ms at most: green waits for it",
            cure="stop what else writes to the card; else replace it by an industrial or A2 card",
        )


def _write_times(path: Path, case: Case) -> Iterator[float]:
    with tempfile.TemporaryFile(dir=path) as file:  # has no name, so that nothing is left of it whatever happens
        for _ in range(WRITES):
            began_s = case.host.clock()
            file.write(bytes(WRITE_BYTES))
            file.flush()
            os.fsync(file.fileno())
            yield case.host.clock() - began_s


def book(case: Case) -> Iterator[Finding]:
    yield _database(
        "book",
        case.host.at(case.settings.book_path),
        BOOK,
        unknown("book", "no order file was imported yet", cure="samebag import FILE"),
    )
    if case.settings.camera.address == NONE:
        yield from _one_code(Book(case.host.at(case.settings.book_path)))


def _one_code(book: Book) -> Iterator[Finding]:
    """Scanned twice, one code may come twice from the same label: such a pair never passes without a camera."""
    try:
        count, name = book.one_code_parcels()
    except StoreError:
        return  # the check before this one says why
    finally:
        book.close()
    if count:
        yield bad(
            "labels",
            f"parcels with the same code on waybill and cargo list: {count}, such as {name}",
            rule="without a camera the labels must bear two codes: a hand scanner cannot tell one label from two",
            cure="connect a camera, or let the ERP print the order number on the cargo list",
        )


def ledger(case: Case) -> Iterator[Finding]:
    yield _database(
        "ledger",
        case.host.at(case.settings.ledger_path),
        LEDGER,
        unknown("ledger", "none yet", cure="it is made when the station first starts: sudo systemctl start samebag"),
    )


def _database(thing: str, path: Path, schema: Schema, absent: Finding) -> Finding:
    if not path.exists():
        return absent
    if not os.access(path, os.R_OK):
        return unknown(thing, f"{path} may not be read by this user", cure="sudo samebag doctor")
    try:
        fault = quick_check(path, schema)
    except StoreError as err:
        return bad(thing, str(err), rule="must be readable", cure=schema.broken_cure)
    if fault:
        return bad(thing, f"{path}: {fault}", rule="must pass SQLite's quick_check", cure=schema.broken_cure)
    return ok(thing, f"{path}, {path.stat().st_size / 1e6:.1f} MB, sound")


def privacy(case: Case) -> Iterator[Finding]:
    """Nothing to forget before the first import."""
    path, keep_days = case.host.at(case.settings.book_path), case.settings.storage.keep_days
    if not path.exists() or not os.access(path, os.R_OK):
        return
    rule, cure = f"must be {PURGE_DAYS} days ago at most", "sudo systemctl enable --now samebag-purge.timer"
    try:
        last = last_purge(path)
    except StoreError:  # the book's own finding says it
        return
    today = datetime.fromtimestamp(case.host.now()).date()
    if last is None:
        yield unknown("privacy", "old buyers were never forgotten yet; the first night will", cure=cure)
    elif (today - last).days > PURGE_DAYS:
        yield bad("privacy", f"old buyers were last forgotten on {last}", rule=rule, cure=cure)
    else:
        yield ok("privacy", f"what is older than {keep_days} days was forgotten on {last}")


def remote_log(case: Case) -> Iterator[Finding]:
    """The cursor is that of the newest journal entry which the far side has."""
    host = case.host
    if not list(host.at("/etc/systemd/system").glob(f"*.wants/{UPLOAD}")):
        yield ok("remote log", "not set up")
        return
    state = host.said(CURSOR)
    found = CURSOR_TIME.search(state)
    age_s = host.now() - int(found[1], 16) / 1e6 if found else None
    cure = f"journalctl -u {UPLOAD} tells why; sudo systemctl restart {UPLOAD}"
    if age_s is None:
        yield unknown(
            "remote log", f"{CURSOR} cannot be read or has no cursor yet", cure=f"sudo samebag doctor; {cure}"
        )
    elif age_s > CURSOR_AGE_S:
        yield bad(
            "remote log",
            f"the far side has nothing newer than {age_s / 3600:.1f} h",
            rule=f"must be {CURSOR_AGE_S / 3600:g} h at most",
            cure=cure,
        )
    else:
        yield ok("remote log", f"the far side has all up to {max(0.0, age_s):.0f} s ago")


def made(case: Case) -> list[Path]:
    """Make what is missing of the station's folders, its user's own. That is all that is safe to mend unasked."""
    missing = [
        path
        for path in (case.host.at(case.settings.storage.directory), case.host.at(case.settings.evidence_dir))
        if not path.exists()
    ]
    for path in missing:
        path.mkdir(mode=0o750, parents=True)
        shutil.chown(path, USER, USER)
    return missing
