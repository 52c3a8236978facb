"""A slip for each red bag, once it was acknowledged, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
import zxingcpp

from samebag.core.bag.bag import TO_PROVE, resumed
from samebag.core.codes.badges import packer_code
from samebag.core.codes.own_codes import HeldBag, held_in
from samebag.core.events import Event
from samebag.core.labels import PROOF_WAYBILL, PROOF_WRONG_LIST
from samebag.core.rules import Prove, Rules
from samebag.core.verdicts import GiveNotice, RecordVerdict
from samebag.core.words import Words
from samebag.label.hold_slip import HoldSlip, hold_card
from samebag.label.profiles import profiles
from samebag.label.raster import draw
from samebag.label.sheet import slip
from samebag.station.hold_slips import HoldSlips
from samebag.words.screen import of_own_paper
from tests.core.table import Play, clear, empty, lying, scan

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
WRONG = (scan("WA", 1), scan("LB", 2))


def printed(events: Iterable[Event], play: Play | None = None) -> list[HoldSlip]:
    """What is printed of these events, each told as the station tells it."""
    play, slips = play or Play(), list[HoldSlip]()
    box = HoldSlips(slips.append, station="SB-01", wall_clock=lambda: NOON)
    for event in events:
        before = len(play.actions)
        play(event)
        for action in play.actions[before:]:
            if isinstance(action, RecordVerdict):
                box.told(
                    action, Words("", f"{action.verdict.kind} {'/'.join(action.verdict.parcels)}")
                )
            elif isinstance(action, GiveNotice):
                box.told(action, Words("", action.notice.value))
        box.seen(play.bag)
    return slips


def test_it_is_printed_once_when_the_red_is_acknowledged_and_says_why_and_what_is_wanted() -> None:
    assert printed(WRONG) == []
    wanted = HoldSlip(
        "SB-01", 1, "2026-11-30T12:00:00+00:00", "", ("", "mismatch A/B", "", "wanted")
    )
    assert printed([*WRONG, clear(3), scan("WC", 4), scan("LC", 5), clear(9)]) == [wanted]
    assert printed(
        [*lying("WA LB", 1, 2), clear(3), *lying("WA LB", 3.5, 5), empty(6), empty(9)]
    ) == [wanted]


def test_the_newest_reason_counts() -> None:
    [one] = printed([scan("RB123456785CN", 1), scan("WA", 2), scan("LB", 3), clear(4)])
    assert one.said[1] == "mismatch A/B"


@pytest.mark.parametrize(
    "events",
    [
        [scan("WA", 1), scan("LA", 2), empty(9)],
        [scan("4006381333931", 1), clear(2)],
        [scan("WA", 1), empty(20)],
    ],
    ids=["green", "goods", "incomplete"],
)
def test_what_is_not_held_has_none(events: list[Event]) -> None:
    assert printed(events) == []


def test_proof_cards_and_a_shadowing_station_have_none() -> None:
    cards = Play(rules=Rules(prove=Prove.START), bag=resumed(1, 0.0, unproven=TO_PROVE))
    assert printed([scan(PROOF_WAYBILL, 1), scan(PROOF_WRONG_LIST, 2), clear(3)], cards) == []
    assert printed([*WRONG, clear(3)], Play(rules=Rules(shadow=True))) == []


@pytest.mark.parametrize("name", ["58mm", "80mm", "4inch"])
def test_its_code_names_the_bag_and_its_paper_says_that_it_is_no_label(name: str) -> None:
    held = HoldSlip("SB-01", 4, "2026-11-30T12:00:00+00:00", "LI", ("贴错", "MISMATCH"))
    card, width = hold_card(held), profiles()[name].width_dots
    [found] = zxingcpp.read_barcodes(draw(slip(card, width)).convert("L"))
    assert held_in(found.text) == HeldBag("SB-01", 4)
    assert card.title == "异常袋 HOLD #4"
    assert {"贴错", "MISMATCH", "打包员 LI  SB-01  2026-11-30 12:00"} <= {*card.words}
    assert any("Not a label" in word for word in card.words)


def test_a_scan_of_it_is_told_as_what_it_is_and_labels_and_badges_are_not() -> None:
    told = of_own_paper("sh|sb-01|4")
    assert told and "held bag #4 (SB-01), no label" in told.en and "异常袋 #4" in told.zh
    merged = of_own_paper("SL|240123-1")
    assert merged and "no cargo list" in merged.en
    assert [of_own_paper(code) for code in ("240123-1", "SB1|P|1|1|TAG", packer_code("LI"))] == [
        None,
        None,
        None,
    ]
