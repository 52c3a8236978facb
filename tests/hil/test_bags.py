"""A good bag and a swapped bag, through real drivers, under the hardened unit."""

from __future__ import annotations

import json

from .guest import Guest
from .lamps import beeps_ms, lit, spans
from .paper import labels

GOOD = {"parcel": "P-1001", "waybill": "RB885882760CN", "list": "9557267837478857"}


def test_a_good_bag_under_the_camera_turns_green_and_is_on_disk_in_the_journal_and_on_paper(
    guest: Guest,
) -> None:
    shown_s = guest.show("bag-1")
    green_s = guest.lone("green", shown_s)
    assert spans(lit(guest.pins()), "red") == []
    (beep_ms,) = beeps_ms(guest.lamps(), green_s - 0.05)
    assert 100 < beep_ms < 150

    entry = guest.told("match")
    assert (
        entry["SAMEBAG_VERDICT"],
        entry["SAMEBAG_PARCEL"],
        entry["SAMEBAG_PROOF"],
        entry["SAMEBAG_STATION"],
    ) == (
        "match",
        GOOD["parcel"],
        "one-frame",
        "hil",
    )
    explained = guest.run("journalctl --no-pager -b -x -u samebag SAMEBAG_EVENT=match")
    assert "Both labels belong to parcel P-1001 (proof: one-frame)" in explained

    ((mono_s, body),) = guest.sql("SELECT mono_s, body FROM entry WHERE kind = 'verdict'")
    assert json.loads(body)["parcel"] == GOOD["parcel"]
    assert mono_s < green_s
    (codes,) = labels(guest, 1)
    assert any(GOOD["waybill"] in code for code in codes)
    guest.told("evidence")
    assert "whole" in guest.whole()


def test_a_waybill_by_hand_and_a_list_by_camera_turn_green(guest: Guest) -> None:
    guest.show("bag-2-list")
    scanned_s = guest.scan("LX744888898CN")
    guest.lone("green", scanned_s)
    assert guest.told("match")["SAMEBAG_PROOF"] == "scanner+camera"


def test_a_swapped_bag_turns_red_and_nothing_comes_out_until_it_is_cleared_and_gone(
    guest: Guest,
) -> None:
    shown_s = guest.show("bag-4")
    red_s = guest.lone("red", shown_s)
    guest.told("mismatch")
    guest.run("sleep 2.5")
    cleared_s = guest.scan("SAMEBAG-CLEAR")
    guest.show("empty")
    guest.told("cleared")
    # an emulated camera takes half a second a look, and learns the bare table from several
    guest.run("sleep 3")
    assert spans(lit(guest.pins()), "green") == []
    long_ones = beeps_ms(guest.lamps(), red_s)
    assert len(long_ones) >= 3
    assert all(380 < beep < 450 for beep in long_ones[:3])
    ((red_begun_s, red_ended_s),) = spans(lit(guest.pins()), "red", shortest_s=1.0)
    assert red_begun_s == red_s
    assert red_ended_s is not None and red_ended_s > cleared_s
    assert labels(guest, 0) == []

    guest.show("bag-3")
    guest.lone("green", red_ended_s)
