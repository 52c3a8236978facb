"""What the packer's page shows, worked out from the station's snapshot. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from samebag.core.bag.bag import State
from samebag.core.labels import PROOF_PARCELS, Kind, split_number
from samebag.core.parcels import Parcel
from samebag.core.verdicts import HOLDS, NoticeKind, Signal, VerdictKind, Waits
from samebag.snapshot import (
    ADVICE,
    EXCHANGE,
    SCAN_AGAIN,
    WITHDRAWN,
    Judged,
    Said,
    ShownFault,
    ShownLabel,
    Snapshot,
)

# ours: after the machine itself, whose boot began the clock of now_s; a Pi needs half of it
STARTS_WITHIN_S = 120.0
SAID_S = 8.0  # ours: time to look up from the bag and read a line
ASKED_FOR = frozenset({Waits.WAYBILL, Waits.CARGO_LIST})  # they have faces of their own
ENDS_ALONE = frozenset(
    {Waits.DISK, Waits.FRESH_VIEW, Waits.GLIMPSE, Waits.SETTLING, Waits.SECOND_VIEW}
)
# what was refused once: its face. Each verdict that does not hold has one: a test counts them
REFUSALS = {
    SCAN_AGAIN: "scan-again",
    ADVICE: "scan-again",
    VerdictKind.INCOMPLETE: "incomplete",
    VerdictKind.UNKNOWN: "no-label",
    NoticeKind.UNSEALED: "unsealed",
    WITHDRAWN: "withdrawn",
}
# what to do differs, and is told
IN_OWN_WORDS = frozenset({ADVICE, NoticeKind.UNSEALED, WITHDRAWN})
# on an empty table until something else happens
STAYS = frozenset({VerdictKind.INCOMPLETE, VerdictKind.UNKNOWN})
# "go on": true of a table that waits, of nothing else
INVITES = frozenset({NoticeKind.CLEARED, NoticeKind.PROVEN})
WELCOMES = frozenset({"ready", "reading", "wait", "not-yet"})
PARTNERS = {
    NoticeKind.RECALL: "mismatch-recall",
    EXCHANGE: "mismatch-exchange",
    NoticeKind.WANTED: "mismatch",
}
NO_BOX = frozenset({VerdictKind.CANCELLED})  # its goods go back to the shelf

Records = Callable[[str], Parcel | None]


@dataclass(frozen=True, slots=True)
class Face:
    """``kind`` chooses shape, colour and words; the rest is there where that kind has it.

    ``missing`` is the kind of label not read yet; ``acknowledged``: a red bag that only has to go;
    ``waits`` is what a bag with neither verdict nor a label missing lacks, and what to do about it;
    also that the proof cards come first. ``refused`` is what was just refused.
    """

    kind: str
    station: str = ""
    missing: str = ""
    acknowledged: bool = False
    judged: Judged | None = None
    parcels: tuple[Parcel, ...] = ()
    reads: tuple[ShownLabel, ...] = ()
    faults: tuple[ShownFault, ...] = ()
    notices: tuple[Said, ...] = ()
    asked: Said | None = None
    said: Said | None = None
    refused: Said | None = None
    last: Judged | None = None
    waits: Said | None = None

    @property
    def is_hold(self) -> bool:
        return self.kind in HOLDS

    @property
    def is_refusal(self) -> bool:
        return self.kind in REFUSALS.values()

    @property
    def key(self) -> str:
        """Of its word."""
        return f"{self.kind}-{self.missing.replace(' ', '-')}" if self.missing else self.kind

    @property
    def own_words(self) -> Said | Judged | None:
        """What to do, where it is not the same for all of this kind."""
        if self.is_refusal and self.refused and self.refused.about in IN_OWN_WORDS:
            return self.refused
        return self.judged if self.proves and not self.acknowledged else self.waits

    def next(self, after_match: str) -> str:
        """The key of what to do. ``after_match`` is what the settings want done with a bag that
        matches."""
        if self.kind == VerdictKind.MATCH:
            return "match-note" if self.asked else after_match
        if self.acknowledged:
            return self._after_button()
        return self._partner() if self.kind == VerdictKind.MISMATCH else self.key

    def _after_button(self) -> str:
        if self.proves:
            return "card-away"
        if self.kind in NO_BOX:
            return self.kind
        return "acknowledged-exchange" if EXCHANGE in self._about else "acknowledged"

    def _partner(self) -> str:
        """Where the other bag is: it has left, the labels are all here, it is looked for, or nobody
        can tell."""
        known = next((about for about in PARTNERS if about in self._about), "")
        return PARTNERS.get(known, "mismatch-alone")

    @property
    def then(self) -> str:
        """The key of what comes after that, before a red bag may go."""
        if not self.is_hold or self.acknowledged or self.proves:
            return ""
        is_boxed = self.kind not in NO_BOX and EXCHANGE not in self._about
        return "confirm-box" if is_boxed else "confirm"

    @property
    def _about(self) -> frozenset[str]:
        """What the notices about the parcels of this verdict are."""
        parcels = {*self.judged.parcels} if self.judged else set[str]()
        return frozenset(notice.about for notice in self.notices if parcels & {*notice.parcels})

    @property
    def messages(self) -> tuple[Said, ...]:
        """What stands beside the face's own words, the gravest first."""
        own = self.refused.en if self.refused and self.is_refusal else ""
        beside = (self.asked, self.refused, self.said)
        first = self.notices if self.kind == VerdictKind.MISMATCH else ()
        told = {one.en: one for one in (*first, *beside, *self.notices) if one and one.en != own}
        return tuple(told.values())

    @property
    def digits(self) -> str:
        """The last four of the tracking number."""
        if self.kind != VerdictKind.MATCH or not self.parcels:
            return ""
        return split_number(self.parcels[0].tracking_number)[1]

    @property
    def proves(self) -> bool:
        """Whether it is about a proof card, not about a bag."""
        return (
            self.judged is not None
            and bool(self.judged.parcels)
            and PROOF_PARCELS.issuperset(self.judged.parcels)
        )

    def owners(self, label: ShownLabel) -> tuple[str, ...]:
        """The parcels of this verdict on whose labels that code stands."""
        return tuple(
            p.name
            for p in self.parcels
            if label.code in (p.tracking_number, *p.waybill_codes, *p.list_codes)
        )


def face_of(snapshot: Snapshot | None, now_s: float, records: Records) -> Face:
    if snapshot is None and now_s < STARTS_WITHIN_S:
        return Face("starting")
    if snapshot is None or not snapshot.is_live(now_s):
        return Face("gone", snapshot.station if snapshot else "")
    kind = _kind(snapshot, now_s)
    judged = snapshot.judged
    shown = judged if judged and judged.kind == kind and snapshot.signal == kind else None
    return Face(
        kind=kind,
        station=snapshot.station,
        missing=_missing(snapshot) if kind == "reading" else "",
        acknowledged=kind in HOLDS and snapshot.state == State.ACKNOWLEDGED.value,
        judged=shown,
        parcels=tuple(p for name in _parcels(shown) if (p := records(name))),
        reads=snapshot.reads,
        faults=snapshot.faults,
        notices=snapshot.notices,
        asked=snapshot.asked,
        said=_said(snapshot, now_s, kind),
        refused=_refused(snapshot, now_s),
        last=judged if judged and judged.kind == VerdictKind.MATCH else None,
        waits=snapshot.waits if kind in ("wait", "not-yet", "prove") else None,
    )


def blamed(now: Snapshot) -> frozenset[str]:
    """What is on the labels that do not go together: an unknown one alone, else all of a red
    bag."""
    if now.signal not in HOLDS or not now.judged:
        return frozenset()
    labels = [
        label for label in now.judged.labels if label.kind == Kind.UNKNOWN
    ] or now.judged.labels
    return frozenset(text for label in labels for text in (label.code, label.text) if text)


def _kind(now: Snapshot, now_s: float) -> str:
    """The gravest first, as the lamps have it; then what only the screen can say."""
    if now.signal in HOLDS:
        return now.signal
    if now.signal == Signal.FAULT:
        return "fault" if now.faults else "prove"
    if now.signal == Signal.CROWDED or now.shadow:
        return "shadow" if now.shadow else Signal.CROWDED
    if now.signal == Signal.MATCH:
        return Signal.MATCH
    if refused := _refused(now, now_s):
        return REFUSALS[refused.about]
    if now.waits and now.waits.about not in ASKED_FOR:
        return "wait" if now.waits.about in ENDS_ALONE else "not-yet"
    if now.state in (State.SETTLING.value, State.STORING.value):
        return "wait"
    if now.reads:
        return "reading" if _missing(now) else "wait"
    return Signal.READY


def _said(now: Snapshot, now_s: float, kind: str) -> Said | None:
    """Without a bare table known, what waits for it never ends: said until it is over."""
    if now.said and now.waits and now.said.about == NoticeKind.BARE_UNKNOWN:
        return now.said
    if now.said and now.said.about in INVITES and kind not in WELCOMES:
        return None
    return _fresh(now.said, now_s)


def _fresh(said: Said | None, now_s: float) -> Said | None:
    return said if said and now_s - said.at_s < SAID_S else None


def _refused(now: Snapshot, now_s: float) -> Said | None:
    """Incomplete is shown once by the lamps, and stays here until something else happens on the
    table."""
    stays = now.refused and now.refused.about in STAYS and now.state == State.READY.value
    return now.refused if stays else _fresh(now.refused, now_s)


def _missing(now: Snapshot) -> str:
    kinds = {label.kind for label in now.reads}
    if kinds == {Kind.WAYBILL}:
        return Kind.CARGO_LIST
    return Kind.WAYBILL if kinds == {Kind.CARGO_LIST} else ""


def _parcels(judged: Judged | None) -> tuple[str, ...]:
    if judged is None:
        return ()
    return judged.parcels or ((judged.parcel,) if judged.parcel else ())
