"""A station's files after many bags, written by the code that a station writes with: book, ledger,
stamps and counts.

A day has BAGS_A_DAY. Of them some are stopped as mix-ups with the bag before and pass a moment
later; all else is seen with both labels in one view, printed, confirmed and photographed.
"""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec

from samebag.core.bag.swaps import Swaps
from samebag.core.labels import Kind
from samebag.core.parcels import Item, Parcel
from samebag.core.verdicts import (
    GiveNotice,
    LabelRead,
    NoticeKind,
    Proof,
    ReadBy,
    Verdict,
    VerdictKind,
)
from samebag.orders.taking.importer import import_file
from samebag.ports import JobState
from samebag.store.database import open_writer
from samebag.store.keeper import Keeper
from samebag.store.ledger import chain, counting
from samebag.store.ledger.chain import LEDGER, Moment, Pen
from samebag.store.ledger.writer import TOGETHER
from tests.bench.parcels import logistics_number, order_number, tracking_number, write_order_file

BAGS_A_DAY = 5000
FIRST_DAY = datetime.fromisoformat("2026-01-02T08:00:00.123+08:00")
MISMATCH_EVERY = 97
PACKERS = ("LI WEI", "CHEN JIE", "")
STATION = "bench-3"
BOOT = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
A_TURN = 5000


def write_files(folder: Path, bags: int) -> None:
    """book.db and ledger.db, with the note and first key in note/. Parcel ``n`` is bag ``n``'s."""
    write_order_file(folder / "orders.csv", bags)
    import_file(folder / "orders.csv", folder / "book.db")
    (folder / "note").mkdir()
    pack(folder, 1, bags)


def pack(folder: Path, first: int, last: int) -> None:
    """Those bags into the ledger, a few thousand a commit; it is made where it is not there."""
    keeper = Keeper(folder / "note")
    with closing(open_writer(folder / "ledger.db", LEDGER, synchronous="OFF")) as db:
        why, stamps = keeper.look(db)
        assert not why, why
        for turn in range(first, last + 1, A_TURN):
            db.execute("BEGIN")
            pen = Pen(db, stamps)
            if not stamps:
                keeper.begin(pen, _moment(0, 0.0))
            for bag in range(turn, min(turn + A_TURN, last + 1)):
                _pack(pen, bag)
                if bag % TOGETHER == 0:
                    chain.tell_printed(pen, _moment(bag, 1.0))
            db.execute("COMMIT")
            stamps = pen.stamps
            assert stamps
            keeper.committed(db, pen.head, stamps)
            while counting.count_some(db):
                pass
    keeper.close()


def _pack(pen: Pen, bag: int) -> None:
    steps = (_moment(bag, step / 10) for step in count())
    if bag > 1 and bag % MISMATCH_EVERY == 0:
        _mix_up(pen, bag, next(steps))
    labels = _label(Kind.WAYBILL, tracking_number(bag)), _label(Kind.CARGO_LIST, order_number(bag))
    name, packer = parcel(bag), PACKERS[bag % len(PACKERS)]
    verdict = Verdict(
        VerdictKind.MATCH, bag, 0.0, labels, name, (name,), Proof.ONE_FRAME, packer=packer
    )
    chain.append_match(pen, verdict, STATION, next(steps), prints=True, parcel=_record(bag))
    evidence = {
        "path": f"/var/lib/samebag/evidence/2026-01-02/bag-{bag}.jpg",
        "sha256": f"{bag:064x}",
    }
    pen.append("evidence", bag, next(steps), chain.to_json(evidence))
    for state in (JobState.SENDING, JobState.SENT, JobState.CONFIRMED):
        chain.move_job(pen, bag, state, "", next(steps))


def _mix_up(pen: Pen, bag: int, moment: Moment) -> None:
    """With the label of a bag that has passed: a recall of that one."""
    labels = (
        _label(Kind.WAYBILL, tracking_number(bag)),
        _label(Kind.CARGO_LIST, order_number(bag - 1)),
    )
    names = parcel(bag), parcel(bag - 1)
    verdict = Verdict(VerdictKind.MISMATCH, bag, 0.0, labels, None, names, Proof.ONE_FRAME)
    pen.append("verdict", bag, moment, chain.to_json(chain.verdict_body(verdict, STATION)))
    notice = GiveNotice(NoticeKind.WANTED, bag, 0.0, names)
    body = {"notice": notice.notice, "parcels": names, "state": msgspec.to_builtins(Swaps())}
    pen.append("swaps", bag, moment, chain.to_json(body))


def parcel(bag: int) -> str:
    return f"P{bag:08d}"


def _label(kind: Kind, code: str) -> LabelRead:
    return LabelRead(kind, code, ReadBy.CAMERA)


def _record(bag: int) -> Parcel:
    """What the order file says of it."""
    sku = f"SKU-{bag % 9973}"
    items = (
        Item(sku, "棉质T恤 Cotton T-shirt", "红色 Red / XL", 1),
        Item(f"{sku}B", "手机壳 Phone case", "透明 Clear", 2),
        Item(f"{sku}C", "发圈套装 Hair ties", "混色 Mixed / 10", 1),
    )
    codes = (order_number(bag),)
    service = "AliExpress Standard Shipping"
    return Parcel(
        parcel(bag),
        tracking_number(bag),
        (logistics_number(bag),),
        codes,
        codes,
        service=service,
        country="ES",
        items=items,
    )


def _moment(bag: int, step_s: float) -> Moment:
    day, of_day = divmod(bag, BAGS_A_DAY)
    when = FIRST_DAY + timedelta(days=day, seconds=7 * of_day + step_s)
    return Moment(when.isoformat(timespec="milliseconds"), BOOT, 1000.125 + 7 * bag + step_s)


if __name__ == "__main__":
    write_files(Path(sys.argv[1]), int(sys.argv[2]))
