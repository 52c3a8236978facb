"""Prints a slip for each bag on hold, once somebody has acknowledged it: then it goes into the red
box."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from samebag.core.bag.bag import Bag
from samebag.core.verdicts import Action, GiveNotice, NoticeKind, RecordVerdict, Verdict
from samebag.core.words import Words
from samebag.label.hold_slip import HoldSlip
from samebag.ports import StationEvent

SAID = {NoticeKind.WANTED, NoticeKind.RECALL}  # what else the slip says, of what is looked for


class HoldSlips:
    """A station.Teller that also sees the bag after each event (``seen``). ``print_slip`` never
    blocks."""

    def __init__(
        self,
        print_slip: Callable[[HoldSlip], None],
        *,
        station: str,
        wall_clock: Callable[[], datetime],
    ) -> None:
        self._print, self._station, self._wall_clock = print_slip, station, wall_clock
        self._told: Verdict | None = None  # the newest that is no match, and what was said of it
        self._said: list[Words] = []
        self._red = 0  # the number of the bag that waits to be acknowledged

    def told(self, about: StationEvent | Action, words: Words) -> None:
        match about:
            case RecordVerdict(verdict) if not verdict.passes:
                self._told, self._said = verdict, [words]
            case GiveNotice(notice) if notice in SAID:
                self._said.append(words)

    def seen(self, bag: Bag) -> None:
        """A hold cannot end but by being acknowledged, and one that no camera saw ends in the same
        moment."""
        if bag.hold and not bag.hold.acknowledged:
            self._red = bag.hold.verdict.bag
            return
        red, self._red = self._red, 0
        if red and self._told and self._told.bag == red and not self._told.proves:
            self._print(self._slip(self._told))

    def _slip(self, told: Verdict) -> HoldSlip:
        said = tuple(text for words in self._said for text in (words.zh, words.en))
        wall_time = self._wall_clock().isoformat(timespec="seconds")
        return HoldSlip(self._station, told.bag, wall_time, told.packer, said)
