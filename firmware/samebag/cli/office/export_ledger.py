"""``samebag export ledger``: every entry as it is, so that anybody can check the chain without
Samebag."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from samebag.cli.shared.arguments import number
from samebag.cli.shared.output import take_any_text
from samebag.settings import load
from samebag.store.glance import looking
from samebag.store.ledger.chain import FIRST_PREV, FORM, LEDGER

ENTRIES = (
    "SELECT seq, kind, bag, wall_time, boot_id, mono_s, body, hash FROM entry"
    " WHERE seq > ? ORDER BY seq"
)
BEFORE = "SELECT hash FROM entry WHERE seq <= ? ORDER BY seq DESC LIMIT 1"


def add(command: argparse.ArgumentParser) -> None:
    command.description = (
        "JSON lines. An entry's hash is SHA-256 over prev, followed by the JSON array"
        " of seq, kind, bag, wall_time,"
        " boot_id and mono_s without spaces, followed by body (the texts as they are"
        " here). Of an entry that is_old"
        " body is the seventh of the array, and non-ASCII is escaped. An empty boot_id"
        " is that of the entry before."
    )
    command.add_argument(
        "--after", type=number, default=0, metavar="SEQ", help="only entries behind that one"
    )
    command.add_argument(
        "--ledger", type=Path, help="also the door's or the shipments' (default: the settings' one)"
    )
    command.add_argument("--settings", type=Path, help="settings file")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    take_any_text("utf-8")
    with looking(
        args.ledger or load(args.settings).ledger_path, LEDGER, most_s=float("inf")
    ) as ledger:
        entries = ledger.execute(ENTRIES, (args.after,))
        names = [column[0] for column in entries.description]
        (prev,) = ledger.execute(BEFORE, (args.after,)).fetchone() or (FIRST_PREV,)
        (first_new,) = ledger.execute(FORM).fetchone()
        for *fields, mark in entries:
            told = dict(zip(names, [*fields, mark.hex()], strict=True)) | {"prev": prev.hex()}
            print(json.dumps(told | ({"is_old": True} if fields[0] < first_new else {})))
            prev = mark
    return 0
