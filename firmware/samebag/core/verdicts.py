"""What the rules decide and what the station is to do about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from samebag.core.labels import PROOF_PARCELS, Kind


class VerdictKind(StrEnum):
    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    CANCELLED = "cancelled"
    CHANGED = "changed"
    BARRED = "barred"
    INCOMPLETE = "incomplete"


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
    CLEARED = "cleared"
    WANTED = "wanted"
    RECALL = "recall"
    ROLL_SLIPPED = "roll-slipped"
    SEALED = "sealed"
    UNSEALED = "unsealed"
    PROVEN = "proven"


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


@dataclass(frozen=True, slots=True)
class LabelRead:
    """A label as a verdict names it."""

    kind: Kind
    code: str
    by: ReadBy


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about a bag. ``parcel`` is None where the labels do not name exactly one.

    ``parcels`` are all candidates involved (a mismatch has those of both labels); ``unread`` counts code-like
    regions that were still unread when a camera-only match was given. ``shadow``: nobody was shown anything.
    ``packer`` is whose badge was scanned last; ``check`` what barred it, or warns of a match.
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
    """Put the verdict on disk. A match is answered with VerdictStored or StoreFailed; nothing is green before."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class PrintLabel:
    """The merged label of a match that is on disk."""

    parcel: str
    bag: int


@dataclass(frozen=True, slots=True)
class ShowSignal:
    """Show this from now on, or once if ``once``; ``quiet`` keeps the LEDs but not the buzzer."""

    signal: Signal
    once: bool = False
    quiet: bool = False


def in_shadow(signal: ShowSignal) -> ShowSignal:
    """What a station in its first, shadowing week shows instead: that it is alive, or at fault; nothing of bags."""
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

    ``parcels`` are those that it is about; ``bags`` the wrong bags of their chain; ``places`` the first and last place
    of labels to check in print order; ``labels`` the merged label that sealed.
    """

    notice: NoticeKind
    bag: int
    at_s: float
    parcels: tuple[str, ...] = ()
    look_for: tuple[LookFor, ...] = ()
    bags: tuple[int, ...] = ()
    places: tuple[int, int] | None = None
    labels: tuple[LabelRead, ...] = ()


Action = RecordVerdict | PrintLabel | ShowSignal | GiveNotice
