"""Which changes of a device that comes and goes, or falls from one fault into another, are worth a
line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# ours: so often an hour a change is news, which makes a day of flapping some 200 lines
FREELY, HOUR_S = (
    5,
    3600.0,
)
SETTLE_S = 60.0  # ours: what stands for so long is no flapping any more
MOST_TOLD = 100  # ours: of one device in an hour, should its reasons differ each time


@dataclass(slots=True)
class _Device:
    told: list[tuple[float, str]] = field(default_factory=list)  # in the last hour
    changed_s: float = 0.0
    untold: int = 0
    settle_s: float = SETTLE_S  # twice as long after each time, until nothing happens for an hour


class Flapping:
    """States of devices; "" is that it works. A number in a reason makes no other state."""

    def __init__(self) -> None:
        self._devices: dict[str, _Device] = {}

    def moved(self, device: str, state: str, at_s: float) -> int | None:
        """Whether to tell it: how many changes before it were not told, or None."""
        kept, state = self._devices.setdefault(device, _Device()), re.sub(r"\d+", "#", state)
        if at_s - kept.changed_s >= HOUR_S:
            kept.settle_s = SETTLE_S
        kept.changed_s = at_s
        kept.told = [(when, told) for when, told in kept.told if at_s - when < HOUR_S]
        if sum(told == state for _, told in kept.told) >= FREELY or len(kept.told) >= MOST_TOLD:
            kept.untold += 1
            return None
        kept.told.append((at_s, state))
        untold, kept.untold = kept.untold, 0
        return untold

    def settled(self, at_s: float) -> Iterator[tuple[str, int]]:
        """The devices that stay as they are now, which was not told, and how many changes before it
        were not."""
        for device, kept in self._devices.items():
            if kept.untold and at_s - kept.changed_s >= kept.settle_s:
                yield device, kept.untold - 1
                kept.untold, kept.settle_s = 0, min(2 * kept.settle_s, HOUR_S)
