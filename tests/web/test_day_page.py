"""The supervisor's pages over HTTP: numbers, CSV, search, a bag's sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

import pytest

from samebag.store.ledger.by_day import DayTally, Tally
from samebag.web.pages.day import DayBar, hour_bars, week_bars

from .pages import DAY, Pages, running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with running(tmp_path_factory.mktemp("station"), 'language = "en"\n') as pages:
        yield pages


def test_hours_without_a_bag_are_gaps_and_incomplete_bags_do_not_count() -> None:
    counts = [
        Tally(9, "", "match", 5),
        Tally(11, "A", "mismatch", 2),
        Tally(12, "", "incomplete", 9),
    ]
    assert hour_bars(counts) == [DayBar("09", 5, 0), DayBar("10", 0, 0), DayBar("11", 2, 2)]
    assert hour_bars([]) == []


def test_weeks_end_with_the_day_that_is_shown() -> None:
    rows = [
        ("2026-02-10", "match", 998),
        ("2026-02-04", "mismatch", 2),
        ("2026-02-03", "match", 10),
    ]
    assert week_bars([DayTally(*row) for row in rows], date(2026, 2, 10)) == [
        DayBar("02-03", 0, 0),
        DayBar("02-10", 2, 2),
    ]


def test_the_csv_has_every_verdict_and_nothing_that_a_spreadsheet_runs(pages: Pages) -> None:
    answer = pages.ask(f"/day.csv?day={DAY}")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert [(row["bag"], row["verdict"], row["parcel"]) for row in rows] == [
        ("1", "match", "P-1001"),
        ("2", "mismatch", "P-1002 / P-1003"),
        ("3", "unknown", ""),
    ]
    assert rows[2]["other_codes"] == "'=HYPERLINK(1)"
    assert len(rows[0]["sha256"]) == 64
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ("LX123450260CN", "/bags/1"),
        ("lx 1234 50260 cn", "/bags/1"),
        ("P-1001", "/bags/1"),
        ("P-1002", "/bags/2"),
        ("0998", "/bags/2"),
        ("%232", "/bags/2"),
        ("%232&lang=zh", "/bags/2?lang=zh"),
        ("ORD-7003", "/bags/2"),
        ("SL%7CORD-7003", "/bags/2"),
        ("SH%7CSTATION-1%7C2", "/bags/2"),
    ],
)
def test_one_bag_is_found_at_once(pages: Pages, asked: str, where: str) -> None:
    answer = pages.ask(f"/search?q={asked.replace(' ', '+')}")
    assert (answer.status, answer.headers["Location"]) == (303, where)


@pytest.mark.parametrize(
    "asked", ["", "nothing", "%23", "%2399", "%23x", "26", "%00", "%ff%fe", "SH%7COTHER%7C2"]
)
def test_what_is_not_there_is_said(pages: Pages, asked: str) -> None:
    assert pages.ask(f"/search?q={asked}").status == 200


@pytest.mark.parametrize(
    "day", ["x", "2026-13-01", "0000-00-00", "99999-01-01", "9999-12-31", "0001-01-01"]
)
def test_a_day_that_is_none_is_refused(pages: Pages, day: str) -> None:
    assert pages.ask(f"/day?day={day}").status == 404


@pytest.mark.parametrize("day", ["1970-01-01", "2999-12-31", "2026-02-09"])
def test_a_day_without_bags_is_a_page(pages: Pages, day: str) -> None:
    assert pages.ask(f"/day?day={day}").status == 200


def test_an_altered_picture_is_called_that(pages: Pages) -> None:
    assert b"as the ledger has it" in pages.ask("/bags/1").body
    (picture,) = (pages.station.folder / "evidence").rglob("*.jpg")
    whole = picture.read_bytes()
    picture.write_bytes(whole + b"!")
    assert b"ALTERED!" in pages.ask("/bags/1").body
    picture.unlink()
    assert b"The picture was deleted" in pages.ask("/bags/1").body
    picture.write_bytes(whole)


def test_rolls_and_packers_are_named(pages: Pages) -> None:
    html = pages.ask(f"/day?day={DAY}").body.decode()
    assert "orders.csv" in html
    assert "LI WEI" in html
    assert "nobody logged in" in html


def test_a_station_without_ledger_says_so(pages: Pages) -> None:
    aside = pages.station.ledger.rename(pages.station.folder / "aside.db")
    try:
        answer = pages.ask("/day")
        assert (answer.status, b"is not there yet: start the station" in answer.body) == (503, True)
        assert pages.ask("/").status == 200
    finally:
        aside.rename(pages.station.ledger)
