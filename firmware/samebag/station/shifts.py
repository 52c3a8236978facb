"""When a shift begins, by the wall clock. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta


class Shifts:
    """``starts``: times of day such as 08:00, in the station's zone."""

    def __init__(self, starts: Sequence[str], wall_clock: Callable[[], datetime]) -> None:
        self._starts = sorted(time.fromisoformat(start) for start in starts)
        self._wall_clock = wall_clock
        self._shift = self._current() if starts else None

    def began(self) -> bool:
        """Whether another shift than at the last call runs now. A clock that jumps begins one too:
        then prove again."""
        if not self._starts:
            return False
        shift, self._shift = self._shift, self._current()
        return shift != self._shift

    def _current(self) -> tuple[date, time]:
        """The day and time at which the shift that runs now began."""
        now = self._wall_clock()
        today = [start for start in self._starts if start <= now.time()]
        return (
            (now.date(), today[-1]) if today else (now.date() - timedelta(days=1), self._starts[-1])
        )
