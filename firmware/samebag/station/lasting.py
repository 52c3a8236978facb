"""Which notices stand on the packer's screen until they are over, in words that are true as of now.
Pure."""

from __future__ import annotations

from samebag.core.bag.swaps import Swaps, still_wanted
from samebag.core.labels import Kind
from samebag.core.parcels import Parcel
from samebag.core.verdicts import GiveNotice, NoticeKind
from samebag.core.words import Words
from samebag.snapshot import EXCHANGE, Said
from samebag.words import screen

# when and where a parcel left stands nowhere else
TOLD_ONCE = frozenset({NoticeKind.RECALL, NoticeKind.ROLL_SLIPPED})
LASTING = TOLD_ONCE | {NoticeKind.WANTED}


class LastingNotices:
    """Told as they are given; what was open before a restart is worded from the swaps alone."""

    def __init__(self) -> None:
        self._told: dict[tuple[NoticeKind, tuple[str, ...]], Words] = {}
        self._codes: dict[
            tuple[Kind, str], str
        ] = {}  # of labels to look for, which the swaps name by parcel alone

    def told(self, notice: GiveNotice, words: Words) -> None:
        self._codes |= {(look.kind, look.parcel): look.code for look in notice.look_for}
        if notice.notice in TOLD_ONCE:
            self._told[notice.notice, notice.parcels] = words

    def open(self, swaps: Swaps) -> tuple[Said, ...]:
        return (*self._wanted(swaps), *self._told_once(swaps))

    def _wanted(self, swaps: Swaps) -> tuple[Said, ...]:
        notices = still_wanted(swaps, self._record)
        return tuple(
            _said(
                NoticeKind.WANTED if n.look_for else EXCHANGE,
                screen.of_notice(n, None, ""),
                n.parcels,
            )
            for n in notices
        )

    def _record(self, name: str) -> Parcel | None:
        waybill, lists = (
            self._codes.get((kind, name), "") for kind in (Kind.WAYBILL, Kind.CARGO_LIST)
        )
        return Parcel(name, waybill, list_codes=(lists,) if lists else ())

    def _told_once(self, swaps: Swaps) -> tuple[Said, ...]:
        still = {
            NoticeKind.RECALL: frozenset(recall.parcel for recall in swaps.recalls),
            NoticeKind.ROLL_SLIPPED: swaps.slip.waiting if swaps.slip else frozenset(),
        }
        self._told = {key: words for key, words in self._told.items() if still[key[0]] & {*key[1]}}
        for kind, parcels in still.items():
            known = {parcel for key in self._told if key[0] is kind for parcel in key[1]}
            if left := tuple(sorted(parcels - known)):
                places = (swaps.slip.first, swaps.slip.last) if swaps.slip else None
                self._told[kind, left] = screen.of_notice(
                    GiveNotice(kind, 0, 0.0, left, places=places), None, ""
                )
        return tuple(_said(kind, words, parcels) for (kind, parcels), words in self._told.items())


def _said(about: str, words: Words, parcels: tuple[str, ...]) -> Said:
    return Said(str(about), words.zh, words.en, 0.0, parcels)
