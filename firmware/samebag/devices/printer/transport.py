"""The wires to a printer: usblp, TCP and serial, all as one non-blocking file descriptor under
poll()."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import socket
import struct
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl

import serial

from samebag.devices.printer.faults import (
    AddressError,
    PaperOut,
    PrinterError,
    PrinterOffline,
    PrinterSilent,
)

# a printer on the same network answers in milliseconds; one lost SYN is repeated after 1 s
CONNECT_S = 1.5
HANG_UP_S = 0.3  # for the printer to close its side, whatever it still has to say
# TCP gives up on a dead peer after this instead of the kernel's 15 minutes
USER_TIMEOUT_MS = 10_000
CHUNK_BYTES = 4096  # what a small printer buffers; short, so that a stop is heard soon
USB_PRINTERS = Path("/dev/usb")


class Stopped(Exception):
    """The station stops: leave everything as it is."""


class Wire(Protocol):
    """An open way to a printer; Line says what each call does."""

    name: str

    def write(self, data: bytes, stall_s: float) -> int: ...
    def read(self, within_s: float) -> bytes: ...
    def drained(self, within_s: float, stall_s: float) -> bool: ...
    def close(self) -> None: ...


class WireLine:
    """A Wire over a file descriptor. ``stop_fd`` readable ends every wait at once with Stopped."""

    def __init__(
        self, name: str, fd: int, stop_fd: int, close: Callable[[], None], pace_bytes_s: int = 0
    ) -> None:
        self.name = name
        self._fd = fd
        self._stop_fd = stop_fd
        self._close = close
        self._pace_bytes_s = pace_bytes_s

    def write(self, data: bytes, stall_s: float) -> int:
        """How many bytes were accepted: fewer than all if none was for ``stall_s`` or the wire
        broke after some.

        PrinterError only if not a single one was.
        """
        accepted = 0
        while accepted < len(data):
            try:
                accepted += self._write_some(data[accepted : accepted + CHUNK_BYTES], stall_s)
            except PrinterError:
                if accepted:
                    return accepted
                raise
        return accepted

    def read(self, within_s: float) -> bytes:
        """What the printer has sent, or b"" after that time; PrinterOffline when it hung up."""
        if not self._wait(select.POLLIN, within_s):
            return b""
        try:
            answer = os.read(self._fd, CHUNK_BYTES)
        except BlockingIOError:
            return b""
        except OSError as err:
            raise _fault(self.name, err) from err
        if not answer:
            raise PrinterOffline(f"{self.name}: the printer hung up")
        return answer

    def drained(self, within_s: float, stall_s: float) -> bool:
        """Whether all that was accepted has left this machine (TCP: was acknowledged) within that
        time.

        Not if none of it left for ``stall_s``, as where the printer stopped and its memory is full.
        """
        now_s = time.monotonic()
        until_s, stalled_s, unsent = now_s + within_s, now_s + stall_s, 0
        while left := self._unsent_bytes():
            now_s = time.monotonic()
            if left != unsent:
                unsent, stalled_s = left, now_s + stall_s
            if now_s > min(until_s, stalled_s):
                return False
            self._pause(0.02)
        return self._wait(select.POLLOUT, stall_s)  # usblp: its last transfer is done

    def close(self) -> None:
        self._close()

    def _write_some(self, chunk: bytes, stall_s: float) -> int:
        if not self._wait(select.POLLOUT, stall_s):
            raise PrinterSilent(f"{self.name}: takes no bytes for {stall_s:g} s")
        try:
            accepted = os.write(self._fd, chunk)
        except BlockingIOError:
            accepted = 0
        except OSError as err:
            raise _fault(self.name, err) from err
        if self._pace_bytes_s:
            self._pause(accepted / self._pace_bytes_s)
        return accepted

    def _wait(self, event: int, within_s: float) -> bool:
        poll = select.poll()
        poll.register(self._stop_fd, select.POLLIN)
        poll.register(self._fd, event)
        ready = dict(poll.poll(within_s * 1000))
        if self._stop_fd in ready:
            raise Stopped
        if ready.get(self._fd, 0) & select.POLLERR:
            raise PrinterOffline(f"{self.name}: the connection broke")
        return self._fd in ready

    def _pause(self, for_s: float) -> None:
        if select.select([self._stop_fd], [], [], for_s)[0]:
            raise Stopped

    def _unsent_bytes(self) -> int:
        try:
            # SIOCOUTQ is the same
            return int(struct.unpack("i", fcntl.ioctl(self._fd, termios.TIOCOUTQ, bytes(4)))[0])
        except OSError:
            return 0  # usblp knows no such question


def open_line(address: str, stop_fd: int, usb_printers: Path = USB_PRINTERS) -> WireLine:
    """Open ``auto``, ``lp:PATH``, ``tcp:HOST:PORT`` or ``serial:PATH?baud=N&flow=rtscts|none``, or
    PrinterError."""
    kind, _, place = address.partition(":")
    try:
        match kind:
            case "auto":
                return _open_lp(first_usb(usb_printers), stop_fd)
            case "lp" if place:
                return _open_lp(place, stop_fd)
            case "tcp" if _is_port(place.rpartition(":")[2]):
                return _open_tcp(place, stop_fd)
            case "serial" if place:
                return _open_serial(place, stop_fd)
    except OSError as err:  # serial.SerialException is one
        raise _fault(address, err) from err
    except (
        ValueError,
        termios.error,
    ) as err:  # a speed or port number that cannot be, a tty that is none
        raise AddressError(f"printer address {address!r}: {err}") from err
    raise AddressError(f"printer address {address!r}: not understood")


def connects_per_job(address: str) -> bool:
    """TCP printers often take one connection only and lose power unseen: theirs is opened for each
    use."""
    return address.startswith("tcp:")


def first_usb(folder: Path) -> str:
    """The printer that ``auto`` means; PrinterOffline if none is plugged in."""
    found = sorted(folder.glob("lp*"))
    if not found:
        raise PrinterOffline(f"{folder}/lp*: no USB printer there")
    return str(found[0])


def _open_lp(path: str, stop_fd: int) -> WireLine:
    fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    return WireLine(path, fd, stop_fd, lambda: os.close(fd))


def _open_tcp(place: str, stop_fd: int) -> WireLine:
    host, _, port = place.rpartition(":")
    wire = socket.create_connection((host.strip("[]"), int(port)), CONNECT_S)
    wire.setblocking(False)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
    return WireLine(place, wire.fileno(), stop_fd, lambda: _hang_up(wire))


def _hang_up(wire: socket.socket) -> None:
    """Say that no more comes and take what is still said: closing over unread answers would reset
    the connection."""
    until_s = time.monotonic() + HANG_UP_S
    with wire, contextlib.suppress(OSError):
        wire.shutdown(socket.SHUT_WR)
        while (left_s := until_s - time.monotonic()) > 0:
            wire.settimeout(left_s)
            if not wire.recv(CHUNK_BYTES):
                return


def _open_serial(place: str, stop_fd: int) -> WireLine:
    path, _, query = place.partition("?")
    options = {"baud": "9600", "flow": "rtscts"} | dict(parse_qsl(query))
    baud, flow = options.pop("baud"), options.pop("flow")
    if options or not baud.isdecimal() or flow not in ("rtscts", "none"):
        raise AddressError(
            f"printer address serial:{place}: only ?baud=NUMBER and &flow=rtscts or none"
            " are understood"
        )
    port = serial.Serial(path, int(baud), rtscts=flow == "rtscts", timeout=0, exclusive=True)

    def close() -> None:
        with contextlib.suppress(OSError, termios.error):  # unplugged
            # or the kernel waits up to 30 s for a printer that takes nothing
            port.reset_output_buffer()
        port.close()

    # without flow control the wire's own speed is all we know: 10 bits a byte
    return WireLine(
        path, port.fileno(), stop_fd, close, pace_bytes_s=int(baud) // 10 if flow == "none" else 0
    )


def _is_port(text: str) -> bool:
    return text.isdecimal() and 0 < int(text) < 65536  # the C library would take 99999 for 34463


def _fault(name: str, err: OSError) -> PrinterError:
    # pyserial wraps the reason in words of its own; a host name that is not found has a negative
    # number
    number = err.errno or 0
    reason = os.strerror(number) if number > 0 else err.strerror or str(err)
    match err.errno:
        case errno.ENOSPC:  # usblp's word for it
            return PaperOut(f"{name}: no paper")
        case errno.EACCES | errno.EPERM:
            return PrinterOffline(
                f"{name}: not allowed",
                "add the station's user to group lp (USB) or dialout (serial)",
            )
        case errno.EBUSY | errno.EAGAIN:
            return PrinterOffline(
                f"{name}: in use by another program", "stop that program: CUPS, or another samebag"
            )
        case _:
            return PrinterOffline(f"{name}: {reason}")
