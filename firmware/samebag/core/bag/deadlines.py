"""When the bag on the table must be looked at again. Pure."""

from __future__ import annotations

from math import inf

from samebag.core.bag.bag import Bag
from samebag.core.bag.passed import AWAY, SCANNED, PassedBag
from samebag.core.rules import Rules
from samebag.core.verdicts import Waits

GLIMPSE = Waits.GLIMPSE  # asked of each event: see verdicts.py
A_MOMENT_S = 1e-6  # a deadline falls just after its last allowed instant


def due_s(bag: Bag, rules: Rules) -> float:
    """When TimePassed must be sent if nothing else happens; infinity if never."""
    soonest, now_s = inf, bag.now_s
    for at_s in _deadlines(bag, rules):
        due = at_s + A_MOMENT_S
        if now_s < due < soonest:
            soonest = due
    return soonest


def _deadlines(bag: Bag, rules: Rules) -> list[float]:
    """Those that may still come, and others that are over."""
    due = _of_reads(bag, rules) if bag.reads or bag.in_hand or bag.strangers else []
    if bag.settle_from_s is not None:
        due.append(bag.settle_from_s + rules.settle_s)
    if bag.waits is GLIMPSE:
        due += [
            doubt.view.at_s + s
            for doubt in bag.doubts.values()
            for s in (rules.settle_s, rules.pair_within_s)
        ]
    if bag.crowded_from_s is not None:
        due.append(asks_at_s(bag, rules))
    if bag.passed:
        due += _of_passed(bag, bag.passed, rules)
    if bag.green_until_s is not None:
        due.append(bag.green_until_s)
    if bag.hold and bag.hold.acknowledged:
        due.append(bag.hold.seen_s + rules.clear_s)
    return due


def _of_reads(bag: Bag, rules: Rules) -> list[float]:
    within_s = rules.pair_within_s
    due = [read.last_s + within_s for read in (*bag.reads, *bag.in_hand)]
    if bag.strangers:
        due += [stranger.first_s + within_s for stranger in bag.strangers]
    for read in bag.reads:
        if read.seen_s < inf:
            due.append(bag.view.at_s + rules.clear_s)  # the camera has not looked since
            break
    return due


def _of_passed(bag: Bag, passed: PassedBag, rules: Rules) -> list[float]:
    due, last_s = [passed.gone_at_s(rules)], passed.last_s
    if bag.reads and passed.where not in AWAY:
        due.append(last_s + rules.settle_s)
    if bag.green_until_s is not None and passed.where not in SCANNED:
        due.append(last_s + rules.clear_s)
    return due


def asks_at_s(bag: Bag, rules: Rules) -> float:
    """When the packer is asked to clear the table: one bag may slide in while the last slides out,
    which takes 1 s."""
    assert bag.crowded_from_s is not None
    return bag.crowded_from_s + (
        rules.settle_s if bag.waits is Waits.FOREIGN_LABEL else rules.crowded_s
    )
