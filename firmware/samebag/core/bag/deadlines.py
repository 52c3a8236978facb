"""When the bag on the table must be looked at again. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from samebag.core.bag.bag import Bag
from samebag.core.bag.passed import AWAY, SCANNED
from samebag.core.rules import Rules

A_MOMENT_S = 1e-6  # a deadline falls just after its last allowed instant


def due_s(bag: Bag, rules: Rules) -> float:
    """When TimePassed must be sent if nothing else happens; infinity if never."""
    soonest = inf
    for at_s in _deadlines(bag, rules):
        if bag.now_s < at_s + A_MOMENT_S < soonest:
            soonest = at_s + A_MOMENT_S
    return soonest


def _deadlines(bag: Bag, rules: Rules) -> Iterator[float]:
    if bag.reads or bag.in_hand or bag.strangers:
        yield from _of_reads(bag, rules)
    if bag.settle_from_s is not None:
        yield bag.settle_from_s + rules.settle_s
    if bag.crowded_from_s is not None:
        yield bag.crowded_from_s + rules.crowded_s
    if bag.passed:
        yield bag.passed.gone_at_s(rules)
        if bag.reads and bag.passed.where not in AWAY:
            yield bag.passed.last_s + rules.settle_s
    if bag.hold and bag.hold.acknowledged:
        yield bag.hold.seen_s + rules.clear_s
    if bag.green_until_s is not None:
        yield bag.green_until_s
        if bag.passed and bag.passed.where not in SCANNED:
            yield bag.passed.last_s + rules.clear_s


def _of_reads(bag: Bag, rules: Rules) -> Iterator[float]:
    for read in (*bag.reads, *bag.in_hand):
        yield read.last_s + rules.pair_within_s
    for stranger in bag.strangers:
        yield stranger.first_s + rules.pair_within_s
    if any(read.seen_s < inf for read in bag.reads):
        yield bag.view.at_s + rules.clear_s  # the camera has not looked since
