"""Proof by a reader that is not ours: emupos prints our bytes dot by dot, and its faults lose and
double nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image

from samebag.core.codes.merged import merged_code
from samebag.label.layout import MergedLabel
from samebag.label.profiles import Confirm, PrinterProfile, profiles
from samebag.label.raster import render
from samebag.ports import JobState
from tests.devices.printer_emupos import EMUPOS, Emupos, emupos
from tests.devices.printer_world import KEY, PARCEL, QUICK, MemorySpool, counter, without_tag

HOW = "run `make emupos` (Python 3.13 or newer), which makes .venv-emupos"
# one of each paper and one of each way to answer; emupos has no GS ( H: there proof is taken as
# from the others
NAMES = ("58mm", "80mm", "80mm-epson", "4inch", "58mm-eot", "58mm-gsr", "58mm-mute")
PROFILES = [
    replace(profile, confirm=Confirm.GS_R) if profile.confirm is Confirm.GS_H else profile
    for profile in map(profiles().__getitem__, NAMES)
]
PROFILE = profiles()["80mm"]
FAULTS = ("paper-out", "cover-open", "offline")
# a printer for each test
OWN = {name: replace(PROFILE, name=name) for name in (*FAULTS, "silence", "power-cycle")}
# emupos writes a line for each byte of filler
PATIENT = replace(QUICK, answer_s=4.0, stall_s=4.0, pause_s=4.0, grace_s=8.0)
DONE = JobState.CONFIRMED, JobState.ASKED
FIRST, COPY = "SB1|P-1|1|1", "SB1|P-1|2|2"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emupos]:
    if not EMUPOS.exists():
        if os.environ.get("CI"):
            pytest.fail(
                f"emupos is not installed, so no foreign reader has proven the printer bytes: {HOW}"
            )
        pytest.skip(f"NO FOREIGN READER HAS PROVEN THE PRINTER BYTES: {HOW}")
    with emupos(tmp_path_factory.mktemp("emupos"), [*PROFILES, *OWN.values()]) as running:
        yield running


def names(pictures: list[Image.Image]) -> list[str]:
    """The QR texts of all that came out; none may be there twice."""
    found = [
        without_tag(code.text)
        for picture in pictures
        for code in zxingcpp.read_barcodes(picture.convert("L"))
        if code.text.startswith("SB1|")
    ]
    assert len(set(found)) == len(found), "a label came out twice without COPY"
    return found


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)
def test_every_profile_prints_alike_and_its_barcode_reads(
    profile: PrinterProfile, shared: Emupos
) -> None:
    with counter(shared.address(profile.name), profile, timing=PATIENT) as station:
        station.submit(1)
        station.until_moved(1, JobState.CONFIRMED if profile.proves else JobState.SENT)
    [printed] = came_out(shared, profile.name, 1)
    [drawn] = render(
        MergedLabel(PARCEL, 1, 1, "SB-01", "2026-11-11T14:03+08:00", merged_code("P-1", 1, 1, KEY)),
        profile,
    )
    assert printed.convert("1").tobytes() == drawn.tobytes()
    assert "LX123456789CN" in {code.text for code in zxingcpp.read_barcodes(printed.convert("L"))}


def came_out(running: Emupos, name: str, count: int) -> list[Image.Image]:
    """That many receipts and no more: emupos ends one at the cut, or when the connection closes."""
    until_s = time.monotonic() + 5
    while len(pictures := running.pictures(name)) < count and time.monotonic() < until_s:
        time.sleep(0.05)
    assert len(pictures) == count
    return pictures


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_before_and_in_mid_job(fault: str, shared: Emupos) -> None:
    shared.fault(fault, fault)
    spool = MemorySpool()
    with counter(shared.address(fault), OWN[fault], spool, PATIENT) as station:
        station.submit(1)
        station.until_lost()
        assert shared.pictures(fault) == []
        spool.before = lambda state: (
            shared.fault(fault, fault) if state is JobState.SENDING else None
        )
        shared.fault(fault, fault, active=False)
        assert station.until_moved(1, *DONE).state is JobState.ASKED
        spool.before = lambda state: None
        shared.fault(fault, fault, active=False)
        station.until_back()
        station.answer(1, came_out=False)
        station.until_moved(2, JobState.CONFIRMED)
    assert names(came_out(shared, fault, 2)) == [FIRST, COPY]


def test_silence_in_mid_job_is_unknown_and_asks(shared: Emupos) -> None:
    spool = MemorySpool()
    spool.before = lambda state: shared.pause() if state is JobState.SENDING else None
    with counter(shared.address("silence"), OWN["silence"], spool, PATIENT) as station:
        station.submit(1)
        assert station.until_moved(1, *DONE).state is JobState.ASKED
        spool.before = lambda state: None
        shared.resume()
        station.until_back()
        station.answer(1, came_out=False)
        station.until_moved(2, JobState.CONFIRMED)
    assert names(came_out(shared, "silence", 2)) == [FIRST, COPY]


def test_power_cycle_in_mid_job_asks_and_the_copy_says_so(shared: Emupos) -> None:
    spool = MemorySpool()
    spool.before = lambda state: (
        shared.fault("power-cycle", "paper-out") if state is JobState.SENDING else None
    )
    with counter(shared.address("power-cycle"), OWN["power-cycle"], spool, PATIENT) as station:
        station.submit(1)
        assert station.until_moved(1, *DONE).state is JobState.ASKED
        shared.kill()
        spool.before = lambda state: None
        shared.start()
        station.until_back()
        station.answer(1, came_out=False)
        station.until_moved(2, JobState.CONFIRMED)
    assert names(came_out(shared, "power-cycle", 1)) == [COPY]
