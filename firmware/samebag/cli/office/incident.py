"""``samebag incident``: after a mix-up, who is affected and where they are; with --out the lists
and letters."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from samebag.aftersales.incident import complaints
from samebag.aftersales.incident.affected import ParcelFinding, Swap, judge, spread
from samebag.aftersales.incident.complaints import Complaint, Refused, Wish
from samebag.aftersales.incident.freight import sellers_fault
from samebag.aftersales.incident.gathering import Window
from samebag.aftersales.incident.history import Evidence, on_roll
from samebag.aftersales.incident.letters import load_letters
from samebag.aftersales.incident.lists import Affected, as_object, files, is_gone
from samebag.aftersales.incident.why import BY_GRAVITY, Certainty, Why
from samebag.aftersales.sources import Sources
from samebag.aftersales.which_parcel import find_one
from samebag.cli.shared.ledgers import add_sources, open_sources
from samebag.cli.shared.output import add_json, complain, in_either, local, speaker
from samebag.files.whole import write_whole
from samebag.ports import StoreError
from samebag.settings import Settings, SettingsError, load

SAYS = (
    "An incident of {count} parcels. Order and tracking numbers, goods and countries;"
    " no buyer's name or address.\n"
    "recall.csv: bags to fetch, open or check. reship.csv, refund.csv: what buyers"
    " are owed. letters/: to send.\n"
    "findings.json: who is affected and why, with the ledger's entries that prove it."
)


def add(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Says which parcels are certainly, possibly or not affected by a mix-up, and"
        " where each is. Window, packer and"
        " roll narrow each other; complaints add theirs, and all that hangs together"
        " with them by swaps. With --out a"
        " folder is written: recall, re-ship and refund lists, letters."
    )
    command.add_argument(
        "--from",
        dest="first",
        metavar="TIME",
        default="",
        help="such as 2026-02-10 or 2026-02-10T13",
    )
    command.add_argument(
        "--to", dest="last", metavar="TIME", default="", help="the same; to its end"
    )
    command.add_argument("--packer", default="", help="as on the badge")
    command.add_argument("--roll", metavar="SOURCE", help="an order file's name, with --places")
    command.add_argument("--places", metavar="FIRST-LAST", help="in print order")
    command.add_argument(
        "--complaints",
        metavar="FILE",
        type=Path,
        help="a line each: ORDER received ORDER[, refund]",
    )
    command.add_argument(
        "--complaint", metavar="TEXT", action="append", default=[], help="one such line"
    )
    command.add_argument(
        "--gone", action="store_true", help="what passed has left, though no door or export says so"
    )
    command.add_argument(
        "--letter", default="wrong-goods", metavar="NAME", help="(default: %(default)s)"
    )
    command.add_argument(
        "--all", action="store_true", help="also list each parcel that nothing speaks against"
    )
    command.add_argument(
        "--out", type=Path, metavar="FOLDER", help="a new folder for lists and letters"
    )
    add_sources(command)
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 if a complaint could not be taken; the others are."""
    settings = load(args.settings)
    said, refused = _said(args)
    say, kept, levels = speaker(args, _line), list[Affected](), Counter[Certainty]()
    with open_sources(args) as sources:
        wishes, swaps = _swaps(sources, said, refused)
        for refusal in refused:
            complain(f"{args.complaints or '--complaint'}: {refusal}")
        incident = _Incident(args, sources, swaps, wishes)
        for affected in incident.affected():
            say(**as_object(affected))
            levels[affected.finding.level] += 1
            if args.out:
                kept.append(affected)
    if args.out:
        _write(args, settings, kept)
    levels[Certainty.NOT] += incident.plain
    counts = {level.value: levels[level] for level in Certainty}
    say(
        parcels=levels.total(),
        **counts,
        refused=len(refused),
        out=str(args.out.resolve()) if args.out else "",
    )
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


def _swaps(
    sources: Sources, said: list[Complaint], refused: list[Refused]
) -> tuple[dict[str, Wish], list[Swap]]:
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


class _Incident:
    """``plain``: how many parcels of the window passed with both labels in one view and are not
    listed."""

    def __init__(
        self,
        args: argparse.Namespace,
        sources: Sources,
        swaps: list[Swap],
        wishes: Mapping[str, Wish],
    ) -> None:
        self._args, self._sources, self._swaps, self._wishes = args, sources, swaps, wishes
        self.plain = 0

    def affected(self) -> Iterator[Affected]:
        """The gravest first. A million that passed alike are never in memory together."""
        args, roll = self._args, self._roll()
        window = None
        if args.first or args.last or args.packer:
            window = Window(args.first, args.last, args.packer, roll)
        elif roll is None and not (args.complaints or args.complaint):
            raise SettingsError(
                "incident: give --from/--to, --packer, --roll with --places, or complaints"
            )
        evidence = Evidence(self._sources, window, _progress)
        scope = evidence.in_question() if window else roll or set()
        findings = judge(
            spread(scope, self._swaps, evidence.of, evidence.beside), self._swaps, evidence.of
        )
        judged = {finding.parcel for finding in findings}
        for why in BY_GRAVITY:
            yield from (self._with_all(finding) for finding in findings if finding.why is why)
            if why is Why.ONE_FRAME and not args.all:
                self.plain = evidence.count(why, judged)
            else:
                rest = evidence.passed(why, judged)
                yield from (
                    self._with_all(ParcelFinding(known.parcel, why, known)) for known in rest
                )

    def _roll(self) -> frozenset[str] | None:
        return (
            on_roll(self._sources, *_places(self._args))
            if self._args.roll or self._args.places
            else None
        )

    def _with_all(self, finding: ParcelFinding) -> Affected:
        where = self._sources.where(finding.parcel)
        gone = is_gone(finding, where, passed_is_gone=self._args.gone)
        wish = self._wishes.get(finding.parcel, Wish.RESHIP)
        return Affected(finding, self._sources.parcel(finding.parcel), where, wish, gone)


def _progress(verdicts: int) -> None:
    if verdicts and sys.stderr.isatty():
        complain(f"{verdicts:,} verdicts gone through")


def _places(args: argparse.Namespace) -> tuple[str, int, int]:
    first, _, last = (args.places or "").partition("-")
    if not (args.roll and first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        raise SettingsError(
            f"--roll {args.roll} --places {args.places}: must be an order file's name"
            " and places 1-200"
        )
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
        levels = ", ".join(f"{told[level.value]} {level}" for level in Certainty)
        return f"{told['parcels']} parcels: {levels}; {told['refused']} complaints refused{out}"
    chain = told["chain"]
    assert isinstance(chain, tuple)
    hangs = f"  ({', '.join(chain)})" if chain else ""
    head = (
        f"{told['level']:13} {told['parcel']}  {told['tracking_number']} "
        f" {local(str(told['where']))}{hangs}"
    )
    return f"{head}\n    {in_either(told)}"
