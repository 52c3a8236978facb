"""The store's story from the command line, as docs/manual.md tells it: two ERPs, a swap stopped,
one that got out, 150 letters fewer."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.aliexpress import HEADER
from tests.cli.daemon import Daemon, Wires, samebag, wired
from tests.orders.exports import ERP_HEADER, ali_row, write

OLD = {"8143812362060033": "LX000000011CN", "8143812362060034": "LX000000012CN"}
NEW = {  # parcel and its order; the new ERP's lists carry the parcel's number
    "XM001": ("8143812362060035", "RB000000013CN"),
    "XM002": ("8143812362060036", "RB000000014CN"),
    "XM003": ("8143812362060037", "RB000000015CN"),
}


class Shop:
    """Whoever types the commands. Each must end as it is told to; ``said`` is what it prints."""

    def __init__(self, wires: Wires) -> None:
        self.wires, self.folder = wires, wires.folder
        with wires.settings.open("a") as settings:
            settings.write('[store]\nname = "Good Store"\nchannel = "AliExpress messages"\n')

    def runs(self, *command: str | Path, code: int = 0) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.done(*command, code=code).stdout.splitlines()]

    def is_refused(self, *command: str | Path) -> str:
        return self.done(*command, code=1).stderr

    def done(self, *command: str | Path, code: int) -> subprocess.CompletedProcess[str]:
        done = samebag(*command, "--settings", self.wires.settings)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done


@pytest.fixture
def shop() -> Iterator[Shop]:
    with wired() as wires:
        yield Shop(wires)


def test_the_walk(shop: Shop) -> None:
    _the_orders_of_two_erps_are_taken(shop)
    _a_swapped_pair_is_stopped_and_another_gets_out(shop)
    _the_shipping_notice_is_told_once_and_refused_twice(shop)
    _the_complaint_finds_the_partner_and_what_the_buyers_are_owed(shop)
    _the_story_of_a_parcel_is_told_and_all_of_it_is_proven(shop)


def _the_orders_of_two_erps_are_taken(shop: Shop) -> None:
    rows = [ali_row(order, f"China Post:{number}") for order, number in OLD.items()]
    (taken,) = shop.runs("import", write(shop.folder / "old-erp.xlsx", HEADER, rows))
    assert (taken["profile"], taken["new"]) == ("aliexpress", 2)
    new = [
        (p, order, "待打单", number, "挂号小包", "ES", "T1", "棉质T恤", "", 1)
        for p, (order, number) in NEW.items()
    ]
    (taken,) = shop.runs("import", write(shop.folder / "new-erp.csv", ERP_HEADER, new, "gb18030"))
    assert (taken["profile"], taken["new"]) == ("erp-zh", 3)


def _a_swapped_pair_is_stopped_and_another_gets_out(shop: Shop) -> None:
    """Without a camera nobody sees that a waybill and a list, scanned in turn, are on two bags."""
    shop.wires.plug_scanner()
    shop.wires.plug_printer()
    daemon = Daemon(shop.wires)
    try:
        daemon.listens()
        shop.wires.scan("LX000000011CN", "8143812362060034")
        daemon.until("mismatch verdict=mismatch")
        shop.wires.scan("SAMEBAG-CLEAR")
        pairs = [(number, order) for order, number in OLD.items()]
        pairs += [(number, parcel) for parcel, (_, number) in NEW.items()]
        for count, (number, on_list) in enumerate(pairs, 1):
            shop.wires.scan(number, on_list)
            daemon.until(r"match verdict=match", count)
    finally:
        assert daemon.terminate() == 0


def _the_shipping_notice_is_told_once_and_refused_twice(shop: Shop) -> None:
    export = ("export", "shipments", "--profile", "aliexpress")
    *rows, summary = shop.runs(*export)
    assert (len(rows), summary["committed"]) == (5, False)
    (summary,) = shop.runs(*export, "--commit")
    orders = {row["outRef"] for row in _table(Path(summary["folder"]) / "shipments.csv")}
    assert orders == {*OLD, *(order for order, _ in NEW.values())}
    assert "was exported before" in shop.is_refused(*export, "--commit")
    assert "parcel XM001: was exported" in shop.is_refused(*export, "--commit", "XM001")
    assert [path.name for path in (shop.folder / "state" / "exports").iterdir()] == [
        "shipments-1-aliexpress"
    ]


def _the_complaint_finds_the_partner_and_what_the_buyers_are_owed(shop: Shop) -> None:
    (order, _), (other, _) = NEW["XM001"], NEW["XM002"]
    complaints = shop.folder / "complaints.txt"
    complaints.write_text(f"{order} 收到 {other} 的货\n", encoding="gb18030")
    out = shop.folder / "incident"
    *found, counts = shop.runs(
        "incident", "--complaints", complaints, "--from", "2000", "--out", out
    )
    levels = {finding["parcel"]: (finding["level"], finding["why"]) for finding in found}
    assert levels["XM001"] == ("certain", "complained")
    assert levels["XM002"] == ("certain", "goods-elsewhere")
    assert levels["XM003"] == ("possible", "weak-proof")
    assert (counts["certain"], counts["parcels"]) == (2, 5)
    assert {row["order"] for row in _table(out / "reship.csv")} == {f"{order}-RE", f"{other}-RE"}
    assert {path.name for path in (out / "letters").iterdir()} == {
        f"{place:03}-{name}.{language}.txt"
        for place, name in ((1, order), (2, other))
        for language in ("zh", "en")
    }
    letter = (out / "letters" / f"001-{order}.en.txt").read_text("utf-8")
    assert f"{order}-RE" in letter and "Good Store" in letter and "AliExpress messages" in letter


def _the_story_of_a_parcel_is_told_and_all_of_it_is_proven(shop: Shop) -> None:
    about, *told = shop.runs("trace", NEW["XM001"][0])
    assert (about["parcel"], about["where"]) == ("XM001", "exported")
    assert [line["kind"] for line in told if line["kind"] != "print job"] == ["verdict", "shipment"]
    first, *told = shop.runs("trace", "0033")
    assert first["parcel"] == "8143812362060033"
    assert "mismatch: labels of two parcels" in told[0]["en"]
    for ledger in ("ledger.db", "shipments.db"):
        (proven,) = shop.runs("verify", "--ledger", shop.folder / "state" / ledger)
        assert proven["whole"]


def _table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
