"""Snapshots of a station in each state a packer may see, as ``samebag.station.snapshot_writer``
would write them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from samebag.core.events import DeviceLost
from samebag.core.labels import Kind
from samebag.core.parcels import Item, Parcel, Standing
from samebag.core.verdicts import (
    GiveNotice,
    LabelRead,
    LookFor,
    NoticeKind,
    ReadBy,
    TellWait,
    Verdict,
    VerdictKind,
    Waits,
)
from samebag.core.words import Words
from samebag.ports import JobMoved, JobState, Passed
from samebag.snapshot import (
    FILE,
    SCAN_AGAIN,
    WITHDRAWN,
    Heard,
    Judged,
    Said,
    ShownFault,
    ShownLabel,
    Snapshot,
    replace_file,
)
from samebag.words import screen

LATER_S = 1e12  # of the monotonic clock: what was said is new, however long the other tests take
WALL_TIME = "2026-11-11T14:03:05.123+08:00"
ORDERS = """parcel,tracking_number,orders,country,sku,name,attributes,quantity
P-1001,LX123450260CN,ORD-7001,ES,TEE-R,棉质短袖T恤,红色 / XL,2
P-1001,LX123450260CN,ORD-7001,ES,CUP-1,马克杯 Mug,白色,1
P-1002,LX123450998CN,ORD-7002,FR,SOCK-3,袜子三双装,黑色 / 39-42,4
P-1003,LX123451233CN,ORD-7003,US,HAT-9,Straw hat,natural,1
"""
ORDERS += "".join(
    f"P-1004,LX123459876CN,ORD-7004,FR,SKU-{n},Garden tool {n} with handle,long,{n}\n"
    for n in range(1, 13)
)
PARCEL = Parcel("P-1001", "LX123450260CN", country="ES", items=(Item("TEE-R", "", "", 3),))
WAYBILL, LIST = (Kind.WAYBILL, "LX123450260CN"), (Kind.CARGO_LIST, "ORD-7002")
PASSED = Passed("P-1001", 12, "2026-11-11T09:41:10.000+08:00", "station-3")


def judged(
    kind: VerdictKind, *labels: tuple[Kind, str], parcel: str | None, parcels: tuple[str, ...] = ()
) -> Judged:
    reads = tuple(LabelRead(k, code, ReadBy.SCANNER) for k, code in labels)
    verdict = Verdict(kind, 41, 0.0, reads, parcel, parcels, packer="LI WEI")
    words = screen.of_verdict(verdict, PARCEL if parcel else None, PASSED)
    told = tuple(ShownLabel(label.kind, label.code, label.by) for label in reads)
    return Judged(
        kind,
        41,
        parcel or "",
        parcels,
        told,
        "scanner-twice",
        "LI WEI",
        WALL_TIME,
        words.zh,
        words.en,
    )


def refused(kind: VerdictKind, *labels: tuple[Kind, str]) -> Said:
    """What the lamps say no to once."""
    once = judged(kind, *labels, parcel=None)
    return Said(kind, once.zh, once.en, LATER_S, labels=once.labels)


def said(about: str, words: Words) -> Said:
    return Said(about, words.zh, words.en, LATER_S)


def waiting(waits: Waits, *labels: tuple[Kind, str], at_s: float = 0.0) -> Said:
    reads = tuple(LabelRead(k, code, ReadBy.CAMERA) for k, code in labels)
    words = screen.of_wait(TellWait(waits, 41, at_s, "P-1001", reads))
    return Said(waits, words.zh, words.en, at_s)


def notice(kind: NoticeKind, *parcels: str, **about: Any) -> Said:
    words = screen.of_notice(
        GiveNotice(kind, 41, 0.0, parcels, **about), PASSED, "20261111/bag-12.jpg"
    )
    return Said(kind, words.zh, words.en, LATER_S, parcels)


def fault(device: str, reason: str, cure: str) -> ShownFault:
    words = screen.of_fault(DeviceLost(device, reason, cure, 0.0))
    return ShownFault(device, words.zh, words.en)


def states() -> Mapping[str, dict[str, Any]]:
    """By name: what differs from a station that waits for a bag."""
    mismatch = judged(
        VerdictKind.MISMATCH, WAYBILL, LIST, parcel=None, parcels=("P-1001", "P-1002")
    )
    partner = (
        LookFor(Kind.WAYBILL, "P-1002", "LX123450998CN"),
        LookFor(Kind.CARGO_LIST, "P-1001", "ORD-7001"),
    )
    wanted = notice(NoticeKind.WANTED, "P-1001", "P-1002", look_for=partner, bags=(41,))
    own_list = (Kind.CARGO_LIST, "ORD-7001")
    match = judged(VerdictKind.MATCH, WAYBILL, own_list, parcel="P-1001", parcels=("P-1001",))
    withdrawn = screen.not_printed("7 (P-1001)", *screen.MEANWHILE[Standing.CANCELLED])
    held = {"state": "hold"}
    one = ("P-1001",)
    return {
        "ready": {"judged": match},
        "reading": {
            "state": "reading",
            "signal": "ready",
            "reads": (ShownLabel(*WAYBILL, "scanner"),),
        },
        "wait": {
            "state": "storing",
            "reads": (ShownLabel(*WAYBILL, "scanner"), ShownLabel(*own_list, "camera")),
        },
        "not-yet": {
            "state": "reading",
            "reads": (ShownLabel(*WAYBILL, "camera"), ShownLabel(*own_list, "camera")),
            "waits": waiting(Waits.FOREIGN_LABEL, LIST),
        },
        "match": {"state": "passed", "signal": "match", "judged": match},
        "mismatch": {**held, "signal": "mismatch", "judged": mismatch, "notices": (wanted,)},
        "acknowledged": {
            "state": "acknowledged",
            "signal": "mismatch",
            "quiet": True,
            "judged": mismatch,
        },
        "unknown": {
            **held,
            "signal": "unknown",
            "judged": judged(VerdictKind.UNKNOWN, (Kind.UNKNOWN, "RR000000000CN"), parcel=None),
        },
        "duplicate": {
            **held,
            "signal": "duplicate",
            "judged": judged(
                VerdictKind.DUPLICATE, WAYBILL, own_list, parcel="P-1001", parcels=one
            ),
        },
        "cancelled": {
            **held,
            "signal": "cancelled",
            "judged": judged(
                VerdictKind.CANCELLED, WAYBILL, own_list, parcel="P-1001", parcels=one
            ),
        },
        "changed": {
            **held,
            "signal": "changed",
            "judged": judged(VerdictKind.CHANGED, WAYBILL, own_list, parcel="P-1001", parcels=one),
        },
        "barred": {
            **held,
            "signal": "barred",
            "judged": judged(VerdictKind.BARRED, WAYBILL, own_list, parcel="P-1001", parcels=one),
        },
        "incomplete": {"bag": 42, "refused": refused(VerdictKind.INCOMPLETE, WAYBILL)},
        "no-label": {"refused": refused(VerdictKind.UNKNOWN, (Kind.UNKNOWN, "HELLOWORLD"))},
        "unsealed": {"refused": notice(NoticeKind.UNSEALED, "P-1001")},
        "withdrawn": {"refused": said(WITHDRAWN, withdrawn), "asked": said(WITHDRAWN, withdrawn)},
        "scan-again": {"refused": said(SCAN_AGAIN, screen.SCAN_AGAIN)},
        "crowded": {"signal": "crowded"},
        "fault": {
            "signal": "fault",
            "faults": (
                fault("printer", "printer: no paper", "put in a new roll and close the cover"),
                fault(
                    "scanner",
                    "no hand scanner is plugged in",
                    "plug it in, or name the right one in the settings",
                ),
            ),
        },
        "prove": {"signal": "fault", "unproven": True},
        "recall": {"notices": (notice(NoticeKind.RECALL, "P-1001"), wanted)},
        "shadow": {"shadow": True},
        "gone": {"stopped": True},
    }


def full() -> Mapping[str, dict[str, Any]]:
    """States with more to say than a small screen holds."""
    codes = [f"9261290100000000000000{n:03}" for n in range(6)]
    kinds = (Kind.WAYBILL, Kind.CARGO_LIST)
    labels = [(kind, code) for code in codes for kind in kinds]
    wrong = judged(VerdictKind.MISMATCH, *labels[:4], parcel=None, parcels=("P-1001", "P-1002"))
    look_for = tuple(LookFor(kind, "P-1002", code) for kind, code in labels[:3])
    notices = (
        notice(NoticeKind.WANTED, "P-1001", "P-1002", look_for=look_for, bags=(41,)),
        *(notice(NoticeKind.RECALL, f"P-{n}") for n in range(2000, 2005)),
        notice(NoticeKind.ROLL_SLIPPED, "P-1003", places=(1200, 1350)),
        said("probation", screen.of_probation("14:30", has_camera=True)),
    )
    asked = said(
        JobState.ASKED,
        screen.of_job(JobMoved(7, JobState.ASKED, 0.0, screen.STOPPED_PRINTING), None),
    )
    devices = ("printer", "scanner", "camera", "ledger", "evidence", "book", "signals")
    match = judged(VerdictKind.MATCH, *labels[:2], parcel="P-1004", parcels=("P-1004",))
    return {
        "mismatch": {
            "state": "hold",
            "signal": "mismatch",
            "judged": wrong,
            "notices": notices,
            "asked": asked,
        },
        "match": {
            "state": "passed",
            "signal": "match",
            "judged": match,
            "notices": notices,
            "asked": asked,
        },
        "ready": {
            "notices": notices,
            "asked": asked,
            "said": said("command", screen.SUPERVISOR_FIRST),
        },
        "fault": {
            "signal": "fault",
            "faults": tuple(
                fault(device, "something went wrong here", "call a technician")
                for device in devices
            ),
            "notices": notices,
        },
        "reading": {
            "state": "reading",
            "reads": tuple(ShownLabel(kind, code, "camera") for kind, code in labels),
            "waits": waiting(Waits.FOREIGN_LABEL, *labels[:3]),
            "notices": notices,
        },
    }


def snapshot(**differs: Any) -> Snapshot:
    ready: dict[str, Any] = {
        "station": "station-1",
        "at_s": time.monotonic(),
        "stopped": False,
        "state": "ready",
        "signal": "ready",
        "quiet": False,
        "bag": 41,
        "shadow": False,
        "unproven": False,
        "reads": (),
        "faults": (),
        "notices": (),
        "judged": None,
        "said": None,
        "asked": None,
        "heard": (Heard(WALL_TIME, b"LX123450260CN\r".hex(), "LX123450260CN  code128"),),
        "printer": {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12},
    }
    return Snapshot(**{**ready, **differs})


def write(folder: Path, now: Snapshot) -> None:
    replace_file(folder / FILE, msgspec.json.encode(now))
