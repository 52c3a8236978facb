"""The virtual station on a terminal: each verdict as it falls, with the lamps as they are lit."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable

from samebag.core.events import CodeScanned, CommandGiven, DeviceBack, DeviceLost
from samebag.core.verdicts import Action, GiveNotice, RecordVerdict, VerdictKind
from samebag.core.words import Words
from samebag.ports import (
    CameraEnded,
    EvidenceSaved,
    JobMoved,
    JobState,
    ScanRefused,
    StationEvent,
    WaitLasts,
)

LAMPS = ("green", "red")
BLANK = len("● GREEN ○ red ♪  bag 123")
PAINT = {"green": "\x1b[1;32m", "red": "\x1b[1;31m", "dim": "\x1b[2m"}
PAPER_S = 10.0  # a label that is not out by then will not come
LAST_VERDICT_S = 1.0  # what the last frames still say


class Terminal:
    """A station.Teller that prints, counts, and once calls ``finished``, when bags are over and
    paper still."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.finished: Callable[[], None] = lambda: None
        self._from_s = clock()
        self._lit = {"green": False, "red": False, "buzzer": False}
        self._colour = sys.stdout.isatty()
        self._open_jobs: set[int] = set()
        self._ended = False
        self._once = threading.Lock()
        self.verdicts: Counter[VerdictKind] = Counter()
        self.evidence = 0

    def lamps_changed(self, green: bool, red: bool, buzzer: bool, at_s: float) -> None:
        """From the signals: what is on the pins now."""
        self._lit = {"green": green, "red": red, "buzzer": buzzer}

    def told(self, about: StationEvent | Action, words: Words) -> None:
        match about:
            case RecordVerdict(verdict):
                self.verdicts[verdict.kind] += 1
                self._line(f"{self._lamps()}  bag {verdict.bag:>3}", words)
                if verdict.prints:
                    self._open_jobs.add(verdict.bag)
            case GiveNotice() | DeviceLost() | DeviceBack() | ScanRefused() | WaitLasts():
                self._line("", words)
            case CodeScanned() | CommandGiven():  # of our own
                self._line("", words)
            case EvidenceSaved():
                self.evidence += 1
            case JobMoved(_, state):
                self._job_moved(state, words)
            case CameraEnded():
                self._ended = True
                self._finish_in(PAPER_S)
                self._look_whether_over()

    def _job_moved(self, state: JobState, words: Words) -> None:
        if state in (JobState.CONFIRMED, JobState.ASKED, JobState.WITHDRAWN):
            self._line("", words)
            if self._open_jobs:
                self._open_jobs.pop()
            self._look_whether_over()

    def _look_whether_over(self) -> None:
        if self._ended and not self._open_jobs:
            self._finish_in(LAST_VERDICT_S)

    def _finish_in(self, delay_s: float) -> None:
        timer = threading.Timer(delay_s, self._finish)
        timer.daemon = True
        timer.start()

    def _finish(self) -> None:
        if self._once.acquire(blocking=False):  # for good
            self.finished()

    def _line(self, what: str, words: Words) -> None:
        at_s = self._clock() - self._from_s
        digits = f"  [{words.digits}]" if words.digits else ""
        sys.stdout.write(f"{at_s:6.1f} s  {what or ' ' * BLANK}  {words.en}{digits}\n")
        sys.stdout.write(f"{' ' * (BLANK + 12)}{self._paint('dim', words.zh)}\n")
        sys.stdout.flush()

    def _lamps(self) -> str:
        lamps = " ".join(
            self._paint(name, f"● {name.upper()}")
            if self._lit[name]
            else self._paint("dim", f"○ {name}")
            for name in LAMPS
        )
        return f"{lamps} {'♪' if self._lit['buzzer'] else ' '}"

    def _paint(self, colour: str, text: str) -> str:
        return f"{PAINT[colour]}{text}\x1b[0m" if self._colour else text
