"""A printer that is not there: strict reader of our bytes, and a TCP server that answers and fails
like real ones."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PIL import Image

MAX_BAND_ROWS = 120  # longer rasters overrun cheap printers: label/printers.toml, band_rows
TICK_S = 0.02  # how soon a switch that was turned takes effect


class PrinterBytesError(ValueError):
    """A byte that our station never sends. Names offset, byte and rule."""


@dataclass(frozen=True, slots=True)
class Printed:
    """One printed piece of paper, ended by a cut or by the feed to the tear bar."""

    image: Image.Image


@dataclass(frozen=True, slots=True)
class Asked:
    """A question; ``at_once`` ones (DLE EOT) overtake print data that waits, the others wait their
    turn."""

    command: bytes
    at_once: bool


class ByteReader:
    """Takes bytes as they come and hands out what they mean. Knows only the commands that our
    station sends."""

    def __init__(self, width_dots: int) -> None:
        self._row_bytes = width_dots // 8
        self._unread = bytearray()
        self._offset = 0
        self._bands: list[Image.Image] = []
        self._begun = False

    def feed(self, more: bytes) -> Iterator[Printed | Asked]:
        """PrinterBytesError at the first byte that is not ours."""
        self._unread += more
        while self._unread and (size := self._size()):
            command = bytes(self._unread[:size])
            meaning = self._obey(command)
            del self._unread[:size]
            self._offset += size
            if meaning:
                yield meaning

    @property
    def idle(self) -> bool:
        """Nothing half read and nothing on paper that is not cut or torn off."""
        return not self._unread and not self._bands

    def _size(self) -> int:
        """Bytes of the command at hand, 0 while more must come to know or have it."""
        have = bytes(self._unread[:_LONGEST])
        for prefix, size in _SIZES.items():
            if have.startswith(prefix):
                if prefix == _RASTER:
                    size += self._raster_bytes(have) if len(have) >= size else 0
                return size if len(self._unread) >= size else 0
            if prefix.startswith(have):
                return 0
        raise self._error(
            0, f"no command begins so; known are {', '.join(p.hex(' ') for p in _SIZES)}"
        )

    def _raster_bytes(self, have: bytes) -> int:
        scale, row_bytes, rows = struct.unpack("<BHH", have[3:8])
        if scale not in _TALL:
            raise self._error(3, "GS v 0 must print at m = 0 or 2")
        if not 1 <= row_bytes <= self._row_bytes:
            raise self._error(4, f"GS v 0 must be 1-{self._row_bytes} bytes wide, is {row_bytes}")
        if not 1 <= rows * _TALL[scale] <= MAX_BAND_ROWS:
            raise self._error(
                6, f"GS v 0 must print 1-{MAX_BAND_ROWS} rows, prints {rows * _TALL[scale]}"
            )
        return int(row_bytes * rows)

    def _obey(self, command: bytes) -> Printed | Asked | None:
        if command.startswith(_RASTER):
            if not self._begun:
                raise self._error(0, "ESC @ must come before the first picture")
            self._bands.append(self._picture(command))
        elif command == b"\x1b@":
            self._begun, self._bands = True, []
        elif command[:2] == b"\x1bd" or command == b"\x1dVB\x00":
            return self._end()
        elif command[:2] == b"\x10\x04":
            if command[2] not in (1, 2, 3, 4):
                raise self._error(2, "DLE EOT asks 1, 2, 3 or 4")
            return Asked(command, at_once=True)
        elif command == b"\x1dr\x01" or command[:7] == b"\x1d(H\x06\x0000":
            return Asked(command, at_once=False)
        elif command != b"\x00":
            raise self._error(0, f"{command.hex(' ')} has a parameter that our station never sends")
        return None

    def _picture(self, command: bytes) -> Image.Image:
        """The band as wide as the paper: what GS v 0 leaves out at the right stays white."""
        scale, row_bytes, rows = struct.unpack("<BHH", command[3:8])
        sent = Image.frombytes("1", (row_bytes * 8, rows), command[8:], "raw", "1;I")
        band = Image.new("1", (self._row_bytes * 8, rows * _TALL[scale]), 1)
        band.paste(sent.resize((sent.width, band.height), Image.Resampling.NEAREST))
        return band

    def _end(self) -> Printed | None:
        bands, self._bands = self._bands, []
        if not bands:
            return None
        slip = Image.new("1", (bands[0].width, sum(band.height for band in bands)))
        top = 0
        for band in bands:
            slip.paste(band, (0, top))
            top += band.height
        return Printed(slip)

    def _error(self, at: int, rule: str) -> PrinterBytesError:
        return PrinterBytesError(f"byte {self._offset + at} is {self._unread[at]:#04x}: {rule}")


_RASTER = b"\x1dv0"  # GS v 0 m xL xH yL yH; all sizes from the Epson ESC/POS reference
_TALL = {0: 1, 2: 2}  # by m: how many rows of paper each row is
_SIZES = {
    b"\x00": 1,  # filler
    b"\x1b@": 2,  # ESC @
    _RASTER: 8,
    b"\x1bd": 3,  # ESC d n
    b"\x1dV": 4,  # GS V 66 n
    b"\x10\x04": 3,  # DLE EOT n
    b"\x1dr": 3,  # GS r n
    b"\x1d(H": 11,  # GS ( H pL pH fn m d1-d4
}
_LONGEST = max(_SIZES.values())


def parse(job: bytes, width_dots: int) -> list[Image.Image]:
    """The slips of one whole job. PrinterBytesError if it has a foreign byte or stops half way."""
    reader = ByteReader(width_dots)
    printed = [meaning.image for meaning in reader.feed(job) if isinstance(meaning, Printed)]
    if not reader.idle:
        raise PrinterBytesError(
            f"byte {len(job)}: the job ends inside a command or without cut or feed"
        )
    return printed


class MachineFault(Enum):
    """What stops the paper; the printer goes on answering."""

    PAPER_OUT = "paper out"
    COVER_OPEN = "cover open"
    OFFLINE = "offline"


class Machine:
    """The printer itself, whatever wire it hangs on. Switches may be turned from any thread.

    While a fault is on, print data waits in its memory and comes out when the fault is over, as
    real ones do.
    """

    def __init__(
        self, folder: Path, width_dots: int, on_label: Callable[[Path], None] = lambda path: None
    ) -> None:
        self.faults: set[MachineFault] = set()
        self.silent = False
        self.labels: list[Path] = []
        self.errors: list[str] = []
        self._folder = folder
        self._width_dots = width_dots
        self._on_label = on_label
        self._waiting: list[Printed | Asked] = []
        self._reader = ByteReader(width_dots)
        folder.mkdir(parents=True, exist_ok=True)

    def power_cycle(self) -> None:
        """Forget what was received and not printed."""
        self._reader, self._waiting = ByteReader(self._width_dots), []

    def receive(self, more: bytes) -> bytes:
        """Take bytes (none to let time pass) and give the answers. A foreign byte is noted and the
        rest thrown away."""
        answers = bytearray()
        try:
            for meaning in self._reader.feed(more):
                if isinstance(meaning, Asked) and meaning.at_once:
                    answers += self._status(meaning.command[2])
                else:
                    self._waiting.append(meaning)
        except PrinterBytesError as err:
            self.errors.append(str(err))
            self._reader = ByteReader(self._width_dots)
        while self._waiting and not self.faults:
            answers += self._work_off(self._waiting.pop(0))
        return b"" if self.silent else bytes(answers)

    def _work_off(self, meaning: Printed | Asked) -> bytes:
        if isinstance(meaning, Asked):
            # Epson reference: GS r 1 answers 0 with paper; GS ( H fn 48 answers 37h 22h d1-d4 NUL
            return (
                b"\x00"
                if meaning.command[:2] == b"\x1dr"
                else b"\x37\x22" + meaning.command[7:] + b"\x00"
            )
        path = self._folder / f"label-{len(self.labels) + 1:04}.png"
        meaning.image.save(path)
        self.labels.append(path)
        self._on_label(path)
        return b""

    def _status(self, n: int) -> bytes:
        bits = {  # Epson reference, DLE EOT: bits 1 and 4 are fixed
            1: 0x08 if self.faults else 0,
            2: (0x04 if MachineFault.COVER_OPEN in self.faults else 0)
            | (0x20 if MachineFault.PAPER_OUT in self.faults else 0),
            3: 0,
            4: 0x6C if MachineFault.PAPER_OUT in self.faults else 0,
        }
        return bytes([0x12 | bits[n]])


class VirtualPrinter:
    """A machine behind 127.0.0.1: one connection at a time, each in turn, as the small ones do
    it."""

    def __init__(self, machine: Machine, port: int = 0) -> None:
        self.machine = machine
        # then it takes and answers nothing until this is None again
        self.hang_after_bytes: int | None = None
        # then it loses power, once, and is back at the next connection
        self.drop_after_bytes: int | None = None
        self._received = 0
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._serve, name="virtual printer", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"tcp:127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            self.machine.receive(b"")
            if select.select([self._listener], [], [], TICK_S)[0]:
                connection, _ = self._listener.accept()
                with connection, contextlib.suppress(OSError):
                    self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        while not self._closing.is_set():
            readable = not self._hangs() and select.select([connection], [], [], TICK_S)[0]
            more = connection.recv(self._room()) if readable else b""
            if readable and not more:
                return
            self._received += len(more)
            if self.drop_after_bytes is not None and self._received >= self.drop_after_bytes:
                self._lose_power(connection)
                return
            if answers := self.machine.receive(more):
                connection.send(answers)
            if self._hangs():
                self._closing.wait(TICK_S)

    def _room(self) -> int:
        limits = [
            limit - self._received
            for limit in (self.hang_after_bytes, self.drop_after_bytes)
            if limit is not None
        ]
        return max(1, min([4096, *limits]))

    def _hangs(self) -> bool:
        return self.hang_after_bytes is not None and self._received >= self.hang_after_bytes

    def _lose_power(self, connection: socket.socket) -> None:
        self.drop_after_bytes = None
        self.machine.power_cycle()
        # SO_LINGER 0 answers with RST, as a printer does that knows nothing of the connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
