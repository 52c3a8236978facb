"""A store's own file: its columns are seen, what cannot be seen is asked, and the profile takes the
file."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.cli import main
from samebag.core.codes.rules import Rule
from samebag.core.labels import CodeForm
from samebag.core.parcels import Standing
from samebag.orders.guessing.guess import guess, to_toml
from samebag.orders.meaning.cells import Notation
from samebag.orders.meaning.refusals import BadCell
from samebag.orders.meaning.states import Agreed, settled
from samebag.orders.profile import (
    AUTO,
    Awaits,
    GoodsRows,
    Payment,
    Profile,
    Sent,
    load_profiles,
    title_of,
)
from samebag.orders.taking.importer import import_file
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader
from tests.bench.aliexpress import HEADER
from tests.orders.exports import ERP_HEADER, ERP_ROWS, Cells, ali_row, write

BUILT_IN = load_profiles(AUTO)
OWN_HEADER = ("Ref", "Number on the waybill", "Land", "State", "Article", "How many", "Buyer")
OWN_ROWS: list[Cells] = [
    ("A1", "LX000000001CN", "ES", "ready", "Tee, red", 2, "Maria Garcia"),
    ("A1", "LX000000001CN", "ES", "ready", "Case", 1, "Maria Garcia"),
    ("A2", "1Z5R89390357567127", "FR", "gone", "Case", 1, "Jean Petit"),
]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path / "shop.csv", OWN_HEADER, OWN_ROWS)


def test_what_can_be_seen_is_not_asked(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "new", "shop.csv", "--open", "ready", "--column", "name=Article"]) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert shown == [
        {
            "parcel": "A1",
            "tracking_number": "LX000000001CN",
            "list_codes": ["A1"],
            "awaits_shipment": True,
            "why": "may leave (state = ready)",
            "items": ["2 x  Tee, red", "1 x  Case"],
        },
        {
            "parcel": "A2",
            "tracking_number": "1Z5R89390357567127",
            "list_codes": ["A2"],
            "awaits_shipment": False,
            "why": "cancelled, not paid or kept back (state = gone)",
            "items": ["1 x  Case"],
        },
    ]
    assert "buyer" not in Path("shop.toml").read_text(encoding="utf-8")
    done = import_file(own, own.with_name("book.db"), profile="shop.toml")
    assert (done.new, done.items, done.refused) == (2, 3, ())


def test_a_guess_by_which_no_bag_could_be_green_is_told_at_once(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = [
        f"--column={column}=Number on the waybill" for column in ("tracking_number", "list_codes")
    ]
    assert (
        main(["profile", "new", "shop.csv", "--open", "ready", "--column", "orders=Ref", *columns])
        == 0
    )
    said = capsys.readouterr().err
    assert (
        "shop.csv: 1 of 1 parcels to be shipped can never be green, such as A1:"
        " LX000000001CN is on both" in said
    )
    assert (
        "'Number on the waybill' is the waybill's: map another column if the list bears"
        " another number" in said
    )


def test_a_state_that_nobody_explained_is_refused_and_named(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["profile", "new", "shop.csv"]) == 1
    said = capsys.readouterr().err
    assert "shop.toml: state 'ready' is refused until it is in open or closed of [[awaits]]" in said
    assert import_file(own, own.with_name("book.db"), profile="shop.toml").refused_rows == 3


def test_what_cannot_be_seen_is_asked_at_a_terminal_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.csv", ("One", "Two"), [("x", "1y"), ("z", "1y")])
    assert main(["profile", "new", "a.csv"]) == 1
    message = (
        "no column looks like parcel, it has One, Two: say which one is with --column parcel=TITLE"
    )
    assert capsys.readouterr().err == f"samebag: a.csv: {message}\n"
    terminal = io.StringIO("9\nno\n1\n2\n1\n")
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", terminal)
    assert main(["profile", "new", "a.csv"]) == 0
    assert load_profiles("a.toml")["a"].columns == {
        "parcel": ("one",),
        "tracking_number": ("two",),
        "orders": ("one",),
    }


@pytest.mark.parametrize(
    ("header", "rows", "name"),
    [
        (HEADER, [ali_row("8012345678901234", "EMS:EA000000001CN")], "aliexpress"),
        (ERP_HEADER, ERP_ROWS, "erp-zh"),
    ],
)
def test_a_known_format_is_guessed_as_it_is_known(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    header: tuple[str, ...],
    rows: list[Cells],
    name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "a.csv", header, rows)
    assert main(["profile", "new", "a.csv"]) == 0
    known, mine = (
        import_file(path, tmp_path / f"{profile}.db", profile=profile)
        for profile in (name, "a.toml")
    )
    assert known == mine


EBAY = (
    "Record,Order No,Buyer State,Ship To State,Item Title,Pieces,Shipped On,Tracking No",
    "101,12-34567-89012,CA,CA,Lamp,1,,LX123456785CN",
    "102,12-34567-89013,TX,TX,Lamp,2,Nov-27-26,RB123456785CN",
    "103,12-34567-89014,NY,NY,Mug,1,,EA123456785CN",
)
WOO = (
    "Bestellung,Zustand der Bestellung,Item #,SKU,Menge,Sendungsnummer,State Code (Billing)",
    "5011,processing,1,S1,2,LX123456785CN,CA",
    "5011,processing,2,S2,1,LX123456785CN,CA",
    "5012,completed,1,S1,1,RB123456785CN,NY",
    "5013,on-hold,1,S1,1,,NY",
)
SETTLED = (
    "单号,结算状态,处理状态,快递号,货品,个数",
    "8012345678901234,已结算,待发货,YT2612345678901234,杯子,1",
    "8012345678901235,未结算,已发货,YT2612345678901235,杯子,2",
    "8012345678901236,未结算,已取消,,杯子,1",
)
SHOPIFY = (
    "Order,Buyer,Financial Status,Fulfillment,Cancelled at,Waybill,Lineitem quantity,"
    "Lineitem name,Province",
    "#1001,Ann Lee,paid,fulfilled,,LX123456785CN,1,Mug,CA",
    "#1001,Ann Lee,,,,,2,Cup,",
    "#1002,Bo Kay,pending,unfulfilled,,RB123456785CN,1,Mug,NY",
    "#1003,Cy Day,paid,unfulfilled,2026-11-11 10:00,EA123456785CN,1,Mug,NY",
    "#1004,Di Fox,paid,unfulfilled,,UPS: 1Z5R89390357567127,1,Mug,NY",
)
ERP = (
    "系统单号,店铺订单号,订单状态,打印状态,发货状态,物流单号,SKU,数量,发货时间",
    "S1001,8012345678901234,已付款,已打印,未发货,YT2612345678901234,A,2,",
    "S1002,8012345678901235,已付款,已打印,已发货,YT2612345678901235,A,1,2026-11-27 10:00:00",
    "S1003,8012345678901236,已取消,未打印,未发货,YT2612345678901236,A,1,",
)
GERMAN = (
    "Verkaufsprotokollnr,Bestellnummer,Käufer Land,SKU,Anzahl,Bezahlt am,Versandt am,"
    "Sendungsnummer",
    "201,12-34567-89012,DE,L-1,1,26.11.2026,,00340434161094042557",
    "202,12-34567-89013,DE,L-1,2,26.11.2026,27.11.2026,00340434161094042558",
    "203,12-34567-89014,DE,T-1,1,,,00340434161094042559",
)
POLISH = (
    "Numer zamówienia,Status zamówienia,Numer przesyłki,SKU,Ilość",
    "Z-1001,Do wysłania,00340434161094042557,S1,2",
    "Z-1002,Wysłane,00340434161094042558,S1,1",
    "Z-1003,Anulowane,,S1,1",
)
RENAMED = {
    "erp": ERP,
    "german": GERMAN,
    "polish": POLISH,
    "ebay": EBAY,
    "woo": WOO,
    "settled": SETTLED,
    "shopify": SHOPIFY,
}


def tried(
    lines: Sequence[str], capsys: pytest.CaptureFixture[str], *flags: str
) -> tuple[int, dict[str, dict[str, object]], str]:
    """What ``samebag profile new`` shows of each parcel, and what it says."""
    Path("t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    Path("t.toml").unlink(missing_ok=True)
    done = main(["profile", "new", "t.csv", *flags])
    said = capsys.readouterr()
    shown = [json.loads(line) for line in said.out.splitlines()]
    return done, {str(line["parcel"]): line for line in shown}, said.err


@pytest.mark.parametrize(
    ("name", "flags", "may_leave", "goods"),
    [
        ("ebay", (), {"12-34567-89012", "12-34567-89014"}, {"12-34567-89013": 2}),
        ("woo", (), {"5011"}, {"5011": 2, "5012": 1}),
        ("settled", (), {"8012345678901234"}, {}),
        ("shopify", (), {"#1004"}, {"#1001": 1}),
        ("shopify", ("--open", "fulfilled"), {"#1001"}, {"#1001": 1}),
        ("erp", ("--open", "已付款"), {"S1001"}, {"S1001": 2}),
        ("german", (), {"12-34567-89012"}, {"12-34567-89013": 2}),
        ("polish", ("--open", "do wysłania"), {"Z-1001"}, {"Z-1001": 2}),
    ],
)
def test_a_column_is_told_by_what_its_cells_are_not_by_a_title_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    flags: tuple[str, ...],
    may_leave: set[str],
    goods: dict[str, int],
) -> None:
    monkeypatch.chdir(tmp_path)
    named = ["--column", "name=Item Title"] if name == "ebay" else []
    done, shown, _ = tried(RENAMED[name], capsys, *flags, *named)
    assert done == 0
    assert {
        parcel for parcel, line in shown.items() if str(line["why"]).startswith("may leave")
    } == may_leave
    for parcel, quantity in goods.items():
        items = shown[parcel]["items"]
        assert isinstance(items, list)
        assert items[0].startswith(f"{quantity} x ")
    import_file(Path("t.csv"), tmp_path / "book.db", profile="t.toml")
    book = BookReader(tmp_path / "book.db")
    assert {parcel for parcel in shown if book.standing(parcel) is Standing.OPEN} == may_leave
    book.close()


@pytest.mark.parametrize(
    ("titles", "states", "may_leave"),
    [
        (
            ("Shipped", "Paid", "Cancelled"),
            [("No", "Yes", "No"), ("Yes", "Yes", "No"), ("No", "Yes", "Yes")],
            {"7000"},
        ),
        (("État",), [("En préparation",), ("Expédié",), ("Annulé",)], set()),
        (("処理",), [("受付",), ("発送済",), ("キャンセル",)], set()),
        (("order_state",), [("20",), ("30",), ("0",)], set()),
    ],
)
def test_states_are_told_in_other_languages_and_by_yes_and_no(
    titles: tuple[str, ...], states: list[tuple[str, ...]], may_leave: set[str]
) -> None:
    header = ("Order", *titles, "Tracking")
    rows = [(f"{7000 + n}", *states[n % 3], f"LX{n:09d}CN") for n in range(30)]
    found = guess(header, rows, BUILT_IN, {"orders": "Order", "quantity": ""}, ()).profile
    assert [awaits.column for awaits in found.awaits] == [(title_of(title),) for title in titles]
    standing = Notation(found, CodeForm(), several=False).standing
    if may_leave:
        assert {row[0] for row in rows[:3] if standing(row[1:-1]) is Standing.OPEN} == may_leave
    else:
        with pytest.raises(BadCell):
            standing(rows[0][1:-1])


def test_each_parcel_shown_says_why_it_may_not_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _, shown, said = tried(SHOPIFY, capsys)
    assert [line["why"] for line in shown.values()] == [
        "shipped (fulfillment = fulfilled, financial status = paid)",
        "cancelled, not paid or kept back (fulfillment = unfulfilled, financial status = pending)",
        "cancelled, not paid or kept back (fulfillment = unfulfilled, financial status = paid,"
        " cancelled at = 2026-11-11 10:00)",
        "may leave (fulfillment = unfulfilled, financial status = paid)",
    ]
    assert "quantity: lineitem quantity (called so in shopify)" in said
    assert "tracking_number: waybill (by its cells: check it)" in said
    assert "state: fulfillment (may leave: 'unfulfilled'; shipped: 'fulfilled')" in said


def test_no_column_is_taken_for_a_state_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = (
        "Ref,Number,Buyer State,Payment Status,Qty",
        "A1,LX123456785CN,CA,paid,1",
        "A2,RB123456785CN,TX,paid,2",
    )
    _, shown, said = tried(file, capsys)
    assert "no column looks like a state, and none is taken for one" in said
    assert "samebag import --profile t.toml FILE --no-states open" in said
    assert {line["why"] for line in shown.values()} == {
        "may leave once that is said (payment status = paid)"
    }
    with pytest.raises(OrderFileError, match="no column tells whether a parcel may leave"):
        import_file(Path("t.csv"), tmp_path / "book.db", profile="t.toml")
    assert (
        import_file(
            Path("t.csv"), tmp_path / "book.db", profile="t.toml", no_states="open"
        ).may_leave
        == 2
    )


TWO = (
    "Ref,Number,Order state,Pack state,A,B",
    "A1,LX1CN,new,box,1,3",
    "A2,LX2CN,old,bag,2,1",
    "A3,LX3CN,new,box,2,2",
)


def test_where_two_columns_are_as_likely_a_person_is_asked_or_the_flag_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code = ["--column", "tracking_number=Number", "--open", "new"]
    _, _, said = tried(TWO, capsys, *code[:2])
    assert (
        said == "samebag: t.csv: state may be any of order state, pack state: say which one"
        " is with --state TITLE\n"
    )
    _, _, said = tried(TWO, capsys, *code)
    assert said == (
        "samebag: t.csv: quantity may be any of a, b: say which one is with --column"
        " quantity=TITLE,"
        " or --column quantity= for none\n"
    )
    assert not Path("t.toml").exists()
    terminal = io.StringIO("1\n0\n")
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", terminal)
    done, shown, _ = tried(TWO, capsys, *code[:2])
    assert done == 1  # its words are explained by nobody yet, so that each row is refused
    assert shown == {}
    assert load_profiles("t.toml")["t"].awaits[0].column == ("order state",)
    assert "quantity" not in load_profiles("t.toml")["t"].columns


def test_a_word_or_a_title_that_the_file_does_not_have_is_said_so(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["profile", "new", "shop.csv", "--open", "redy"]) == 1
    assert capsys.readouterr().err.startswith(
        "samebag: shop.csv: --open redy: no cell says so: give a word as the file"
    )
    assert main(["profile", "new", "shop.csv", "--state", "Stat"]) == 1
    assert capsys.readouterr().err.startswith(
        "samebag: shop.csv: has no column Stat, it has Ref, Number on the waybill"
    )


@pytest.mark.parametrize("flags", [(), ("--open", "unfulfilled")])
def test_a_known_shops_file_keeps_what_its_profile_knows_beside_the_cells(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = (
        "Name,Financial Status,Fulfillment Status,Payment Method,Tracking Number,"
        "Lineitem quantity,Lineitem name,"
        "Lineitem fulfillment status",
        "#1,pending,unfulfilled,Cash on Delivery (COD),LX123456785CN,1,Mug,fulfilled",
        "#1,,,,,1,Cup,pending",
    )
    done, shown, _ = tried(lines, capsys, *flags)
    assert done == 0
    assert shown["#1"]["items"] == ["1 x  Cup"]
    mine, built_in = load_profiles("t.toml")["t"], load_profiles("shopify")["shopify"]
    assert (mine.payment, mine.sent, mine.rules) == (
        built_in.payment,
        built_in.sent,
        built_in.rules,
    )
    assert str(shown["#1"]["why"]).startswith("may leave")


def test_a_file_that_is_there_is_not_written_over(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("shop.toml").write_text("mine")
    assert main(["profile", "new", "shop.csv"]) == 1
    assert (
        capsys.readouterr().err == "samebag: shop.toml: File exists: name another file with --out\n"
    )
    assert Path("shop.toml").read_text() == "mine"


def test_a_stores_own_profiles_are_found_by_a_files_header(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = own.with_name("profiles")
    folder.mkdir()
    monkeypatch.setattr("samebag.orders.profile.STORES_OWN", folder)
    main(["profile", "new", "shop.csv", "--open", "ready", "--out", "profiles/shop.toml"])
    assert import_file(own, own.with_name("book.db")).profile == "shop"


titles = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1, max_size=3
).map(tuple)


@given(
    st.builds(
        Profile,
        columns=st.dictionaries(st.sampled_from(["parcel", "orders", "products"]), titles),
        awaits=st.lists(
            st.builds(Awaits, titles, titles, st.none() | titles, st.booleans()), max_size=2
        ).map(tuple),
        payment=st.none() | st.builds(Payment, titles, titles),
        sent=st.none() | st.builds(Sent, titles, titles),
        goods_rows=st.none() | st.builds(GoodsRows, titles, titles),
        rules=st.lists(
            st.builds(Rule, name=st.just("a rule"), add=st.sampled_from(["#", "A"])), max_size=2
        ).map(tuple),
        awaiting=st.sampled_from(["shipment", "label bought"]),
        separators=st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
        carrier_first=st.booleans(),
        on_list=st.just(("parcel", "orders")),
    )
)
def test_what_is_written_is_what_was_meant(
    tmp_path_factory: pytest.TempPathFactory, profile: Profile
) -> None:
    path = tmp_path_factory.getbasetemp() / "p.toml"
    path.write_text(to_toml(profile, "a comment"), encoding="utf-8")
    assert load_profiles(str(path)) == {"p": profile}


WORDS = ("", "paid", "待发货", "已发货", "fulfilled", "Odd", "CA", "2026-11-26 10:00", "a*2;b*1")
CODES = (
    "1",
    "2",
    "LX123456785CN",
    "UPS: 1Z5R89390357567127",
    "--",
    "8012345678901234",
    "RB123456785CN, EA123456785CN",
)
cell = st.sampled_from((*WORDS, *CODES)) | st.text(max_size=4)
TITLES = (
    "Order",
    "订单状态",
    "Buyer State",
    "Status",
    "Cancelled at",
    "Shipped on",
    "Paid on",
    "运单号",
    "Qty",
    "Item #",
)
title = st.sampled_from(TITLES) | st.text(max_size=4)


@given(
    st.lists(title, min_size=1, max_size=7, unique_by=title_of).flatmap(
        lambda header: st.tuples(
            st.just(header),
            st.lists(st.lists(cell, min_size=len(header), max_size=len(header)), max_size=6),
        )
    ),
    st.lists(st.sampled_from(["paid", "odd", "已发货"]), max_size=2),
)
def test_whatever_is_in_a_file_the_guess_is_a_profile_that_can_be_read_and_opens_no_state(
    tmp_path_factory: pytest.TempPathFactory,
    file: tuple[list[str], list[list[str]]],
    words: list[str],
) -> None:
    header, rows = file
    profile = guess(header, rows, BUILT_IN, {}, words).profile
    path = tmp_path_factory.getbasetemp() / "g.toml"
    path.write_text(to_toml(profile, "a comment"), encoding="utf-8")
    assert load_profiles(str(path)) == {"g": profile}
    if not any(
        awaits.column[0] in map(title_of, header) and not awaits.narrows
        for awaits in profile.awaits
    ):
        with pytest.raises(OrderFileError):
            settled(path, profile, header, Agreed(), "")
