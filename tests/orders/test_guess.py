"""A store's own file: its columns are seen, what cannot be seen is asked, and the profile takes the file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.cli import main
from samebag.orders.guess import to_toml
from samebag.orders.importer import import_file
from samebag.orders.profile import Awaits, Profile, load_profiles
from tests.bench.aliexpress import HEADER
from tests.orders.exports import ERP_HEADER, ERP_ROWS, Cells, ali_row, write

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
            "items": ["2 x  Tee, red", "1 x  Case"],
        },
        {
            "parcel": "A2",
            "tracking_number": "1Z5R89390357567127",
            "list_codes": ["A2"],
            "awaits_shipment": False,
            "items": ["1 x  Case"],
        },
    ]
    assert "buyer" not in Path("shop.toml").read_text(encoding="utf-8")
    done = import_file(own, own.with_name("book.db"), profile="shop.toml")
    assert (done.new, done.items, done.refused) == (2, 3, ())


def test_a_guess_by_which_no_bag_could_be_green_is_told_at_once(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = [f"--column={column}=Number on the waybill" for column in ("tracking_number", "list_codes")]
    assert main(["profile", "new", "shop.csv", "--open", "ready", "--column", "orders=Ref", *columns]) == 0
    said = capsys.readouterr().err
    assert "shop.csv: 1 of 1 parcels to be shipped can never be green, such as A1: LX000000001CN is on both" in said
    assert "'Number on the waybill' is the waybill's: map another column if the list bears another number" in said


def test_a_state_that_nobody_explained_is_refused_and_named(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
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
    message = "no column looks like parcel, it has One, Two: say which one is with --column parcel=TITLE"
    assert capsys.readouterr().err == f"samebag: a.csv: {message}\n"
    terminal = io.StringIO("9\nno\n1\n2\n1\n")
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", terminal)
    assert main(["profile", "new", "a.csv"]) == 0
    assert load_profiles("a.toml")["a"].columns == {"parcel": ("one",), "tracking_number": ("two",), "orders": ("one",)}


@pytest.mark.parametrize(
    ("header", "rows", "name"),
    [(HEADER, [ali_row("8012345678901234", "EMS:EA000000001CN")], "aliexpress"), (ERP_HEADER, ERP_ROWS, "erp-zh")],
)
def test_a_known_format_is_guessed_as_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: tuple[str, ...], rows: list[Cells], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "a.csv", header, rows)
    assert main(["profile", "new", "a.csv"]) == 0
    known, mine = (import_file(path, tmp_path / f"{profile}.db", profile=profile) for profile in (name, "a.toml"))
    assert known == mine


def test_a_file_that_is_there_is_not_written_over(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("shop.toml").write_text("mine")
    assert main(["profile", "new", "shop.csv"]) == 1
    assert capsys.readouterr().err == "samebag: shop.toml: File exists: name another file with --out\n"
    assert Path("shop.toml").read_text() == "mine"


def test_a_stores_own_profiles_are_found_by_a_files_header(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own.with_name("profiles")
    folder.mkdir()
    monkeypatch.setattr("samebag.orders.profile.STORES_OWN", folder)
    main(["profile", "new", "shop.csv", "--open", "ready", "--out", "profiles/shop.toml"])
    assert import_file(own, own.with_name("book.db")).profile == "shop"


titles = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1, max_size=3).map(tuple)


@given(
    st.builds(
        Profile,
        columns=st.dictionaries(st.sampled_from(["parcel", "orders", "products"]), titles),
        awaits=st.lists(st.builds(Awaits, titles, titles, st.none() | titles, st.booleans()), max_size=2).map(tuple),
        separators=st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
        carrier_first=st.booleans(),
        on_list=st.just(("parcel", "orders")),
    )
)
def test_what_is_written_is_what_was_meant(tmp_path_factory: pytest.TempPathFactory, profile: Profile) -> None:
    path = tmp_path_factory.getbasetemp() / "p.toml"
    path.write_text(to_toml(profile, "a comment"), encoding="utf-8")
    assert load_profiles(str(path)) == {"p": profile}
