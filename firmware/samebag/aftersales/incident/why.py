"""Why a parcel is affected by a mix-up, or not, with the words for it. Pure."""

from __future__ import annotations

from enum import StrEnum

from samebag.core.verdicts import Proof
from samebag.core.words import Words
from samebag.words.alike import are_alike


class Certainty(StrEnum):
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


# all others leave it possible
LEVELS = {
    Why.COMPLAINED: Certainty.CERTAIN,
    Why.GOODS_ELSEWHERE: Certainty.CERTAIN,
    Why.RECALLED: Certainty.CERTAIN,
    Why.SHADOW: Certainty.CERTAIN,
    Why.MENDED: Certainty.NOT,
    Why.ONE_FRAME: Certainty.NOT,
}
# those alike as they stand
BY_GRAVITY = sorted(Why, key=lambda why: [*Certainty].index(LEVELS.get(why, Certainty.POSSIBLE)))
WORDS = {
    Why.COMPLAINED: Words("买家说收到了别人的商品", "its buyer says that other goods came"),
    Why.GOODS_ELSEWHERE: Words(
        "它的商品在别人的包裹里（买家投诉）",
        "its goods are in another's parcel, as that buyer says",
    ),
    Why.RECALLED: Words(
        "通过之后，它的标签又出现在别的包裹上",
        "after it passed, a label of it was read on another's bag",
    ),
    Why.SHADOW: Words(
        "试运行时两张标签不是同一包裹，未拦下",
        "labels of two parcels in one view, while the station only looked on",
    ),
    Why.RECALL_ENDED: Words(
        "曾要求追回，班长已解除警告：请确认已追回",
        "was recalled until a supervisor ended the warnings: see that its bag came back",
    ),
    Why.FOREIGN_LABEL: Words(
        "绿灯后旁边出现过别人的标签", "another's label came and went with its bag after green"
    ),
    Why.WANTED: Words(
        "标签曾在别的包裹上，之后没有通过",
        "its label was on another's bag, and it has not passed since",
    ),
    Why.SLIPPED: Words(
        "整卷标签串位的范围之内", "its labels are in the range where the roll slipped"
    ),
    Why.UNREAD: Words("画面里还有没读出的条码", "a code beside its labels could not be read"),
    Why.ONE_CODE: Words(
        "只凭一个两张标签上都有的条码通过", "it passed by one code that stands on both labels"
    ),
    Why.WEAK_PROOF: Words("两张标签没有同时在一个画面里", "its two labels were never in one view"),
    Why.NOT_PASSED: Words("没有在打包台通过", "it has not passed a station"),
    Why.MENDED: Words(
        "错贴已拦下，之后在一个画面里核对通过",
        "its mix-up was stopped, and it passed since, both labels in one view",
    ),
    Why.ONE_FRAME: Words("两张标签在一个画面里核对通过", "it passed with both labels in one view"),
}


def by_proof(proof: str | None, unread: int, waybill: set[str], cargo_list: set[str]) -> Why:
    """Of a parcel that passed, by the proof of its match and the codes read on its two labels.

    One code in two places counted as two labels in older firmware.
    """
    if waybill and cargo_list and are_alike(waybill, cargo_list):
        return Why.ONE_CODE
    if proof != Proof.ONE_FRAME:
        return Why.WEAK_PROOF
    return Why.UNREAD if unread else Why.ONE_FRAME
