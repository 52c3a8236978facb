"""A ledger of its own for what is done beside the station: at the door, with shipments. The same file, chain, proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from samebag.store.chain import LEDGER, Moment, Pen
from samebag.store.database import open_writer, translated


class SideLedger:
    """Several processes may share the file. What ``writing`` encloses is on disk when it ends, or not at all."""

    def __init__(
        self, path: Path, *, wall_clock: Callable[[], datetime], clock: Callable[[], float], boot_id: str
    ) -> None:
        self._path, self._wall_clock, self._clock, self._boot_id = path, wall_clock, clock, boot_id
        self._db = open_writer(path, LEDGER, synchronous="FULL")

    def close(self) -> None:
        self._db.close()

    def _append(self, kind: str, bag: int, body: dict[str, object], words: str = "") -> int:
        """``words`` lie aside."""
        moment = Moment(self._wall_clock().isoformat(timespec="milliseconds"), self._boot_id, self._clock())
        return self._pen.append_aside(kind, bag, moment, body, words)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with translated(self._path, LEDGER):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._pen = Pen(self._db)
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
