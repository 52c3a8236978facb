"""The rules of the door: only a bag sealed by the merged label that is scanned leaves, once.
Whatever fails is STOP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Protocol

from samebag.core.codes.merged import print_number
from samebag.core.masks import discreet
from samebag.core.parcels import Standing
from samebag.core.verdicts import Signal
from samebag.core.words import Words
from samebag.ports import Book, PrintJob, Records, StoreError
from samebag.station.lookup import job_behind, since_match
from samebag.words.faults import in_chinese

SAME_BAG_S = 2.0  # ours: a scanner that doubles, or a trigger held too long


class Stop(StrEnum):
    """Why a bag does not leave."""

    UNREAD = "unread"
    NOT_MERGED = "not-merged"
    NOT_OURS = "not-ours"
    NOT_SEALED = "not-sealed"
    OLD_COPY = "old-copy"
    RECALLED = "recalled"
    WANTED = "wanted"
    DISPATCHED = "dispatched"
    CANCELLED = "cancelled"
    CHANGED = "changed"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """GO where ``stop`` is None. ``why`` is when the parcel left, or what is wrong."""

    code: str
    parcel: str = ""
    stop: Stop | None = None
    why: str = ""

    @property
    def signal(self) -> Signal:
        return SIGNALS[self.stop] if self.stop else Signal.MATCH

    @property
    def words(self) -> Words:
        words = WORDS[self.stop] if self.stop else GO
        zh = words.zh.format(parcel=self.parcel, why=in_chinese(self.why))
        return Words(zh, words.en.format(parcel=self.parcel, why=self.why))


SIGNALS: Mapping[Stop, Signal] = {
    Stop.UNREAD: Signal.INCOMPLETE,
    Stop.NOT_MERGED: Signal.UNKNOWN,
    Stop.NOT_OURS: Signal.UNKNOWN,
    Stop.NOT_SEALED: Signal.MISMATCH,
    Stop.OLD_COPY: Signal.DUPLICATE,
    Stop.RECALLED: Signal.MISMATCH,
    Stop.WANTED: Signal.MISMATCH,
    Stop.DISPATCHED: Signal.DUPLICATE,
    Stop.CANCELLED: Signal.CANCELLED,
    Stop.CHANGED: Signal.CHANGED,
    Stop.FAULT: Signal.FAULT,
}
GO = Words("{parcel} 可以发出", "{parcel} may leave")
WORDS: Mapping[Stop, Words] = {
    Stop.UNREAD: Words("请重新扫描：{why}", "Scan again: {why}"),
    Stop.NOT_MERGED: Words(
        "不是合并标签：请扫描新标签上的二维码",
        "Not a merged label: scan the QR code on the bag's new label",
    ),
    Stop.NOT_OURS: Words(
        "不是本仓打印的标签：请找班长", "No station here printed this label: call a supervisor"
    ),
    Stop.NOT_SEALED: Words(
        "{parcel} 未扫新标签：请回打包台扫描新标签",
        "{parcel} is not sealed: first scan its new label at the station",
    ),
    Stop.OLD_COPY: Words(
        "{parcel} 旧标签或复印件：请找班长",
        "{parcel} was sealed with another label, this is a copy: call a supervisor",
    ),
    Stop.RECALLED: Words(
        "{parcel} 须追回：请班长检查此袋",
        "{parcel} is recalled: have a supervisor check this bag's labels",
    ),
    Stop.WANTED: Words(
        "正在寻找 {parcel}：请班长检查此袋",
        "{parcel} is wanted: have a supervisor check this bag's labels",
    ),
    Stop.DISPATCHED: Words(
        "{parcel} 已于 {why} 发出：请找班长", "{parcel} left already, {why}: call a supervisor"
    ),
    Stop.CANCELLED: Words(
        "{parcel} 已取消：不要发出", "{parcel} is cancelled: do not ship; put the goods back"
    ),
    Stop.CHANGED: Words(
        "{parcel} 订单已变更：请回打包台",
        "{parcel} has changed since: take it back to the packing station",
    ),
    Stop.FAULT: Words("故障，不能发出：{why}", "Fault, nothing may leave: {why}"),
}
CLOSED = {Standing.CANCELLED: Stop.CANCELLED, Standing.CHANGED: Stop.CHANGED}


class Dispatched(Protocol):
    """What left through this door, on disk when a call returns. Calls may raise StoreError."""

    def left(self, parcel: str) -> str | None:
        """When it did, ISO 8601."""
        ...

    def leave(self, job: PrintJob, code: str) -> None: ...
    def stopped(self, code: str, parcel: str, reason: str) -> None: ...


class Door:
    """``stations`` opens the ledgers of all stations that pack for this door, anew for each bag:
    one that was replaced or unplugged must not be answered from memory."""

    def __init__(
        self,
        *,
        book: Book,
        stations: Callable[[], AbstractContextManager[Sequence[Records]]],
        dispatched: Dispatched,
        key: bytes,
    ) -> None:
        self._book, self._stations, self._dispatched, self._key = book, stations, dispatched, key
        self._last_code, self._last_go_s = "", -inf

    def is_same_bag(self, code: str, at_s: float) -> bool:
        """Whether the bag that just got its GO was scanned twice: what was said of it stands."""
        return code == self._last_code and at_s - self._last_go_s < SAME_BAG_S

    def scanned(self, code: str, at_s: float) -> DoorAnswer:
        """A GO is on disk."""
        try:
            answer = self._judged(self._book.form.normalise(discreet(code)))
        except StoreError as err:
            answer = DoorAnswer(code, stop=Stop.FAULT, why=str(err))
        self._last_code, self._last_go_s = ("", -inf) if answer.stop else (code, at_s)
        return answer

    def note(self, answer: DoorAnswer) -> None:
        """Keep a stop for the supervisor, once it was told: red does not wait for a disk, nor fail
        with it."""
        if answer.stop:
            with suppress(StoreError):
                self._dispatched.stopped(answer.code, answer.parcel, answer.stop)

    def _judged(self, code: str) -> DoorAnswer:
        if print_number(code) is None:
            return DoorAnswer(code, stop=Stop.NOT_MERGED)
        with self._stations() as stations:
            made = (
                (station, job_behind(code, station, self._book.form, self._key))
                for station in stations
            )
            station, job = next(((station, job) for station, job in made if job), (None, None))
            if station is None or job is None:
                return DoorAnswer(code, stop=Stop.NOT_OURS)
            stop = self._unsealed(code, station.sealed_by(job.parcel)) or _sought(
                job.parcel, stations
            )
            record = station.recorded(job.parcel)
        left = self._dispatched.left(job.parcel)
        stop = stop or (
            Stop.DISPATCHED if left else CLOSED.get(since_match(self._book, job.parcel, record))
        )
        if not stop:
            self._dispatched.leave(job, code)
        return DoorAnswer(code, job.parcel, stop, left[:19].replace("T", " ") if left else "")

    def _unsealed(self, code: str, sealed_by: str | None) -> Stop | None:
        if sealed_by is None:
            return Stop.NOT_SEALED
        return None if self._book.form.normalise(sealed_by) == code else Stop.OLD_COPY


def _sought(parcel: str, stations: Iterable[Records]) -> Stop | None:
    """A label of that parcel is on a wrong bag somewhere, this one for all that is known."""
    swaps = [station.swaps() for station in stations]
    if any(recall.parcel == parcel for s in swaps for recall in s.recalls):
        return Stop.RECALLED
    return Stop.WANTED if any(parcel in s.wanted for s in swaps) else None
