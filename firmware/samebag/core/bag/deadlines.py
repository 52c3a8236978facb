"""When the bag on the table must be looked at again. Pure."""

from __future__ import annotations

from math import inf

from samebag.core.bag.bag import Bag
from samebag.core.rules import Rules

A_MOMENT_S = 1e-6  # a deadline falls just after its last allowed instant


def due_s(bag: Bag, rules: Rules) -> float:
    """When TimePassed must be sent if nothing else happens; infinity if never."""
    due = [read.last_s + rules.pair_within_s for read in (*bag.reads, *bag.in_hand)]
    due += [stranger.first_s + rules.pair_within_s for stranger in bag.strangers]
    if bag.settle_from_s is not None:
        due.append(bag.settle_from_s + rules.settle_s)
    if bag.crowded_from_s is not None:
        due.append(bag.crowded_from_s + rules.crowded_s)
    if bag.passed:
        due.append(bag.passed.gone_at_s(rules))
        if bag.reads and not bag.passed.lifted:
            due.append(bag.passed.last_s + rules.settle_s)
    if bag.hold and bag.hold.acknowledged:
        due.append(bag.hold.seen_s + rules.clear_s)
    if bag.green_until_s is not None:
        due.append(bag.green_until_s)
        if bag.passed and bag.passed.sighted:
            due.append(bag.passed.last_s + rules.clear_s)
    coming = [at_s for at_s in due if at_s + A_MOMENT_S > bag.now_s]
    return min(coming, default=inf) + A_MOMENT_S
