"""What the rules decide and what the station is to do about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from samebag.core.labels import Kind


class VerdictKind(StrEnum):
    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    CANCELLED = "cancelled"
    CHANGED = "changed"
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
    regions that were still unread when a camera-only match was given.
    """

    kind: VerdictKind
    bag: int
    at_s: float
    labels: tuple[LabelRead, ...]
    parcel: str | None = None
    parcels: tuple[str, ...] = ()
    proof: Proof | None = None
    unread: int = 0

    @property
    def prints(self) -> bool:
        return self.kind is VerdictKind.MATCH


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


@dataclass(frozen=True, slots=True)
class GiveNotice:
    """Something worth a line on screen, in journal and ledger, that is no verdict."""

    notice: NoticeKind
    bag: int
    at_s: float


Action = RecordVerdict | PrintLabel | ShowSignal | GiveNotice
