"""Parcels whose two labels no code tells apart: why their bags are never green, and what helps.
Pure."""

from __future__ import annotations

from collections.abc import Collection

from samebag.core.words import Words

WHY = Words(
    "两张标签必须各有一个对方没有的条码：同一条码出现两处，可能是同一张纸印了两次，也可能是反光，扫描枪和摄像头都分不清",
    "each label must have a code that the other lacks: one code in two places may be"
    " one sheet of paper that prints it"
    " twice, or its reflection, and neither scanner nor camera tells that from two sheets",
)
CURE = Words(
    "请让 ERP"
    " 在配货单上把订单号（或配货单自己的其他号码）印成条码，代替面单的号码，再把那一列写进配置的"
    " list_codes；"
    "配货单上没有印的号码绝不能写进去；之后导出的订单即可亮绿灯",
    "let the ERP print the order number (or another number of the list's own) as the"
    " list's bar code, in place of the"
    " waybill's, then map its column in the profile's list_codes, and never one that"
    " the list does not bear:"
    " both labels then differ, and orders exported from then on can be green",
)


def are_alike(on_waybill: Collection[str], on_list: Collection[str]) -> bool:
    """Whether one of a parcel's labels has no code of its own; neither is empty.

    What stands on both proves neither. With all of the waybill's codes on the list, the list alone
    would look like both labels; with all of the list's on the waybill, the waybill would.
    """
    waybill, cargo_list = set(on_waybill), set(on_list)
    return waybill <= cargo_list or cargo_list <= waybill
