"""A book made of two-line parcels, and short words for what happens on the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from samebag.core.bag.bag import Bag
from samebag.core.bag.step import play, step
from samebag.core.events import CodeScanned, CommandGiven, Event, Sighting, VerdictStored, ViewSeen
from samebag.core.labels import Command, Label
from samebag.core.parcels import Parcel, Standing
from samebag.core.rules import Rules
from samebag.core.verdicts import (
    Action,
    GiveNotice,
    NoticeKind,
    RecordVerdict,
    TellWait,
    Verdict,
    VerdictKind,
)

SWAPS = (NoticeKind.WANTED, NoticeKind.RECALL, NoticeKind.ROLL_SLIPPED)


class FakeBook:
    """Waybill codes and list codes by parcel; what passes is remembered as the ledger would."""

    def __init__(self, parcels: Mapping[str, tuple[str, str]]) -> None:
        """``{"A": ("WA", "LA OA")}``: waybill codes and list codes of each parcel, split by
        blanks."""
        self.standings: dict[str, Standing] = dict.fromkeys(parcels, Standing.OPEN)
        self.cancelled: set[str] = set()  # by the book, also of what has passed
        self.merged: dict[str, Label] = {}  # the labels printed, as the station knows them
        self.records = {
            name: _record(name, waybills.split(), lists.split(), place)
            for place, (name, (waybills, lists)) in enumerate(parcels.items(), start=1)
        }
        self.stale: set[tuple[str, str]] = set()
        self._waybills: dict[str, set[str]] = {}
        self._lists: dict[str, set[str]] = {}
        for parcel, (waybills, lists) in parcels.items():
            for codes, place in ((waybills, self._waybills), (lists, self._lists)):
                for code in codes.split():
                    place.setdefault(code, set()).add(parcel)

    def label(self, code: str) -> Label | None:
        waybill_of = frozenset(self._waybills.get(code, ()))
        list_of = frozenset(self._lists.get(code, ()))
        if code in self.merged:
            return self.merged[code]
        stale = frozenset(parcel for parcel in waybill_of | list_of if (code, parcel) in self.stale)
        return Label(code, waybill_of, list_of, stale) if waybill_of or list_of else None

    def forget(self, code: str) -> None:
        """A newer file lacks it."""
        self._waybills.pop(code, None)
        self._lists.pop(code, None)

    def standing(self, parcel: str) -> Standing:
        return self.standings[parcel]

    def meanwhile(self, parcel: str) -> Standing:
        is_cancelled = parcel in self.cancelled or self.standings[parcel] is Standing.CANCELLED
        return Standing.CANCELLED if is_cancelled else Standing.OPEN

    def parcel(self, name: str) -> Parcel | None:
        return self.records.get(name)

    def roll(self, parcel: str, first: int) -> dict[str, int]:
        places = {
            name: record.print_order or 0
            for name, record in self.records.items()
            if parcel in self.records
        }
        return {
            n: place
            for n, place in places.items()
            if place >= first and self.standings[n] is Standing.OPEN
        }


def _record(name: str, waybills: list[str], lists: list[str], place: int) -> Parcel:
    return Parcel(
        name, waybills[0], tuple(waybills[1:]), list_codes=tuple(lists), print_order=place
    )


def store() -> FakeBook:
    """Three plain parcels, two of a split order (S1, S2 share list code OS), one merged order (M
    has O1 and O2), one whose list carries the waybill's own code (X)."""
    return FakeBook(
        {
            "A": ("WA LPA", "LA"),
            "B": ("WB", "LB"),
            "C": ("WC", "LC"),
            "S1": ("WS1", "OS"),
            "S2": ("WS2", "OS"),
            "M": ("WM", "O1 O2"),
            "X": ("WX LPX", "WX"),
        }
    )


def scan(code: str, at_s: float) -> CodeScanned:
    return CodeScanned(code, at_s)


def clear(at_s: float) -> CommandGiven:
    return CommandGiven(Command.CLEAR, at_s)


def view(
    codes: str, at_s: float, *, occupied: bool = True, unread: int = 0, by: str = "zxing zbar"
) -> ViewSeen:
    """A frame with those codes side by side; by default read by two decoders, so that each counts
    at once."""
    sightings = [
        Sighting(
            code,
            "code128",
            ((x, 0.0), (x + 80.0, 0.0), (x + 80.0, 30.0), (x, 30.0)),
            tuple(by.split()),
        )
        for x, code in zip(range(0, 10_000, 100), codes.split(), strict=False)
    ]
    return ViewSeen(tuple(sightings), at_s, occupied, unread)


def lying(codes: str, from_s: float, to_s: float) -> list[ViewSeen]:
    """Frames of a bag that lies there, four a second."""
    return [view(codes, from_s + k / 4) for k in range(int((to_s - from_s) * 4) + 1)]


def glimpse(code: str, at_s: float, beside: str = "") -> ViewSeen:
    """A label that one decoder sees, with those of a bag that lies there."""
    sure = view(beside, at_s)
    doubt = Sighting(
        code, "code128", ((900.0, 0.0), (950.0, 0.0), (950.0, 9.0), (900.0, 9.0)), ("zxing",)
    )
    return replace(sure, sightings=(*sure.sightings, doubt))


def empty(at_s: float) -> ViewSeen:
    return view("", at_s, occupied=False)


class Play:
    """The core with a disk that never fails: keeps every action, answers matches, remembers what
    passed."""

    def __init__(
        self, book: FakeBook | None = None, rules: Rules | None = None, bag: Bag | None = None
    ) -> None:
        self.book, self.rules, self.bag = book or store(), rules or Rules(), bag or Bag()
        self.actions: list[Action] = []
        self.waits: list[TellWait] = []

    def __call__(self, *events: Event) -> Play:
        for event in events:
            self.bag, actions = play(self.bag, event, self.rules, self.book)
            self._take(actions)
        return self

    def _take(self, actions: Iterable[Action]) -> None:
        for action in self._heard(actions):
            self.actions.append(action)
            if isinstance(action, RecordVerdict) and action.verdict.kind is VerdictKind.MATCH:
                if action.verdict.passes:
                    self.book.standings[str(action.verdict.parcel)] = Standing.PASSED
                stored = VerdictStored(action.verdict.bag, self.bag.now_s)
                self.bag, more = step(self.bag, stored, self.rules, self.book)
                self._take(more)

    def _heard(self, actions: Iterable[Action]) -> list[Action]:
        """What is waited for is kept apart."""
        self.waits += [action for action in actions if isinstance(action, TellWait)]
        return [action for action in actions if not isinstance(action, TellWait)]

    @property
    def verdicts(self) -> list[Verdict]:
        return [action.verdict for action in self.actions if isinstance(action, RecordVerdict)]

    @property
    def kinds(self) -> list[str]:
        """Verdicts and notices in order, as replay names them, but for those of swaps."""
        return [
            a.verdict.kind.value if isinstance(a, RecordVerdict) else a.notice.value
            for a in self.actions
            if isinstance(a, RecordVerdict) or (isinstance(a, GiveNotice) and a.notice not in SWAPS)
        ]

    def notices(self, *kinds: NoticeKind) -> list[GiveNotice]:
        return [a for a in self.actions if isinstance(a, GiveNotice) and a.notice in kinds]


class SlowDisk(Play):
    """Answers no match by itself."""

    def _take(self, actions: Iterable[Action]) -> None:
        self.actions += self._heard(actions)
