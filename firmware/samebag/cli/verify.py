"""``samebag verify``: proves the chains of the ledgers, also beside a running station."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from samebag.cli.output import add_json, speaker
from samebag.settings import Settings, load
from samebag.store.verify import Broken, verify


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--ledger",
        type=Path,
        help="one ledger (default: the settings' one, and those of door, shipments and cases if there)",
    )
    command.add_argument("--settings", type=Path, help="settings file")
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    paths = [args.ledger] if args.ledger else _ledgers(load(args.settings))
    say = speaker(args, _line)
    found = [(path, verify(path)) for path in paths]
    for path, result in found:
        if isinstance(result, Broken):
            say(ledger=str(path), whole=False, fault=result.fault)
        else:
            say(ledger=str(path), whole=True, entries=result.rows, head=result.head)
    return 1 if any(isinstance(result, Broken) for _, result in found) else 0


def _ledgers(settings: Settings) -> list[Path]:
    """The station's own must be there."""
    beside = (settings.dispatch_path, settings.shipments_path, settings.cases_path)
    return [settings.ledger_path, *(path for path in beside if path.exists())]


def _line(result: Mapping[str, object]) -> str:
    if result["whole"]:
        return f"{result['ledger']}: whole: {result['entries']} entries, the last is {result['head']}"
    return f"{result['ledger']}: BROKEN: {result['fault']}: keep the file and call a supervisor"
