"""The night's jobs in their sandboxes: the ledger is proven, and an older copy in its place is told
by the journal."""

from __future__ import annotations

from .guest import Guest
from .orders import demo_bags

LEDGER, OLDER = "/var/lib/samebag/ledger.db", "/root/older.db"
COPY = f'import sqlite3; sqlite3.connect("{LEDGER}").backup(sqlite3.connect("{OLDER}"))'
SLOW_S = 300.0  # Python starts on an emulated processor, beside others


def test_each_night_the_ledger_is_proven_and_an_older_copy_of_it_is_told(hands: Guest) -> None:
    bag, after = list(demo_bags())[:2]
    hands.lone("green", hands.scan(bag.waybill, bag.cargo_list))
    hands.told("match")
    for job in ("samebag-verify", "samebag-purge"):
        hands.run(f"systemctl start {job}.service", within_s=SLOW_S)
        assert hands.property("Result", job) == "success"
    said = "\n".join(entry["MESSAGE"] for entry in hands.journal(unit="samebag-verify"))
    assert f'"ledger": "{LEDGER}", "whole": true' in said

    hands.run(f"/opt/samebag/bin/python -c '{COPY}'")
    hands.lone("green", hands.scan(after.waybill, after.cargo_list))
    hands.told("match", count=2)
    hands.run("systemctl stop samebag")
    hands.run(f"cp {OLDER} {LEDGER} && rm -f {LEDGER}-wal {LEDGER}-shm")
    hands.run("systemctl start samebag-verify.service", ok=(1,), within_s=SLOW_S)
    (entry,) = hands.journal("SAMEBAG_EVENT=ledger-broken", unit="samebag-verify")
    assert f"{LEDGER}: " in entry["MESSAGE"]
