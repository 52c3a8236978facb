"""Puts the newest snapshot on disk for the pages, in a thread of its own: the loop never waits for
it."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec

from samebag.snapshot import FILE, Snapshot, replace_file


class SnapshotFile:
    """The file in that folder. What comes while the disk is slow replaces what it has not written
    yet."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._wake = threading.Condition()
        self._waiting: Snapshot | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="snapshot", daemon=True)
        self._thread.start()

    def put(self, now: Snapshot) -> None:
        with self._wake:
            self._waiting = now
            self._wake.notify()

    def close(self) -> None:
        """Returns when what was put is on disk."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        while now := self._next():
            try:
                replace_file(self._path, msgspec.json.encode(now))
            except (
                OSError
            ):  # a full disk is reported by the ledger; the pages see that this file is old
                continue

    def _next(self) -> Snapshot | None:
        """The newest one not written yet; None when the station has closed."""
        with self._wake:
            self._wake.wait_for(lambda: self._waiting or self._closed)
            now, self._waiting = self._waiting, None
            return now
