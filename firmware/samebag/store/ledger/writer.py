"""The ledger on disk: one thread writes, the loop never waits for the card.

Verdicts, and what they say of swapped labels, overtake all else that waits for the card, in a
commit of their own: what was shown must be told. They are counted for the pages a moment later,
when nobody waits. Their bags' numbers are on disk before anybody sees them, a block at a time, so
that none is given twice however slow the card is.
"""

from __future__ import annotations

import logging
import os
import secrets
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec

from samebag.core.bag.swaps import Swaps
from samebag.core.events import Device, DeviceBack, DeviceLost, StoreFailed, VerdictStored
from samebag.core.parcels import Parcel
from samebag.core.verdicts import GiveNotice, NoticeKind, Verdict, VerdictKind
from samebag.ports import JobState, Passed, PrintJob, Put, StoreError
from samebag.store.database import (
    Replaced,
    closed_on_error,
    cure_of,
    open_writer,
    store_error,
    translated,
)
from samebag.store.doubts import CURE, REPLACED
from samebag.store.keeper import Keeper
from samebag.store.ledger import chain, counting
from samebag.store.ledger.chain import LEDGER, Moment, Pen
from samebag.store.ledger.reader import LedgerReader
from samebag.store.ledger.stamps import Stamps
from samebag.store.log import Log
from samebag.store.note import HALVES

log = logging.getLogger(__name__)

DEVICE = Device.LEDGER
RETRY_S = 1.0  # ours: a full card is cleared by hand, so sooner gains nothing
AHEAD = 300  # ours: bag numbers reserved; a kill skips so many at most
LEAST_AHEAD = 200  # ours: so many bags may go by, an hour's, and not one commit
WATCH_S = 1.0  # ours: so often an idle station looks whether its file is still there
# ours: nobody sees a page lag so much; a green's way to its lamp takes a tenth of it
QUIET_S = 0.05
# ours: commits with verdicts that no quiet moment let count; a turn takes no longer for them
MOST_DUE = 200
TOGETHER = 20  # ours: labels that share an entry which says that they were printed
IDLE = 60  # of WATCH_S: after a minute's rest they need not be so many
LEAP = 1000  # ours: a start that cannot reserve leaps by one of so many blocks

Change = Callable[[Pen], PrintJob | None]
Result = PrintJob | StoreError | None
Answer = Callable[[Result], None]  # called from the writer's thread; it must neither wait nor raise


@dataclass(frozen=True, slots=True)
class Write:
    """A change on its way to disk. Where nobody waits for an answer it is kept until it is there.

    ``bag`` is that of a verdict, or of what it says of swapped labels: these go before all else, in
    their order.
    """

    change: Change
    answer: Answer | None = None
    bag: int | None = None


class LedgerWriter(LedgerReader):
    """The ledger of one station, per ports.Ledger. Reads see what is committed.

    ``prints`` is False where the station has no printer: no print jobs then, that a later printer
    would all print. ``keeper`` stamps the entries and tells a ledger that is not the one written
    last: no match is taken then until a supervisor accepts it. Raises StoreError when the file
    cannot be opened, or was damaged when the power went.
    """

    def __init__(
        self,
        path: Path,
        *,
        station: str,
        wall_clock: Callable[[], datetime],
        clock: Callable[[], float],
        boot_id: str,
        prints: bool = True,
        keeper: Keeper | None = None,
        retry_s: float = RETRY_S,
    ) -> None:
        self._writer = _open(path)
        self._inode = _inode(path)
        with closed_on_error(self._writer):
            super().__init__(path)
        self._log = Log(self._writer, LEDGER)
        self._station = station
        self._wall_clock = wall_clock
        self._clock = clock
        self._boot_id = boot_id
        self._prints = prints
        self._retry_s = retry_s
        self._queue: SimpleQueue[Write | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._put: Put = lambda event: None
        self._lost = False
        self._handed = self._told = 0  # matches: to the thread, and back
        self._not_passed: str | None = None  # as last looked up, and no match was handed over since
        self._left: list[Write] = []  # that are not on disk, while the thread runs and after it
        # commits with verdicts that are not counted yet: the last start may have left some
        self._due = 1
        self._counts = True
        self._keeper = keeper
        self._stamps: Stamps | None = None
        self._boot = ""  # of the newest entry, once we wrote one
        self._doubt = ""
        self._idle = 0
        self._to_note = 0  # halves of the note that have a key which is over
        with closed_on_error(self._writer), translated(path, LEDGER):
            self._resume()
        self._count()

    def _resume(self) -> None:
        """Where the last start left off; what the keeper writes may reserve numbers too."""
        self._last_bag, self._reserved = chain.last_bag(self._writer), 0
        self._head = chain.head_of(self._writer)
        self._printed = chain.untold(self._writer)  # labels that no entry says this of yet
        if self._keeper:
            self._look(self._keeper)
        self._reserve()

    def last_bag(self) -> int:
        return self._last_bag

    def passed(self, parcel: str) -> Passed | None:
        """Only matches of our own change it: what was looked up for a bag's first label stands for
        its second."""
        if parcel == self._not_passed:
            return None
        is_quiet = self._handed == self._told
        found = super().passed(parcel)
        self._not_passed = parcel if is_quiet and parcel and not found else None
        return found

    def start(self, put: Put) -> None:
        self._put = put
        if self._doubt:
            put(DeviceLost(DEVICE, self._doubt, CURE, self._clock()))
        self._thread.start()

    def accept(self, supervisor: str) -> bool:
        """That supervisor gives up what the ledger lacks; False if nothing is known to be
        missing."""
        if not self._keeper or not self._doubt:
            return False
        moment = self._moment(self._clock())
        change = partial(self._keeper.accept, supervisor=supervisor, why=self._doubt, moment=moment)
        self._queue.put(Write(change, self._accepted))
        return True

    def record(self, verdict: Verdict, parcel: Parcel | None = None) -> None:
        moment = self._moment(verdict.at_s)
        if verdict.kind is not VerdictKind.MATCH:
            body = chain.verdict_body(verdict, self._station)
            self._keep(chain.entry_kind(verdict), verdict.bag, body, moment, goes_first=True)
            return
        match = partial(
            chain.append_match,
            verdict=verdict,
            station=self._station,
            moment=moment,
            prints=self._prints,
            parcel=parcel,
        )
        self._handed, self._not_passed = self._handed + 1, None
        if self._doubt:
            self._tell(verdict.bag, StoreError(self._doubt))
            return
        self._queue.put(Write(match, partial(self._tell, verdict.bag), verdict.bag))

    def note(self, kind: str, bag: int, body: dict[str, object]) -> None:
        self._keep(kind, bag, body, self._moment(self._clock()))

    def notice(self, notice: GiveNotice, swaps: Swaps) -> None:
        moment = self._moment(notice.at_s)
        body: dict[str, object] = {
            k: v for k, v in msgspec.to_builtins(notice).items() if v and k not in ("bag", "at_s")
        }
        if notice.notice is NoticeKind.SEALED:
            seal = partial(
                chain.append_seal, notice=notice, body=chain.to_json(body), moment=moment
            )
            self._queue.put(Write(seal))
        elif notice.parcels or notice.places:
            self._keep(
                "swaps",
                notice.bag,
                {**body, "state": msgspec.to_builtins(swaps)},
                moment,
                goes_first=True,
            )
        else:
            self._keep("notice", notice.bag, body, moment)

    def move(self, number: int, state: JobState, reason: str = "") -> None:
        moment = self._moment(self._clock())
        self._wait(
            partial(chain.move_job, number=number, state=state, reason=reason, moment=moment)
        )

    def withdraw(self, number: int, reason: str) -> None:
        moment = self._moment(self._clock())
        move = partial(
            chain.move_job, number=number, state=JobState.WITHDRAWN, reason=reason, moment=moment
        )
        self._queue.put(Write(move))

    def copy(self, number: int) -> PrintJob:
        job = self._wait(partial(chain.copy_job, number=number, moment=self._moment(self._clock())))
        assert job is not None  # copy_job returns one or raises
        return job

    def close(self) -> None:
        """Write what is queued, then let go of the file. Close those who wait on the spool
        first."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        if not self._left and self._queue.empty():
            self._give_back()
        super().close()
        if self._keeper:
            self._keeper.close()
        self._writer.close()

    def _look(self, keeper: Keeper) -> None:
        self._doubt, self._stamps = keeper.look(self._writer)
        if self._doubt:
            log.warning("%s: %s: %s", self._path, self._doubt, CURE)
            self._last_bag = max(self._last_bag, keeper.bag + AHEAD)
        elif not self._stamps:
            try:
                self._commit([Write(partial(keeper.begin, moment=self._moment(self._clock())))])
            except (
                sqlite3.Error,
                StoreError,
            ) as err:  # a full card: the station must come up and say so
                log.warning("%s: %s: entries are not stamped until the next start", self._path, err)

    def _reserve(self) -> None:
        """Bag numbers for the first bags; where the card takes nothing, from where no start before
        is likely to be.

        A station with a full card must come up and say so, and its reds have numbers too.
        """
        try:
            chain.reserve(self._writer, self._last_bag + AHEAD)
        except sqlite3.Error as err:
            self._last_bag += AHEAD * (1 + secrets.randbelow(LEAP))
            self._reserved = 0
            log.warning(
                "%s: %s: bag numbers cannot be reserved, they go on from %d",
                self._path,
                err,
                self._last_bag,
            )
        else:
            self._reserved = self._last_bag + AHEAD

    def _give_back(self) -> None:
        """Else the next start skips what is left of the block, no more."""
        with suppress(sqlite3.Error):
            chain.give_back(self._writer)

    def _moment(self, mono_s: float) -> Moment:
        return Moment(self._wall_clock().isoformat(timespec="milliseconds"), self._boot_id, mono_s)

    def _keep(
        self,
        kind: str,
        bag: int,
        body: dict[str, object],
        moment: Moment,
        *,
        goes_first: bool = False,
    ) -> None:
        entry = partial(_append, kind=kind, bag=bag, moment=moment, body=chain.to_json(body))
        self._queue.put(Write(entry, bag=bag if goes_first else None))

    def _wait(self, change: Change) -> PrintJob | None:
        answer: Future[PrintJob | None] = Future()
        self._queue.put(Write(change, partial(_settle, answer)))
        return answer.result()

    def _tell(self, bag: int, result: Result) -> None:
        self._told += 1
        at_s = self._clock()
        if isinstance(result, StoreError):
            log.error("bag %d: its match is not on disk: %s", bag, result)
            self._put(StoreFailed(bag, at_s))
        else:
            self._put(VerdictStored(bag, at_s))

    def _accepted(self, result: Result) -> None:
        if isinstance(result, StoreError):
            log.error("%s: what is missing is not given up: %s", self._path, result)
            return
        self._doubt = ""
        self._put(DeviceBack(DEVICE, self._clock()))

    def _run(self) -> None:
        """The writer thread. Whatever is queued meanwhile shares the next commit."""
        closing = False
        while not closing:
            taken = self._take(self._pause_s())
            closing = None in taken
            self._idle = 0 if taken else self._idle + 1
            if self._printed >= TOGETHER or (self._printed and self._idle >= IDLE):
                taken.append(self._tell_printed())
            if taken or self._left:
                self._left += [write for write in taken if write]
                self._left = self._write(self._left)
                self._log.committed()
                self._to_note = HALVES
            elif not self._is_there():
                self._report_lost(Replaced(REPLACED))
            is_quiet = closing or not taken
            if self._due and (is_quiet or (self._counts and self._due > MOST_DUE)):
                self._count()
            if is_quiet and self._to_note:
                self._note()
        if self._printed:
            self._left = self._write([*self._left, self._tell_printed()])
            self._to_note = HALVES
        while self._to_note:
            self._note()
        if self._left:
            log.error(
                "%s: closed with %d entries that are not on disk", self._path, len(self._left)
            )

    def _tell_printed(self) -> Write:
        """What the entries do not say yet of labels that were printed: one says it of many."""
        self._printed = 0
        return Write(partial(chain.tell_printed, moment=self._moment(self._clock())))

    def _pause_s(self) -> float | None:
        if self._left or (self._due and not self._counts):
            return self._retry_s
        return QUIET_S if self._due or self._to_note else WATCH_S

    def _is_there(self) -> bool:
        return _inode(self._path) == self._inode

    def _note(self) -> None:
        """When nobody waits for an answer."""
        self._to_note -= 1
        if self._keeper and self._stamps:
            with suppress(sqlite3.Error):  # the next commit will tell
                self._keeper.committed(self._writer, self._head, self._stamps)

    def _count(self) -> None:
        """Where it fails nothing is lost: what is not counted is read from the entries."""
        try:
            is_left = counting.count_some(self._writer)
        except sqlite3.Error as err:
            if self._counts:
                log.warning(
                    "%s: %s: verdicts cannot be counted, pages take longer", self._path, err
                )
            self._counts = False
        else:
            self._due, self._counts = int(is_left), True

    def _take(self, timeout_s: float | None) -> list[Write | None]:
        taken: list[Write | None] = []
        try:
            taken.append(self._queue.get(timeout=timeout_s))
            while True:
                taken.append(self._queue.get_nowait())
        except Empty:
            return taken

    def _write(self, batch: list[Write]) -> list[Write]:
        """Returns what is still to be written."""
        todo = deque(_verdicts_first(batch))
        if not todo:
            return []
        try:
            while todo:
                _answer_all(todo[0], self._commit(todo[0]))
                todo.popleft()
        except sqlite3.Error as err:
            self._report_lost(err)
            failed = [write for part in todo for write in part]
            _answer_all(failed, [store_error(self._path, LEDGER, err)] * len(failed))
            return [write for write in failed if not write.answer]
        self._report_back()
        return []

    def _commit(self, batch: list[Write]) -> list[Result]:
        """One transaction. A change that refuses itself has written nothing and does not spoil the
        others."""
        last = max(self._last_bag, *(write.bag or 0 for write in batch))
        reserved = last + AHEAD if last + LEAST_AHEAD > self._reserved else self._reserved
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            pen = Pen(self._writer, self._stamps, self._boot)
            if pen.head != self._head or not self._is_there():
                raise Replaced(REPLACED)
            results = [_attempt(pen, write.change) for write in batch]
            if reserved != self._reserved:
                chain.reserve(self._writer, reserved)
            self._writer.execute("COMMIT")
        except sqlite3.Error:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise
        self._reserved = reserved
        self._printed += pen.printed
        self._head, self._boot, self._stamps = pen.head, pen.boot, pen.stamps
        self._due += any(write.bag is not None for write in batch)
        return results

    def _report_lost(self, err: sqlite3.Error) -> None:
        if not self._lost:
            self._put(
                DeviceLost(DEVICE, f"{self._path}: {err}", cure_of(LEDGER, err), self._clock())
            )
        self._lost = True

    def _report_back(self) -> None:
        if self._lost and not self._doubt:
            self._put(DeviceBack(DEVICE, self._clock()))
        self._lost = False


def _open(path: Path) -> sqlite3.Connection:
    log_file = path.with_name(path.name + "-wal")
    # SQLite removes it on a clean close
    unclean = log_file.exists() and log_file.stat().st_size > 0
    writer = open_writer(path, LEDGER, synchronous="FULL")
    with closed_on_error(writer):
        if unclean:
            _check(path, writer)
    return writer


def _check(path: Path, db: sqlite3.Connection) -> None:
    """What greens and labels hang on. The entries, many times as large, are proven by ``samebag
    verify``."""
    with translated(path, LEDGER):
        for table in ("passed", "print_job", "sealed"):
            (result,) = db.execute(f"PRAGMA quick_check('{table}')").fetchone()
            if result != "ok":
                raise StoreError(f"{path}: damaged ({result}): {LEDGER.broken_cure}")


def _append(pen: Pen, kind: str, bag: int, moment: Moment, body: str) -> None:
    pen.append(kind, bag, moment, body)


def _inode(path: Path) -> tuple[int, int]:
    """Of which file it is; none where it is gone. Asked before each commit: Path.stat costs twice
    as much."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _verdicts_first(batch: list[Write]) -> Iterable[list[Write]]:
    """What goes into one commit each, in the order in which it came."""
    verdicts = [write for write in batch if write.bag is not None]
    others = [write for write in batch if write.bag is None]
    return (part for part in (verdicts, others) if part)


def _attempt(pen: Pen, change: Change) -> Result:
    try:
        return change(pen)
    except StoreError as err:
        return err


def _answer_all(batch: Iterable[Write], results: Iterable[Result]) -> None:
    for write, result in zip(batch, results, strict=True):
        if write.answer:
            write.answer(result)


def _settle(answer: Future[PrintJob | None], result: Result) -> None:
    if isinstance(result, StoreError):
        answer.set_exception(result)
    else:
        answer.set_result(result)
