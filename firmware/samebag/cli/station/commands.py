"""``samebag commands``: command barcodes, proof cards and badges, into a file or onto the label
printer."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from samebag.cli.shared.output import add_json, speaker
from samebag.cli.shared.paper import save, sheet_file
from samebag.core.codes.badges import packer_code
from samebag.devices.printer.slips import print_slips
from samebag.label.layout import counted
from samebag.label.raster import draw
from samebag.label.sheet import (
    PROOFS,
    STATIONS,
    SUPERVISORS,
    Card,
    packer_card,
    pages,
    slip,
    supervisor_card,
)
from samebag.label.typeface import FontMissing
from samebag.ports import DeviceError
from samebag.settings import NONE, Settings, SettingsError, load
from samebag.station.wiring import profile_of
from samebag.store.key import load_key


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--packer", metavar="NAME", type=_name, action="append", default=[], help="a packer's badge"
    )
    command.add_argument(
        "--supervisor",
        metavar="NAME",
        type=_name,
        action="append",
        default=[],
        help="a supervisor's badge",
    )
    to = command.add_argument_group("where to, one at least")
    to.add_argument(
        "--out",
        type=sheet_file,
        help="pages (A4, Letter): a .pdf, or a .png with one below the other",
    )
    to.add_argument("--print", action="store_true", help="the label printer, one slip each")
    command.add_argument("--settings", type=Path, help="settings file")
    add_json(command)
    command.epilog = "With names only their badges, else the command barcodes and the proof cards."
    command.set_defaults(run=run, usage=command.error)


def run(args: argparse.Namespace) -> int:
    if not (args.out or args.print):
        args.usage("one of --out and --print is needed")
    settings = load(args.settings)
    cards = _cards(args, settings)
    try:
        if args.out:
            save(pages(cards), args.out)
        if args.print:
            _print(cards, settings)
    except FontMissing as err:
        raise DeviceError(str(err)) from err
    to = [
        *([str(args.out)] if args.out else []),
        *([settings.printer.address] if args.print else []),
    ]
    speaker(args, _line)(
        to=to, cards=[{"title": card.title, "codes": card.codes} for card in cards]
    )
    return 0


def _name(text: str) -> str:
    try:
        packer_code(text)
    except ValueError as err:
        raise argparse.ArgumentTypeError(str(err)) from err
    return text


def _cards(args: argparse.Namespace, settings: Settings) -> list[Card]:
    for name in args.supervisor:
        if name in settings.station.revoked:
            raise SettingsError(
                f"{settings.source}: station.revoked has {name!r}: no badge of that name"
                " counts: give another, such as"
                f" {name[:22]!r} with a number behind it"
            )
    key = load_key(settings.key_path) if args.supervisor else b""
    badges = [
        *map(packer_card, args.packer),
        *(supervisor_card(name, key) for name in args.supervisor),
    ]
    return [*badges, *(SUPERVISORS if args.supervisor else ())] or [*STATIONS, *PROOFS]


def _print(cards: Sequence[Card], settings: Settings) -> None:
    address, profile = settings.printer.address, profile_of(settings)
    if address == NONE:
        raise SettingsError(
            f"{settings.source}: printer.address = {NONE!r}: names no printer: use --out,"
            " or name one"
        )
    print_slips(address, profile, [draw(slip(card, profile.width_dots)) for card in cards])


def _line(done: Mapping[str, object]) -> str:
    to, cards = done["to"], done["cards"]
    assert isinstance(to, list)
    assert isinstance(cards, list)
    titles = "\n".join(f"  {card['title']}  {', '.join(card['codes'])}" for card in cards)
    return f"{counted(len(cards), 'card')}: {', '.join(to)}\n{titles}"
