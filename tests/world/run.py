"""Plays shifts, on several cores where there are, and adds up what the judge saw."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, islice

from samebag.core.rules import Pairing

from .acts import Way
from .truth import Fault
from .twin import is_blind_seal, is_explained
from .world import Shift, World

BAGS_A_SHIFT = 41  # with the plain one at its end
WAYS = {
    Pairing.ONE_FRAME: (Way.CAMERA, Way.BOTH),  # without a camera nothing passes
    Pairing.ONE_BAG: (Way.CAMERA, Way.BOTH, Way.SCANNER),
}
GARBAGE = 100_000  # new objects before the collector looks at them
INHERENT = "no read could tell"
EXPLAINS = {"false green": is_explained, "false seal": is_blind_seal}


@dataclass(slots=True)
class Result:
    """What some shifts came to. ``tally`` as the judge counts; ``bags``, ``events`` and ``cpu_s``
    are added here."""

    tally: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[Shift, Fault]] = field(default_factory=list)
    explained: list[tuple[Shift, Fault]] = field(default_factory=list)

    def add(self, other: Result) -> None:
        self.tally += other.tally
        self.faults += other.faults
        self.explained += other.explained


def shifts(pairing: Pairing, level: str, bags: int, first_seed: int = 0) -> Iterator[Shift]:
    """So many that they have that many bags."""
    ways = WAYS[pairing]
    for seed in islice(count(first_seed), -(-bags // BAGS_A_SHIFT)):
        way = Way.LINE if level == "fast line" else ways[seed % len(ways)]
        # nobody on the line has a hand free for labels
        seals = way is not Way.LINE and seed % 7 in (
            2,
            5,
        )
        yield Shift(seed, level, pairing, way, strict=seed % 5 == 4, seals=seals)


def played(shift: Shift) -> Result:
    """One shift. A false green is looked into: could an honest bag have looked the same?"""
    started_s = time.process_time()
    with _rare_collections():
        world = World(shift).run()
    cpu_s = time.process_time() - started_s
    tally = world.judge.tally
    tally["bags"] += len(world.roll.bags)
    tally["passed where sealed"] += len(world.station.passed) * shift.seals
    tally["passed"] += len(world.station.passed)
    tally["events"] += world.station.events
    tally["cpu ms"] += round(1000 * cpu_s)
    result = Result(tally)
    for fault in world.judge.faults:
        if (explains := EXPLAINS.get(fault.what)) and explains(
            World(shift, records=True).run(), fault
        ):
            tally[f"{fault.what} {fault.proof}".rstrip()] -= 1
            tally[f"{INHERENT} {fault.what} {fault.proof}".rstrip()] += 1
            result.explained.append((shift, fault))
        else:
            result.faults.append((shift, fault))
    return result


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Next to nothing in a shift is garbage before its end; looking for it costs a fifth of the
    time."""
    before = gc.get_threshold()
    gc.set_threshold(GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def play_all(todo: Iterable[Shift], processes: int = 1) -> Result:
    total = Result()
    if processes == 1:
        for shift in todo:
            total.add(played(shift))
        return total
    with ProcessPoolExecutor(processes) as pool:
        for result in pool.map(played, todo, chunksize=8):
            total.add(result)
    return total
