"""``samebag replay`` against its contract: events, pictures and books in, one JSON object a line
out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from samebag.cli import main
from samebag.cli.station.replay import _line as line
from samebag.cli.station.replay import as_object
from samebag.core.labels import Kind
from samebag.core.parcels import Standing
from samebag.core.verdicts import LabelRead, ReadBy, TellWait, Waits
from samebag.orders.taking.importer import import_file
from samebag.replay.judging import _Remembering as Remembering
from samebag.station.lookup import NO_CHECKS
from samebag.store.book.reader import BOOK as SCHEMA
from samebag.store.book.reader import BookReader
from samebag.store.database import open_writer

from .daemon import ORDERS, samebag

NO_FRAMES = "holds no frames that can be read: give a video or a folder of pictures"
GIVE_BOOK = "name an order file or a book that can be read"
HEADER = "parcel,tracking_number,waybill_codes,orders,list_codes,status\n"
BOOK = HEADER + "".join(
    f"{row}\n"
    for row in (
        "A,LX000000001CN,LP00000000000001,OA,,open",
        "B,LX000000002CN,,OB,,open",
        "C,LX000000003CN,,OC,,cancelled",
        "S1,LX000000004CN,,OS,,open",  # an order split over two bags
        "S2,LX000000005CN,,OS,,open",
        "M,LX000000006CN,,OM1;OM2,,open",  # two orders in one bag
        "X,LX000000009CN,,OX,LX000000009CN,open",  # its list carries the waybill's code
    )
)
CODES = {
    "A": "LX000000001CN",
    "B": "LX000000002CN",
    "C": "LX000000003CN",
    "S1": "LX000000004CN",
    "S2": "LX000000005CN",
}
CODES |= {"M": "LX000000006CN", "X": "LX000000009CN", "?": "LX999999999CN"}
Event = Mapping[str, object]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.csv"
    path.write_text(BOOK, encoding="utf-8")
    return path


def scan(at: float, code: str) -> Event:
    return {"at": at, "scan": CODES.get(code, code)}


def seen(at: float, codes: str, by: str = "zxing zbar", **more: object) -> Event:
    """A frame with those codes, each in a place of its own."""
    boxes = ([[x, 0], [x + 80, 0], [x + 80, 30], [x, 30]] for x in range(0, 9000, 100))
    view = [
        {"code": CODES.get(code, code), "symbology": "code128", "box": box, "by": by.split()}
        for code, box in zip(codes.split(), boxes, strict=False)
    ]
    return {"at": at, "view": view, **more}


def lying(codes: str, from_s: float, to_s: float) -> list[Event]:
    return [seen(from_s + k / 5, codes, by="zxing") for k in range(int((to_s - from_s) * 5) + 1)]


def empty(at: float) -> Event:
    return {"at": at, "view": [], "occupied": False}


def clear(at: float) -> Event:
    return {"at": at, "command": "clear"}


def replayed(
    capsys: pytest.CaptureFixture[str], book: Path, *events: Event, settings: str = ""
) -> list[dict[str, object]]:
    path, rules = book.with_name("events.jsonl"), book.with_name("settings.toml")
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    rules.write_text(settings)
    assert main(["replay", str(path), "--book", str(book), "--settings", str(rules)]) == 0
    return without_waits(capsys.readouterr().out)


def without_waits(out: str) -> list[dict[str, object]]:
    return [line for line in map(json.loads, out.splitlines()) if "waits" not in line]


def orders(book: Path, name: str, *rows: str) -> str:
    """An order file beside the events, as ``import`` names it."""
    path = book.parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return name


def told(lines: list[dict[str, object]]) -> list[object]:
    return [(line["at"], line.get("verdict") or line["notice"]) for line in lines]


@pytest.mark.parametrize(
    ("language", "told_so"),
    [
        (
            "C.UTF-8",
            "match A [hand scanner twice]; waybill LX000000001CN by scanner, cargo list"
            " OA by scanner",
        ),
        ("zh_CN.UTF-8", "通过 A [扫描枪两次]；面单 LX000000001CN（扫描枪），配货单 OA（扫描枪）"),
    ],
)
def test_on_a_terminal_a_verdict_and_its_proof_are_in_its_language(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    book: Path,
    language: str,
    told_so: str,
) -> None:
    monkeypatch.setenv("LC_ALL", language)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    path = book.with_name("events.jsonl")
    path.write_text("".join(json.dumps(event) + "\n" for event in (scan(1, "A"), scan(2, "OA"))))
    assert main(["replay", str(path), "--book", str(book)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(told_so)


def test_a_match_is_written_as_the_contract_says(
    capsys: pytest.CaptureFixture[str], book: Path
) -> None:
    (line,) = replayed(capsys, book, scan(1.25, "A"), seen(1.3, "OA"))
    assert {key: line[key] for key in ("at", "verdict", "parcel", "labels", "proof", "print")} == {
        "at": 1.7,
        "verdict": "match",
        "parcel": "A",
        "labels": [
            {"kind": "waybill", "code": "LX000000001CN", "by": "scanner"},
            {"kind": "cargo list", "code": "OA", "by": "camera"},
        ],
        "proof": "scanner+camera",
        "print": True,
    }


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ([scan(1, "A"), scan(2, "OA")], ["match A scanner-twice"]),
        ([scan(1, " lx 000 000 001 cn "), scan(2, "oa")], ["match A scanner-twice"]),
        ([scan(1, "]C1LX000000001CN"), scan(2, "OA")], ["match A scanner-twice"]),
        (
            [{"at": at, "view": [{"code": "LX000000001CN"}, {"code": "OA"}]} for at in (1, 1.1)],
            ["match A one-frame"],
        ),
        # one frame, delivered twice
        (
            [{"at": 1, "view": [{"code": "LX000000001CN"}, {"code": "OA"}]}] * 2,
            [],
        ),
        # once, by one decoder
        (
            [{"at": 1, "view": [{"code": "LX000000001CN"}, {"code": "OA"}]}],
            [],
        ),
        ([seen(1, "A"), seen(2, "OA")], ["match A camera"]),
        (
            [scan(1, "A"), scan(2, "OB"), scan(3, "OA"), {"at": 60}],
            ["mismatch None scanner-twice", "wanted"],
        ),
        ([seen(1, "A OA B"), {"at": 60}], ["mismatch None one-frame", "wanted"]),
        (
            [seen(1, "S1 OS"), empty(2), empty(4), seen(5, "S2 OS")],
            ["match S1 one-frame", "match S2 one-frame"],
        ),
        ([seen(1, "M OM1"), seen(1.1, "M OM1 OM2")], ["match M one-frame"]),
        ([seen(1, "M OM1 OA")], ["mismatch None one-frame", "wanted"]),
        ([scan(1, "X"), scan(2, "X"), {"at": 9}], ["incomplete X None"]),
        ([seen(1, "X X"), seen(1.1, "X X")], []),  # two boxes are no two sheets of paper
        ([scan(1, "C")], ["cancelled C None"]),
        (
            [scan(1, "A"), scan(2, "OA"), {"at": 20}, scan(21, "A"), scan(22, "OA")],
            ["match A scanner-twice", "duplicate A scanner-twice"],
        ),
        ([scan(1, "A"), {"at": 6.1}], ["incomplete A None"]),
        (
            [scan(1, "A"), empty(2), scan(3, "OA"), {"at": 9}],
            ["incomplete A None", "incomplete A None"],
        ),
        (
            [empty(0.5), scan(1, "A"), empty(2), scan(3, "OA"), empty(4), {"at": 9}],
            ["incomplete A None"],
        ),
        (
            [empty(0.5), scan(1, "A"), empty(2), scan(3, "OB"), {"at": 9}],
            ["mismatch None scanner-twice", "wanted"],
        ),
        (
            [seen(0.5, ""), scan(1, "A"), empty(2), scan(3, "OA"), {"at": 9}],
            ["incomplete A None", "incomplete A None"],
        ),
        ([empty(0.5), scan(1, "A"), empty(1.1)], ["incomplete A None"]),
        ([scan(1, "4006381333931")], ["unknown None None"]),
        ([*lying("OA 4006381333931", 1, 3), empty(4)], ["incomplete A None"]),
        ([*lying("OA ?", 1, 3), empty(4)], ["unknown A None"]),
        (
            [seen(1, "A OA", unread=1), seen(1.2, "A OA", unread=1), seen(1.5, "A OA", unread=1)],
            ["match A one-frame"],
        ),
        (
            [seen(1, "A OA", unread=1), seen(1.2, "A OA OB", unread=0)],
            ["mismatch None one-frame", "wanted"],
        ),
        ([*lying("A OA B OB", 1, 4)], ["crowded"]),
        (
            [scan(1, "A"), scan(1.5, "OB"), clear(3), {"at": 9}],
            ["mismatch None scanner-twice", "wanted", "cleared"],
        ),
        (
            [scan(1, "A"), scan(1.5, "OB"), scan(3, "SAMEBAG-CLEAR"), {"at": 9}],
            ["mismatch None scanner-twice", "wanted", "cleared"],
        ),
        (
            [*lying("A OA", 1, 20), *lying("B OB", 20.2, 25)],
            ["match A one-frame", "match B one-frame"],
        ),
        (
            [*lying("A OA", 1, 4), *lying("A OA B OB", 4.2, 5), *lying("B OB", 5.2, 8)],
            ["match A one-frame", "match B one-frame"],
        ),
    ],
)
def test_bags_are_judged_by_the_rules(
    capsys: pytest.CaptureFixture[str], book: Path, events: list[Event], told: list[str]
) -> None:
    lines = replayed(capsys, book, *events)
    assert [
        f"{line['verdict']} {line['parcel']} {line['proof']}"
        if "verdict" in line
        else line["notice"]
        for line in lines
    ] == told
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)  # type: ignore[type-var]


def test_the_settings_rules_hold(capsys: pytest.CaptureFixture[str], book: Path) -> None:
    pair = (scan(1, "A"), scan(3, "OA"))
    assert replayed(capsys, book, *pair, settings="[rules]\npairing = 'one-frame'\n") == []
    (line,) = replayed(capsys, book, *pair, settings="[rules]\npair_within_s = 1\n")
    assert line["verdict"] == "incomplete"


@pytest.mark.parametrize(
    ("frame", "at_s", "verdict"),
    [
        ({"at": 6.5}, 6.0, "incomplete"),  # it comes after the first label's time is over
        # and was taken before that: the station had looked by then
        (
            {"at": 6.5, "taken": 5.5},
            6.0,
            "incomplete",
        ),
        ({"at": 5.9, "taken": 5.5}, 5.9, "match"),
    ],
)
def test_a_late_frame_finds_what_was_due_before_it_came_done(
    capsys: pytest.CaptureFixture[str], book: Path, frame: Event, at_s: float, verdict: str
) -> None:
    lines = replayed(capsys, book, scan(1, "A"), {**seen(0, "OA"), **frame}, {"at": 7})
    assert told(lines)[0] == (at_s, verdict)


def test_orders_are_imported_when_the_recording_says_so_and_into_no_book_of_ours(
    capsys: pytest.CaptureFixture[str], book: Path, tmp_path: Path
) -> None:
    ready_made = tmp_path / "ready-made.db"
    import_file(book, ready_made)
    before = ready_made.read_bytes()
    new = orders(book, "new.csv", "N,LX000000011CN,,ON,,open", "E,1.23E+15,,OE,,open")
    newer = orders(
        book, "newer/book.csv", *BOOK.splitlines()[2:], "A,LX000000001CN,,OA;OA2,,cancelled"
    )
    bag = (scan(1, "LX000000011CN"), scan(1.2, "ON"))
    shown_again = (scan(11, "LX000000011CN"), scan(11.2, "ON"))
    for given in (book, ready_made):
        path = book.with_name("events.jsonl")
        lines = [
            *bag,
            clear(3),
            {"at": 9, "import": new},
            *shown_again,
            {"at": 20, "import": newer},
            scan(21, "A"),
        ]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        assert main(["replay", str(path), "--book", str(given)]) == 0
        said = capsys.readouterr()
        verdicts = [json.loads(line).get("verdict") for line in said.out.splitlines()]
        assert [verdict for verdict in verdicts if verdict] == ["unknown", "match", "cancelled"]
        assert "new.csv: row 3: tracking_number = '1.23E+15'" in said.err
    assert ready_made.read_bytes() == before


@pytest.mark.parametrize(
    ("row", "standing"),
    [
        ("A,LX000000001CN,LP00000000000001,OA,,open", Standing.OPEN),
        ("A,LX000000001CN,LP00000000000001,OA;OB,,open", Standing.CHANGED),
        ("A,LX000000001CN,LP00000000000001,OA;OB,,shipped", Standing.CHANGED),
        ("A,LX000000001CN,LP00000000000001,OA,,shipped", Standing.OPEN),  # as it should be
        ("A,LX000000001CN,LP00000000000001,OA,,cancelled", Standing.CANCELLED),
    ],
)
def test_what_an_import_makes_of_a_parcel_that_passed_is_known(
    book: Path, tmp_path: Path, row: str, standing: Standing
) -> None:
    import_file(book, tmp_path / "book.db")
    now = BookReader(tmp_path / "book.db")
    known = Remembering(now, NO_CHECKS)
    known.passes("A")
    import_file(
        tmp_path / orders(book, "newer/book.csv", row, *BOOK.splitlines()[2:]), tmp_path / "book.db"
    )
    assert (known.meanwhile("A"), known.meanwhile("B")) == (standing, Standing.OPEN)
    now.close()


def test_what_a_bag_waits_for_is_a_line_of_its_own() -> None:
    foreign = (LabelRead(Kind.CARGO_LIST, "OB", ReadBy.CAMERA),)
    assert as_object(TellWait(Waits.IN_HAND, 7, 1.23456)) == {
        "at": 1.235,
        "waits": "in hand",
        "bag": 7,
    }
    wait = as_object(TellWait(Waits.FOREIGN_LABEL, 7, 2.0, "A", foreign))
    assert json.loads(json.dumps(wait)) == {
        "at": 2.0,
        "waits": "foreign label",
        "bag": 7,
        "parcel": "A",
        "labels": [{"kind": "cargo list", "code": "OB", "by": "camera"}],
    }
    assert line(wait) == "    2.000 s  bag 7: … foreign label A; cargo list OB by camera"


def test_a_book_may_be_csv_xlsx_or_a_book(
    capsys: pytest.CaptureFixture[str], book: Path, tmp_path: Path
) -> None:
    sheet = openpyxl.Workbook()
    for row in BOOK.splitlines():
        sheet.active.append(row.split(","))
    sheet.save(tmp_path / "book.xlsx")
    import_file(book, tmp_path / "book.db")
    for path in (book, tmp_path / "book.xlsx", tmp_path / "book.db"):
        (line,) = replayed(capsys, path, scan(1, "A"), scan(2, "OA"))
        assert line["parcel"] == "A"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"", "events.jsonl: has no events: give a recording"),
        (b"\n\n", "events.jsonl: has no events: give a recording"),
        (
            b"hello",
            "line 1: 'hello': JSON is malformed: invalid character (byte 0): correct that line",
        ),
        (
            b'{"at":1}\n{"at":NaN}',
            "line 2: '{\"at\":NaN}': JSON is malformed: invalid character (byte 6):"
            " correct that line",
        ),
        (
            b'{"at":1e999}',
            "line 1: '{\"at\":1e999}': Number out of range - at `$.at`: correct that line",
        ),
        (
            b'{"at":1e12}',
            "line 1: '{\"at\":1e12}': at = 1e+12: must be seconds, 4e+09 at most:"
            " correct that line",
        ),
        (
            b'{"at":"1"}',
            'line 1: \'{"at":"1"}\': Expected `float`, got `str` - at `$.at`: correct that line',
        ),
        (
            b'{"scan":"x"}',
            'line 1: \'{"scan":"x"}\': Object missing required field `at`: correct that line',
        ),
        (b'{"at":1,"scan":""}', "scan = '': must have a code: correct that line"),
        (b'{"at":1,"look":1}', "Object contains unknown field `look`: correct that line"),
        (
            b'{"at":1,"scan":"a","view":[]}',
            "more than one of scan, view, command, import: give each a line of its own:"
            " correct that line",
        ),
        (b'{"at":1,"taken":1}', "taken = 1.0: must be on a line with 'view': correct that line"),
        (
            b'{"at":1,"scan":"a","occupied":false}',
            "occupied = False: must be on a line with 'view': correct that line",
        ),
        (
            b'{"at":1,"taken":1.5,"view":[]}',
            "taken = 1.5: must not be after at = 1: correct that line",
        ),
        (
            b'{"at":1,"taken":-1e12,"view":[]}',
            "taken = -1e+12: must be seconds, 4e+09 at most: correct that line",
        ),
        (
            b'{"at":1,"taken":null,"view":[]}',
            "Expected `float`, got `null` - at `$.taken`: correct that line",
        ),
        (
            b'{"at":1,"view":[{"code":""}]}',
            "Expected `str` of length >= 1 - at `$.view[0].code`: correct that line",
        ),
        (
            b'{"at":2}\n{"at":1,"taken":0,"view":[]}',
            "line 2: at = 1: must not be before 2: sort the file",
        ),
        (
            b'{"at":1,"import":""}',
            "Expected `str` of length >= 1 - at `$.import`: correct that line",
        ),
        (
            b'{"at":1,"import":"a\\u0000"}',
            "import = 'a\\x00': must be a file's name: correct that line",
        ),
        (
            b'{"at":1,"import":"none.csv"}',
            "none.csv: No such file or directory: give the path of an order file that can be read",
        ),
        (
            b'{"at":1,"import":"."}',
            "Is a directory: give the path of an order file that can be read",
        ),
        (
            b'{"at":1,"import":"events.jsonl"}',
            "is JSON, not a spreadsheet or CSV: export the orders as XLSX or CSV",
        ),
        (
            b'{"at":1,"command":"stop"}',
            "one of clear, print-again, label-is-there, reprint, end-warnings,"
            " accept-ledger: correct that line",
        ),
        (
            b'{"at":1,"view":[{"code":"a","box":[[1,2]]}]}',
            "box: must have 4 corners, or be left out: correct that line",
        ),
        (
            b'{"at":1,"view":[],"unread":-1}',
            "Expected `int` >= 0 - at `$.unread`: correct that line",
        ),
        (b'{"at":2}\n{"at":1}', "line 2: at = 1: must not be before 2: sort the file"),
        (b'{"at":1,"scan":"\xff"}', ": correct that line"),  # in msgspec's words, which change
        (b"[" * 50_000, "Expected `object`, got `array`: correct that line"),
        (b"\0\0\0\x18ftypmp42", f"events.jsonl: {NO_FRAMES}"),
    ],
)
def test_a_wrong_recording_is_one_line_that_says_where_and_what_to_do(
    capsys: pytest.CaptureFixture[str], book: Path, text: bytes, error: str
) -> None:
    path = book.with_name("events.jsonl")
    path.write_bytes(text)
    assert main(["replay", str(path), "--book", str(book)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"samebag: {path}: " if "line" in error else "samebag: ")
    assert line.endswith(error)


def test_files_that_are_not_there_or_not_what_they_should_be_are_named(
    book: Path, tmp_path: Path
) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text('{"at":1}\n')
    for arguments, error in [
        (
            (tmp_path / "none.mp4", "--book", book),
            "none.mp4: No such file or directory: give a recording",
        ),
        ((tmp_path / "empty", "--book", book), f"empty: {NO_FRAMES}"),
        (
            (events, "--book", tmp_path / "none.csv"),
            f"none.csv: No such file or directory: {GIVE_BOOK}",
        ),
        ((events, "--book", tmp_path / "empty"), f"empty: Is a directory: {GIVE_BOOK}"),
    ]:
        (tmp_path / "empty").mkdir(exist_ok=True)
        done = samebag("replay", *arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"samebag: {tmp_path}/{error}\n"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"SQLite format 3\0" + b"\0" * 4096, "file is not a database: move the file away"),
        (None, "has no orders: import an order file into it, or give one with --book"),
        ("other", "is not a Samebag book: move the file away"),
        (
            "broken",
            "move the file away and import the order files again; the ledger is not touched",
        ),
    ],
)
def test_a_book_that_cannot_be_used_is_named_before_anything_is_judged(
    capsys: pytest.CaptureFixture[str],
    book: Path,
    tmp_path: Path,
    content: bytes | str | None,
    error: str,
) -> None:
    given, events = tmp_path / "given.db", tmp_path / "events.jsonl"
    events.write_text('{"at":1,"scan":"LX000000001CN"}\n{"at":2,"scan":"OA"}\n')
    if isinstance(content, bytes):
        given.write_bytes(content)
    elif content == "other":
        with closing(sqlite3.connect(given)) as db:
            db.execute("CREATE TABLE parcel (name)")
    elif content == "broken":
        import_file(book, given)
        with closing(sqlite3.connect(given)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        given.write_bytes(given.read_bytes()[:4096] + b"x" * (given.stat().st_size - 4096))
    else:
        open_writer(given, SCHEMA, synchronous="FULL").close()
    assert main(["replay", str(events), "--book", str(given)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"samebag: {given}: ")
    assert error in said.err


def test_refused_rows_of_the_book_are_said_and_the_rest_is_judged(tmp_path: Path) -> None:
    book, events = tmp_path / "book.csv", tmp_path / "events.jsonl"
    book.write_text(ORDERS.replace("LX000000002CN", "1.23E+15"), encoding="utf-8")
    events.write_text(
        '\ufeff{"at":1,"scan":"LX000000001CN"}\n{"at":2,"scan":"OA"}\n{"at":3,"scan":"包裹😀"}\n',
        "utf-8",
    )
    done = samebag("replay", events, "--book", book, PYTHONIOENCODING="latin-1")
    match, unknown = without_waits(done.stdout)
    assert (match["verdict"], unknown["verdict"]) == ("match", "unknown")
    assert '"code": "包裹😀"' in done.stdout
    assert "tracking_number = '1.23E+15'" in done.stderr


@pytest.mark.parametrize(
    ("level", "verdict"), [("off", "match"), ("warn", "match"), ("hold", "barred")]
)
def test_a_check_warns_or_holds_as_the_settings_say(
    tmp_path: Path, level: str, verdict: str
) -> None:
    (tmp_path / "book.csv").write_text(
        "parcel,tracking_number,orders,note\nA,LX000000005CN,OA,ring twice\n"
    )
    (tmp_path / "settings.toml").write_text(f'[checks]\nnote = "{level}"\n')
    (tmp_path / "events.jsonl").write_text(
        '{"at":1,"scan":"LX000000005CN"}\n{"at":2,"scan":"OA"}\n'
    )
    arguments = ("--book", tmp_path / "book.csv", "--settings", tmp_path / "settings.toml")
    (line,) = without_waits(samebag("replay", tmp_path / "events.jsonl", *arguments).stdout)
    assert (line["verdict"], line.get("check"), line["print"]) == (
        verdict,
        None if level == "off" else "note",
        verdict == "match",
    )
