"""``samebag purge``: forgets what may name a buyer after storage.keep_days; a timer runs it each
night."""

from __future__ import annotations

import argparse
import time
from contextlib import closing, suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from samebag.cli.shared.output import add_json, for_programs, is_watched, local, speaker
from samebag.journal import Journal, JournalEvent
from samebag.ports import StoreError
from samebag.settings import Settings, load
from samebag.station.clocks import clocks, wall_clock
from samebag.store.beside.cases import CaseFile
from samebag.store.book.endings import note_endings
from samebag.store.book.knows import note_ledger
from samebag.store.leave import BY_PERSON, Leave
from samebag.store.retention import Purged, purge, working_days

# systemd-timesyncd.service(8); touched at each answer
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
# ours: timesyncd asks each half hour; a clock that was set by hand since is no witness
FRESH_S = 86_400.0
# ours: one day in seven; two nights of a wrong clock write into three days at most
WORKING_SHARE, LEAST_WORKING = (
    7,
    4,
)
CURE = "if it is right (date): sudo -u samebag samebag purge --clock-is-right"
UNTRUSTED = (
    "nothing purged: the clock may be wrong: the last purge was not about a day ago,"
    " or no time server vouches for it"
    f" and the ledger has too few days of work since; the next nights look again; {CURE}"
)
WAITS = (
    "; the rest is for the next nights: that much is old where the clock is wrong,"
    f" or the machine was off; {CURE}"
)


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--settings", type=Path, help="settings file")
    command.add_argument(
        "--clock-is-right",
        action="store_true",
        help="you have looked at date: forget all that is old, in one go",
    )
    add_json(command)
    command.epilog = (
        "Forgotten are: of parcels that neither came nor passed within"
        " storage.keep_days all but what tells their"
        " labels apart; notes of cases; what matches recorded for their labels; and in"
        " the station's folder pictures of"
        " bags, of printed labels, and order files. What stays: the ledgers, whole and"
        " provable, with codes, packers"
        " and hashes."
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    settings = load(args.settings)
    if not settings.book_path.exists():
        if not for_programs(args):
            print(
                local(f"nothing to forget: {settings.book_path}: no order file was ever imported")
            )
        return 0
    with suppress(StoreError):  # the ledger's own checks tell
        note_ledger(settings.book_path, settings.ledger_path)
    purged = _purge(settings, BY_PERSON if args.clock_is_right else _leave(settings))
    note_endings(settings.book_path)
    did = (
        purged.parcels
        or purged.notes
        or purged.labels
        or purged.files
        or purged.waits
        or not purged.trusted
    )
    if did and not is_watched():
        Journal(settings.station.name).say(JournalEvent.PURGED, _said(purged))
    speaker(args, lambda _: _said(purged))(keep_days=settings.storage.keep_days, **asdict(purged))
    return 0


def _leave(settings: Settings) -> Leave:
    """A second witness is a time server, or the ledger, whose days of work no jump of the clock
    makes."""
    keep_days = settings.storage.keep_days
    enough = min(keep_days, max(LEAST_WORKING, keep_days // WORKING_SHARE))
    since = wall_clock().date() - timedelta(days=keep_days)
    vouched = _is_synchronised() or working_days(settings.ledger_path, since) >= enough
    return Leave.of_night(keep_days, vouched=vouched)


def _is_synchronised() -> bool:
    """By timesyncd's file: the unit's sandbox keeps adjtimex(2) from it."""
    try:
        return abs(time.time() - SYNCHRONISED.stat().st_mtime) < FRESH_S
    except OSError:
        return False


def _purge(settings: Settings, leave: Leave) -> Purged:
    if not settings.cases_path.exists():
        return purge(settings, wall_clock(), None, leave)
    with closing(CaseFile(settings.cases_path, notes=settings.note_dir, **clocks())) as cases:
        return purge(settings, wall_clock(), cases, leave)


def _said(purged: Purged) -> str:
    if not purged.trusted:
        return UNTRUSTED
    return (
        f"forgotten: goods of {purged.parcels} parcels, {purged.notes} notes, what"
        f" {purged.labels} labels show,"
        f" {purged.files} files{WAITS if purged.waits else ''}"
    )
