"""``samebag verify``: proves the ledger's chain, also beside a running station."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from samebag.cli.output import add_json, speaker
from samebag.settings import load
from samebag.store.verify import Broken, verify


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--ledger", type=Path, help="the ledger (default: the settings' one)")
    command.add_argument("--settings", type=Path, help="settings file")
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    path = args.ledger or load(args.settings).ledger_path
    result = verify(path)
    say = speaker(args, _line)
    if isinstance(result, Broken):
        say(ledger=str(path), whole=False, fault=result.fault)
        return 1
    say(ledger=str(path), whole=True, entries=result.rows, head=result.head)
    return 0


def _line(result: Mapping[str, object]) -> str:
    if result["whole"]:
        return f"{result['ledger']}: whole: {result['entries']} entries, the last is {result['head']}"
    return f"{result['ledger']}: BROKEN: {result['fault']}: keep the file and call a supervisor"
