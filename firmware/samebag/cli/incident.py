"""``samebag incident``: after a mix-up, who is affected and where they are; with --out the lists and letters."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from samebag.aftersales import complaints
from samebag.aftersales.complaints import Complaint, Refused, Wish
from samebag.aftersales.evidence import Evidence
from samebag.aftersales.freight import sellers_fault
from samebag.aftersales.incident import Level, Swap, judge, spread
from samebag.aftersales.letters import load_letters
from samebag.aftersales.lists import Affected, as_object, files, is_gone
from samebag.aftersales.sources import Sources
from samebag.aftersales.whose import find_one
from samebag.cli.ledgers import add_sources, open_sources
from samebag.cli.output import add_json, complain, in_either, local, speaker
from samebag.ports import StoreError
from samebag.settings import Settings, SettingsError, load
from samebag.store.whole import write_whole

SAYS = (
    "An incident of {count} parcels. Order and tracking numbers, goods and countries; no buyer's name or address.\n"
    "recall.csv: bags to fetch, open or check. reship.csv, refund.csv: what buyers are owed. letters/: to send.\n"
    "findings.json: who is affected and why, with the ledger's entries that prove it."
)


def add(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Says which parcels are certainly, possibly or not affected by a mix-up, and where each is. Window, packer and"
        " roll narrow each other; complaints add theirs, and all that hangs together with them by swaps. With --out a"
        " folder is written: recall, re-ship and refund lists, letters."
    )
    command.add_argument("--from", dest="first", metavar="TIME", default="", help="such as 2026-02-10 or 2026-02-10T13")
    command.add_argument("--to", dest="last", metavar="TIME", default="", help="the same; to its end")
    command.add_argument("--packer", default="", help="as on the badge")
    command.add_argument("--roll", metavar="SOURCE", help="an order file's name, with --places")
    command.add_argument("--places", metavar="FIRST-LAST", help="in print order")
    command.add_argument("--complaints", metavar="FILE", type=Path, help="a line each: ORDER received ORDER[, refund]")
    command.add_argument("--complaint", metavar="TEXT", action="append", default=[], help="one such line")
    command.add_argument("--gone", action="store_true", help="what passed has left, though no door or export says so")
    command.add_argument("--letter", default="wrong-goods", metavar="NAME", help="(default: %(default)s)")
    command.add_argument("--out", type=Path, metavar="FOLDER", help="a new folder for lists and letters")
    add_sources(command)
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 if a complaint could not be taken; the others are."""
    settings = load(args.settings)
    said, refused = _said(args)
    with open_sources(args) as sources:
        wishes, swaps = _swaps(sources, said, refused)
        found = _affected(args, sources, swaps, wishes)
    for refusal in refused:
        complain(f"{args.complaints or '--complaint'}: {refusal}")
    say = speaker(args, _line)
    for affected in found:
        say(**as_object(affected))
    if args.out:
        _write(args, settings, found)
    levels = Counter(affected.finding.level for affected in found)
    counts = {level.value: levels[level] for level in Level}
    say(parcels=len(found), **counts, refused=len(refused), out=str(args.out.resolve()) if args.out else "")
    return 1 if refused else 0


def _said(args: argparse.Namespace) -> tuple[list[Complaint], list[Refused]]:
    said, refused = complaints.parse(_read(args.complaints) if args.complaints else b"")
    for number, text in enumerate(args.complaint, 1):
        read = complaints.parse_line(number, text)
        if isinstance(read, Complaint):
            said.append(read)
        else:
            refused.append(read)
    return said, refused


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(complaints.MOST_BYTES + 1)


def _swaps(sources: Sources, said: list[Complaint], refused: list[Refused]) -> tuple[dict[str, Wish], list[Swap]]:
    """Complaints about parcels that are known; the others join the refused."""
    wishes: dict[str, Wish] = {}
    swaps: list[Swap] = []
    for complaint in said:
        try:
            receiver = find_one(sources, complaint.order)
            goods = find_one(sources, complaint.received) if complaint.received else ""
        except StoreError as err:
            refused.append(Refused(complaint.line, complaint.order, str(err)))
            continue
        wishes[receiver] = complaint.wish
        swaps.append(Swap(receiver, "" if goods == receiver else goods))
    return wishes, swaps


def _affected(
    args: argparse.Namespace, sources: Sources, swaps: list[Swap], wishes: Mapping[str, Wish]
) -> list[Affected]:
    evidence = Evidence(sources)
    parcels = spread(_scope(args, evidence), swaps, evidence.of, evidence.beside)
    found = []
    for finding in judge(parcels, swaps, evidence.of):
        where = sources.where(finding.parcel)
        gone = is_gone(finding, where, passed_is_gone=args.gone)
        wish = wishes.get(finding.parcel, Wish.RESHIP)
        found.append(Affected(finding, sources.parcel(finding.parcel), where, wish, gone))
    return found


def _scope(args: argparse.Namespace, evidence: Evidence) -> set[str]:
    """Each given filter narrows; without any, complaints alone say whom it is about."""
    narrowed: list[set[str]] = []
    if args.first or args.last or args.packer:
        narrowed.append(evidence.in_window(args.first, args.last, args.packer))
    if args.roll or args.places:
        narrowed.append(evidence.on_roll(*_places(args)))
    if not narrowed and not (args.complaints or args.complaint):
        raise SettingsError("incident: give --from/--to, --packer, --roll with --places, or complaints")
    return set.intersection(*narrowed) if narrowed else set()


def _places(args: argparse.Namespace) -> tuple[str, int, int]:
    first, _, last = (args.places or "").partition("-")
    if not (args.roll and first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        raise SettingsError(f"--roll {args.roll} --places {args.places}: must be an order file's name and places 1-200")
    return args.roll, int(first), int(last)


def _write(args: argparse.Namespace, settings: Settings, found: list[Affected]) -> None:
    store = settings.store
    freight = sellers_fault(return_guarantee=store.return_guarantee)
    about = {"store": store.name, "channel": store.channel}
    made = files(found, load_letters(args.letter), about, freight)
    write_whole(args.out.resolve(), made, local(SAYS.format(count=len(found))))


def _line(told: Mapping[str, object]) -> str:
    if "parcels" in told:
        out = f": {told['out']}" if told["out"] else "; --out FOLDER writes lists and letters"
        levels = ", ".join(f"{told[level.value]} {level}" for level in Level)
        return f"{told['parcels']} parcels: {levels}; {told['refused']} complaints refused{out}"
    chain = told["chain"]
    assert isinstance(chain, tuple)
    hangs = f"  ({', '.join(chain)})" if chain else ""
    head = f"{told['level']:13} {told['parcel']}  {told['tracking_number']}  {local(str(told['where']))}{hangs}"
    return f"{head}\n    {in_either(told)}"
