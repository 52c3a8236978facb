"""The station's rules on what was seen, without devices or wall clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from samebag.core.bag.bag import Bag
from samebag.core.bag.deadlines import due_s
from samebag.core.bag.step import play
from samebag.core.codes.merged import print_number
from samebag.core.events import Event, TimePassed, VerdictStored
from samebag.core.labels import Label
from samebag.core.parcel_checks import Checks
from samebag.core.parcels import Parcel, Standing
from samebag.core.rules import Rules
from samebag.core.verdicts import GiveNotice, RecordVerdict, TellWait, VerdictKind
from samebag.ports import Book as BookPort
from samebag.ports import DeviceError
from samebag.replay.events import Happening, Late, OrdersCame
from samebag.station.lookup import NO_CHECKS, Texts, normalised, since_match

Told = RecordVerdict | GiveNotice | TellWait


def _no_imports(orders: OrdersCame) -> None:
    raise DeviceError(f"{orders.said}: nothing is imported here: leave that line out")


class _Remembering:
    """The book, and what has passed in this replay. Nothing is late in it: it has no calendar."""

    def __init__(self, book: BookPort, checks: Checks) -> None:
        self.parcel: Callable[[str], Parcel | None] = book.parcel
        self._book, self._checks = book, checks
        self._passed: dict[str, Parcel | None] = {}  # with their records, as they were then

    def label(self, code: str) -> Label | None:
        """A merged label is taken at its word, and as fresh: a replay has neither key nor print
        jobs."""
        if print_number(code) is None:
            return self._book.label_in(code)
        normalise = self._book.form.normalise
        return Label(
            code, merged_of=frozenset(p for p in self._passed if f"|{normalise(p)}|" in code)
        )

    def standing(self, parcel: str) -> Standing:
        if parcel in self._passed:
            return Standing.PASSED
        return self._checks.standing(self._book.standing(parcel), lambda: self.parcel(parcel), "")

    def meanwhile(self, parcel: str) -> Standing:
        return since_match(self._book, parcel, self._passed.get(parcel))

    def passes(self, parcel: str) -> None:
        self._passed[parcel] = self.parcel(parcel)

    def noted(self, told: RecordVerdict) -> RecordVerdict:
        """A verdict with what is found against its parcel."""
        if not told.verdict.is_checked:
            return told
        record = self.parcel(str(told.verdict.parcel))
        found = self._checks.gravest(record, "") if record else None
        return RecordVerdict(replace(told.verdict, check=found.check)) if found else told

    def roll(self, parcel: str, first: int) -> Mapping[str, int]:
        return {
            p: place for p, place in self._book.roll(parcel, first).items() if p not in self._passed
        }


def judged(
    happened: Iterable[Happening],
    rules: Rules,
    book: BookPort,
    checks: Checks = NO_CHECKS,
    *,
    take: Callable[[OrdersCame], None] = _no_imports,
) -> Iterator[Told]:
    """What is decided and told, as it falls; the disk of a replay is never slow. ``take`` imports
    an order file.

    What only waits for time when the recording ends, a match that settles or a bag in a hand, is
    judged as if the bag had gone on lying there.
    """
    table = _ReplayTable(rules, book, checks)
    for happening in happened:
        yield from table.until(happening.at_s)
        if isinstance(happening, OrdersCame):
            take(happening)
        else:
            yield from table.taken(happening.event if isinstance(happening, Late) else happening)
    yield from table.rest()


class _ReplayTable:
    """The bag on it, under the same rules as at a station."""

    def __init__(self, rules: Rules, book: BookPort, checks: Checks) -> None:
        self._rules, self._book, self._known = rules, book, _Remembering(book, checks)
        self._texts, self._bag = Texts(), Bag()

    def until(self, at_s: float) -> Iterator[Told]:
        """As the station's loop does, which wakes for each deadline however late the next frame
        comes."""
        while (due := due_s(self._bag, self._rules)) < at_s:
            yield from self.taken(TimePassed(due))

    def taken(self, event: Event) -> Iterator[Told]:
        written = normalised(event, self._book, self._texts)
        self._bag, actions = play(self._bag, written, self._rules, self._known)
        for action in actions:
            if isinstance(action, RecordVerdict):
                yield self._known.noted(RecordVerdict(self._texts.told(action.verdict)))
            elif isinstance(action, Told):
                yield action
        for action in actions:
            if isinstance(action, RecordVerdict) and action.verdict.kind is VerdictKind.MATCH:
                self._known.passes(str(action.verdict.parcel))
                yield from self.taken(VerdictStored(action.verdict.bag, self._bag.now_s))

    def rest(self) -> Iterator[Told]:
        if self._bag.settle_from_s is not None or self._bag.in_hand:
            yield from self.taken(TimePassed(due_s(self._bag, self._rules)))
