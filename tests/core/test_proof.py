"""The proof cards, and the shadowing week."""

from __future__ import annotations

import pytest

from samebag.core.bag.bag import TO_PROVE, resumed
from samebag.core.bag.turn import SCAN_AGAIN, TICK
from samebag.core.events import CommandGiven, Event, ShiftBegan
from samebag.core.labels import PROOF_LIST, PROOF_WAYBILL, PROOF_WRONG_LIST, Command
from samebag.core.rules import Prove, Rules
from samebag.core.verdicts import (
    NoticeKind,
    PrintLabel,
    ShowSignal,
    Signal,
    VerdictKind,
    Waits,
    in_shadow,
)

from .table import Play, empty, lying, scan

GOOD = [*lying(f"{PROOF_WAYBILL} {PROOF_LIST}", 1, 2), empty(3), empty(4)]
BAD: list[Event] = [
    *lying(f"{PROOF_WAYBILL} {PROOF_WRONG_LIST}", 5, 6),
    CommandGiven(Command.CLEAR, 6.5),
    empty(7),
    empty(9),
]


def unproven(prove: Prove = Prove.START) -> Play:
    return Play(rules=Rules(prove=prove), bag=resumed(1, 0.0, unproven=TO_PROVE))


def shown(play: Play) -> list[Signal]:
    return [a.signal for a in play.actions if isinstance(a, ShowSignal) and not a.once]


def heard(play: Play) -> list[ShowSignal]:
    return [a for a in play.actions if isinstance(a, ShowSignal) and a.once]


def test_until_both_cards_were_shown_nothing_is_green_but_red_is_red() -> None:
    play = unproven()(*lying("WA LA", 1, 3))
    assert (play.kinds, play.bag.shown.signal) == ([], Signal.FAULT)
    assert unproven()(*lying("WA LB", 1, 3)).kinds == ["mismatch"]


def test_an_ordinary_label_is_told_at_once_that_the_cards_come_first_and_a_card_is_not() -> None:
    play = unproven()(scan("WA", 1))
    assert ([told.waits for told in play.waits], heard(play)) == ([Waits.PROOF_CARDS], [SCAN_AGAIN])
    assert heard(play(scan("LA", 2))) == [SCAN_AGAIN, SCAN_AGAIN]
    assert (play.kinds, play.bag.shown.signal) == ([], Signal.FAULT)
    play = unproven()(scan(PROOF_WAYBILL, 1))
    assert ([told.waits for told in play.waits], heard(play)) == ([Waits.CARGO_LIST], [TICK])


def test_the_good_card_is_green_the_bad_one_red_and_then_bags_pass() -> None:
    play = unproven()(*GOOD)
    assert play.kinds == ["match"]
    assert Signal.MATCH in shown(play)
    assert shown(play)[-1] is Signal.FAULT, "half of the proof is no proof"
    play(*BAD)
    assert play.kinds == ["match", "mismatch", "proven", "cleared"]
    assert Signal.MISMATCH in shown(play)
    assert shown(play)[-1] is Signal.READY
    assert play(*lying("WA LA", 10, 12)).kinds[-1] == "match"


def test_the_cards_prove_in_any_order_but_an_unacknowledged_red_proves_nothing() -> None:
    play = unproven()(*BAD, *(type(e)(e.sightings, e.at_s + 10, e.occupied) for e in GOOD))
    assert play.kinds[-1] == "proven"
    seen = unproven()(*GOOD, *BAD[:-3])
    assert seen.bag.unproven == {Signal.MISMATCH}


def test_cards_print_nothing_pass_nothing_and_want_nobody() -> None:
    play = unproven()(*GOOD, *BAD)
    assert not any(isinstance(action, PrintLabel) for action in play.actions)
    assert not any(verdict.passes or verdict.prints for verdict in play.verdicts)
    assert not play.notices(NoticeKind.WANTED)
    again = play(*(type(e)(e.sightings, e.at_s + 20, e.occupied) for e in GOOD))
    assert again.kinds[-1] == "match", "a card never becomes a duplicate"


def test_a_card_beside_a_bag_turns_red() -> None:
    play = Play()(*lying(f"WA LA {PROOF_LIST}", 1, 2))
    assert play.kinds == ["mismatch"]
    assert not play.notices(NoticeKind.WANTED)
    assert Play()(scan("WA", 1), scan(PROOF_LIST, 2)).kinds == ["mismatch"]


@pytest.mark.parametrize(
    ("prove", "needed"), [(Prove.OFF, False), (Prove.START, False), (Prove.SHIFT, True)]
)
def test_a_shift_begins_with_a_proof_where_the_rules_say_so(prove: Prove, needed: bool) -> None:
    play = Play(rules=Rules(prove=prove))(ShiftBegan(1))
    assert bool(play.bag.unproven) is needed
    assert (play(*lying("WA LA", 2, 3)).kinds == ["match"]) is not needed


def test_a_shadowing_station_judges_and_passes_on_by_itself_but_prints_nothing() -> None:
    play = Play(rules=Rules(shadow=True))
    play(*lying("WA LA", 1, 3), empty(4), empty(6))
    play(*lying("WB LC", 7, 9), empty(10), empty(12))
    play(*lying("WC LC", 13, 15), empty(16), empty(18))
    assert [v.kind for v in play.verdicts] == [
        VerdictKind.MATCH,
        VerdictKind.MISMATCH,
        VerdictKind.MATCH,
    ]
    assert all(verdict.shadow and not verdict.prints for verdict in play.verdicts)
    assert not any(isinstance(action, PrintLabel) for action in play.actions)
    assert play.notices(NoticeKind.WANTED)
    assert play.bag.hold is None, "nobody sees the red, so nobody has to acknowledge it"
    assert play.bag.swaps.wanted == {"B"}


@pytest.mark.parametrize("signal", Signal)
def test_a_shadowing_station_shows_that_it_lives_and_its_faults_only(signal: Signal) -> None:
    for once in (True, False):
        assert in_shadow(ShowSignal(signal, once=once)).signal in (
            Signal.OFF,
            Signal.READY,
            Signal.FAULT,
        )
    assert in_shadow(ShowSignal(Signal.FAULT)) == ShowSignal(Signal.FAULT)
