"""``make bench-printer``: every printer class, every byte of a label, every fault, and random ones;
the paper judges.

python -m tests.bench.printer [random faults] [seed]
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice

from samebag.label.profiles import PrinterProfile, profiles
from samebag.ports import JobState
from tests.devices.byte_faults import LEAST_S, Outcome, Plan, is_possible, job_bytes, play
from tests.devices.byte_printer import Fault, Make, Wire

MAKES = (
    Make(),
    Make(buffer_bytes=65_536, faster=2.0, wakes_s=0.0),
    Make(buffer_bytes=512, ahead_rows=0),
    Make(at_once=False),
    Make(runs_on=True),
    Make(runs_on=True, blind=True),
    Make(forgets=True),
    Make(lags_by_one=True),
    Make(answers_once=True),
    Make(lag_s=0.6),
)
SHOWN = 20  # of what is wrong


@dataclass(slots=True)
class Tally:
    played: int = 0
    ended: Counter[JobState] = field(default_factory=Counter)
    asked_though_whole: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, plan: Plan, outcome: Outcome) -> None:
        self.played += 1
        self.ended[outcome.state] += 1
        self.asked_though_whole += outcome.asked_though_whole
        self.wrong += [f"{what}: {plan}" for what in outcome.wrong]


def every_byte(profile: PrinterProfile) -> Iterator[Plan]:
    """All wires and faults at each byte of a short label; makes take turns."""
    makes = cycle(MAKES)
    for wire in Wire:
        for fault in Fault:
            for at in range(job_bytes(profile)):
                for when_worked in (False, True):
                    yield Plan(
                        profile, wire, fault, at, when_worked, LEAST_S.get(fault, 1.0), next(makes)
                    )


def at_random(count: int, seed: int) -> Iterator[Plan]:
    """Of those that can be, so many."""
    return islice(filter(is_possible, _endless(random.Random(seed))), count)


def _endless(dice: random.Random) -> Iterator[Plan]:
    known = list(profiles().values())
    while True:
        profile, fault = dice.choice(known), dice.choice(list(Fault))
        rows = dice.choice((14, 100, 400, 800))
        size = job_bytes(profile, rows)
        yield Plan(
            profile,
            dice.choice(list(Wire)),
            fault,
            at=dice.choice((dice.randrange(size), size - dice.randint(1, min(size, 100)))),
            when_worked=dice.random() < 0.5,
            lasts_s=dice.uniform(LEAST_S.get(fault, 0.1), 30.0 if fault in LEAST_S else 6.0),
            make=make(dice),
            rows=rows,
            lag_s=dice.uniform(0.05, 1.5),
        )


def make(dice: random.Random) -> Make:
    """A printer that answers late by one and only once to what is asked twice is none that any
    station could use."""
    late = dice.random()
    return Make(
        buffer_bytes=dice.choice((256, 512, 1024, 4096, 16_384, 65_536)),
        ahead_rows=dice.choice((0, 24, 95)),
        faster=dice.choice((1.0, 1.5, 2.5)),
        wakes_s=dice.choice((0.0, 0.3, 0.5)),
        at_once=dice.random() < 0.8,
        runs_on=(runs_on := dice.random() < 0.3),
        blind=runs_on and dice.random() < 0.5,
        forgets=dice.random() < 0.2,
        lag_s=dice.choice((0.0, 0.0, 0.02, 0.3, 1.0)),
        lags_by_one=late < 0.15,
        answers_once=late > 0.9,
        flow=dice.random() < 0.5,
    )


def tally(plans: Iterable[Plan]) -> Tally:
    done = Tally()
    for plan in filter(is_possible, plans):
        done.add(plan, play(plan))
    return done


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print(
        "| printers | faults | confirmed | sent | asked | asked, and it was whole |"
        " wrong | seconds |"
    )
    print("|---" * 8 + "|")
    wrong: list[str] = []
    runs = [(profile.name, every_byte(profile)) for profile in profiles().values()]
    for name, plans in [*runs, (f"random, seed {seed}", at_random(count, seed))]:
        began_s = time.monotonic()
        done = tally(plans)
        ends = " | ".join(
            str(done.ended[state]) for state in (JobState.CONFIRMED, JobState.SENT, JobState.ASKED)
        )
        rest = f"{done.asked_though_whole} | {len(done.wrong)} | {time.monotonic() - began_s:.0f}"
        print(f"| {name} | {done.played} | {ends} | {rest} |", flush=True)
        wrong += done.wrong
    print(*wrong[:SHOWN], sep="\n")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
