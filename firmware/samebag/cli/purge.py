"""``samebag purge``: forgets what may name a buyer after storage.keep_days; a timer runs it each night."""

from __future__ import annotations

import argparse
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path

from samebag.cli.clocks import clocks, wall_clock
from samebag.cli.output import add_json, speaker
from samebag.journal import Journal, JournalEvent
from samebag.ports import StoreError
from samebag.privacy import Purged, purge
from samebag.settings import Settings, load
from samebag.store.book_endings import note_endings
from samebag.store.book_knows import note_ledger
from samebag.store.cases import CaseFile

UNTRUSTED = "nothing purged: the last purge was not about a day ago, so the clock may be wrong; the next night's will"


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--settings", type=Path, help="settings file")
    add_json(command)
    command.epilog = (
        "Forgotten are: of parcels that neither came nor passed within storage.keep_days all but what tells their"
        " labels apart; notes of cases; what matches recorded for their labels; and in the station's folder pictures of"
        " bags, of printed labels, and order files. What stays: the ledgers, whole and provable, with codes, packers"
        " and hashes."
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    settings = load(args.settings)
    if not settings.book_path.exists():
        return 0  # nothing was ever imported
    with suppress(StoreError):  # the ledger's own checks tell
        note_ledger(settings.book_path, settings.ledger_path)
    purged = _purge(settings)
    note_endings(settings.book_path)
    if purged.parcels or purged.notes or purged.labels or purged.files or not purged.trusted:
        Journal(settings.station.name).say(JournalEvent.PURGED, _said(purged))
    speaker(args, lambda _: _said(purged))(keep_days=settings.storage.keep_days, **asdict(purged))
    return 0


def _purge(settings: Settings) -> Purged:
    if not settings.cases_path.exists():
        return purge(settings, wall_clock(), None)
    with closing(CaseFile(settings.cases_path, **clocks())) as cases:
        return purge(settings, wall_clock(), cases)


def _said(purged: Purged) -> str:
    if not purged.trusted:
        return UNTRUSTED
    return (
        f"forgotten: goods of {purged.parcels} parcels, {purged.notes} notes, what {purged.labels} labels show,"
        f" {purged.files} files"
    )
