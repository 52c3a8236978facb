"""Every State x Event has a row: what the bag becomes, and what the station is told to do."""

from __future__ import annotations

import itertools

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
            return f"{'tick' if action.once else 'show'}-{action.signal}{'-quiet' * action.quiet}".replace(" ", "-")


TABLE = """
ready        | scan waybill A                 | reading: tick-one-label waits-for-cargo-list
ready        | scan list A                    | reading: tick-one-label waits-for-waybill
ready        | scan list B                    | reading: tick-one-label waits-for-waybill
ready        | scan tracking no. not in book  | hold: show-unknown record-unknown
ready        | scan goods                     | ready: tick-unknown record-unknown
ready        | view of A                      | storing: record-match
ready        | view of A's list               | reading: tick-one-label waits-for-waybill
ready        | view of B                      | storing: record-match
ready        | view of A and B                | reading: tick-one-label waits-for-two-bags
ready        | view of A, B crossed           | hold: show-mismatch record-mismatch notice-wanted
ready        | view unreadable                | ready
ready        | view empty                     | ready
ready        | clear                          | ready
ready        | other command                  | ready
ready        | shift begins                   | ready: show-fault
ready        | time                           | ready
ready        | device lost                    | ready: show-fault
ready        | device back                    | ready
ready        | stored                         | ready
ready        | store failed                   | ready
reading      | scan waybill A                 | reading
reading      | scan list A                    | storing: record-match
reading      | scan list B                    | hold: show-mismatch record-mismatch notice-wanted
reading      | scan tracking no. not in book  | hold: show-unknown record-unknown
reading      | scan goods                     | reading: tick-unknown record-unknown
reading      | view of A                      | storing: record-match
reading      | view of A's list               | settling: tick-one-label waits-for-settling
reading      | view of B                      | hold: show-mismatch record-mismatch notice-wanted
reading      | view of A and B                | reading: tick-one-label waits-for-two-bags
reading      | view of A, B crossed           | hold: show-mismatch record-mismatch notice-wanted
reading      | view unreadable                | reading
reading      | view empty                     | ready: tick-incomplete record-incomplete
reading      | clear                          | ready: notice-cleared
reading      | other command                  | reading
reading      | shift begins                   | reading: show-fault
reading      | time                           | reading
reading      | device lost                    | reading: show-fault
reading      | device back                    | reading
reading      | stored                         | reading
reading      | store failed                   | reading
settling     | scan waybill A                 | settling
settling     | scan list A                    | settling
settling     | scan list B                    | hold: show-mismatch record-mismatch notice-wanted
settling     | scan tracking no. not in book  | hold: show-unknown record-unknown
settling     | scan goods                     | settling: tick-unknown record-unknown
settling     | view of A                      | storing: record-match
settling     | view of A's list               | settling
settling     | view of B                      | hold: show-mismatch record-mismatch notice-wanted
settling     | view of A and B                | reading: tick-one-label waits-for-two-bags
settling     | view of A, B crossed           | hold: show-mismatch record-mismatch notice-wanted
settling     | view unreadable                | reading: waits-for-in-view
settling     | view empty                     | ready: tick-incomplete record-incomplete
settling     | clear                          | ready: notice-cleared
settling     | other command                  | settling
settling     | shift begins                   | settling: show-fault
settling     | time                           | settling
settling     | device lost                    | settling: show-fault
settling     | device back                    | settling
settling     | stored                         | settling
settling     | store failed                   | settling
storing      | scan waybill A                 | storing
storing      | scan list A                    | storing
storing      | scan list B                    | storing: tick-one-label waits-for-waybill
storing      | scan tracking no. not in book  | hold: show-unknown record-unknown
storing      | scan goods                     | storing: tick-unknown record-unknown
storing      | view of A                      | storing
storing      | view of A's list               | storing
storing      | view of B                      | storing: tick-one-label waits-for-last-bag
storing      | view of A and B                | storing: tick-one-label waits-for-last-bag
storing      | view of A, B crossed           | storing: tick-one-label waits-for-waybill
storing      | view unreadable                | storing
storing      | view empty                     | storing
storing      | clear                          | storing
storing      | other command                  | storing
storing      | shift begins                   | storing: show-fault
storing      | time                           | storing
storing      | device lost                    | storing: show-fault
storing      | device back                    | storing
storing      | stored                         | passed: show-match print
storing      | store failed                   | ready
passed       | scan waybill A                 | passed
passed       | scan list A                    | passed
passed       | scan list B                    | reading: show-ready tick-one-label waits-for-waybill
passed       | scan tracking no. not in book  | hold: show-unknown record-unknown
passed       | scan goods                     | passed: tick-unknown record-unknown
passed       | view of A                      | passed
passed       | view of A's list               | passed
passed       | view of B                      | reading: show-ready tick-one-label waits-for-last-bag
passed       | view of A and B                | reading: show-ready tick-one-label waits-for-last-bag
passed       | view of A, B crossed           | reading: show-ready tick-one-label waits-for-waybill
passed       | view unreadable                | passed
passed       | view empty                     | passed: show-ready
passed       | clear                          | passed
passed       | other command                  | passed
passed       | shift begins                   | passed
passed       | time                           | passed
passed       | device lost                    | passed: show-fault
passed       | device back                    | passed
passed       | stored                         | passed
passed       | store failed                   | passed
hold         | scan waybill A                 | hold
hold         | scan list A                    | hold
hold         | scan list B                    | hold
hold         | scan tracking no. not in book  | hold
hold         | scan goods                     | hold
hold         | view of A                      | hold
hold         | view of A's list               | hold
hold         | view of B                      | hold
hold         | view of A and B                | hold
hold         | view of A, B crossed           | hold
hold         | view unreadable                | hold
hold         | view empty                     | hold
hold         | clear                          | acknowledged: show-mismatch-quiet
hold         | other command                  | hold
hold         | shift begins                   | hold
hold         | time                           | hold
hold         | device lost                    | hold
hold         | device back                    | hold
hold         | stored                         | hold
hold         | store failed                   | hold
acknowledged | scan waybill A                 | acknowledged
acknowledged | scan list A                    | acknowledged: tick-one-label
acknowledged | scan list B                    | acknowledged
acknowledged | scan tracking no. not in book  | hold: show-unknown record-unknown
acknowledged | scan goods                     | acknowledged: tick-unknown record-unknown
acknowledged | view of A                      | acknowledged: tick-one-label
acknowledged | view of A's list               | acknowledged: tick-one-label
acknowledged | view of B                      | acknowledged: tick-one-label
acknowledged | view of A and B                | hold: show-mismatch record-mismatch notice-wanted
acknowledged | view of A, B crossed           | acknowledged
acknowledged | view unreadable                | acknowledged
acknowledged | view empty                     | acknowledged
acknowledged | clear                          | acknowledged
acknowledged | other command                  | acknowledged
acknowledged | shift begins                   | acknowledged
acknowledged | time                           | acknowledged
acknowledged | device lost                    | acknowledged
acknowledged | device back                    | acknowledged
acknowledged | stored                         | acknowledged
acknowledged | store failed                   | acknowledged
"""


def rows() -> dict[tuple[str, str], str]:
    table = {}
    for line in TABLE.strip().splitlines():
        state, event, result = (cell.strip() for cell in line.split("|"))
        table[state, event] = result
    return table


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, EVENTS)))
def test_every_state_and_event_has_its_row(state: State, event: str) -> None:
    assert outcome(state, EVENTS[event]) == rows().get((state.value, event), "no row")


def test_the_table_names_nothing_that_does_not_exist_and_every_event_type_is_in_it() -> None:
    assert set(rows()) == {(state.value, event) for state, event in itertools.product(State, EVENTS)}
    assert {type(event) for event in EVENTS.values()} == set(HANDLERS)
