"""``samebag import``: an order file into the book, with a bar while it lasts and every refusal at its end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from samebag.cli.output import add_json, say_refused, speaker
from samebag.orders.importer import import_file
from samebag.orders.profile import AUTO
from samebag.settings import load

BAR_CHARS = 40


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, help="CSV (UTF-8 or GB18030) or XLSX")
    command.add_argument(
        "--profile", default=AUTO, help="how the file is laid out: a name or a .toml file (default: told by its header)"
    )
    command.add_argument("--source", help="which line of files this one continues (default: its name)")
    command.add_argument("--reprinted", action="store_true", help="labels of changed parcels were printed anew")
    command.add_argument("--book", type=Path, help="the book (default: the settings' one)")
    command.add_argument("--settings", type=Path, help="settings file")
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    book = args.book or load(args.settings).book_path
    book.parent.mkdir(parents=True, exist_ok=True)
    bar = Bar() if sys.stderr.isatty() else None
    try:
        report = import_file(
            args.file, book, profile=args.profile, source=args.source, reprinted=args.reprinted, progress=bar
        )
    finally:
        if bar:
            bar.clear()
    say_refused(args.file, report)
    speaker(args, _line)(
        file=str(args.file),
        profile=report.profile,
        new=report.new,
        changed=report.changed,
        unchanged=report.unchanged,
        cancelled=report.cancelled,
        vanished=report.vanished,
        vanished_parcels=report.vanished_names,
        items=report.items,
        passed_over=report.passed_over,
        refused_rows=report.refused_rows,
    )
    return 1 if report.refused_rows else 0


def _line(report: Mapping[str, object]) -> str:
    counts = ", ".join(
        f"{report[name]} {name.replace('_', ' ')}"
        for name in ("new", "changed", "unchanged", "cancelled", "vanished", "passed_over", "refused_rows")
    )
    return f"{report['file']} ({report['profile']}): {counts}; {report['items']} items"


class Bar:
    """A progress bar on the terminal of a person who waits."""

    def __init__(self) -> None:
        self._shown = -1

    def __call__(self, part: float) -> None:
        filled = int(part * BAR_CHARS)
        if filled != self._shown:
            self._shown = filled
            bar = "#" * filled + "." * (BAR_CHARS - filled)
            print(f"\r[{bar}] {part:4.0%}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
