"""``samebag letter``: the letter to a buyer after a mix-up, in Chinese and English."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from samebag.aftersales.incident.affected import ParcelFinding
from samebag.aftersales.incident.complaints import Wish
from samebag.aftersales.incident.freight import SELLER, freight, rules
from samebag.aftersales.incident.history import ParcelHistory
from samebag.aftersales.incident.letters import LANGUAGES, load_letters, render
from samebag.aftersales.incident.lists import Affected, fields, letter_name, reship_numbers
from samebag.aftersales.incident.why import Why
from samebag.aftersales.sources import Sources
from samebag.aftersales.which_parcel import find_one
from samebag.cli.shared.arguments import number
from samebag.cli.shared.ledgers import add_sources, open_sources
from samebag.cli.shared.output import add_json, local, speaker
from samebag.files.whole import write_whole
from samebag.settings import load

SAYS = "Letters about {count} parcels: order and tracking numbers; no buyer's name or address."


def add(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Writes the letter about a parcel: greeting, apology, what happened and why,"
        " re-send or refund, where to"
        " answer, thanks, store. One that lacks a part is refused with its name."
        " samebag incident writes those of a"
        " whole incident."
    )
    command.add_argument(
        "codes", nargs="+", metavar="CODE", help="order, LP or tracking number, or parcel"
    )
    command.add_argument(
        "--letter", default="wrong-goods", metavar="NAME", help="a name or .toml file (%(default)s)"
    )
    command.add_argument(
        "--why", default=Why.COMPLAINED.value, help="which of the letter's reasons (%(default)s)"
    )
    command.add_argument("--lang", choices=LANGUAGES, action="append", help="(default: both)")
    command.add_argument(
        "--freight", default=SELLER, choices=list(rules()), help="who pays the return (%(default)s)"
    )
    command.add_argument(
        "--seller-percent",
        type=number,
        metavar="0-100",
        help="the seller's share, where negotiated",
    )
    command.add_argument(
        "--out", type=Path, metavar="FOLDER", help="a new folder instead of the terminal"
    )
    add_sources(command)
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    store, letters = load(args.settings).store, load_letters(args.letter)
    pays = freight(args.freight, args.seller_percent, return_guarantee=store.return_guarantee)
    about = {"store": store.name, "channel": store.channel}
    with open_sources(args) as sources:
        found = [_affected(sources, find_one(sources, code)) for code in dict.fromkeys(args.codes)]
    numbers = reship_numbers(affected.orders[0] for affected in found)
    written = {
        letter_name(place, affected, language): render(
            letters, language, args.why, fields(affected, numbers[place - 1], about, pays, language)
        )
        for place, affected in enumerate(found, 1)
        for language in args.lang or LANGUAGES
    }
    if args.out:
        made = {name: text.encode() for name, text in written.items()}
        write_whole(args.out.resolve(), made, local(SAYS.format(count=len(found))))
    say = speaker(args, _line)
    for name, text in written.items():
        say(
            file=str(args.out.resolve() / name) if args.out else name, text="" if args.out else text
        )
    return 0


def _affected(sources: Sources, parcel: str) -> Affected:
    finding = ParcelFinding(parcel, Why.COMPLAINED, ParcelHistory(parcel))
    return Affected(
        finding, sources.parcel(parcel), sources.where(parcel), Wish.RESHIP, is_gone=True
    )


def _line(told: Mapping[str, object]) -> str:
    return str(told["text"] or told["file"])
