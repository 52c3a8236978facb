"""A ledger of its own for what is done beside the station: at the door, with shipments. The same
file, chain, proof."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from samebag.ports import StoreError
from samebag.store.database import leave_to_owner, open_writer, translated
from samebag.store.doubts import NO_NOTE
from samebag.store.keeper import Keeper
from samebag.store.ledger.chain import LEDGER, Moment, Pen
from samebag.store.ledger.stamps import Stamps

log = logging.getLogger(__name__)


class SideLedger:
    """Several processes may share the file. What ``writing`` encloses is on disk when it ends, or
    not at all.

    ``notes`` is the folder of the station's notes: there is one of this ledger too, with the key of
    its next stamp.
    """

    def __init__(
        self,
        path: Path,
        *,
        notes: Path,
        wall_clock: Callable[[], datetime],
        clock: Callable[[], float],
        boot_id: str,
    ) -> None:
        self._path, self._wall_clock, self._clock, self._boot_id = path, wall_clock, clock, boot_id
        self._notes, self._keeper = notes, Keeper(notes, name=path.stem)
        self._db = open_writer(path, LEDGER, synchronous="FULL")

    def close(self) -> None:
        self._keeper.close()
        self._db.close()

    def _append(self, kind: str, bag: int, body: dict[str, object], words: str = "") -> int:
        """``words`` lie aside."""
        moment = Moment(
            self._wall_clock().isoformat(timespec="milliseconds"), self._boot_id, self._clock()
        )
        self._pen.stamps = self._pen.stamps or self._stamps()
        if not self._pen.stamps:
            self._notes.mkdir(mode=0o750, exist_ok=True)
            leave_to_owner(self._notes)
            self._keeper.begin(self._pen, moment)
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
            if self._pen.stamps:
                self._keeper.committed(self._db, self._pen.head, self._pen.stamps)

    def _stamps(self) -> Stamps | None:
        """None where none were made yet; verify tells from which entry on there are others, if the
        note was lost.

        Read anew for each transaction that writes an entry: another process may have written.
        Raises StoreError for a ledger that lacks entries.
        """
        why, stamps = self._keeper.look(self._db)
        if why == NO_NOTE:
            log.warning("%s: %s: stamps begin anew", self._path, why)
        elif why:
            note = self._notes / f"{self._path.stem}.note"
            raise StoreError(
                f"{self._path}: {why}: bring the right file back; to give up what is"
                f" lost, move {note} away"
            )
        return stamps
