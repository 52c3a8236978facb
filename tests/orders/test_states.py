"""A file tells its parcels' states, or a person said once what it means that it tells none; nothing
is open unsaid."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from samebag.cli import main
from samebag.core.parcels import Standing
from samebag.orders.arriving.inbox import DONE, REFUSED, Inbox
from samebag.orders.meaning.states import Awaiting, NoStates
from samebag.orders.taking.importer import import_file
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader

LX, RB = "LX123456785CN", "RB123456785CN"
Text = tuple[str, ...]
SHIPSTATION = ("Order Number", "Tracking Number", "Item SKU")
SHOPIFY = ("Name", "Fulfillment Status", "Financial Status", "Tracking Number", "Lineitem sku")
WOO = ("order_number", "status", "tracking_number", "item_sku")
EBAY = ("Order Number", "Paid On Date", "Shipped On Date", "Tracking Number", "Custom Label")
OWN_PROFILE = """
[columns]
parcel = ["Ref"]
orders = ["Ref"]
tracking_number = ["Number"]
"""


class Shop:
    """The files of one source, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.book_path, self.path = folder / "book.db", folder / "orders.csv"

    def write(self, header: Text, *rows: Text) -> Path:
        with self.path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return self.path

    def standing(self, parcel: str) -> Standing:
        with closing(BookReader(self.book_path)) as book:
            return book.standing(parcel)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_file_without_states_is_refused_until_a_person_said_once_that_all_may_leave(
    shop: Shop,
) -> None:
    path = shop.write(SHIPSTATION, ("1", LX, "A"))
    with pytest.raises(OrderFileError) as raised:
        import_file(path, shop.book_path)
    assert f"samebag import {path} --source orders.csv --no-states open" in str(raised.value)
    assert not shop.book_path.exists()
    first = import_file(path, shop.book_path, no_states="open")
    later = import_file(shop.write(SHIPSTATION, ("1", LX, "A"), ("2", RB, "A")), shop.book_path)
    assert (first.may_leave, later.may_leave) == (1, 2)
    assert later.notes() == (
        "this file tells no state: all 2 may leave, as was said for this source",
    )
    with pytest.raises(OrderFileError):
        import_file(path, shop.book_path, source="another shop")
    with pytest.raises(OrderFileError):
        import_file(path, shop.book_path, no_states="refuse")


@pytest.mark.parametrize(
    ("also", "standing"),
    [
        ("Awaiting Shipment", Standing.OPEN),
        ("", Standing.OPEN),
        ("Cancelled", Standing.CANCELLED),
        ("Odd", None),
    ],
)
def test_a_state_under_a_second_title_is_heard_too(
    shop: Shop, also: str, standing: Standing | None
) -> None:
    header = (*SHIPSTATION, "Order Status", "Status")
    done = import_file(
        shop.write(header, ("1", LX, "A", "Awaiting Shipment", also)), shop.book_path
    )
    assert done.refused_rows == (standing is None)
    if standing:
        assert shop.standing("1") is standing


def test_a_column_of_states_that_comes_later_counts_whatever_was_said(shop: Shop) -> None:
    import_file(shop.write(SHIPSTATION, ("1", LX, "A")), shop.book_path, no_states="open")
    header = (*SHIPSTATION, "Order Status")
    done = import_file(
        shop.write(header, ("1", LX, "A", "On Hold"), ("2", RB, "A", "")), shop.book_path
    )
    assert shop.standing("1") is Standing.CANCELLED
    assert [(refusal.row, refusal.rule) for refusal in done.refused] == [(3, "must not be empty")]
    assert (done.may_leave, done.no_states) == (0, False)
    with pytest.raises(
        OrderFileError, match="no column tells"
    ):  # or what it called on hold would be open
        import_file(shop.write(SHIPSTATION, ("1", LX, "A")), shop.book_path)
    assert shop.standing("1") is Standing.CANCELLED


@pytest.mark.parametrize(
    "states",
    [
        "",
        "by_contract = true",
        '[[awaits]]\ncolumn = ["Cancelled"]\nopen = [""]\noptional = true',
        "[[awaits]]\ncolumn=[]\nopen=[]",
    ],
)
def test_a_stores_own_profile_does_not_make_a_file_without_states_open(
    shop: Shop, tmp_path: Path, states: str
) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text(f"{states}\n{OWN_PROFILE}")
    for header, row in (
        (("Ref", "Number"), ("1", LX)),
        (("Ref", "Number", "Cancelled"), ("1", LX, "")),
    ):
        with pytest.raises(OrderFileError, match="no column tells whether a parcel may leave"):
            import_file(shop.write(header, row), shop.book_path, profile=str(profile))


def test_a_file_that_is_no_order_file_is_not_asked_for_its_states(shop: Shop) -> None:
    with pytest.raises(OrderFileError, match=r"row 1 has no column tracking_number \(Number\)"):
        shop.path.with_name("own.toml").write_text(OWN_PROFILE)
        import_file(
            shop.write(("Ref", "Land"), ("1", "ES")),
            shop.book_path,
            profile=f"{shop.path.parent}/own.toml",
        )


def test_in_the_inbox_it_goes_to_refused_with_the_cure_and_once_said_to_done(
    shop: Shop, tmp_path: Path
) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()

    def dropped() -> tuple[str, ...]:
        shop.write(SHIPSTATION, ("1", LX, "A")).rename(folder / "orders.csv")
        put = Inbox(
            folder, lambda path: import_file(path, shop.book_path), now=lambda: 2e9
        ).take_next()
        assert put
        return put.reasons

    assert dropped()
    (refused,) = (folder / REFUSED).glob("*.csv")
    text = refused.with_name(f"{refused.name}.txt").read_text(encoding="utf-8")
    assert f"samebag import {refused} --source orders.csv --no-states open" in text
    import_file(refused, shop.book_path, source="orders.csv", no_states="open")
    assert not dropped()
    assert len(list((folder / DONE).glob("*.csv"))) == 1


@pytest.mark.parametrize("flag", [("--no-states", "open"), ("--awaiting", "label-bought")])
def test_what_a_person_says_of_a_source_is_not_said_of_all_that_comes(
    tmp_path: Path, flag: Text, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "--inbox", str(tmp_path), *flag, "--book", f"{tmp_path}/b.db"]) == 2
    assert f"{flag[0]}: is for one file that a person has looked at" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("header", "rows", "opened"),
    [
        (
            SHOPIFY,
            [
                ("#1", "fulfilled", "paid", LX, "A"),
                ("#2", "fulfilled", "refunded", RB, "A"),
                ("#3", "partial", "paid", "EA123456785CN", "A"),
                ("#4", "unfulfilled", "paid", "", "A"),
            ],
            {"#1"},
        ),
        (
            WOO,
            [("1", "completed", LX, "A"), ("2", "refunded", RB, "A"), ("3", "processing", "", "A")],
            {"1"},
        ),
        (
            (*SHIPSTATION, "Order Status"),
            [
                ("1", LX, "A", "Shipped"),
                ("2", RB, "A", "Cancelled"),
                ("3", "", "A", "Awaiting Payment"),
            ],
            {"1"},
        ),
        (EBAY, [("1", "Nov-26-26", "Nov-27-26", LX, "A"), ("2", "", "", RB, "A")], {"1"}),
    ],
)
def test_bags_packed_after_their_labels_were_bought_are_open_only_where_a_person_said_so(
    shop: Shop, header: Text, rows: list[Text], opened: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path, names = shop.write(header, *rows), [row[0] for row in rows]
    book = ["--book", str(shop.book_path)]
    nothing = [row for row in rows if row[0] not in ("#3", "#4")]
    shop.write(header, *nothing)
    assert main(["import", str(path), *book]) == 1
    suggested = f"say so once: samebag import {path} --source orders.csv --awaiting label-bought"
    assert suggested in capsys.readouterr().err
    assert not any(shop.standing(name) is Standing.OPEN for name in names)
    shop.write(header, *rows)
    assert main(["import", str(path), *book, "--awaiting", "label-bought"]) == 0
    assert {name for name in names if shop.standing(name) is Standing.OPEN} == opened
    again = import_file(path, shop.book_path)
    assert (again.may_leave, again.if_label_bought) == (1, "")
    assert import_file(path, shop.book_path, awaiting="shipment").may_leave == (
        1 if header is SHOPIFY else 0
    )
    assert shop.standing(rows[0][0]) is Standing.SHIPPED


def test_all_goods_of_a_bag_packed_after_its_label_are_on_its_list(shop: Shop) -> None:
    header = (*SHOPIFY, "Lineitem fulfillment status")
    path = shop.write(
        header,
        ("#1", "fulfilled", "paid", LX, "A", "fulfilled"),
        ("#1", "", "", "", "B", "fulfilled"),
    )
    import_file(path, shop.book_path, awaiting="label-bought")
    with closing(BookReader(shop.book_path)) as book:
        parcel = book.parcel("#1")
    assert parcel
    assert [item.sku for item in parcel.items] == ["A", "B"]


def test_a_profile_may_say_it_for_all_its_sources_and_must_know_the_words(
    shop: Shop, tmp_path: Path
) -> None:
    profile = tmp_path / "own.toml"
    states = '[[awaits]]\ncolumn = ["State"]\nopen = ["new"]\nshipped = ["sent"]\nclosed = []\n'
    profile.write_text(f'awaiting = "label bought"\n{states}{OWN_PROFILE}')
    path = shop.write(("Ref", "Number", "State"), ("1", LX, "sent"))
    with pytest.raises(OrderFileError, match="has no words for a label that is bought"):
        import_file(path, shop.book_path, profile=str(profile))
    profile.write_text(f'awaiting = "label bought"\n{states}label_bought = ["sent"]\n{OWN_PROFILE}')
    assert import_file(path, shop.book_path, profile=str(profile)).may_leave == 1


@pytest.mark.parametrize(("no_states", "awaiting"), [("open", None), (None, "label-bought")])
def test_what_was_said_is_said_again_where_the_file_is_not_like_those_before(
    shop: Shop, no_states: NoStates | None, awaiting: Awaiting | None
) -> None:
    header = SHIPSTATION if no_states else (*SHIPSTATION, "Order Status")
    rows = [(str(n), f"LX{n:09}CN", "A", "Shipped")[: len(header)] for n in range(1, 9)]
    path = shop.write(header, *rows)
    import_file(path, shop.book_path, no_states=no_states, awaiting=awaiting)
    odd = shop.write(header, *[(f"N-{row[0]}-X", *row[1:]) for row in rows])
    with pytest.raises(OrderFileError, match="--accept-change") as raised:
        import_file(odd, shop.book_path, no_states=no_states, awaiting=awaiting)
    flag = f"--no-states {no_states}" if no_states else f"--awaiting {awaiting}"
    assert f"--source orders.csv {flag} --accept-change" in str(raised.value)


def test_a_book_from_before_knows_nothing_of_it(shop: Shop) -> None:
    import_file(
        shop.write((*SHIPSTATION, "Order Status"), ("1", LX, "A", "Awaiting Shipment")),
        shop.book_path,
    )
    with closing(sqlite3.connect(shop.book_path)) as db:
        (looks,) = db.execute("SELECT looks FROM fingerprint").fetchone()
        old = {key: value for key, value in json.loads(looks).items() if key != "agreed"}
        db.execute("UPDATE fingerprint SET looks = ?", (json.dumps(old),))
        db.commit()
    with pytest.raises(OrderFileError, match="no column tells"):
        import_file(shop.write(SHIPSTATION, ("1", LX, "A")), shop.book_path)
