"""What the packer's page shows, worked out from the station's snapshot. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from samebag.core.bag.bag import State
from samebag.core.labels import PROOF_PARCELS, Kind, split_number
from samebag.core.parcels import Parcel
from samebag.core.verdicts import NoticeKind, Signal, VerdictKind, Waits
from samebag.snapshot import Fault, Judged, Label, Said, Snapshot

STARTS_WITHIN_S = 120.0  # ours: after the machine itself, whose boot began the clock of now_s; a Pi needs half of it
SAID_S = 8.0  # ours: time to look up from the bag and read a line
HOLDS = frozenset({Signal.MISMATCH, Signal.UNKNOWN, Signal.DUPLICATE, Signal.CANCELLED, Signal.CHANGED, Signal.BARRED})
ASKED_FOR = frozenset({Waits.WAYBILL, Waits.CARGO_LIST})  # they have faces of their own
ENDS_ALONE = frozenset({Waits.DISK, Waits.FRESH_VIEW, Waits.GLIMPSE, Waits.SETTLING, Waits.SECOND_VIEW})

Records = Callable[[str], Parcel | None]


@dataclass(frozen=True, slots=True)
class Face:
    """``kind`` chooses shape, colour and words; the rest is there where that kind has it.

    ``missing`` is the kind of label not read yet; ``acknowledged``: a red bag that only has to go; ``waits`` is what a
    bag with neither verdict nor a label missing lacks, and what to do about it; also that the proof cards come first.
    """

    kind: str
    station: str = ""
    missing: str = ""
    acknowledged: bool = False
    judged: Judged | None = None
    parcels: tuple[Parcel, ...] = ()
    reads: tuple[Label, ...] = ()
    faults: tuple[Fault, ...] = ()
    notices: tuple[Said, ...] = ()
    asked: Said | None = None
    said: Said | None = None
    last: Judged | None = None
    waits: Said | None = None

    @property
    def digits(self) -> str:
        """The last four of the tracking number."""
        if self.kind != VerdictKind.MATCH or not self.parcels:
            return ""
        return split_number(self.parcels[0].tracking_number)[1]

    @property
    def proves(self) -> bool:
        """Whether it is about a proof card, not about a bag."""
        return self.judged is not None and bool(self.judged.parcels) and PROOF_PARCELS.issuperset(self.judged.parcels)

    def owners(self, label: Label) -> tuple[str, ...]:
        """The parcels of this verdict on whose labels that code stands."""
        return tuple(p.name for p in self.parcels if label.code in (p.tracking_number, *p.waybill_codes, *p.list_codes))


def face_of(snapshot: Snapshot | None, now_s: float, records: Records) -> Face:
    if snapshot is None and now_s < STARTS_WITHIN_S:
        return Face("starting")
    if snapshot is None or not snapshot.is_live(now_s):
        return Face("gone", snapshot.station if snapshot else "")
    kind = _kind(snapshot, now_s)
    judged = snapshot.judged
    shown = judged if judged and judged.kind == kind else None
    return Face(
        kind=kind,
        station=snapshot.station,
        missing=_missing(snapshot) if kind == "reading" else "",
        acknowledged=snapshot.state == State.ACKNOWLEDGED.value,
        judged=shown,
        parcels=tuple(p for name in _parcels(shown) if (p := records(name))),
        reads=snapshot.reads,
        faults=snapshot.faults,
        notices=snapshot.notices,
        asked=snapshot.asked,
        said=_said(snapshot, now_s) if kind != "scan-again" else None,
        last=None if shown else judged,
        waits=snapshot.waits if kind in ("wait", "not-yet", "prove") else None,
    )


def _kind(now: Snapshot, now_s: float) -> str:
    """The gravest first, as the lamps have it; then what only the screen can say."""
    if now.signal in HOLDS:
        return now.signal
    if now.signal == Signal.FAULT:
        return "fault" if now.faults else "prove"
    if now.signal == Signal.CROWDED or now.shadow:
        return "shadow" if now.shadow else Signal.CROWDED
    if now.signal == Signal.MATCH and now.judged and now.judged.kind == VerdictKind.MATCH:
        return Signal.MATCH
    if now.waits and now.waits.about not in ASKED_FOR:
        return "wait" if now.waits.about in ENDS_ALONE else "not-yet"
    if now.state in (State.SETTLING.value, State.STORING.value):
        return "wait"
    if now.reads:
        return "reading" if _missing(now) else "wait"
    if (said := _fresh(now.said, now_s)) and said.about == "scan-again":
        return "scan-again"
    return _after_incomplete(now)


def _said(now: Snapshot, now_s: float) -> Said | None:
    """Without a bare table known, what waits for it never ends: said until it is over."""
    if now.said and now.waits and now.said.about == NoticeKind.BARE_UNKNOWN:
        return now.said
    return _fresh(now.said, now_s)


def _fresh(said: Said | None, now_s: float) -> Said | None:
    return said if said and now_s - said.at_s < SAID_S else None


def _after_incomplete(now: Snapshot) -> str:
    """Incomplete is said once by the lamps, and stays here until something else happens on the table."""
    was_incomplete = now.judged and now.judged.kind == VerdictKind.INCOMPLETE and now.bag == now.judged.bag + 1
    return Signal.INCOMPLETE if was_incomplete and now.state == State.READY.value else Signal.READY


def _missing(now: Snapshot) -> str:
    kinds = {label.kind for label in now.reads}
    if kinds == {Kind.WAYBILL}:
        return Kind.CARGO_LIST
    return Kind.WAYBILL if kinds == {Kind.CARGO_LIST} else ""


def _parcels(judged: Judged | None) -> tuple[str, ...]:
    if judged is None:
        return ()
    return judged.parcels or ((judged.parcel,) if judged.parcel else ())
