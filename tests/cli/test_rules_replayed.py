"""What the reads could prevent is prevented: rules that a fault has paid for, as recordings for
``samebag replay``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from samebag.cli import main

HEADER = "parcel,tracking_number,waybill_codes,orders,list_codes,status,print_order\n"
BOOK = HEADER + "".join(
    f"{name},{waybill},,{order},{codes},open,{place}\n"
    for place, (name, waybill, order, codes) in enumerate(
        [
            ("A", "LX100000017CN", "8100000001", ""),
            ("B", "LX100000025CN", "8100000002", ""),
            ("C", "LX100000034CN", "8100000003", ""),
            ("S", "LX100000051CN", "8100000005", "LX100000051CN"),  # one code on both labels
        ],
        start=1,
    )
)
WA, LA, WB, LB, WC, LC, WS = (
    "LX100000017CN",
    "8100000001",
    "LX100000025CN",
    "8100000002",
    "LX100000034CN",
    "8100000003",
    "LX100000051CN",
)
MERGED_A, ANOTHER_S10 = "SB1|A|1|1|ABCDEFGH", "RR123456785CN"
ONE_FRAME, CONFIRM = '[rules]\npairing = "one-frame"\n', "[rules]\nconfirm_label = true\n"
Line = dict[str, object]


def lying(
    codes: str, from_s: float, to_s: float, *, by: str = "zxing", unread: int = 0
) -> list[Line]:
    """Frames every 0.08 s; the codes side by side, always in the same places."""
    view = [
        {"code": code, "by": by.split(), "box": [[x, 10], [x + 90, 10], [x + 90, 60], [x, 60]]}
        for x, code in enumerate(codes.split())
        for x in [200 * x]
    ]
    times = [round(from_s + 0.08 * k, 2) for k in range(int((to_s - from_s) / 0.08) + 1)]
    return [{"at": at, "view": view, "occupied": True, "unread": unread} for at in times]


def bare(from_s: float, to_s: float) -> list[Line]:
    return [{**line, "occupied": False} for line in lying("", from_s, to_s)]


def scan(at: float, code: str) -> Line:
    return {"at": at, "scan": code}


def clear(at: float) -> Line:
    return {"at": at, "command": "clear"}


def late(line: Line, at: float) -> Line:
    return {**line, "at": at, "taken": line["at"]}


def in_time(*lines: Line | list[Line]) -> list[Line]:
    flat = [line for part in lines for line in (part if isinstance(part, list) else [part])]
    return sorted(flat, key=lambda line: float(str(line["at"])))


CASES: dict[str, tuple[str, list[Line], list[str]]] = {
    "a view that old is no part of a proof": ("", [*lying(LA, 0, 0.08), scan(1.9, WA)], []),
    "a camera that did not look proves nothing": (
        "",
        [*lying(WA, 0, 0.08), *lying(LA, 4.3, 5)],
        [],
    ),
    "a merged label on another's bag seals nothing": (
        CONFIRM,
        [scan(0, WA), scan(1, LA), scan(4, WB), scan(5, MERGED_A), scan(6, LB)],
        ["match A", "mismatch A B"],
    ),
    "one code on both labels, in two places": ("", lying(f"{WS} {WS}", 0, 2), []),
    "the same with one-frame pairing": (ONE_FRAME, lying(f"{WS} {WS}", 0, 2), []),
    "labels of two sides of a bag are told, and not green": (
        ONE_FRAME,
        [*bare(0, 0.3), *lying(WA, 0.4, 1.1), *lying(LB, 1.2, 1.9), *bare(2, 2.3)],
        ["incomplete A B"],
    ),
    "a foreign label that was covered since": (
        ONE_FRAME,
        [
            *lying(WB, 0, 0.2, by="zxing zbar"),
            *lying("", 0.3, 0.35, unread=1),
            *lying(f"{WA} {LA}", 0.4, 2),
        ],
        ["bare-unknown"],
    ),
    "until the table was bare": (
        ONE_FRAME,
        [
            *lying(WB, 0, 0.2),
            *lying(f"{WA} {LA}", 0.4, 0.6),
            *bare(1, 1.3),
            *lying(f"{WA} {LA}", 1.6, 2),
        ],
        ["bare-unknown", "incomplete A B", "match A"],
    ),
    "the next bag pushed in is green with its second view": (
        "",
        [*lying(f"{WA} {LA}", 0, 1), *lying("", 1, 1.1), *lying(f"{WC} {LC}", 1.16, 3)],
        ["match A", "match C"],
    ),
    "a glimpse of a neighbour's label costs settle_s": (
        "",
        [
            *lying(f"{WA} {LA}", 0, 0.05),
            *lying(f"{WA} {LA} {WB}", 0.08, 0.1),
            *lying(f"{WA} {LA}", 0.16, 0.6),
        ],
        ["match A"],
    ),
    "a foreign waybill that the book lacks": (
        ONE_FRAME,
        lying(f"{WA} {LA} {ANOTHER_S10}", 0, 9),
        [],
    ),
    "two numbers on one waybill": (
        '[rules]\npairing = "one-frame"\nstrict_unknown = true\n',
        lying(f"{WA} LP00123456789012 {LA}", 0, 9),
        [],
    ),
    "a frame from before CLEAR": (
        "",
        in_time(
            [
                *lying(WA, 0, 0.2),
                clear(0.3),
                late(lying(WA, 0.24, 0.25)[0], 0.35),
                *lying(LA, 0.4, 0.9),
            ]
        ),
        ["cleared"],
    ),
    "a frame from before the bare table": (
        "",
        in_time(
            [
                *bare(0, 0.3),
                *lying(WA, 0.4, 0.8),
                *bare(1, 1.2),
                late(lying(WA, 0.88, 0.9)[0], 1.22),
            ]
        )
        + lying(LA, 1.3, 2),
        ["incomplete A"],
    ),
    "a CLEAR with the next bag in view": (
        "",
        in_time(
            [*lying(f"{WA} {LB}", 0, 0.5), *bare(0.8, 1.1), *lying(f"{WC} {LC}", 1.5, 3), clear(2)]
        ),
        ["mismatch A B", "wanted", "cleared", "match C"],
    ),
    "a duplicate that nobody acknowledged": (
        "",
        [
            *lying(f"{WA} {LA}", 0, 1),
            *bare(1.1, 2.5),
            *lying(f"{WA} {LA}", 3, 4),
            *lying(WB, 4.1, 5),
        ],
        ["match A", "duplicate A", "mismatch A B", "wanted"],
    ),
}


def replayed(
    folder: Path, capsys: pytest.CaptureFixture[str], settings: str, lines: list[Line]
) -> list[Line]:
    (folder / "book.csv").write_text(BOOK)
    (folder / "settings.toml").write_text(settings)
    (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    at = {name: str(folder / name) for name in ("events.jsonl", "book.csv", "settings.toml")}
    assert (
        main(
            [
                "replay",
                at["events.jsonl"],
                "--book",
                at["book.csv"],
                "--settings",
                at["settings.toml"],
            ]
        )
        == 0
    )
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("name", CASES)
def test_what_the_reads_could_prevent_is_prevented(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, lines, told = CASES[name]
    out = replayed(tmp_path, capsys, settings, lines)
    verdicts = [
        " ".join([str(line["verdict"]), *map(str, line["parcels"])])  # type: ignore[call-overload]
        if "verdict" in line
        else str(line["notice"])
        for line in out
        if "waits" not in line
    ]
    assert verdicts == told


@pytest.mark.parametrize(
    ("lines", "waits"),
    [
        (
            [*bare(0, 1), scan(1, WA), *bare(1.04, 1.7), scan(1.8, LA), *bare(1.84, 2)],
            ["cargo list", "in hand"],
        ),
        (
            [*bare(0, 0.9), scan(0.93, LA), *bare(0.96, 0.97), *lying("", 1, 2), scan(2.1, WA)],
            ["waybill", "in hand"],
        ),
        (lying(f"{WS} {WS}", 0, 1), ["same code"]),
        ([scan(0, WA)], ["cargo list"]),
    ],
)
def test_what_a_bag_waits_for_is_told_at_once(
    lines: list[Line], waits: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = replayed(tmp_path, capsys, "", lines)
    assert [line["waits"] for line in out if "waits" in line][: len(waits)] == waits


def test_an_order_that_changed_since_its_match_is_never_sealed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / "book.csv").write_text(BOOK.replace("8100000001", "8100000009"))
    lines = [scan(0, WA), scan(1, LA), {"at": 2, "import": "newer/book.csv"}, scan(3, MERGED_A)]
    out = replayed(tmp_path, capsys, CONFIRM, lines)
    assert [line.get("verdict") or line.get("notice") for line in out if "waits" not in line] == [
        "match",
        "changed",
    ]
