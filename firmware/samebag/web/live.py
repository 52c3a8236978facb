"""Watches the files that the station leaves, and wakes whoever shows them."""

from __future__ import annotations

import asyncio
import ctypes
import os
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from samebag.snapshot import FILE, PICTURE, ShownPicture, Snapshot, picture_of, snapshot_of

TICK_S = 1.0  # what only time changes: a station that is gone, a message that has been read
IN_MOVED_TO, IN_NONBLOCK_CLOEXEC = 0x80, os.O_NONBLOCK | os.O_CLOEXEC  # inotify(7), sys/inotify.h
EVENT_BYTES = 4096
MINUTE_S, MOST_PICTURES = 60.0, 240


class Live:
    """The newest snapshot and picture; ``version`` counts their changes."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._folder, self.clock = folder, clock
        self.version, self._wake = 0, asyncio.Event()
        self._texts: dict[str, bytes] = {}
        self.snapshot: Snapshot | None = None
        self.picture: ShownPicture | None = None
        self.jpeg = b""
        self._sharpnesses: deque[tuple[float, float]] = deque(maxlen=MOST_PICTURES)
        self.stopped = False

    @property
    def sharpest(self) -> float:
        """The best of the last minute's pictures and the one that is shown, which may be older."""
        shown = self.picture.sharpness if self.picture else 0.0
        return max(
            (sharp for at_s, sharp in self._sharpnesses if self.clock() - at_s < MINUTE_S),
            default=shown,
        )

    async def changed(self, since: int) -> None:
        """Return when there is another ``version`` than that, at the latest in TICK_S."""
        if self.version != since:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK_S):
                await self._wake.wait()

    async def run(self) -> None:
        """Until ``stop``."""
        loop, folder = asyncio.get_running_loop(), _Folder(self._folder)
        moved = asyncio.Event()
        loop.add_reader(folder.fd, moved.set)
        try:
            while not self.stopped:
                folder.watch()
                self.look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(TICK_S):
                        await moved.wait()
                moved.clear()
                folder.forget_events()
        finally:
            loop.remove_reader(folder.fd)
            folder.close()

    def stop(self) -> None:
        self.stopped = True
        self._tell()

    def look(self) -> None:
        """Read what has changed. A file that is absent or nonsense is as good as no station."""
        texts = {name: _read(self._folder / name) for name in (FILE, PICTURE)}
        if texts == self._texts:
            return
        self._texts = texts
        self.snapshot, self.picture, self.jpeg = None, None, b""
        with suppress(msgspec.MsgspecError):
            self.snapshot = snapshot_of(texts[FILE])
        with suppress(msgspec.MsgspecError):
            self.picture, self.jpeg = picture_of(texts[PICTURE])
        if self.picture:
            self._sharpnesses.append((self.picture.at_s, self.picture.sharpness))
        self._tell()

    def _tell(self) -> None:
        self.version += 1
        woken, self._wake = self._wake, asyncio.Event()
        woken.set()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


class _Folder:
    """Says by its descriptor that a file was put into the folder, which may go and come back."""

    def __init__(self, path: Path) -> None:
        self._path, self._libc = os.fsencode(path), ctypes.CDLL(None, use_errno=True)
        self.fd: int = self._libc.inotify_init1(IN_NONBLOCK_CLOEXEC)
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")

    def watch(self) -> None:
        """Again and again: the folder is another one after the station was stopped; without one the
        tick does."""
        self._libc.inotify_add_watch(self.fd, self._path, IN_MOVED_TO)

    def forget_events(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self.fd, EVENT_BYTES):
                pass

    def close(self) -> None:
        os.close(self.fd)
