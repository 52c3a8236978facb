"""``samebag replay --against``: yesterday's bags, had a changed order file been there."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from samebag.cli import main
from samebag.core.labels import Kind
from samebag.core.verdicts import LabelRead, Proof, ReadBy, Verdict, VerdictKind
from samebag.orders.taking.importer import import_file
from tests.store.ledgers import next_event, opened

NAMES = ("parcel", "tracking_number", "orders", "list_codes", "status")


def orders(folder: Path, name: str, *rows: tuple[str, ...]) -> Path:
    path = folder / name
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([NAMES, *rows])
    return path


def bag(number: int, kind: VerdictKind, parcel: str, waybill: str, cargo_list: str) -> Verdict:
    labels = (
        LabelRead(Kind.WAYBILL, waybill, ReadBy.CAMERA),
        LabelRead(Kind.CARGO_LIST, cargo_list, ReadBy.CAMERA),
    )
    return Verdict(
        kind, number, 1.0 * number, labels, parcel or None, tuple(parcel or "AB"), Proof.ONE_FRAME
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A station that yesterday passed A, B and C and stopped a mix-up of A and B; its settings are
    in the folder."""
    old = [
        (name, f"LP0000000000000{n}", f"O{name}", f"O{name}", "open")
        for n, name in enumerate("ABC", 1)
    ]
    import_file(orders(tmp_path, "orders.csv", *old), tmp_path / "book.db")
    with opened(tmp_path / "ledger.db") as (ledger, events):
        ledger.record(bag(1, VerdictKind.MISMATCH, "", old[0][1], "OB"))
        for number, (name, waybill, order, *_) in enumerate(old, 2):
            ledger.record(bag(number, VerdictKind.MATCH, name, waybill, order))
            next_event(events)
    (tmp_path / "settings.toml").write_text(f'[storage]\ndirectory = "{tmp_path}"\n')
    return tmp_path


def against(
    folder: Path, capsys: pytest.CaptureFixture[str], *rows: tuple[str, ...]
) -> tuple[int, list[object], object]:
    path = orders(folder, "new.csv", *rows)
    code = main(
        ["replay", "--against", str(path), "--settings", str(folder / "settings.toml"), "--json"]
    )
    *bags, total = map(json.loads, capsys.readouterr().out.splitlines())
    return code, [(told["bag"], told["was"], told["now"]) for told in bags], total


def test_waybills_that_the_new_file_no_longer_knows_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = [
        (name, f"RB00000000{n}CN", f"O{name}", f"O{name}", "open") for n, name in enumerate("AB", 1)
    ]
    code, bags, total = against(folder, capsys, *new)
    assert (code, bags) == (
        1,
        [(1, "mismatch", "unknown"), (2, "match", "unknown"), (3, "match", "unknown")],
    )
    differ = {"mismatch → unknown": 1, "match → unknown": 2}
    assert total == {"day": "2026-02-10", "bags": 4, "as_before": 0, "absent": 1, "differ": differ}


def test_a_file_that_knows_the_same_labels_changes_nothing_whatever_became_of_the_parcels(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = [
        (name, f"LP0000000000000{n}", f"O{name}", f"O{name}", "shipped")
        for n, name in enumerate("ABC", 1)
    ]
    code, bags, total = against(folder, capsys, *same)
    assert (code, bags) == (0, [])
    assert total == {"day": "2026-02-10", "bags": 4, "as_before": 4, "absent": 0, "differ": {}}


def test_a_file_in_which_both_labels_of_a_mix_up_would_go_together_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one_list = [
        (name, f"LP0000000000000{n}", f"O{name}", "OA;OB;OC", "open")
        for n, name in enumerate("ABC", 1)
    ]
    code, bags, _ = against(folder, capsys, *one_list)
    assert (code, bags) == (1, [(1, "mismatch", "match")])


def test_it_wants_either_a_path_or_a_file_to_hold_against(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words in ([], ["x.jsonl"], ["x.jsonl", "--against", "y.csv"]):
        assert main(["replay", *words]) == 2
        assert "give PATH with --book, or --against FILE" in capsys.readouterr().err
