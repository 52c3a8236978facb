"""A bag of each carrier, with its waybill's symbol as it is printed and the number as an ERP
exports it: by replay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from samebag.cli import main
from samebag.core.codes.rules import carriers

from .test_rules_replayed import Line, clear, scan

SAMPLES = [
    pytest.param(text, number, id=rule.name) for rule in carriers() for text, number in rule.samples
]
OWN, OTHER = "7000000001", "7000000002"  # what the lists of two parcels say
FLAT, ZIP5, ZIP4 = (
    "4201000192009401755477300424123456",
    "92009401755477300424123456",
    "9401755477300424123456",
)


def seen(from_s: float, *texts: str) -> list[Line]:
    places = [
        [[x, 10], [x + 90, 10], [x + 90, 60], [x, 60]] for x in range(0, 200 * len(texts), 200)
    ]
    view = [
        {"code": text, "by": ["zxing"], "box": box} for text, box in zip(texts, places, strict=True)
    ]
    return [
        {"at": from_s + 0.08 * k, "view": view, "occupied": True, "unread": 0} for k in range(8)
    ]


def replayed(
    folder: Path, capsys: pytest.CaptureFixture[str], numbers: dict[str, str], lines: list[Line]
) -> list[dict[str, object]]:
    """``numbers``: what the order file has for P, and for Q."""
    orders = {"P": OWN, "Q": OTHER}
    rows = "".join(f'{parcel},"{number}",{orders[parcel]}\n' for parcel, number in numbers.items())
    (folder / "orders.csv").write_text(f"parcel,tracking_number,orders\n{rows}", encoding="utf-8")
    (folder / "events.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8"
    )
    assert (
        main(
            ["replay", str(folder / "events.jsonl"), "--book", str(folder / "orders.csv"), "--json"]
        )
        == 0
    )
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def labels(told: list[dict[str, object]]) -> list[dict[str, str]]:
    """Of the match."""
    found = next(line["labels"] for line in told if line.get("verdict") == "match")
    assert isinstance(found, list)
    return found


def verdicts(told: list[dict[str, object]]) -> list[object]:
    return [line["verdict"] for line in told if "verdict" in line]


@pytest.mark.parametrize(("text", "number"), SAMPLES)
def test_a_carriers_symbol_is_its_parcels_waybill_by_scan_and_by_camera(
    text: str, number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_scan = [scan(0, text), scan(1, OTHER), clear(2), scan(20, text), scan(21, OWN)]
    numbers = {"P": number, "Q": "RR123456785CN"}
    told = replayed(tmp_path, capsys, numbers, by_scan)
    assert verdicts(told) == ["mismatch", "match"], "with another parcel's list, and with its own"
    waybill = labels(told)[0]
    is_whole = waybill["code"] == text.upper()
    assert waybill.get("text") == (None if is_whole else text), (
        "the ledger keeps what stood on the label"
    )
    assert verdicts(replayed(tmp_path, capsys, numbers, seen(0, text, OTHER))) == ["mismatch"]
    assert verdicts(replayed(tmp_path, capsys, numbers, seen(0, text, OWN))) == ["match"]


@pytest.mark.parametrize("lists", [OWN, OTHER])
def test_a_text_that_is_two_parcels_number_by_two_readings_is_green_only(
    lists: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = {"P": ZIP5, "Q": ZIP4}
    told = replayed(
        tmp_path, capsys, numbers, [*seen(0, FLAT, lists), scan(1, FLAT), scan(2, lists)]
    )
    assert (verdicts(told), told[-1]["waits"]) == ([], "readings")
    sure = numbers["P" if lists == OWN else "Q"]
    assert verdicts(
        replayed(tmp_path, capsys, numbers, [scan(1, FLAT), scan(2, lists), scan(3, sure)])
    ) == ["match"]


def test_a_postcode_alone_is_no_red_and_a_book_may_have_it_as_an_order_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = "9400111899223334445554"
    lines = [scan(0, "42010001"), scan(1, f"42010001{number}"), scan(2, OWN)]
    told = replayed(tmp_path, capsys, {"P": number, "Q": "RR123456785CN"}, lines)
    assert [line.get("notice") or line.get("verdict") for line in told if "waits" not in line] == [
        "nameless",
        "match",
    ]
    told = replayed(
        tmp_path,
        capsys,
        {"P": "42010001", "Q": "RR123456785CN"},
        [scan(0, "42010001"), scan(1, OWN)],
    )
    assert verdicts(told) == ["match"]
