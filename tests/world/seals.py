"""Whether what was sealed is what the merged label sticks on.

A seal is *false* when its label is on a bag that is not right for its parcel, or in the hand while
another bag lies there and its own does not. A label that is scanned in the hand counts for the bag
that it is stuck on next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from samebag.core.verdicts import GiveNotice, NoticeKind

from .roll import Bag, Paper, Roll
from .table import Table


@dataclass(frozen=True, slots=True)
class _Pending:
    parcel: str
    at_s: float
    label: Paper


class Seals:
    def __init__(
        self,
        roll: Roll,
        table: Table,
        tally: Counter[str],
        fits: Callable[[Bag, str], bool],
        fault: Callable[[str, float, str], None],
    ) -> None:
        self._roll, self._table, self._tally, self._fits, self._fault = (
            roll,
            table,
            tally,
            fits,
            fault,
        )
        self._pending: list[_Pending] = []

    def noticed(self, notice: GiveNotice, at_s: float) -> None:
        if notice.notice is NoticeKind.UNSEALED:
            self._tally["unsealed"] += 1
        elif notice.notice is NoticeKind.SEALED:
            self._tally["sealed"] += 1
            self._sealed(notice.parcels[0], at_s)

    def _sealed(self, parcel: str, at_s: float) -> None:
        label, at_hand = self._roll.merged[parcel], self._table.at_hand
        if label.bag:
            self._judge(parcel, at_s, label.bag)
        elif at_hand and not any(self._fits(bag, parcel) for bag in at_hand):
            self._fault("false seal", at_s, parcel)
        else:
            self._pending.append(_Pending(parcel, at_s, label))

    def stuck_on(self, paper: Paper, bag: Bag) -> None:
        waiting, self._pending = self._pending, []
        for pending in waiting:
            if pending.label is paper:
                self._judge(pending.parcel, pending.at_s, bag)
            else:
                self._pending.append(pending)

    def _judge(self, parcel: str, at_s: float, bag: Bag) -> None:
        if not self._fits(bag, parcel):
            self._fault("false seal", at_s, parcel)
