"""Lets readers take turns on the same frames and counts what they read, what they made up and what
it cost."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import median

import numpy as np

from tests.bench.reading_frames import ROLES, Frame
from tests.bench.reading_readers import Readers


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one reader said to one frame."""

    frame: Frame
    texts: set[str]
    cpu_ms: float

    def both_read(self) -> bool:
        return {label.text for label in self.frame.labels} <= self.texts

    def made_up(self) -> set[str]:
        """Texts that are on nothing in the picture; also a true one that is not there any more."""
        return self.texts - self.frame.texts


def race(readers: Readers, frames: Iterable[Frame]) -> dict[str, list[Outcome]]:
    """Each frame goes to all readers before the next, another one first each time; the first frame
    warms them up."""
    waiting = iter(frames)
    first = next(waiting)
    for fresh in readers.values():
        fresh()(first.gray(), 0.0)
    reads = {name: fresh() for name, fresh in readers.items()}
    outcomes: dict[str, list[Outcome]] = {name: [] for name in readers}
    for number, frame in enumerate(chain([first], waiting)):
        gray = frame.gray()
        turn = number % len(reads)
        for name in [*reads][turn:] + [*reads][:turn]:
            started_s = time.thread_time()
            texts = reads[name](gray, frame.at_s)
            outcomes[name].append(Outcome(frame, texts, (time.thread_time() - started_s) * 1000))
    return outcomes


@dataclass(frozen=True, slots=True)
class StillScore:
    """``readable`` frames have both labels readable, ``read`` of them were; CPU times are of all
    frames."""

    readable: int
    read: int
    false: int
    median_ms: float
    p95_ms: float


def still_score(outcomes: Sequence[Outcome]) -> StillScore:
    readable = [o for o in outcomes if o.frame.both_readable()]
    cpu_ms = [o.cpu_ms for o in outcomes]
    return StillScore(
        readable=len(readable),
        read=sum(o.both_read() for o in readable),
        false=sum(len(o.made_up()) for o in outcomes),
        median_ms=median(cpu_ms),
        p95_ms=float(np.percentile(cpu_ms, 95)),
    )


@dataclass(frozen=True, slots=True)
class SequenceScore:
    """``latencies_s`` has one entry for each bag read: from coming to rest, 0 if read before. Adds
    up."""

    readable: int
    latencies_s: tuple[float, ...]
    false: int
    cpu_ms: float
    frames: int

    def __add__(self, other: SequenceScore) -> SequenceScore:
        return SequenceScore(
            self.readable + other.readable,
            self.latencies_s + other.latencies_s,
            self.false + other.false,
            self.cpu_ms + other.cpu_ms,
            self.frames + other.frames,
        )


def sequence_score(outcomes: Sequence[Outcome]) -> SequenceScore:
    """Of the bags whose labels both are readable at some time."""
    frames = [o.frame for o in outcomes]
    readable = {
        (label.bag, label.role) for frame in frames for label in frame.labels if label.readable
    }
    bags = {bag for bag, _ in readable if {(bag, role) for role in ROLES} <= readable}
    read_s = _first_read_s(outcomes)
    latencies_s = []
    for bag in bags:
        rest_s = min(frame.at_s for frame in frames if bag in frame.resting)
        if {(bag, role) for role in ROLES} <= read_s.keys():
            last_s = max(read_s[bag, role] for role in ROLES)
            latencies_s.append(max(0.0, round(last_s - rest_s, 3)))
    cpu_ms = sum(o.cpu_ms for o in outcomes)
    false = sum(len(o.made_up()) for o in outcomes)
    return SequenceScore(len(bags), tuple(latencies_s), false, cpu_ms, len(outcomes))


def _first_read_s(outcomes: Sequence[Outcome]) -> dict[tuple[int, str], float]:
    """When each label, by bag and role, was read first."""
    read_s: dict[tuple[int, str], float] = {}
    for outcome in outcomes:
        for label in outcome.frame.labels:
            if label.text in outcome.texts:
                read_s.setdefault((label.bag, label.role), outcome.frame.at_s)
    return read_s


@dataclass(frozen=True, slots=True)
class PhotoScore:
    """A photograph with a wrong text beside the right one is wrong; one without a code is right
    with nothing read."""

    right: int
    wrong: int
    nothing: int


def photo_score(outcomes: Sequence[Outcome]) -> PhotoScore:
    wrong = sum(bool(o.made_up()) for o in outcomes)
    right = sum(o.texts == o.frame.texts for o in outcomes)
    return PhotoScore(right, wrong, len(outcomes) - right - wrong)
