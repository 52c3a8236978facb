"""``samebag trace``: the story of a parcel, from every ledger that knows of it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from samebag.aftersales.sources import Sources
from samebag.aftersales.story import StoryEntry, story_of
from samebag.aftersales.which_parcel import find
from samebag.cli.shared.ledgers import add_sources, open_sources
from samebag.cli.shared.output import add_json, in_either, local, naming, speaker
from samebag.ports import StoreError
from samebag.settings import load
from samebag.store.ledger.by_code import is_whole

CURE = "give the whole code as the label has it, or its last four digits"
PICTURE = {
    True: "the picture is the one that was taken",
    False: "THE PICTURE WAS ALTERED",
    None: "the picture is gone",
}


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "code",
        metavar="CODE",
        help="order, LP, tracking number, merged label, hold slip or parcel; the last"
        " four digits suffice",
    )
    add_sources(command)
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 where several parcels may be meant: they are listed."""
    say = speaker(args, _line, put=naming(load(args.settings)))
    with open_sources(args) as sources:
        names = find(sources, args.code)
        if not names:
            raise StoreError(f"{args.code}: is in no book and no ledger here: {CURE}")
        if len(names) > 1:
            for name in names:
                say(candidate=name, **_about(sources, name))
            return 1
        say(parcel=names[0], **_about(sources, names[0]))
        for told in story_of(sources, names[0]):
            say(**_fields(told))
    return 0


def _about(sources: Sources, parcel: str) -> dict[str, object]:
    record, where = sources.parcel(parcel), sources.where(parcel)
    return {
        "where": where.stage,
        "tracking_number": record.tracking_number if record else "",
        "orders": record.orders if record else (),
        "standing": record.standing if record else "",
        "service": record.service if record else "",
        "country": record.country if record else "",
        "items": [
            f"{item.quantity} x {item.name or item.sku} {item.attributes}".strip()
            for item in record.items
        ]
        if record
        else [],
    }


def _fields(told: StoryEntry) -> dict[str, object]:
    fields = {
        name: value for name, value in asdict(told).items() if value != "" and name != "words"
    }
    if told.evidence:
        fields["picture"] = PICTURE[is_whole(Path(told.evidence), told.sha256)]
    return {"at": fields.pop("wall_time"), **fields, "zh": told.words.zh, "en": told.words.en}


def _line(told: Mapping[str, object]) -> str:
    if "at" not in told:
        orders, items = told["orders"], told["items"]
        assert isinstance(orders, tuple)
        assert isinstance(items, list)
        name = told.get("parcel") or told["candidate"]
        head = (
            f"{name}  {told['tracking_number']}  {' '.join(orders)} "
            f" {told['country']}  {local(str(told['where']))}"
        )
        return "\n".join([head, *(f"    {item}" for item in items if "parcel" in told)])
    picture = f"\n    {told['picture']}: sha256 {told['sha256']}" if "picture" in told else ""
    at = str(told["at"])[:19].replace("T", " ")
    return f"{at}  {in_either(told)}{picture}\n    {told['ledger']} {told['seq']}  {told['hash']}"
