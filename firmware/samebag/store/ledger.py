"""The ledger on disk: one thread writes, the loop never waits for the card."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec

from samebag.core.bag.swaps import Swaps
from samebag.core.events import DeviceBack, DeviceLost, StoreFailed, VerdictStored
from samebag.core.verdicts import GiveNotice, NoticeKind, Verdict, VerdictKind
from samebag.ports import JobState, PrintJob, Put, StoreError
from samebag.store import chain
from samebag.store.chain import LEDGER, Moment
from samebag.store.database import closed_on_error, cure_of, open_writer, store_error, translated
from samebag.store.ledger_reader import LedgerReader
from samebag.store.log import Log

log = logging.getLogger(__name__)

DEVICE = "ledger"  # its name in DeviceLost and DeviceBack
RETRY_S = 1.0  # ours: a full card is cleared by hand, so sooner gains nothing

Change = Callable[[sqlite3.Connection], PrintJob | None]
Answer = Future[PrintJob | None]


@dataclass(frozen=True, slots=True)
class Write:
    """A change on its way to disk. Where nobody waits for an answer it is kept until it is there."""

    change: Change
    answer: Answer | None = None


class Ledger(LedgerReader):
    """The ledger of one station, per ports.Ledger. Reads see what is committed.

    ``prints`` is False where the station has no printer: no print jobs then, that a later printer would all print.
    Raises StoreError when the file cannot be opened, or was damaged when the power went.
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
        retry_s: float = RETRY_S,
    ) -> None:
        self._writer = _open(path)
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

    def start(self, put: Put) -> None:
        self._put = put
        self._thread.start()

    def record(self, verdict: Verdict) -> None:
        moment = self._moment(verdict.at_s)
        if verdict.kind is not VerdictKind.MATCH:
            self._keep(chain.entry_kind(verdict), verdict.bag, chain.verdict_body(verdict, self._station), moment)
            return
        answer: Answer = Future()
        answer.add_done_callback(partial(self._tell, verdict.bag))
        match = partial(chain.append_match, verdict=verdict, station=self._station, moment=moment, prints=self._prints)
        self._queue.put(Write(match, answer))

    def note(self, kind: str, bag: int, body: dict[str, object]) -> None:
        self._keep(kind, bag, body, self._moment(self._clock()))

    def notice(self, notice: GiveNotice, swaps: Swaps) -> None:
        moment = self._moment(notice.at_s)
        body: dict[str, object] = {
            k: v for k, v in msgspec.to_builtins(notice).items() if v and k not in ("bag", "at_s")
        }
        if notice.notice is NoticeKind.SEALED:
            seal = partial(chain.append_seal, notice=notice, body=chain.to_json(body), moment=moment)
            self._queue.put(Write(seal))
        elif notice.parcels or notice.places:
            self._keep("swaps", notice.bag, {**body, "state": msgspec.to_builtins(swaps)}, moment)
        else:
            self._keep("notice", notice.bag, body, moment)

    def move(self, number: int, state: JobState, reason: str = "") -> None:
        moment = self._moment(self._clock())
        self._wait(partial(chain.move_job, number=number, state=state, reason=reason, moment=moment))

    def copy(self, number: int) -> PrintJob:
        job = self._wait(partial(chain.copy_job, number=number, moment=self._moment(self._clock())))
        assert job is not None  # copy_job returns one or raises
        return job

    def close(self) -> None:
        """Write what is queued, then let go of the file. Close those who wait on the spool first."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        super().close()
        self._writer.close()

    def _moment(self, mono_s: float) -> Moment:
        return Moment(self._wall_clock().isoformat(timespec="milliseconds"), self._boot_id, mono_s)

    def _keep(self, kind: str, bag: int, body: dict[str, object], moment: Moment) -> None:
        self._queue.put(Write(partial(_append, kind=kind, bag=bag, moment=moment, body=chain.to_json(body))))

    def _wait(self, change: Change) -> PrintJob | None:
        answer: Answer = Future()
        self._queue.put(Write(change, answer))
        return answer.result()

    def _tell(self, bag: int, answer: Answer) -> None:
        at_s = self._clock()
        if err := answer.exception():
            log.error("bag %d: its match is not on disk: %s", bag, err)
            self._put(StoreFailed(bag, at_s))
        else:
            self._put(VerdictStored(bag, at_s))

    def _run(self) -> None:
        """The writer thread. Whatever is queued meanwhile shares the next commit."""
        pending: list[Write] = []
        closing = False
        while not closing:
            taken = self._take(self._retry_s if pending else None)
            closing = None in taken
            pending = self._write(pending + [write for write in taken if write])
            self._log.committed()
        if pending:
            log.error("%s: closed with %d entries that are not on disk", self._path, len(pending))

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
        if not batch:
            return []
        try:
            results = self._commit(batch)
        except sqlite3.Error as err:
            self._report_lost(err)
            results = [store_error(self._path, LEDGER, err)] * len(batch)
            left = [write for write in batch if not write.answer]
        else:
            self._report_back()
            left = []
        for write, result in zip(batch, results, strict=True):
            _answer(write, result)
        return left

    def _commit(self, batch: list[Write]) -> list[PrintJob | StoreError | None]:
        """One transaction. A change that refuses itself has written nothing and does not spoil the others."""
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            results = [_attempt(self._writer, write.change) for write in batch]
            self._writer.execute("COMMIT")
        except sqlite3.Error:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise
        return results

    def _report_lost(self, err: sqlite3.Error) -> None:
        if not self._lost:
            self._put(DeviceLost(DEVICE, f"{self._path}: {err}", cure_of(LEDGER, err), self._clock()))
        self._lost = True

    def _report_back(self) -> None:
        if self._lost:
            self._put(DeviceBack(DEVICE, self._clock()))
        self._lost = False


def _open(path: Path) -> sqlite3.Connection:
    log_file = path.with_name(path.name + "-wal")
    unclean = log_file.exists() and log_file.stat().st_size > 0  # SQLite removes it on a clean close
    writer = open_writer(path, LEDGER, synchronous="FULL")
    with closed_on_error(writer):
        if unclean:
            _check(path, writer)
    return writer


def _check(path: Path, db: sqlite3.Connection) -> None:
    """What greens and labels hang on. The entries, many times as large, are proven by ``samebag verify``."""
    with translated(path, LEDGER):
        for table in ("passed", "print_job", "sealed"):
            (result,) = db.execute(f"PRAGMA quick_check('{table}')").fetchone()
            if result != "ok":
                raise StoreError(f"{path}: damaged ({result}): {LEDGER.broken_cure}")


def _append(db: sqlite3.Connection, kind: str, bag: int, moment: Moment, body: str) -> None:
    chain.append(db, kind, bag, moment, body)


def _attempt(db: sqlite3.Connection, change: Change) -> PrintJob | StoreError | None:
    try:
        return change(db)
    except StoreError as err:
        return err


def _answer(write: Write, result: PrintJob | StoreError | None) -> None:
    if write.answer is None:
        return
    if isinstance(result, StoreError):
        write.answer.set_exception(result)
    else:
        write.answer.set_result(result)
