"""A file that is not like those before it is not taken; one that is as ever is never asked
about."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from samebag.orders.arriving.inbox import REFUSED, Inbox
from samebag.orders.taking.fingerprint import line_of
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.likeness import MostNeverGreen, SourceChanged
from samebag.orders.taking.outcome import ImportReport
from samebag.store.book.reader import BookReader
from samebag.words.alike import CURE, WHY

ACCEPTED = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
Row = dict[str, str]
Make = Callable[[int], Row]


def two_labels(n: int) -> Row:
    """A parcel of an ERP that prints waybill and list apart."""
    return {
        "parcel": f"XM{n:06}",
        "tracking_number": f"RB{n:09}CN",
        "orders": f"80{n:014}",
        "list_codes": f"80{n:014}",
        "service": "挂号小包",
        "country": "ES",
        "sku": "T1",
    }


def one_label(n: int) -> Row:
    """Of one that prints the tracking number on both."""
    return two_labels(n) | {"list_codes": f"RB{n:09}CN"}


def with_lp(n: int) -> Row:
    return two_labels(n) | {"tracking_number": f"LP{n:014}"}


class Source:
    """The files of one export; each call brings the next."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.book_path, self.first = folder, folder / "book.db", 1

    def write(self, rows: Iterable[Row], name: str = "orders.csv") -> Path:
        rows = list(rows)
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def made(self, make: Make, count: int) -> list[Row]:
        self.first += count
        return [make(n) for n in range(self.first - count, self.first)]

    def bring(
        self,
        make: Make,
        count: int,
        name: str = "orders.csv",
        *,
        accepted_at: datetime | None = None,
    ) -> ImportReport:
        path = self.write(self.made(make, count), name)
        return import_file(path, self.book_path, accepted_at=accepted_at)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


CHANGES = [
    (one_label, two_labels, 3, "the barcode on the cargo list"),
    (two_labels, one_label, 3, "the barcode on the cargo list"),
    (with_lp, two_labels, 5, "the tracking number"),
    (
        two_labels,
        lambda n: two_labels(n) | {"waybill_codes": f"LP{n:014}"},
        10,
        "the codes on the waybill",
    ),
    (two_labels, lambda n: two_labels(n) | {"orders": f"ERP-{n:06}"}, 10, "the order number"),
    (
        two_labels,
        lambda n: two_labels(n) | {"list_codes": f"ERP-{n:06}"},
        3,
        "the barcode on the cargo list",
    ),
    (two_labels, lambda n: two_labels(n) | {"parcel": f"80{n:014}"}, 10, "the parcel's number"),
    (two_labels, lambda n: two_labels(n) | {"country": ""}, 10, "the country"),
]


@pytest.mark.parametrize(("old", "new", "count", "what"), CHANGES)
def test_an_erp_that_changes_what_labels_mean_is_caught(
    source: Source, book: BookReader, old: Make, new: Make, count: int, what: str
) -> None:
    for _ in range(3):
        source.bring(old, count, accepted_at=ACCEPTED)
    before = book.parcel(old(1)["parcel"])
    with pytest.raises(SourceChanged, match=f"- {what}: was ") as raised:
        source.bring(new, count)
    assert "--accept-change" in str(raised.value)
    assert "samebag replay --against " in str(raised.value)
    assert book.parcel(new(source.first - 1)["parcel"]) is None  # nothing was taken
    assert book.parcel(old(1)["parcel"]) == before
    assert book.probation() is None


def test_a_file_in_which_only_the_newest_orders_are_changed_is_caught(source: Source) -> None:
    source.bring(one_label, 40, accepted_at=ACCEPTED)
    with pytest.raises(SourceChanged):
        source.bring(lambda n: one_label(n) if n < 70 else two_labels(n), 40)


def test_the_report_says_what_was_what_is_and_what_it_means(source: Source) -> None:
    source.bring(one_label, 20, accepted_at=ACCEPTED)
    path = source.write([two_labels(n) for n in range(20, 23)])
    with pytest.raises(SourceChanged) as raised:
        import_file(path, source.book_path)
    assert str(raised.value).splitlines()[:4] == [
        f"{path}: this file is not like those before it; nothing was taken.",
        "- the barcode on the cargo list: was the tracking number (20 of 20 parcels),"
        " is the order number (3 of 3 parcels)",
        "  it means: each label has a code of its own, both must be read; the bags of"
        " one order share a list code",
        "  example: parcel XM000020: 8000000000000020",
    ]


def test_the_report_shows_numbers_by_their_carrier_and_repeats_how_the_file_was_read(
    source: Source,
) -> None:
    import_file(source.write(source.made(with_lp, 9)), source.book_path, profile="samebag")
    path = source.write(source.made(two_labels, 9))
    with pytest.raises(SourceChanged) as raised:
        import_file(path, source.book_path, profile="samebag")
    was, now = (
        "Cainiao's, like LP00000000000001 (9 of 9 parcels)",
        "UPU S10 (post)'s, like RB000000010CN (9 of 9 parcels)",
    )
    assert f"- the tracking number: was {was}, is {now}\n" in str(raised.value)
    assert f"samebag import {path} --source orders.csv --profile samebag --accept-change\n" in str(
        raised.value
    )


def test_what_a_person_accepts_is_taken_on_probation_and_then_is_as_ever(
    source: Source, book: BookReader
) -> None:
    source.bring(one_label, 20, accepted_at=ACCEPTED)
    source.bring(one_label, 20)
    assert book.probation() is None  # there was nothing to accept
    source.bring(two_labels, 20, accepted_at=ACCEPTED)
    assert book.probation() == ACCEPTED + timedelta(days=1)
    source.bring(two_labels, 20)
    with pytest.raises(SourceChanged):
        source.bring(one_label, 20)


def test_a_source_whose_bags_could_never_be_green_is_refused_with_the_cure_until_a_person_takes_it(
    source: Source, book: BookReader
) -> None:
    path = source.write([one_label(n) for n in range(20)])
    with pytest.raises(MostNeverGreen) as raised:
        import_file(path, source.book_path)
    assert str(raised.value).splitlines() == [
        f"{path}: most of its bags could never be green; nothing was taken.",
        "- 20 of 20 parcels to be shipped can never be green, such as XM000000:"
        " RB000000000CN is on both its labels",
        f"  why: {WHY.en}",
        "  the list's codes are read from 'list_codes', where empty from 'orders'",
        f"  cure: {CURE.en}",
        f"If it is meant so: samebag import {path} --source orders.csv --accept-change",
        "Then a mismatch of theirs turns red as ever, and somebody must look at every good bag.",
    ]
    assert book.parcel("XM000000") is None
    for accepted_at in (ACCEPTED, None, None):  # once for all its files, and told each time
        told = source.bring(one_label, 20, accepted_at=accepted_at).never_green
        assert told
        assert (told.parcels, told.of) == (20, 20)
    assert book.probation() is None
    with pytest.raises(MostNeverGreen):  # another source's
        source.bring(one_label, 20, "shop.csv")


@pytest.mark.parametrize(
    ("alike", "fine", "is_refused"), [(4, 0, False), (5, 5, False), (6, 5, True)]
)
def test_only_what_most_parcels_of_a_file_have_refuses_it(
    source: Source, alike: int, fine: int, is_refused: bool
) -> None:
    path = source.write(
        [one_label(n) for n in range(alike)] + [two_labels(n) for n in range(alike, alike + fine)]
    )
    if is_refused:
        with pytest.raises(MostNeverGreen):
            import_file(path, source.book_path)
    else:
        told = import_file(path, source.book_path).never_green
        assert told
        assert (told.parcels, told.of) == (alike, alike + fine)


def test_a_source_that_begins_to_print_one_code_is_told_both_what_is_changed_and_what_helps(
    source: Source,
) -> None:
    source.bring(two_labels, 20)
    with pytest.raises(SourceChanged) as raised:
        source.bring(one_label, 20)
    said = str(raised.value)
    assert "- the barcode on the cargo list: was the order number" in said
    assert "- 20 of 20 parcels to be shipped can never be green, such as XM000021" in said
    source.bring(one_label, 20, accepted_at=ACCEPTED)
    assert source.bring(one_label, 20).never_green


def test_a_source_that_is_new_is_taken_and_told_in_what_it_is_not_like_the_others(
    source: Source, book: BookReader
) -> None:
    # the first of all
    assert source.bring(one_label, 20, "orders-20260131.csv", accepted_at=ACCEPTED).unlike == ()
    assert source.bring(one_label, 20, "Kopie.csv", accepted_at=ACCEPTED).unlike == ()
    assert source.bring(two_labels, 20, "new-erp.csv").unlike == ("the barcode on the cargo list",)
    for _ in range(2):  # two shops, two ERPs, each as ever
        assert source.bring(two_labels, 20, "new-erp.csv").unlike == ()
        assert source.bring(one_label, 20, "orders-20260203.csv").unlike == ()
    with pytest.raises(SourceChanged):
        source.bring(one_label, 20, "new-erp.csv")
    assert book.probation() is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("orders-20261122.csv", "orders-20261123.csv"),
        ("导出 2026-11-22 15.32.xlsx", "导出 2026-12-01 09.05.xlsx"),
        ("orders.csv", "orders.csv"),
        (f"posted-{'0a' * 16}.csv", f"posted-{'f7' * 16}.csv"),
        ("orders (1).csv", "orders (12).csv"),
    ],
)
def test_files_of_one_export_are_one_line(one: str, other: str) -> None:
    assert line_of(one) == line_of(other)
    assert line_of("shop 1.csv") != line_of("shop 2.csv")


def test_a_column_that_is_read_under_another_name_is_caught(source: Source) -> None:
    def named(title: str) -> Make:
        names = {
            "parcel": "包裹号",
            "orders": "订单号",
            "tracking_number": title,
            "country": "国家",
            "sku": "SKU",
        }
        return lambda n: (
            {chinese: two_labels(n)[column] for column, chinese in names.items()}
            | {"状态": "待发货"}
        )

    source.bring(named("运单号"), 5)
    with pytest.raises(
        SourceChanged, match="- the column for tracking_number: was '运单号', is '货运单号'"
    ):
        source.bring(named("货运单号"), 5)
    with pytest.raises(SourceChanged, match=r"- the layout of the file .*: was erp-zh, is samebag"):
        source.bring(two_labels, 5)


def a_day(chance: random.Random) -> Make:
    """Parcels of an ordinary day: carriers as they come, seldom two orders, now and then a field
    left empty."""

    def make(n: int) -> Row:
        orders = [
            f"{8 * 10 ** chance.choice((14, 15, 16)) + n}"
            for _ in range(1 + (chance.random() < 0.02))
        ]
        return two_labels(n) | {
            "tracking_number": chance.choice(
                [f"LP{n:014}"] * 8 + [f"RB{n:09}CN"] * 3 + [f"YT{n:016}", f"SF{n:013}", f"{n:012}"]
            ),
            "orders": ";".join(orders),
            "list_codes": ";".join(orders),
            "service": chance.choice(["燕文挂号"] * 9 + [""]),
            "country": chance.choice(["ES", "FR", "DE", "PL", "BR", f"X{n % 7}", ""]),
            "sku": chance.choice(["T1", "T2", f"SKU-{n}"]),
        }

    return make


@pytest.mark.parametrize("seed", range(3))
def test_sixty_ordinary_days_and_single_orders_are_never_asked_about(
    source: Source, seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        source.bring(a_day(chance), chance.choice([1, 1, 2, 3, 8, 30, 120]))


VARIATIONS: list[Make] = [
    lambda n: {"country": "BR", "service": "EMS"},
    # numbers that grew by two digits
    lambda n: {
        "orders": f"80{n:016}",
        "list_codes": f"80{n:016}",
    },
    lambda n: {"sku": "", "name": "灯"},
    lambda n: {"buyer": "a column that nobody uses", "print_order": str(n)},
    lambda n: {"parcel": f"DX{n:05}"},
    lambda n: {"tracking_number": f"LX{n:09}CN"},  # another service of the same post
    lambda n: {"orders": f"80{n:014};81{n:014}", "list_codes": f"80{n:014};81{n:014}"},
]


@pytest.mark.parametrize("variation", VARIATIONS)
def test_what_varies_by_itself_stays_silent(source: Source, variation: Make) -> None:
    source.bring(two_labels, 30)
    source.bring(lambda n: two_labels(n) | variation(n), 30)


def test_a_carrier_that_comes_up_slowly_is_learnt(source: Source) -> None:
    for tenth in range(11):
        source.bring(lambda n, t=tenth: with_lp(n) if n % 10 < t else two_labels(n), 50)  # type: ignore[misc]


def test_in_the_inbox_the_report_names_the_file_where_it_lies_by_then(
    source: Source, book: BookReader
) -> None:
    (inbox := source.folder / "inbox").mkdir()
    source.bring(one_label, 20, accepted_at=ACCEPTED)
    path = source.write(source.made(two_labels, 20), "inbox/orders.csv")
    os.utime(path, (1.7e9, 1.7e9))
    taken = Inbox(
        inbox, lambda path: import_file(path, source.book_path), now=lambda: 2e9
    ).take_next()
    assert taken
    assert taken.path.parent == inbox / REFUSED
    report = taken.path.with_name(f"{taken.path.name}.txt").read_text("utf-8")
    assert f"samebag replay --against {taken.path}\n" in report
    assert f"samebag import {taken.path} --source orders.csv --accept-change\n" in report
    import_file(taken.path, source.book_path, source="orders.csv", accepted_at=ACCEPTED)
    assert book.probation()
