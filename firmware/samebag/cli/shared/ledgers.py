"""The ledgers that a command looks into, and those of its own."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from samebag.aftersales import sources
from samebag.aftersales.sources import Sources
from samebag.settings import load
from samebag.store.ledger.reader import LedgerReader


def add_ledgers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--ledger",
        metavar="PATH",
        type=Path,
        action="append",
        help="a station's ledger (default: the settings' one)",
    )


@contextmanager
def opened(ledgers: Sequence[Path]) -> Iterator[list[LedgerReader]]:
    with ExitStack() as readers:
        yield [readers.enter_context(closing(LedgerReader(path))) for path in ledgers]


def add_sources(command: argparse.ArgumentParser) -> None:
    add_ledgers(command)
    command.add_argument("--book", type=Path, help="the book (default: the settings' one)")
    command.add_argument("--settings", type=Path, help="settings file")


@contextmanager
def open_sources(args: argparse.Namespace) -> Iterator[Sources]:
    settings = load(args.settings)
    with sources.opened(
        args.ledger or [settings.ledger_path],
        book=args.book or settings.book_path,
        door=settings.dispatch_path,
        told=settings.shipments_path,
    ) as found:
        yield found
