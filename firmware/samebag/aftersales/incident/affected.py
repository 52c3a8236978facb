"""Who is affected by a mix-up: certainly, possibly or not, and why. Follows the chains of swaps.
Pure.

Certain is only what a label read in the wrong place, or a buyer who holds the goods, says. A match
whose two labels were in one picture speaks for its parcel; any other proof leaves a doubt as soon
as somebody has reason to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from samebag.aftersales.incident.history import Noticed, ParcelHistory
from samebag.aftersales.incident.why import BY_GRAVITY, LEVELS, Certainty, Why, by_proof
from samebag.core.labels import Kind
from samebag.core.verdicts import NoticeKind, Proof
from samebag.store.ledger.by_day import Recorded


@dataclass(frozen=True, slots=True)
class Swap:
    """A buyer of ``receiver`` holds the goods of ``goods``, which is empty where that is not
    known."""

    receiver: str
    goods: str = ""


@dataclass(frozen=True, slots=True)
class ParcelFinding:
    """``chain``: the other parcels of the same wrong bags, with which its labels or goods may have
    been exchanged."""

    parcel: str
    why: Why
    known: ParcelHistory
    chain: tuple[str, ...] = ()

    @property
    def level(self) -> Certainty:
        return LEVELS.get(self.why, Certainty.POSSIBLE)


def spread(
    parcels: Iterable[str],
    swaps: Iterable[Swap],
    of: Callable[[str], ParcelHistory],
    beside: Callable[[Recorded], set[str]],
) -> set[str]:
    """Those parcels, all that hang together with them by wrong bags, and the neighbours of a bag
    whose own goods nobody has found."""
    swaps = list(swaps)
    found: set[str] = set()
    todo = set(parcels) | {p for swap in swaps for p in (swap.receiver, swap.goods) if p}
    for parcel in _loose_ends(swaps):
        match = of(parcel).match
        todo |= beside(match) if match else set()
    while todo:
        found |= todo
        todo = {
            p for parcel in todo for bag in of(parcel).mismatches for p in bag.verdict.parcels
        } - found
    return found


def judge(
    parcels: Iterable[str], swaps: Iterable[Swap], of: Callable[[str], ParcelHistory]
) -> list[ParcelFinding]:
    """The gravest first."""
    swaps = list(swaps)
    known = {parcel: of(parcel) for parcel in parcels}
    chains = _chains(_wrong_bags(known.values(), swaps))
    bought = {swap.receiver for swap in swaps}, {swap.goods for swap in swaps}
    findings = [ParcelFinding(p, _why(k, *bought), k, chains.get(p, ())) for p, k in known.items()]
    return sorted(findings, key=lambda f: (BY_GRAVITY.index(f.why), f.parcel))


def _why(known: ParcelHistory, receivers: set[str], goods: set[str]) -> Why:
    if known.parcel in receivers:
        return Why.COMPLAINED
    if known.parcel in goods:
        return Why.GOODS_ELSEWHERE
    return _recalled(known) or _stopped(known) or _slipped(known) or _passed(known)


def _recalled(known: ParcelHistory) -> Why | None:
    recall = _last(known, NoticeKind.RECALL)
    if recall is None:
        return None
    since = known.notices[known.notices.index(recall) :]
    is_over = any(noticed.notice is NoticeKind.CLEARED for noticed in since)
    if (
        known.match and recall.bag == known.match.verdict.bag
    ):  # its own bag: a foreign label was seen beside it
        return None if is_over else Why.FOREIGN_LABEL
    return Why.RECALL_ENDED if is_over else Why.RECALLED


def _stopped(known: ParcelHistory) -> Why | None:
    """A wrong bag that it had to do with, and no match since."""
    last = known.mismatches[-1] if known.mismatches else None
    if last is None or (known.match and known.match.wall_time > last.wall_time):
        return None
    return (
        Why.SHADOW if last.verdict.shadow and last.verdict.proof is Proof.ONE_FRAME else Why.WANTED
    )


def _slipped(known: ParcelHistory) -> Why | None:
    slip = _last(known, NoticeKind.ROLL_SLIPPED)
    if slip is None or (
        known.match and known.match.wall_time > slip.wall_time and _of(known.match) is Why.ONE_FRAME
    ):
        return None
    return Why.SLIPPED


def _passed(known: ParcelHistory) -> Why:
    if known.match is None:
        return Why.NOT_PASSED
    why = _of(known.match)
    return Why.MENDED if why is Why.ONE_FRAME and known.mismatches else why


def _of(match: Recorded) -> Why:
    verdict = match.verdict
    read = {kind: {label.code for label in verdict.labels if label.kind is kind} for kind in Kind}
    return by_proof(verdict.proof, verdict.unread, read[Kind.WAYBILL], read[Kind.CARGO_LIST])


def _last(known: ParcelHistory, kind: NoticeKind) -> Noticed | None:
    return next((noticed for noticed in reversed(known.notices) if noticed.notice is kind), None)


def _loose_ends(swaps: list[Swap]) -> set[str]:
    """Parcels that got others' goods, or whose goods went elsewhere, where the other end of the
    chain is missing."""
    receivers, goods = (
        {swap.receiver for swap in swaps},
        {swap.goods for swap in swaps if swap.goods},
    )
    nobody_knows = {swap.receiver for swap in swaps if not swap.goods}
    return (receivers ^ goods) | nobody_knows


def _wrong_bags(known: Iterable[ParcelHistory], swaps: list[Swap]) -> list[frozenset[str]]:
    """The parcels of buyers' bags and of stopped ones."""
    stopped = {
        (m.station, m.seq): frozenset(m.verdict.parcels) for k in known for m in k.mismatches
    }
    return [
        *stopped.values(),
        *(frozenset(filter(None, (swap.receiver, swap.goods))) for swap in swaps),
    ]


def _chains(bags: Iterable[frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """Of each parcel the others that hang together with it by wrong bags, as Swaps.chain tells them
    for one."""
    together: dict[str, set[str]] = {}
    for bag in bags:
        groups = {id(group): group for parcel in bag if (group := together.get(parcel))}
        whole = max(groups.values(), key=len, default=set[str]())
        for group in groups.values():
            if group is not whole:
                whole |= group
                together.update(dict.fromkeys(group, whole))
        whole |= bag
        together.update(dict.fromkeys(bag, whole))
    return {parcel: tuple(sorted(group - {parcel})) for parcel, group in together.items()}
