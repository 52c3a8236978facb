"""The rules of a bag (docs/rules.md): one event in, the new state and what to do about it out.
Pure.

Nothing here can turn red into green: a hold only ends when it is acknowledged and its labels have
left the view.

Why in this order. A view first says what became of the bag that passed and of the red one, and only
then are its codes taken in: what lies there since before is not the next bag's. Time passes before
anything is read, so that nothing old pairs with it; but a whole pair that only waited for the bag
before it is judged with the very event that frees it. Only then is judged, once, with all that is
known.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

from msgspec.structs import replace

from samebag.core.bag import hold, passed, swaps
from samebag.core.bag.bag import TO_PROVE, Bag
from samebag.core.bag.deadlines import due_s
from samebag.core.bag.judge import judge, watch_crowd
from samebag.core.bag.leaving import forget_old, go_blind, heed_clear, is_waiting, table_is_bare
from samebag.core.bag.reads import View
from samebag.core.bag.taking import (
    is_outdated,
    is_strange,
    leave_to_another,
    look,
    look_at,
    read,
    take_in,
)
from samebag.core.bag.turn import SCAN_AGAIN, Turn
from samebag.core.codes.merged import MERGED
from samebag.core.codes.rules import nameless
from samebag.core.events import (
    CAMERA,
    CodeScanned,
    CommandGiven,
    DeviceBack,
    DeviceLost,
    Event,
    ShiftBegan,
    StoreFailed,
    TimePassed,
    VerdictStored,
    ViewSeen,
)
from samebag.core.labels import Command, Kind
from samebag.core.parcels import Known
from samebag.core.rules import Prove, Rules
from samebag.core.verdicts import (
    Action,
    LabelRead,
    NoticeKind,
    PrintLabel,
    ReadBy,
    Signal,
    VerdictKind,
)

GREEN_FOR_S = 5.0  # rules.md 7.1: green till the bag leaves, 5 s at most


def step(bag: Bag, event: Event, rules: Rules, known: Known) -> tuple[Bag, tuple[Action, ...]]:
    """The bag after the event, and what the station must do, in that order.

    Codes in events are normalised. Events may come late: a frame is stamped when it was taken. The
    bag's own time never runs back. ``deadlines.due_s`` says when TimePassed is wanted.
    """
    turn = Turn(bag, event.at_s, rules, known)
    HANDLERS[type(event)](turn, event)
    return turn.ended(bag)


def play(bag: Bag, event: Event, rules: Rules, known: Known) -> tuple[Bag, tuple[Action, ...]]:
    """``step``, after the deadlines that came before the event: what a queue delivers late is
    judged as if in time."""
    done: tuple[Action, ...] = ()
    while (due := due_s(bag, rules)) < event.at_s:
        bag, actions = step(bag, TimePassed(due), rules, known)
        done += actions
    bag, actions = step(bag, event, rules, known)
    return bag, done + actions


# ---- what happens


def scanned(turn: Turn, event: CodeScanned) -> None:
    pass_time(turn)
    label = turn.label(event.code)
    if label:
        read(turn, label, ReadBy.SCANNER, event.at_s)
    elif not leave_to_another(turn, event.code, None, event.at_s):
        scanned_unknown(turn, event.code)
    judge(turn)


def scanned_unknown(turn: Turn, code: str) -> None:
    """The book lacks it: it may be a number that nobody imported, goods, or what names no parcel
    (rules.md 1.7)."""
    unknown = (LabelRead(Kind.UNKNOWN, code, ReadBy.SCANNER),)
    if not is_strange(turn, code) and nameless(code):
        turn.actions.append(SCAN_AGAIN)
        turn.give(NoticeKind.NAMELESS, turn.bag.number, labels=unknown)
    elif not turn.bag.hold or turn.bag.hold.acknowledged:
        is_forged = turn.rules.confirm_label and code.startswith(MERGED)
        holds = is_forged or is_strange(turn, code)
        hold.refuse(turn, VerdictKind.UNKNOWN, turn.bag.reads, unknown, holds=holds)


def seen(turn: Turn, event: ViewSeen) -> None:
    """One decoded frame."""
    bag, before = turn.bag, turn.bag.view
    if is_outdated(turn, event):
        return
    if event.at_s - before.at_s > turn.rules.clear_s:
        before = View()
        go_blind(turn)
    waiting, was_occupied = is_waiting(turn), bag.occupied
    labels = look_at(turn, event, before)
    look(turn, labels)
    if bag.said_clear and not bag.knows_bare:
        heed_clear(turn)
    pass_time(turn, waiting=waiting)
    if bag.occupied:
        take_in(turn, labels, before)
        judge(turn)
    else:
        table_is_bare(turn, was_bare=not was_occupied)


def commanded(turn: Turn, event: CommandGiven) -> None:
    pass_time(turn)
    if event.command is Command.END_WARNINGS:
        hold.swap(turn, swaps.ended(turn.bag.swaps, turn.bag.number, turn.now_s))
    elif event.command is Command.CLEAR:
        clear(turn)


def clear(turn: Turn) -> None:
    """A person has seen the red, starts a half-read bag over, or says that the table is clear
    (rules.md 5.3)."""
    bag = turn.bag
    bag.not_before_s = turn.now_s
    if bag.hold:
        if not bag.hold.acknowledged:
            hold.acknowledge(turn)
            if bag.hold.verdict.proves:
                prove(turn, Signal(bag.hold.verdict.kind))
        hold.release(turn)
    elif bag.reads or bag.in_hand or bag.strangers:
        turn.give(NoticeKind.CLEARED, bag.number)
        bag.in_hand = ()
        turn.next_bag()
    if not bag.view.boxes and not bag.view.unread and (bag.asked or not bag.knows_bare):
        turn.forget_table()
    bag.said_clear = True
    watch_crowd(turn, two_bags=False)


def shift_began(turn: Turn, event: ShiftBegan) -> None:
    pass_time(turn)
    if turn.rules.prove is Prove.SHIFT:
        turn.bag.unproven = TO_PROVE


def prove(turn: Turn, signal: Signal) -> None:
    """A person saw and heard it, on a proof card."""
    bag = turn.bag
    if signal in bag.unproven:
        bag.unproven -= {signal}
        if not bag.unproven:
            turn.give(NoticeKind.PROVEN, bag.number)


def time_passed(turn: Turn, event: TimePassed) -> None:
    pass_time(turn)
    judge(turn)


def device_lost(turn: Turn, event: DeviceLost) -> None:
    bag = turn.bag
    bag.faults |= {event.device}
    bag.not_before_s = turn.now_s
    if event.device == CAMERA:
        go_blind(turn)
        bag.knows_bare = False  # its next worker has to learn it again


def device_back(turn: Turn, event: DeviceBack) -> None:
    pass_time(turn)
    turn.bag.faults -= {event.device}
    judge(turn)


def stored(turn: Turn, event: VerdictStored) -> None:
    """Green, if the bag that it stands for is still the one on the table, however slow the disk was
    (rules.md 7.2)."""
    bag, verdict = turn.bag, turn.bag.storing
    if not verdict or verdict.bag != event.bag:
        return
    assert verdict.parcel is not None  # only matches are waited for
    bag.storing = None
    if (
        bag.passed and bag.passed.where is passed.Where.UNSEEN
    ):  # the packer still has it in his hand
        bag.passed = replace(bag.passed, seen_s=dict.fromkeys(bag.passed.seen_s, turn.now_s))
    if bag.owes_green:
        show_green(turn, proves=verdict.proves)
    if verdict.prints:
        turn.actions.append(PrintLabel(verdict.parcel, event.bag))
    if verdict.passes:
        hold.swap(turn, swaps.passed(bag.swaps, verdict.parcel, event.bag, turn.now_s))
    judge(turn)


def show_green(turn: Turn, *, proves: bool) -> None:
    bag = turn.bag
    bag.green_until_s, bag.owes_green = turn.now_s + GREEN_FOR_S, False
    if turn.now_s >= passed.green_ends_s(bag, turn.rules):
        turn.end_green()
    elif proves:
        prove(turn, Signal.MATCH)


def store_failed(turn: Turn, event: StoreFailed) -> None:
    """What is not on disk has not passed: the bag must be read again."""
    bag = turn.bag
    if bag.storing and bag.storing.bag == event.bag:
        bag.storing = bag.passed = bag.last_parcel = None
        turn.end_green()


def pass_time(turn: Turn, *, waiting: bool | None = None) -> None:
    """What ends by itself. A whole pair that waited until now is still judged with this event."""
    bag = turn.bag
    waiting = is_waiting(turn) if waiting is None else waiting
    if bag.hold:
        hold.release(turn)
    if bag.passed and not bag.storing and turn.now_s >= bag.passed.gone_at_s(turn.rules):
        passed.leave(turn, bag.passed)
    if bag.green_until_s is not None and turn.now_s >= passed.green_ends_s(bag, turn.rules):
        turn.end_green()
    if turn.now_s - bag.view.at_s > turn.rules.clear_s and any(r.seen_s < inf for r in bag.reads):
        go_blind(turn)
    if not waiting:
        forget_old(turn)


HANDLERS: dict[type[Event], Callable[[Turn, Any], None]] = {
    CodeScanned: scanned,
    ViewSeen: seen,
    CommandGiven: commanded,
    ShiftBegan: shift_began,
    TimePassed: time_passed,
    DeviceLost: device_lost,
    DeviceBack: device_back,
    VerdictStored: stored,
    StoreFailed: store_failed,
}
