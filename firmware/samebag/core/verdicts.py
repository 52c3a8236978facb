"""What the rules decide and what the station is to do about it. Pure.

What is asked of each frame has the members of an enum in names of its own: in Python 3.11
``Waits.SETTLING`` takes seven times as long as a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import msgspec

from samebag.core.labels import PROOF_PARCELS, Kind
from samebag.core.words import Words


class VerdictKind(StrEnum):
    """What a bag may be, and what follows from that alone: all lists of verdicts are made of these
    facts.

    ``holds``: red until somebody has seen it and its labels are gone; without it, a red one is
    shown once and there is no bag that it counts for. ``called`` is its one word, as the pages and
    the commands have it.
    """

    holds: bool
    called: Words

    MATCH = "match", False, Words("通过", "match")
    MISMATCH = "mismatch", True, Words("贴错", "mismatch")
    UNKNOWN = "unknown", True, Words("系统里没有", "unknown")
    DUPLICATE = "duplicate", True, Words("重复", "duplicate")
    CANCELLED = "cancelled", True, Words("已取消", "cancelled")
    CHANGED = "changed", True, Words("已变更", "changed")
    BARRED = "barred", True, Words("暂不可发", "held")
    INCOMPLETE = "incomplete", False, Words("不完整", "incomplete")

    def __new__(cls, value: str, holds: bool | None = None, called: Words | None = None) -> Self:
        """A look-up, ``VerdictKind("match")``, never comes here: for it alone the facts have
        defaults."""
        assert holds is not None and called is not None, (
            f"verdict {value}: must say whether it holds, and its word"
        )
        member = str.__new__(cls, value)
        member._value_, member.holds, member.called = value, holds, called
        return member


HELD = tuple(kind for kind in VerdictKind if kind.holds)
# that were given; the others ask for the same bag once more
OF_BAGS = frozenset({VerdictKind.MATCH, *HELD})


class Proof(StrEnum):
    """How the reads are known to be on one bag, strongest first."""

    ONE_FRAME = "one-frame"
    SCANNER_CAMERA = "scanner+camera"
    SCANNER_TWICE = "scanner-twice"
    CAMERA = "camera"


class ReadBy(StrEnum):
    SCANNER = "scanner"
    CAMERA = "camera"


class NoticeKind(StrEnum):
    CROWDED = "crowded"
    BARE_UNKNOWN = "bare-unknown"
    CLEARED = "cleared"
    WANTED = "wanted"
    RECALL = "recall"
    ROLL_SLIPPED = "roll-slipped"
    SEALED = "sealed"
    UNSEALED = "unsealed"
    PROVEN = "proven"
    NAMELESS = "nameless"


class Waits(StrEnum):
    """What a bag that is neither green nor red still lacks; docs/rules.md has each with its
    rule."""

    WAYBILL = "waybill"  # not read yet
    CARGO_LIST = "cargo list"
    # it stands on both labels: nothing read tells that there are two sheets of paper
    SAME_CODE = "same code"
    ONE_PARCEL = "one parcel"  # the labels fit several
    READINGS = "readings"  # a text can be read as the number of several parcels
    TWO_BAGS = "two bags"  # they lay side by side, and the table was not seen bare since
    LAST_BAG = "last bag"  # the one that passed still lies there
    RED_BAG = "red bag"  # the one on hold does
    DEVICE = "device"  # one is lost
    PROOF_CARDS = "proof cards"
    DISK = "disk"  # the verdict before is not on it yet
    IN_HAND = "in hand"  # scanned while the table was bare: now that the bag lies there, once more
    ONE_VIEW = "one view"  # with one-frame pairing both labels at once
    FRESH_VIEW = "fresh view"  # the camera has not looked for too long
    IN_VIEW = "in view"  # no label lies in the view now
    FOREIGN_LABEL = "foreign label"  # another parcel's was read since the table was bare
    GLIMPSE = "glimpse"  # another parcel's was seen once: it must count, or be gone
    STRANGER = "stranger"  # a tracking number that the book lacks lies beside the pair
    SETTLING = "settling"  # the reader works on what else lies there
    SECOND_VIEW = "second view"  # with one-frame pairing one more, alike


class Signal(StrEnum):
    """One row of the table of patterns: what LEDs and buzzer show."""

    OFF = "off"
    READY = "ready"
    ONE_LABEL = "one label"
    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    CANCELLED = "cancelled"
    CHANGED = "changed"
    BARRED = "barred"
    INCOMPLETE = "incomplete"
    CROWDED = "crowded"
    FAULT = "fault"


HOLDS = frozenset(map(Signal, HELD))  # what the lamps show as long as a bag is on hold


class LabelRead(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A label as a verdict names it. ``text`` is what stood on it, where that is not the code
    itself."""

    kind: Kind
    code: str
    by: ReadBy
    text: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about a bag. ``parcel`` is None where the labels do not name exactly one.

    ``parcels`` are all candidates involved (a mismatch has those of both labels); ``unread`` counts
    code-like regions that were still unread when a camera-only match was given. ``shadow``: nobody
    was shown anything. ``packer`` is whose badge was scanned last; ``check`` what barred it, or
    warns of a match.
    """

    kind: VerdictKind
    bag: int
    at_s: float
    labels: tuple[LabelRead, ...]
    parcel: str | None = None
    parcels: tuple[str, ...] = ()
    proof: Proof | None = None
    unread: int = 0
    shadow: bool = False
    packer: str = ""
    check: str = ""

    @property
    def passes(self) -> bool:
        """Whether a parcel has passed with it. A proof card is no parcel."""
        return self.kind is VerdictKind.MATCH and not self.proves

    @property
    def is_checked(self) -> bool:
        """Whether what is found against its parcel belongs to it."""
        return self.parcel is not None and (self.passes or self.kind is VerdictKind.BARRED)

    @property
    def prints(self) -> bool:
        return self.passes and not self.shadow

    @property
    def proves(self) -> bool:
        """Whether it was about a proof card alone, not about a bag."""
        return bool(self.parcels) and PROOF_PARCELS.issuperset(self.parcels)


@dataclass(frozen=True, slots=True)
class RecordVerdict:
    """Put the verdict on disk. A match is answered with VerdictStored or StoreFailed; nothing is
    green before.

    ``head`` is told of a match that is on disk: its entry of the ledger (heads.py).
    """

    verdict: Verdict
    head: str = ""


@dataclass(frozen=True, slots=True)
class PrintLabel:
    """The merged label of a match that is on disk."""

    parcel: str
    bag: int


class ShowSignal(msgspec.Struct, frozen=True):
    """Show this from now on, or once if ``once``; ``quiet`` keeps the LEDs but not the buzzer."""

    signal: Signal
    once: bool = False
    quiet: bool = False


def in_shadow(signal: ShowSignal) -> ShowSignal:
    """What a station in its first, shadowing week shows instead: that it is alive, or at fault;
    nothing of bags."""
    if signal.signal in (Signal.OFF, Signal.READY, Signal.FAULT):
        return signal
    return ShowSignal(Signal.OFF if signal.once else Signal.READY, once=signal.once)


@dataclass(frozen=True, slots=True)
class LookFor:
    """A label that no wrong bag carries yet: its partner's bag does. ``code`` stands on it."""

    kind: Kind
    parcel: str
    code: str


@dataclass(frozen=True, slots=True)
class GiveNotice:
    """Something worth a line on screen, in journal and ledger, that is no verdict.

    ``parcels`` are those that it is about; ``bags`` the wrong bags of their chain; ``places`` the
    first and last place of labels to check in print order; ``labels`` the merged label that sealed.
    """

    notice: NoticeKind
    bag: int
    at_s: float
    parcels: tuple[str, ...] = ()
    look_for: tuple[LookFor, ...] = ()
    bags: tuple[int, ...] = ()
    places: tuple[int, int] | None = None
    labels: tuple[LabelRead, ...] = ()


@dataclass(frozen=True, slots=True)
class TellWait:
    """What the bag waits for has changed. ``parcel`` is the one that its labels name, ``labels``
    what is in the way."""

    waits: Waits
    bag: int
    at_s: float
    parcel: str | None = None
    labels: tuple[LabelRead, ...] = ()


Action = RecordVerdict | PrintLabel | ShowSignal | GiveNotice | TellWait
