"""The recording that the virtual station plays: it is small, its files agree, and its labels can be
read."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import zxingcpp

from samebag.core.codes.rules import readings

DEMO = Path(str(files("samebag.bench"))) / "demo"
# rules.toml: symbols of bags that must be shown
SAY_MORE = {
    "usps-impb",
    "fedex-ground-34",
    "japan-nw7",
}
MAX_BYTES = 8_000_000  # a clone stays quick


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DEMO / name).read_text(encoding="utf-8").splitlines()]


def book() -> tuple[dict[str, set[str]], dict[str, set[str]], set[str]]:
    """The parcels of each waybill code and of each list code, and the cancelled parcels."""
    waybills, lists = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    cancelled = set()
    with (DEMO / "book.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for code in [row["tracking_number"], *filter(None, row["waybill_codes"].split(";"))]:
                waybills[code].add(row["parcel"])
            for code in (row["list_codes"] or row["orders"]).split(";"):
                lists[code].add(row["parcel"])
            if row["status"] == "cancelled":
                cancelled.add(row["parcel"])
    return waybills, lists, cancelled


def verdicts_by_the_book() -> list[tuple[str, str | None]]:
    """What the rules make of the two labels of each bag, in order."""
    waybills, lists, cancelled = book()
    out: list[tuple[str, str | None]] = []
    for bag in lines("expected.jsonl"):
        numbers = [bag["waybill"], *(reading.number for reading in readings(bag["waybill"]))]
        on_waybill = set[str]().union(*(waybills.get(number, ()) for number in numbers))
        known = [names for names in (on_waybill, lists.get(bag["cargo_list"])) if names]
        common = set.intersection(*known)
        parcel = common.pop() if len(common) == 1 else None
        if len(known) < 2:
            verdict = "unknown"
        elif parcel is None:
            verdict = "mismatch"
        elif ("match", parcel) in out:
            verdict = "duplicate"
        else:
            verdict = "cancelled" if parcel in cancelled else "match"
        out.append((verdict, parcel))
    return out


def test_no_code_stands_on_both_labels_for_such_bags_are_never_green() -> None:
    waybills, lists, _ = book()
    assert waybills.keys().isdisjoint(lists)


def test_the_recording_is_small() -> None:
    assert sum(path.stat().st_size for path in DEMO.iterdir()) < MAX_BYTES


def test_expected_verdicts_follow_from_the_book() -> None:
    assert [
        (bag["verdict"], bag["parcel"]) for bag in lines("expected.jsonl")
    ] == verdicts_by_the_book()


def test_usps_fedex_and_codabar_waybills_match_by_the_number_inside_their_symbols() -> None:
    waybills, _, _ = book()
    symbols = [bag["waybill"] for bag in lines("expected.jsonl") if bag["verdict"] == "match"]
    inside = [
        read
        for text in symbols
        if text not in waybills
        for read in readings(text)
        if read.number in waybills
    ]
    assert {read.rule.name for read in inside} == SAY_MORE


def test_times_rise_and_every_act_falls_on_a_resting_bag() -> None:
    bags, acts = lines("expected.jsonl"), lines("events.jsonl")
    borders = [time for bag in bags for time in (bag["rest_at"], bag["leave_at"])]
    assert borders == sorted(set(borders))
    assert [act["at"] for act in acts] == sorted({act["at"] for act in acts})
    for act in acts:
        bag = next(bag for bag in bags if bag["rest_at"] < act["at"] < bag["leave_at"])
        assert act.get("scan") in (None, bag["waybill"], bag["cargo_list"])
        assert ("command" in act) <= (bag["verdict"] != "match")


def test_every_label_is_read_from_the_video_or_scanned() -> None:
    video = cv2.VideoCapture(str(DEMO / "bags.mp4"))
    scanned = {act["scan"] for act in lines("events.jsonl") if "scan" in act}
    for bag in lines("expected.jsonl"):
        video.set(cv2.CAP_PROP_POS_MSEC, 1000 * (bag["rest_at"] + 0.5))
        ok, frame = video.read()
        assert ok
        gray = cv2.cvtColor(np.asarray(frame, np.uint8), cv2.COLOR_BGR2GRAY)
        seen = {
            code.text for code in zxingcpp.read_barcodes(gray, text_mode=zxingcpp.TextMode.Plain)
        }
        assert {bag["waybill"], bag["cargo_list"]} <= seen | scanned, bag
