"""Every State x Event has a row: what the bag becomes, and what the station is told to do."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from samebag.core.bag.bag import Bag, State
from samebag.core.bag.step import HANDLERS, step
from samebag.core.events import (
    CommandGiven,
    DeviceBack,
    DeviceLost,
    Event,
    ShiftBegan,
    StoreFailed,
    TimePassed,
    VerdictStored,
)
from samebag.core.labels import Command
from samebag.core.rules import Prove, Rules
from samebag.core.verdicts import Action, GiveNotice, PrintLabel, RecordVerdict, TellWait

from .table import FakeBook, Play, empty, scan, store, view

S10 = "LX123456785CN"
RULES = Rules(prove=Prove.SHIFT)

EVENTS: dict[str, Event] = {  # all at 2 s; every bag below was read at 1.9 s
    "scan waybill A": scan("WA", 2.0),
    "scan list A": scan("LA", 2.0),
    "scan list B": scan("LB", 2.0),
    "scan tracking no. not in book": scan(S10, 2.0),
    "scan goods": scan("4006381333931", 2.0),
    "view of A": view("WA LA", 2.0),
    "view of A's list": view("LA", 2.0),
    "view of B": view("WB LB", 2.0),
    "view of A and B": view("WA LA WB LB", 2.0),
    "view of A, B crossed": view("WA LB", 2.0),
    "view unreadable": view("", 2.0, unread=2),
    "view empty": empty(2.0),
    "clear": CommandGiven(Command.CLEAR, 2.0),
    "other command": CommandGiven(Command.PRINT_AGAIN, 2.0),
    "shift begins": ShiftBegan(2.0),
    "time": TimePassed(2.0),
    "device lost": DeviceLost("printer", "no paper", "put a roll in", 2.0),
    "device back": DeviceBack("printer", 2.0),
    "stored": VerdictStored(1, 2.0),
    "store failed": StoreFailed(1, 2.0),
}


def bag_in(state: State, book: FakeBook) -> Bag:
    """A bag that came into that state by events."""
    if state is State.STORING:
        bag, _ = step(Play(book)(scan("WA", 1.8)).bag, scan("LA", 1.9), RULES, book)
        return bag
    play = Play(book)
    match state:
        case State.READING:
            play(scan("WA", 1.9))
        case State.SETTLING:
            play(view("WA LA", 1.9, unread=1))
        case State.PASSED:
            play(view("WA LA", 1.9))
        case State.HOLD:
            play(view("WA LB", 1.9))
        case State.ACKNOWLEDGED:
            play(view("WA LB", 1.8), CommandGiven(Command.CLEAR, 1.9))
    return play.bag


def outcome(state: State, event: Event) -> str:
    """``next state: actions``, as the table writes it."""
    book = store()
    bag = bag_in(state, book)
    assert bag.state is state
    bag, actions = step(bag, event, RULES, book)
    return f"{bag.state.value}: {' '.join(map(told, actions))}".rstrip(": ").strip()


def told(action: Action) -> str:
    match action:
        case RecordVerdict(verdict):
            return f"record-{verdict.kind}"
        case PrintLabel():
            return "print"
        case GiveNotice(notice):
            return f"notice-{notice}"
        case TellWait(waits):
            return f"waits-for-{waits}".replace(" ", "-")
        case _:
            how = "tick" if action.once else "show"
            return f"{how}-{action.signal}{'-quiet' * action.quiet}".replace(" ", "-")


RULES_MD = Path(__file__).parents[2] / "docs" / "rules.md"


def rows() -> dict[tuple[str, str], str]:
    table = {}
    text = RULES_MD.read_text(encoding="utf-8").partition("```text\n")[2].partition("```")[0]
    for line in text.splitlines():
        state, event, result = (cell.strip() for cell in line.split("|"))
        table[state, event] = result
    return table


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, EVENTS)))
def test_every_state_and_event_has_its_row(state: State, event: str) -> None:
    assert outcome(state, EVENTS[event]) == rows().get((state.value, event), "no row")


def test_the_table_names_nothing_that_does_not_exist_and_every_event_type_is_in_it() -> None:
    assert set(rows()) == {
        (state.value, event) for state, event in itertools.product(State, EVENTS)
    }
    assert {type(event) for event in EVENTS.values()} == set(HANDLERS)
