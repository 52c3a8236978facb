"""``samebag teach``: bags as lines, as a recording, as pictures; what is found, warned of, written,
and then judged."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import cv2
import pytest

from samebag.cli import main
from samebag.core.labels import Kind
from samebag.core.verdicts import LabelRead, ReadBy, Verdict, VerdictKind
from samebag.orders import profile
from samebag.orders.taking.importer import import_file
from tests.store.ledgers import opened
from tests.vision.pictures import bag, code, put

from .test_rules_replayed import Line, lying, scan

ORDERS = "parcel,tracking_number,orders\n" + "".join(
    f"{name},{number},#100{place}\n"
    for place, (name, number) in enumerate(
        [
            ("A", "273198627451"),
            ("B", "501234567890"),
            ("C", "609876543210"),
            ("D", "711111111119"),
        ],
        1,
    )
)
NEW = [("XQ273198627451Z9", "1001"), ("XQ501234567890Z4", "1002"), ("XQ609876543210Z1", "1003")]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "orders.csv").write_text(ORDERS)
    import_file(tmp_path / "orders.csv", tmp_path / "book.db")
    shutil.copy(Path(profile.__file__).parent / "profiles" / "samebag.toml", tmp_path / "own.toml")
    return tmp_path


def teach(
    store: Path, capsys: pytest.CaptureFixture[str], *args: object
) -> tuple[int, list[dict[str, object]]]:
    code = main(
        [
            "teach",
            *map(str, args),
            "--book",
            f"{store}/book.db",
            "--ledger",
            f"{store}/ledger.db",
            "--json",
        ]
    )
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_rules_are_told_tried_on_the_last_days_written_and_judge_the_next_bag(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = LabelRead(Kind.UNKNOWN, "XQ711111111119Z2", ReadBy.SCANNER)
    with opened(store / "ledger.db") as (ledger, _):
        ledger.record(Verdict(VerdictKind.UNKNOWN, 1, 1.0, (unknown,)))
    lines = "\n\n".join("\n".join(texts) for texts in NEW)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.encode()), "utf-8"))
    done, told = teach(store, capsys, "--write", store / "own.toml")
    assert done == 0
    assert [line["parcel"] for line in told if "parcel" in line] == ["A", "B", "C"]
    assert [(line["part"], line["code"], line["rule"]) for line in told if "part" in line][:2] == [
        ("273198627451", "273198627451", "new"),
        ("1001", "#1001", "new"),
    ]
    rules = [line["rule"] for line in told if "reads" in line]
    assert [
        (rule["on"], rule.get("mask"), rule.get("add")) for rule in rules if isinstance(rule, dict)
    ] == [
        ("cargo list", None, "#"),
        ("waybill", "XQ<############>Z#", None),
    ]
    assert told[-1] == {
        "bags": 3,
        "few": False,
        "rules": 2,
        "switch_on": [],
        "written": f"{store}/own.toml",
        "unknown_that_would_be_known": 1,
        "labels_that_would_be_another_parcels": 0,
    }
    events = [
        scan(0, "XQ711111111119Z8"),
        scan(1, "1003"),
        scan(9, "XQ711111111119Z8"),
        scan(10, "1004"),
    ]
    (store / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in events))
    assert main(["replay", f"{store}/events.jsonl", "--book", f"{store}/book.db", "--json"]) == 0
    verdicts = [json.loads(line).get("verdict") for line in capsys.readouterr().out.splitlines()]
    assert "mismatch" in verdicts
    (store / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in events[2:]))
    import_file(
        store / "orders.csv", store / "newer.db", profile=f"{store}/own.toml", no_states="open"
    )
    assert main(["replay", f"{store}/events.jsonl", "--book", f"{store}/newer.db", "--json"]) == 0
    assert "match" in capsys.readouterr().out, "an import by the profile takes its rules along"


def test_bags_of_a_recording_and_of_pictures(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty: list[Line] = [{"at": 3, "view": [], "occupied": False}]
    lines = [
        *lying("XQ273198627451Z9 1001", 0, 1),
        *empty,
        scan(4, "XQ501234567890Z4"),
        scan(5, "1002"),
    ]
    (store / "bags.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    done, told = teach(store, capsys, store / "bags.jsonl")
    assert ([line["parcel"] for line in told if "parcel" in line], told[-1]["few"], done) == (
        ["A", "B"],
        True,
        0,
    )
    frame = put(bag("XQ273198627451Z9", "1001"), code("A609876543210A", "codabar"), 20, 280)
    cv2.imwrite(f"{store}/bag.png", frame)
    _, told = teach(store, capsys, store / "bag.png")
    assert [line["parcel"] for line in told if "parcel" in line] == ["A"]
    assert told[-1]["switch_on"] == ["codabar"], "the camera does not read it yet"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("999999999\n888888888\n", "no part of any text is in the book"),
        ("273198627451\n#1002\n", "several parcels"),
        ("273198627451\n", "not found: scan it too"),
        ("42010001\n273198627451\n#1001\n", "names no parcel"),
    ],
)
def test_it_says_why_nothing_fits(
    store: Path, lines: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (store / "bags.txt").write_text(lines)
    done, told = teach(store, capsys, store / "bags.txt")
    assert any(said in str(line) for line in told)
    assert (done, told[-1]["rules"]) == (0 if "42010001" in lines else 1, 0)


def test_a_rule_that_reads_another_parcels_code_is_warned_of(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (store / "more.csv").write_text("parcel,tracking_number,orders\nE,X273198627451,#1009\n")
    import_file(store / "more.csv", store / "book.db")
    (store / "bags.txt").write_text("X501234567890\n#1002\n")
    done, told = teach(store, capsys, store / "bags.txt")
    assert (done, next(line["also"] for line in told if "also" in line)) == (
        1,
        ["X273198627451 → 273198627451"],
    )
    assert (
        main(
            [
                "teach",
                f"{store}/bags.txt",
                "--book",
                f"{store}/book.db",
                "--write",
                f"{store}/none.toml",
            ]
        )
        == 1
    )
    assert "none.toml: must be a profile that is there" in capsys.readouterr().err
