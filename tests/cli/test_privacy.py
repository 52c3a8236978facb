"""A buyer's name put wherever one can get in: it comes out nowhere, as commands and a real daemon
show."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from .daemon import Daemon, Wires, samebag, wired

NAMES = ("Maria", "Silva", "Augusta", "MARIA", "SILVA", "AUGUSTA")
ADDRESS = "Maria da Silva, Rua Augusta 12"
COLUMNS = (
    "订单号",
    "订单状态",
    "买家名称",
    "收货人名称",
    "地址",
    "收货国家",
    "产品信息",
    "实际发货物流:运单号",
)
PRODUCTS = "【1】Mug\n(产品属性: white)\n(商家编码:MUG-1)\n(产品数量:1 piece)"


@pytest.fixture
def wires() -> Iterator[Wires]:
    with wired() as wires:
        yield wires


def order(number: str, tracking: str) -> tuple[str, ...]:
    return (
        number,
        "等待您发货",
        "Maria",
        "Maria da Silva",
        "Rua Augusta 12",
        "BR",
        PRODUCTS,
        tracking,
    )


def export(path: Path, *rows: tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return path


def named_in(text: str | bytes) -> list[str]:
    text = text.decode(errors="replace") if isinstance(text, bytes) else text
    return [name for name in NAMES if name in text]


def test_an_export_full_of_buyers_leaves_none_in_the_book_nor_on_any_list(wires: Wires) -> None:
    good, shifted = (
        order("8012345678901234", "EMS:EA000000001CN"),
        order("8012345678901235", "Maria: da Silva; Rua Augusta 12"),
    )
    orders = export(wires.folder / "orders.csv", good, shifted, order("Maria", "x")[:3])
    given = ("--settings", wires.settings)
    said = [samebag("import", orders, *given)]
    assert json.loads(said[0].stdout)["new"] == 1
    assert said[0].stderr.count("\n") == 2
    said += [
        samebag("case", "add", "8012345678901234", "--cause", "P2", "--note", ADDRESS, *given),
        samebag("case", "list", *given),
        samebag("replay", events(wires.folder), "--book", wires.folder / "state" / "book.db"),
    ]
    assert [done.returncode for done in said] == [1, 0, 0, 0]
    assert "M…" in said[-1].stdout
    assert [named_in(done.stdout + done.stderr) for done in (said[0], *said[2:])] == [[], [], []]
    assert named_in((wires.folder / "state" / "book.db").read_bytes()) == []


def events(folder: Path) -> Path:
    path = folder / "events.jsonl"
    path.write_text(
        "".join(json.dumps(event) + "\n" for event in ({"at": 1, "scan": ADDRESS}, {"at": 9}))
    )
    return path


def test_an_address_scanned_by_hand_reaches_neither_journal_nor_ledger_nor_pages(
    wires: Wires,
) -> None:
    wires.import_orders()
    wires.plug_scanner()
    daemon = Daemon(wires)
    try:
        daemon.listens()
        wires.scan(ADDRESS.upper())
        daemon.until("Unknown: unknown code M…D…S…,R…A…12")
        wires.scan(f"{ADDRESS} São")
        daemon.until("is not ASCII text: scan again")
    finally:
        assert daemon.terminate() == 0
    assert [line for line in daemon.lines if named_in(line)] == []
    state = wires.folder / "state"
    told = [
        path.name for path in state.rglob("*") if path.is_file() and named_in(path.read_bytes())
    ]
    assert told == []
