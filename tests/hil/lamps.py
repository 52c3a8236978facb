"""What the packer saw: the traced changes of three pins, as lamps and buzzer over time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

GREEN, RED, BUZZER = 17, 27, 22  # BCM, systemd/settings.toml
NAMES = {GREEN: "green", RED: "red", BUZZER: "buzzer"}


@dataclass(frozen=True, slots=True)
class Change:
    """A write to a pin, as the kernel traced it. ``by`` is the writer's thread."""

    at_s: float
    pin: int
    kind: str  # value, direction
    word: str  # set or get; in or out
    level: int
    by: int


@dataclass(frozen=True, slots=True)
class Lit:
    """What is on, from then on."""

    at_s: float
    green: bool = False
    red: bool = False
    buzzer: bool = False

    @property
    def alone(self) -> str:
        """The one lamp that is lit, or nothing: both together speak of the station."""
        return "" if self.green == self.red else "green" if self.green else "red"


def lit(changes: Iterable[Change]) -> list[Lit]:
    """Every state, oldest first; pins that were written again with the same level add none."""
    states = [Lit(0.0)]
    for change in changes:
        if change.pin in NAMES and (change.kind, change.word) == ("value", "set"):
            now = replace(states[-1], at_s=change.at_s, **{NAMES[change.pin]: bool(change.level)})
            if replace(now, at_s=states[-1].at_s) != states[-1]:
                states.append(now)
    return states


def spans(
    states: Sequence[Lit], colour: str, shortest_s: float = 0.3
) -> list[tuple[float, float | None]]:
    """From when to when that lamp alone was lit; None while it is. Shorter ones are the two pins of
    one change."""
    found: list[tuple[float, float | None]] = []
    for state, after in zip(states, [*states[1:], None], strict=True):
        if state.alone == colour:
            if found and found[-1][1] == state.at_s:
                found[-1] = (found[-1][0], after.at_s if after else None)
            else:
                found.append((state.at_s, after.at_s if after else None))
    return [span for span in found if span[1] is None or span[1] - span[0] >= shortest_s]


def together(states: Sequence[Lit]) -> list[tuple[float, float | None]]:
    """From when to when both lamps were lit."""
    found: list[tuple[float, float | None]] = []
    since_s: float | None = None
    for state in states:
        both = state.green and state.red
        if both and since_s is None:
            since_s = state.at_s
        elif not both and since_s is not None:
            found.append((since_s, state.at_s))
            since_s = None
    return found if since_s is None else [*found, (since_s, None)]


def beeps_ms(states: Sequence[Lit], since_s: float) -> list[int]:
    """How long each beep was."""
    beeps: list[int] = []
    on_s: float | None = None
    for state in states:
        if state.at_s >= since_s and state.buzzer and on_s is None:
            on_s = state.at_s
        elif not state.buzzer and on_s is not None:
            beeps.append(round((state.at_s - on_s) * 1000))
            on_s = None
    return beeps
