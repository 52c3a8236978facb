"""``samebag report``: a day, a week or a month of the station, for the supervisor."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec

from samebag.aftersales.report import Report, ReportSpan, UnderWay, period
from samebag.aftersales.report_reader import Reports
from samebag.aftersales.sums import By, Labels, SumRow
from samebag.cli.shared.arguments import day
from samebag.cli.shared.output import add_json, in_either, naming, speaker
from samebag.core.codes.tracking import Recognised
from samebag.ports import StoreError
from samebag.settings import load
from samebag.station.clocks import wall_clock

FIRST = date(1970, 1, 1)  # where a clock that was never set begins
NAMED = 10  # parcels in a list of the text; JSON and the page have more
TITLES = {
    By.ROLL: "by order file (roll)",
    By.HOUR: "by hour",
    By.LABELS: "by what the cargo list carries",
    By.PACKER: "by packer",
}
LABELS = {
    Labels.SAME_CODE: "the waybill's code",
    Labels.ORDER: "the order number",
    Labels.PARCEL: "the parcel's number",
    Labels.OTHER: "another code",
}
OFFICIAL = {
    Recognised.YES: "recognised",
    Recognised.ONLINE: "recognised if ordered online",
    Recognised.NO: "NOT RECOGNISED",
    None: "NO KNOWN CHANNEL",
}


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "span",
        nargs="?",
        choices=[span.value for span in ReportSpan],
        default=ReportSpan.DAY.value,
        help="default: day",
    )
    command.add_argument(
        "--date", type=day, help="a day in it, such as 2026-11-11 (default: today)"
    )
    command.add_argument("--settings", type=Path, help="settings file")
    add_json(command)
    command.epilog = (
        "Names no buyer. Rolls, labels and channels are of parcels that the book still"
        " has; the days since shipping"
        " count from the door (samebag dispatch) where there is one, else from the match."
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    today = wall_clock().date()
    within = args.date or today
    if not FIRST <= within <= today:
        raise StoreError(f"--date = {within}: must be from {FIRST} to today ({today}): correct it")
    settings = load(args.settings)
    told = Reports(settings).report(period(ReportSpan(args.span), within), today)
    speaker(args, lambda _: "\n".join(_lines(told)), put=naming(settings))(
        **msgspec.to_builtins(told)
    )
    return 0


def _lines(told: Report) -> Iterator[str]:
    until = f" - {told.last}" if told.last != told.first else ""
    yield f"{told.station}  {told.first}{until}"
    total = told.total
    yield f"{total.bags} bags, {total.mismatches} mix-ups stopped, {told.incomplete} incomplete"
    if told.held:
        yield "held: " + ", ".join(f"{count} {kind}" for kind, count in told.held.items())
    for by, rows in told.near_misses.items():
        yield from _near_misses(by, rows)
    yield from _cases(told)
    yield from _shipping(told)
    if told.head:
        yield ""
        yield f"ledger 日志头 {told.head}"


def _near_misses(by: By, rows: Sequence[SumRow]) -> Iterator[str]:
    some = [row for row in rows if row.mismatches]
    if some:
        yield ""
        yield f"mix-ups stopped {TITLES[by]}"
        yield from (f"{row.mismatches:>6} of {row.bags:<6} {_name(by, row.name)}" for row in some)


def _name(by: By, name: str) -> str:
    if by is By.LABELS:
        return LABELS[Labels(name)]
    return f"{name}:00" if by is By.HOUR else name or "nobody logged in"


def _cases(told: Report) -> Iterator[str]:
    if told.causes or told.open_cases:
        yield ""
        yield f"cases: {len(told.open_cases)} open"
        yield from (
            f"{row.opened:>6} {row.cause} {in_either({'zh': row.zh, 'en': row.en})}"
            for row in told.causes
        )
        yield from (f"{count:>6} closed: {result}" for result, count in told.results.items())
    for case in told.open_cases:
        if case.late:
            yield (
                f"OVERDUE {case.late_days} days: case {case.case}, {case.parcel},"
                f" {case.cause}, due {case.until}"
            )


def _shipping(told: Report) -> Iterator[str]:
    yield ""
    yield "under way, days since the door" if told.by_door else "under way, days since the match"
    for some in told.under_way:
        yield (
            f"   day {some.day}: {some.reached} came to it, {some.beyond} beyond"
            f" {_some(some)}".rstrip()
        )
    yield "channels"
    for channel in told.channels:
        yield f"{channel.parcels:>6} {channel.carrier or '?'}: {OFFICIAL[channel.official]}"
    for shipped in told.off_list[:NAMED]:
        yield f"       {shipped.parcel} {shipped.tracking_number} {shipped.service}".rstrip()


def _some(some: UnderWay) -> str:
    names: Iterable[str] = (shipped.parcel for shipped in some.parcels[:NAMED])
    more = ", …" if some.reached > NAMED else ""
    return f"({', '.join(names)}{more})" if some.parcels else ""
