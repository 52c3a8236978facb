"""A merged label that lies on a bag, as the station's camera reads it: it never stands for a cargo
list."""

from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp

from samebag.core.codes.merged import print_number
from samebag.core.codes.own_codes import listed_code
from samebag.core.events import Sighting, ViewSeen
from samebag.core.parcels import Parcel
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import RecordVerdict, TellWait, VerdictKind, Waits
from samebag.label.profiles import profiles
from samebag.label.raster import render
from samebag.orders.taking.importer import import_file
from samebag.replay.judging import Told, judged
from samebag.store.book.reader import BookReader

from .test_label import label

# an order that is split over two bags
ONE, OTHER, SHARED = (
    "LX000000004CN",
    "LX000000005CN",
    "1001",
)


@pytest.fixture
def book(tmp_path: Path) -> BookReader:
    orders = tmp_path / "orders.csv"
    orders.write_text(f"parcel,tracking_number,orders\nS1,{ONE},{SHARED}\nS2,{OTHER},{SHARED}\n")
    import_file(orders, tmp_path / "book.db")
    return BookReader(tmp_path / "book.db")


def on_the_merged_label(profile: str) -> set[str]:
    [image] = render(
        label(Parcel("S1", ONE, orders=(SHARED,), list_codes=(SHARED,))), profiles()[profile]
    )
    found = {found.text for found in zxingcpp.read_barcodes(image.convert("L"))}
    return {code for code in found if print_number(code) is None}  # a replay has no print jobs


def lying(book: BookReader, codes: set[str], pairing: Pairing) -> list[Told]:
    """What is told of a bag that lies there for two seconds."""
    places = enumerate(sorted(codes))
    sightings = tuple(
        Sighting(
            code,
            "code128",
            tuple((x + 200 * n, y) for x, y in ((0, 0), (90, 0), (90, 30), (0, 30))),
            ("a", "b"),
        )
        for n, code in places
    )
    views = [ViewSeen(sightings, 1 + k / 4, occupied=True) for k in range(9)]
    return list(judged(views, Rules(pairing=pairing), book))


def kinds(told: list[Told]) -> list[VerdictKind]:
    return [one.verdict.kind for one in told if isinstance(one, RecordVerdict)]


@pytest.mark.parametrize("pairing", Pairing)
@pytest.mark.parametrize("profile", ["58mm", "80mm", "4inch"])
def test_it_is_no_list_for_its_own_bag_nor_for_the_other_of_its_order(
    book: BookReader, profile: str, pairing: Pairing
) -> None:
    merged = on_the_merged_label(profile)
    assert merged == {ONE, listed_code(SHARED)}, "all that a camera may see on it"
    alone = lying(book, merged, pairing)
    assert ([one.waits for one in alone if isinstance(one, TellWait)], kinds(alone)) == (
        [Waits.CARGO_LIST],
        [],
    )
    hidden = merged - {ONE}  # its waybill's number lies under a hand
    assert kinds(lying(book, {OTHER, *hidden}, pairing)) == []
    assert kinds(lying(book, {OTHER, SHARED}, pairing)) == [VerdictKind.MATCH], (
        "as a plain code would have done"
    )
