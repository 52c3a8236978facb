"""The thread of a hand scanner: reads its file descriptors, says when it is lost, and opens it
again."""

from __future__ import annotations

import errno
import math
import os
import select
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from samebag.core.events import Device
from samebag.devices.condition import Condition
from samebag.devices.scanner.framer import SILENCE_S, Scan, ScannerDecoder
from samebag.ports import CodeComing, DeviceError, Put

if TYPE_CHECKING:
    import pyudev

Heard = Callable[[bytes, Scan], None]

AUTO = "auto"  # the address that lets the station look for its scanner
BLUETOOTH = "bluetooth:"  # what an address begins with that names a Bluetooth device by its own
_RESCAN_S = 2.0  # ours: how soon a scanner is found where udev does not tell
# ours: a scanner that just woke types its first scan, and its next one must not be missed
_LET_GO_S = 0.2
# ours: a scanner's event nodes appear one after the other, and all must be there to be grabbed
_PLUG_SETTLE_S = 0.3
_READ_BYTES = 4096
_RAW_BYTES = 16_384  # for the technician; a keyboard's longest scan fits


class ScannerGone(DeviceError):
    """The scanner cannot be read; the thread tries again, at the latest after ``again_s`` if that
    is given.

    ``sleeps``: one that sleeps, or just woke, looks like this too.
    """

    def __init__(
        self, reason: str, cure: str, *, sleeps: bool = False, again_s: float | None = None
    ) -> None:
        super().__init__(reason, cure)
        self.sleeps, self.again_s = sleeps, again_s


def absent(
    address: str, cure: str = "plug it in, or name the right one in the settings"
) -> ScannerGone:
    if address.startswith(BLUETOOTH):
        reason = f"hand scanner {address} is asleep, switched off or out of reach"
        return ScannerGone(reason, "pull its trigger; if it stays away, charge it", sleeps=True)
    which = "no hand scanner is" if address == AUTO else f"hand scanner {address} is not"
    return ScannerGone(f"{which} plugged in", cure, sleeps=True)


def held_down(address: str) -> ScannerGone:
    """As a scan in the middle of which the scanner is opened looks."""
    reason, cure = f"a key of hand scanner {address} is held down", "let it go, or plug it in again"
    return ScannerGone(reason, cure, sleeps=True, again_s=_LET_GO_S)


def unreadable(address: str, err: OSError, group: str) -> ScannerGone:
    """Why the device could not be opened; ``group`` is the Unix group that may."""
    if err.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return absent(address)
    if err.errno in (errno.EBUSY, errno.EAGAIN):
        return ScannerGone(
            f"another program holds hand scanner {address}", "stop it; `fuser -v /dev/...` names it"
        )
    if err.errno in (errno.EACCES, errno.EPERM):
        return ScannerGone(
            f"hand scanner {address} may not be read",
            f"add the station's user to the group {group}",
        )
    return ScannerGone(
        f"hand scanner {address} cannot be opened ({err})", "check its address in the settings"
    )


@dataclass(slots=True)
class Node:
    """One file descriptor of an open scanner. A scan under way at ``opened_at_s`` has lost its
    head.

    ``sleep_s`` is how long it may be away before that is a fault: on a battery scanners sleep.
    """

    fd: int
    decoder: ScannerDecoder
    close: Callable[[], None]
    opened_at_s: float = -math.inf
    read_at_s: float = -math.inf
    raw: bytes = b""  # read since the last scan
    coming: CodeComing | None = None  # as last put
    sleep_s: float = 0.0


class WireScanner:
    """A ``ports.Scanner`` on file descriptors, whatever opens them: ``open_nodes`` raises
    ScannerGone if it cannot.

    It may be absent at start. DeviceLost is put once for each reason, for one that sleeps only if
    it stays away longer than it may; DeviceBack only after a DeviceLost. ``heard`` is told each
    scan's bytes beside what was understood.
    """

    def __init__(
        self,
        address: str,
        open_nodes: Callable[[], list[Node]],
        *,
        clock: Callable[[], float],
        heard: Heard = lambda raw, scan: None,
    ) -> None:
        self._address, self._heard = address, heard
        self._open_nodes = open_nodes
        self._clock = clock
        # closing the one wakes the thread at the other
        self._stay, self._stop = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name=Device.SCANNER, daemon=True)
        self._asleep_until_s = -math.inf

    def start(self, put: Put) -> None:
        self._put, self._condition = put, Condition(Device.SCANNER, put, self._clock)
        self._thread.start()

    def close(self) -> None:
        self._stay.close()
        if self._thread.is_alive():
            self._thread.join()
        self._stop.close()

    def _run(self) -> None:
        closing = False
        while not closing:
            try:
                closing = self._session()
            except ScannerGone as gone:
                self._say_lost(gone)
                closing = self._wait_for_plug(gone.again_s or _RESCAN_S)

    def _session(self) -> bool:
        """One life of the device: True when the program closes, ScannerGone when the device
        goes."""
        nodes = self._open_nodes()
        try:
            self._condition.back()
            self._listen(nodes)
        finally:
            self._asleep_until_s = self._clock() + max(node.sleep_s for node in nodes)
            for node in nodes:
                node.close()
        return True

    def _listen(self, nodes: list[Node]) -> None:
        by_fd = {node.fd: node for node in nodes}
        poller = select.poll()
        for fd in (self._stop.fileno(), *by_fd):
            poller.register(fd, select.POLLIN)
        while True:
            ready = [fd for fd, _ in poller.poll(_patience_ms(nodes, self._clock()))]
            if self._stop.fileno() in ready:
                return
            for fd in ready:
                self._read(by_fd[fd], nodes)
            if not ready:
                at_s = self._clock()
                for node in nodes:
                    self._put_all(node, [node.decoder.framer.pause(at_s - node.read_at_s, at_s)])

    def _read(self, node: Node, nodes: list[Node]) -> None:
        try:
            chunk = os.read(node.fd, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:  # ENODEV, EIO, EBADF: unplugged
            chunk = b""
        at_s = node.read_at_s = self._clock()
        if not chunk:
            for other in nodes:
                self._put_all(other, [other.decoder.framer.cut_off(at_s)])
            raise absent(self._address)
        node.raw = (node.raw + chunk)[-_RAW_BYTES:]
        scans: list[Scan | None] = list(node.decoder.feed(chunk, at_s))
        if at_s - node.opened_at_s < SILENCE_S and (scans or node.decoder.framer.pending):
            scans = [
                node.decoder.framer.refuse(
                    "the scan began before the scanner was open: scan again", at_s
                )
            ]
        self._put_all(node, scans)
        self._look_ahead(node)

    def _look_ahead(self, node: Node) -> None:
        if (coming := node.decoder.framer.coming) and coming != node.coming:
            self._put(coming)
        node.coming = coming

    def _put_all(self, node: Node, scans: Iterable[Scan | None]) -> None:
        for scan in scans:
            if scan:
                self._put(scan)
                self._heard(node.raw, scan)
                node.raw = b""

    def _say_lost(self, gone: ScannerGone) -> None:
        if gone.sleeps and self._clock() < self._asleep_until_s:
            return
        self._condition.lost(gone.reason, gone.cure)

    def _wait_for_plug(self, again_s: float) -> bool:
        """Until it is worth to try again; True when the program closes."""
        plugs = _plug_monitor()  # a new one each time: one that nobody reads for days overflows
        poller = select.poll()
        for source in (self._stop, plugs):
            if source:
                poller.register(source.fileno(), select.POLLIN)
        ready = [fd for fd, _ in poller.poll(again_s * 1000)]
        if plugs and plugs.fileno() in ready:
            with suppress(OSError):  # ENOBUFS: more devices came than it could hold
                while plugs.poll(_PLUG_SETTLE_S):
                    pass
        return self._stop.fileno() in ready


def _patience_ms(nodes: list[Node], now_s: float) -> float | None:
    """How long to wait for the rest of the scans under way, None for ever."""
    framers = [(node.read_at_s, node.decoder.framer) for node in nodes]
    due_s = [read_at_s + framer.patience_s for read_at_s, framer in framers if framer.pending]
    return max(0, math.ceil((min(due_s) - now_s) * 1000)) if due_s else None


def _plug_monitor() -> pyudev.Monitor | None:
    """Tells of plugged devices once their links exist; None where there is no udev (then the rescan
    must do)."""
    try:
        import pyudev

        monitor = pyudev.Monitor.from_netlink(pyudev.Context())
        for subsystem in ("input", "tty"):
            monitor.filter_by(subsystem)
        monitor.start()
    except (ImportError, OSError):
        return None
    return monitor
