"""Reports: what is counted, under which name, in which order, and which parcels somebody must look
after."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec
import pytest

from samebag.aftersales.deadlines import CaseWaits
from samebag.aftersales.report import Period, ReportSpan, period
from samebag.aftersales.report_reader import Reports
from samebag.aftersales.sums import By, Labels, SumRow, channel_of, labels_of
from samebag.core.codes.tracking import Recognised
from samebag.core.verdicts import Proof, Verdict, VerdictKind
from samebag.orders.taking.importer import import_file
from samebag.settings import Settings, StorageSettings
from samebag.store.beside.cases import CaseFile
from samebag.store.book.records import Content
from samebag.store.database import open_writer
from samebag.store.ledger import chain
from samebag.store.ledger.chain import LEDGER

TODAY = date(2026, 11, 20)  # a Friday
TWO_CODES, ONE_CODE = "two.csv", "one.csv"
HEADER = "parcel,tracking_number,orders,list_codes,service\n"


def at(day: date, hour: int) -> chain.Moment:
    return chain.Moment(
        datetime(day.year, day.month, day.day, hour).astimezone().isoformat(), "boot", 1.0
    )


class Station:
    """A station's files, on any day."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bag = folder, count(1)
        self.settings = Settings(storage=StorageSettings(directory=str(folder)))
        self.ledger = open_writer(self.settings.ledger_path, LEDGER, synchronous="OFF")
        self.door: sqlite3.Connection | None = None

    def orders(self, source: str, *rows: str) -> None:
        (self.folder / source).write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
        import_file(self.folder / source, self.settings.book_path)

    def judged(
        self,
        kind: VerdictKind,
        *parcels: str,
        day: date = TODAY,
        hour: int = 9,
        packer: str = "LI WEI",
    ) -> None:
        parcel = parcels[0] if kind is VerdictKind.MATCH else None
        verdict = Verdict(
            kind, next(self.bag), 1.0, (), parcel, parcels, Proof.ONE_FRAME, packer=packer
        )
        if kind is VerdictKind.MATCH:
            chain.append_match(
                chain.Pen(self.ledger), verdict, "bench", at(day, hour), prints=False
            )
        else:
            body = chain.to_json(chain.verdict_body(verdict, "bench"))
            chain.Pen(self.ledger).append("verdict", verdict.bag, at(day, hour), body)

    def went(self, parcel: str, day: date) -> None:
        self.door = self.door or open_writer(self.settings.dispatch_path, LEDGER, synchronous="OFF")
        chain.Pen(self.door).append(
            "dispatch", 1, at(day, 12), chain.to_json({"parcel": parcel, "code": "X"})
        )

    @contextmanager
    def cases(self) -> Iterator[CaseFile]:
        noon = datetime(2026, 11, 20, 12).astimezone()
        cases = CaseFile(
            self.settings.cases_path,
            notes=self.settings.note_dir,
            wall_clock=lambda: noon,
            clock=lambda: 1.0,
            boot_id="b",
        )
        yield cases
        cases.close()


@pytest.fixture
def station(tmp_path: Path) -> Station:
    station = Station(tmp_path)
    station.orders(
        TWO_CODES,
        "P-1,LX000000005CN,ORD-1,,ePacket",
        "P-2,YT0000000000001,ORD-2,,",
        "P-3,?3,ORD-3,,",
    )
    station.orders(
        ONE_CODE, "Q-1,RB000000005CN,ORD-9,RB000000005CN,", "Q-2,YT0000000000000002,ORD-8,Q-2,"
    )
    return station


def test_a_span_is_whole_days_and_a_week_begins_on_monday() -> None:
    assert period(ReportSpan.DAY, TODAY) == Period(ReportSpan.DAY, TODAY, TODAY)
    assert period(ReportSpan.WEEK, TODAY) == Period(
        ReportSpan.WEEK, date(2026, 11, 16), date(2026, 11, 22)
    )
    assert period(ReportSpan.MONTH, date(2026, 12, 31)) == Period(
        ReportSpan.MONTH, date(2026, 12, 1), date(2026, 12, 31)
    )
    assert period(ReportSpan.MONTH, date(2028, 2, 1)).last == date(2028, 2, 29)
    assert [day.day for day in period(ReportSpan.WEEK, TODAY).days()] == [
        16,
        17,
        18,
        19,
        20,
        21,
        22,
    ]


def test_near_misses_are_told_by_roll_hour_and_labels_before_the_packer(station: Station) -> None:
    station.judged(VerdictKind.MATCH, "P-1", hour=8)
    station.judged(VerdictKind.MISMATCH, "P-2", "P-3", hour=9)
    station.judged(VerdictKind.MISMATCH, "Q-1", "P-2", hour=9, packer="")
    station.judged(VerdictKind.CANCELLED, "Q-1", hour=10)
    station.judged(VerdictKind.INCOMPLETE, "Q-1", hour=11)
    station.judged(VerdictKind.MISMATCH, "P-1", "P-3", day=TODAY - timedelta(days=1))
    told = Reports(station.settings).report(period(ReportSpan.DAY, TODAY), TODAY)
    assert (told.total, told.held, told.incomplete) == (SumRow("", 4, 2, 1), {"cancelled": 1}, 1)
    assert list(told.near_misses) == [By.ROLL, By.HOUR, By.LABELS, By.PACKER]
    assert told.near_misses == {
        By.ROLL: (SumRow(TWO_CODES, 3, 2, 0), SumRow(ONE_CODE, 2, 1, 1)),
        By.HOUR: (
            SumRow("08", 1, 0, 0),
            SumRow("09", 2, 2, 0),
            SumRow("10", 1, 0, 1),
            SumRow("11", 0, 0, 0),
        ),
        By.LABELS: (SumRow("order", 3, 2, 0), SumRow("same-code", 2, 1, 1)),
        By.PACKER: (SumRow("LI WEI", 3, 1, 1), SumRow("", 1, 1, 0)),
    }
    week = Reports(station.settings).report(period(ReportSpan.WEEK, TODAY), TODAY)
    assert [(row.name[-2:], row.mismatches) for row in week.by_day] == [
        ("16", 0),
        ("17", 0),
        ("18", 0),
        ("19", 1),
        ("20", 2),
    ]


@pytest.mark.parametrize(
    ("name", "lists", "labels"),
    [
        ("P", ("lx 1",), Labels.SAME_CODE),
        ("P", ("LP9",), Labels.SAME_CODE),
        ("P", ("ORD-7", "ORD-8"), Labels.ORDER),
        ("P", ("p",), Labels.PARCEL),
        ("P", ("ORD-7",), Labels.OTHER),
    ],
)
def test_what_the_cargo_list_carries_is_told_by_its_codes(
    name: str, lists: tuple[str, ...], labels: Labels
) -> None:
    assert (
        labels_of(name, Content("LX1", ("LP9",), ("ord-7", "ORD-8"), lists, "", "", ())) == labels
    )


@pytest.mark.parametrize(
    ("service", "number", "carrier", "official"),
    [
        ("ePacket", "X", "UPU S10 (post)", Recognised.YES),
        # the platform sees the number
        (
            "ePacket",
            "YT0000000000000001",
            "YunExpress",
            Recognised.ONLINE,
        ),
        ("", "RB473124829CN", "UPU S10 (post)", Recognised.YES),
        ("", "YT0000000000001", "China domestic", Recognised.NO),
        ("my cousin's van", "4711", "my cousin's van", None),
        ("CJ Logistics", "107289678525", "CJ Logistics", None),  # as many digits as SF Express has
    ],
)
def test_a_channel_is_what_its_number_surely_is_else_what_the_orders_call_it(
    service: str, number: str, carrier: str, official: Recognised
) -> None:
    assert channel_of(service, number) == (carrier, official)


def test_parcels_on_channels_that_are_not_recognised_are_named(station: Station) -> None:
    for parcel in ("P-1", "P-2", "P-3", "Q-2"):
        station.judged(VerdictKind.MATCH, parcel)
    told = Reports(station.settings).report(period(ReportSpan.DAY, TODAY), TODAY)
    assert [(shipped.parcel, shipped.carrier) for shipped in told.off_list] == [
        ("P-2", "China domestic"),
        ("P-3", ""),
    ]
    assert {(channel.carrier, channel.official) for channel in told.channels} == {
        ("UPU S10 (post)", Recognised.YES),
        ("China domestic", Recognised.NO),
        ("", None),
        ("YunExpress", Recognised.ONLINE),
    }


@pytest.mark.parametrize("by_door", [False, True])
def test_parcels_come_to_day_16_35_and_60_counted_from_the_door_where_there_is_one(
    station: Station, by_door: bool
) -> None:
    for parcel, ago in (("P-1", 16), ("P-2", 34), ("P-3", 35), ("Q-1", 60), ("Q-2", 121)):
        if by_door:
            station.went(parcel, TODAY - timedelta(days=ago))
        else:
            station.judged(VerdictKind.MATCH, parcel, day=TODAY - timedelta(days=ago))
    told = Reports(station.settings).report(period(ReportSpan.DAY, TODAY), TODAY)
    assert told.by_door == by_door
    assert [(some.day, some.reached, some.beyond) for some in told.under_way] == [
        (16, 1, 2),
        (35, 1, 1),
        (60, 1, 1),
    ]
    assert [shipped.tracking_number for some in told.under_way for shipped in some.parcels] == [
        "LX000000005CN",
        "?3",
        "RB000000005CN",
    ]


def test_cases_are_counted_by_cause_and_the_most_urgent_come_first(station: Station) -> None:
    with station.cases() as cases:
        cases.add(
            "P-1", 1, "W1", on=TODAY - timedelta(days=7), treasure=False, note="Maria da Silva"
        )
        cases.add("P-2", 2, "P2", on=TODAY, treasure=False, note="")
        cases.add("P-3", 3, "P2", on=TODAY - timedelta(days=9), treasure=True, note="")
    told = Reports(station.settings).report(period(ReportSpan.WEEK, TODAY), TODAY)
    assert [(row.cause, row.opened) for row in told.causes] == [("P2", 1)]
    assert [(case.case, case.waits, case.late_days) for case in told.open_cases] == [
        (1, CaseWaits.ANSWER, 2),
        (2, CaseWaits.ANSWER, 0),
        (3, CaseWaits.PLATFORM, 0),
    ]
    assert told.overdue == 1
    assert b"Maria" not in msgspec.json.encode(told)


def test_a_day_is_read_again_when_it_has_more_verdicts(station: Station) -> None:
    reports, today = Reports(station.settings), period(ReportSpan.DAY, TODAY)
    station.judged(VerdictKind.MATCH, "P-1")
    assert reports.report(today, TODAY).total.bags == reports.report(today, TODAY).total.bags == 1
    station.judged(VerdictKind.MATCH, "P-2")
    assert reports.report(today, TODAY).total.bags == 2
