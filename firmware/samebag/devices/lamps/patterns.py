"""The table of signals: what green, red and buzzer do for each, and what is lit at any moment.
Pure.

One lamp speaks about the bag, both lamps together speak about the station. So a lone green is a
match and nothing else: a program that hangs in the middle of any other pattern cannot leave a green
behind.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate

from samebag.core.verdicts import ShowSignal, Signal

FOREVER = math.inf


@dataclass(frozen=True, slots=True)
class Track:
    """One output: on, off, on, … for so many milliseconds each, all of it so many times."""

    steps_ms: tuple[int, ...] = ()
    times: float = 1


@dataclass(frozen=True, slots=True)
class Pattern:
    green: Track = Track()
    red: Track = Track()
    buzzer: Track = Track()


@dataclass(frozen=True, slots=True)
class Levels:
    green: bool = False
    red: bool = False
    buzzer: bool = False


def _held(count: int) -> Pattern:
    """Red blinks and pauses for as long as the hold; the buzzer counts the same, twice."""
    blinks, beeps = (300, 300) * (count - 1), (90, 160) * (count - 1)
    return Pattern(red=Track((*blinks, 300, 1200), FOREVER), buzzer=Track((*beeps, 90, 700), 2))


_STEADY = Track((1000,), FOREVER)
_ALIVE = Track((30, 4970), FOREVER)
_SLOW = Track((1000, 1000), FOREVER)
_FAST = Track((250, 250), FOREVER)  # 2 Hz
_TWO_BLIPS = (80, 120, 80)
_THREE_LONG_IN_2_S = (400, 150, 400, 150, 400, 500)

PATTERNS = {
    Signal.OFF: Pattern(),
    Signal.READY: Pattern(green=_ALIVE, red=_ALIVE),
    Signal.ONE_LABEL: Pattern(buzzer=Track((40,))),
    # dark after 5 s even if the loop hangs
    Signal.MATCH: Pattern(green=Track((5000,)), buzzer=Track((120,))),
    Signal.MISMATCH: Pattern(red=_STEADY, buzzer=Track(_THREE_LONG_IN_2_S, FOREVER)),
    Signal.UNKNOWN: _held(1),
    Signal.DUPLICATE: _held(2),
    Signal.CANCELLED: _held(3),
    Signal.CHANGED: _held(4),
    Signal.BARRED: _held(5),
    Signal.INCOMPLETE: Pattern(red=Track(_TWO_BLIPS), buzzer=Track(_TWO_BLIPS)),
    Signal.CROWDED: Pattern(green=_SLOW, red=_SLOW),
    Signal.FAULT: Pattern(green=_FAST, red=_FAST, buzzer=Track((1000,))),
}


@dataclass(frozen=True, slots=True)
class Playing:
    """The pattern shown from ``base_at_s`` on, and the one-shot that lies over it, if any."""

    base: Pattern = Pattern()
    base_at_s: float = 0.0
    once: Pattern = Pattern()
    once_at_s: float = 0.0


def play(playing: Playing, signal: ShowSignal, at_s: float) -> Playing:
    """The newest signal wins: a one-shot returns to the base, a new base ends the one-shot."""
    pattern = _pattern(signal)
    if not signal.once:
        return Playing(pattern, at_s)
    return Playing(playing.base, playing.base_at_s, pattern, at_s)


@cache
def _pattern(signal: ShowSignal) -> Pattern:
    pattern = PATTERNS[signal.signal]
    if signal.quiet:
        pattern = replace(pattern, buzzer=Track())
    return _one_round(pattern) if signal.once else pattern


def levels_at(playing: Playing, at_s: float) -> tuple[Levels, float | None]:
    """What is lit, and when to look again (None: nothing will change).

    A one-shot without light of its own leaves the lamps to the base, one without sound the buzzer.
    """
    base, base_s = levels(playing.base, at_s - playing.base_at_s)
    once, once_s = levels(playing.once, at_s - playing.once_at_s)
    base_next_s = None if base_s is None else playing.base_at_s + base_s
    if once_s is None:
        return base, base_next_s
    lamps = once if playing.once.green.steps_ms or playing.once.red.steps_ms else base
    buzzer = once.buzzer if playing.once.buzzer.steps_ms else base.buzzer
    once_next_s = playing.once_at_s + once_s
    return Levels(lamps.green, lamps.red, buzzer), min(once_next_s, base_next_s or FOREVER)


def levels(pattern: Pattern, elapsed_s: float) -> tuple[Levels, float | None]:
    """What is lit so long after the pattern's start, and when (from its start too) that may
    change."""
    elapsed_ms = elapsed_s * 1000
    green, red = _level(pattern.green, elapsed_ms), _level(pattern.red, elapsed_ms)
    buzzer = _level(pattern.buzzer, elapsed_ms)
    next_ms = min(green[1], red[1], buzzer[1])
    return Levels(green[0], red[0], buzzer[0]), None if next_ms == FOREVER else next_ms / 1000


def _level(track: Track, elapsed_ms: float) -> tuple[bool, float]:
    if not track.steps_ms:
        return False, FOREVER
    ends_ms = _ends_ms(track.steps_ms)
    round_ms = ends_ms[-1]
    if elapsed_ms >= round_ms * track.times:
        return False, FOREVER
    into_round_ms = elapsed_ms % round_ms
    step = bisect_right(ends_ms, into_round_ms)
    return step % 2 == 0, elapsed_ms - into_round_ms + ends_ms[step]


@cache
def _ends_ms(steps_ms: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(accumulate(steps_ms))


def _one_round(pattern: Pattern) -> Pattern:
    green, red, buzzer = (
        replace(track, times=1 if track.times == FOREVER else track.times)
        for track in (pattern.green, pattern.red, pattern.buzzer)
    )
    return Pattern(green, red, buzzer)
