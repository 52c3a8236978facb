"""Who is affected by a mix-up: certainly, possibly or not, and why. Follows the chains of swaps. Pure.

Certain is only what a label read in the wrong place, or a buyer who holds the goods, says. A match whose two labels
were in one picture speaks for its parcel; any other proof leaves a doubt as soon as somebody has reason to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from samebag.aftersales.evidence import Known, Noticed
from samebag.alike import are_alike
from samebag.core.bag.swaps import Swaps, WrongBag
from samebag.core.labels import Kind
from samebag.core.verdicts import NoticeKind, Proof
from samebag.screen import Words
from samebag.store.days import Recorded


class Level(StrEnum):
    CERTAIN = "certain"
    POSSIBLE = "possible"
    NOT = "not affected"


class Why(StrEnum):
    COMPLAINED = "complained"
    GOODS_ELSEWHERE = "goods-elsewhere"
    RECALLED = "recalled"
    SHADOW = "shadow"
    RECALL_ENDED = "recall-ended"
    FOREIGN_LABEL = "foreign-label"
    WANTED = "wanted"
    SLIPPED = "slipped"
    UNREAD = "unread"
    ONE_CODE = "one-code"
    WEAK_PROOF = "weak-proof"
    NOT_PASSED = "not-passed"
    MENDED = "mended"
    ONE_FRAME = "one-frame"


LEVELS = {
    Why.COMPLAINED: Level.CERTAIN,
    Why.GOODS_ELSEWHERE: Level.CERTAIN,
    Why.RECALLED: Level.CERTAIN,
    Why.SHADOW: Level.CERTAIN,
    Why.MENDED: Level.NOT,
    Why.ONE_FRAME: Level.NOT,
}  # all others leave it possible
WORDS = {
    Why.COMPLAINED: Words("买家说收到了别人的商品", "its buyer says that other goods came"),
    Why.GOODS_ELSEWHERE: Words(
        "它的商品在别人的包裹里（买家投诉）", "its goods are in another's parcel, as that buyer says"
    ),
    Why.RECALLED: Words(
        "通过之后，它的标签又出现在别的包裹上", "after it passed, a label of it was read on another's bag"
    ),
    Why.SHADOW: Words(
        "试运行时两张标签不是同一包裹，未拦下", "labels of two parcels in one view, while the station only looked on"
    ),
    Why.RECALL_ENDED: Words(
        "曾要求追回，班长已解除警告：请确认已追回",
        "was recalled until a supervisor ended the warnings: see that its bag came back",
    ),
    Why.FOREIGN_LABEL: Words("绿灯后旁边出现过别人的标签", "another's label came and went with its bag after green"),
    Why.WANTED: Words(
        "标签曾在别的包裹上，之后没有通过", "its label was on another's bag, and it has not passed since"
    ),
    Why.SLIPPED: Words("整卷标签串位的范围之内", "its labels are in the range where the roll slipped"),
    Why.UNREAD: Words("画面里还有没读出的条码", "a code beside its labels could not be read"),
    Why.ONE_CODE: Words("只凭一个两张标签上都有的条码通过", "it passed by one code that stands on both labels"),
    Why.WEAK_PROOF: Words("两张标签没有同时在一个画面里", "its two labels were never in one view"),
    Why.NOT_PASSED: Words("没有在打包台通过", "it has not passed a station"),
    Why.MENDED: Words(
        "错贴已拦下，之后在一个画面里核对通过", "its mix-up was stopped, and it passed since, both labels in one view"
    ),
    Why.ONE_FRAME: Words("两张标签在一个画面里核对通过", "it passed with both labels in one view"),
}


@dataclass(frozen=True, slots=True)
class Swap:
    """A buyer of ``receiver`` holds the goods of ``goods``, which is empty where that is not known."""

    receiver: str
    goods: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """``chain``: the other parcels of the same wrong bags, with which its labels or goods may have been exchanged."""

    parcel: str
    why: Why
    known: Known
    chain: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        return LEVELS.get(self.why, Level.POSSIBLE)


def spread(
    parcels: Iterable[str], swaps: Iterable[Swap], of: Callable[[str], Known], beside: Callable[[Recorded], set[str]]
) -> set[str]:
    """Those parcels, all that hang together with them by wrong bags, and the neighbours of a bag whose own goods
    nobody has found."""
    swaps = list(swaps)
    found: set[str] = set()
    todo = set(parcels) | {p for swap in swaps for p in (swap.receiver, swap.goods) if p}
    for parcel in _loose_ends(swaps):
        match = of(parcel).match
        todo |= beside(match) if match else set()
    while todo:
        found |= todo
        todo = {p for parcel in todo for bag in of(parcel).mismatches for p in bag.verdict.parcels} - found
    return found


def judge(parcels: Iterable[str], swaps: Iterable[Swap], of: Callable[[str], Known]) -> list[Finding]:
    """The gravest first."""
    swaps = list(swaps)
    known = {parcel: of(parcel) for parcel in parcels}
    bags = _wrong_bags(known.values(), swaps)
    findings = [Finding(p, _why(k, swaps), k, _chain(p, bags)) for p, k in known.items()]
    order = list(Why)
    return sorted(findings, key=lambda f: (list(Level).index(f.level), order.index(f.why), f.parcel))


def _why(known: Known, swaps: list[Swap]) -> Why:
    if any(swap.receiver == known.parcel for swap in swaps):
        return Why.COMPLAINED
    if any(swap.goods == known.parcel for swap in swaps):
        return Why.GOODS_ELSEWHERE
    return _recalled(known) or _stopped(known) or _slipped(known) or _passed(known)


def _recalled(known: Known) -> Why | None:
    recall = _last(known, NoticeKind.RECALL)
    if recall is None:
        return None
    since = known.notices[known.notices.index(recall) :]
    is_over = any(noticed.notice is NoticeKind.CLEARED for noticed in since)
    if known.match and recall.bag == known.match.verdict.bag:  # its own bag: a foreign label was seen beside it
        return None if is_over else Why.FOREIGN_LABEL
    return Why.RECALL_ENDED if is_over else Why.RECALLED


def _stopped(known: Known) -> Why | None:
    """A wrong bag that it had to do with, and no match since."""
    last = known.mismatches[-1] if known.mismatches else None
    if last is None or (known.match and known.match.wall_time > last.wall_time):
        return None
    return Why.SHADOW if last.verdict.shadow and last.verdict.proof is Proof.ONE_FRAME else Why.WANTED


def _slipped(known: Known) -> Why | None:
    slip = _last(known, NoticeKind.ROLL_SLIPPED)
    if slip is None or (known.match and known.match.wall_time > slip.wall_time and _is_strong(known.match)):
        return None
    return Why.SLIPPED


def _passed(known: Known) -> Why:
    if known.match is None:
        return Why.NOT_PASSED
    if _is_of_one_code(known.match):
        return Why.ONE_CODE
    if not _is_strong(known.match):
        return Why.UNREAD if known.match.verdict.proof is Proof.ONE_FRAME else Why.WEAK_PROOF
    return Why.MENDED if known.mismatches else Why.ONE_FRAME


def _is_strong(match: Recorded) -> bool:
    return match.verdict.proof is Proof.ONE_FRAME and not match.verdict.unread and not _is_of_one_code(match)


def _is_of_one_code(match: Recorded) -> bool:
    """Whether one code in two places counted as two labels, as it did in older firmware."""
    read = {kind: {label.code for label in match.verdict.labels if label.kind is kind} for kind in Kind}
    waybill, cargo_list = read[Kind.WAYBILL], read[Kind.CARGO_LIST]
    return bool(waybill and cargo_list) and are_alike(waybill, cargo_list)


def _last(known: Known, kind: NoticeKind) -> Noticed | None:
    return next((noticed for noticed in reversed(known.notices) if noticed.notice is kind), None)


def _loose_ends(swaps: list[Swap]) -> set[str]:
    """Parcels that got others' goods, or whose goods went elsewhere, where the other end of the chain is missing."""
    receivers, goods = {swap.receiver for swap in swaps}, {swap.goods for swap in swaps if swap.goods}
    nobody_knows = {swap.receiver for swap in swaps if not swap.goods}
    return (receivers ^ goods) | nobody_knows


def _wrong_bags(known: Iterable[Known], swaps: list[Swap]) -> Swaps:
    """Buyers' bags and stopped ones, as the station's own rules put them together."""
    stopped = {(m.station, m.seq): frozenset(m.verdict.parcels) for k in known for m in k.mismatches}
    bought = [frozenset(filter(None, (swap.receiver, swap.goods))) for swap in swaps]
    parcels = [*stopped.values(), *bought]
    return Swaps(wrong=tuple(WrongBag(number, names, names) for number, names in enumerate(parcels)))


def _chain(parcel: str, bags: Swaps) -> tuple[str, ...]:
    start = next((bag for bag in bags.wrong if parcel in bag.parcels), None)
    names = {p for bag in bags.chain(start) for p in bag.parcels} if start else set()
    return tuple(sorted(names - {parcel}))
