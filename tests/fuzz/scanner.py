"""Scanner bytes, serial and keyboard.

Right: nothing raises; the same bytes cut otherwise are the same scans; a code is ASCII text of at
most ``LIMIT_CHARS`` and, on a serial line, stands in the bytes as one piece.
"""

from __future__ import annotations

from random import Random

from samebag.core.events import CodeScanned
from samebag.devices.scanner.framer import LIMIT_CHARS, ScannerDecoder
from samebag.devices.scanner.keys import EV_KEY, EV_SYN, EVENT, KeyDecoder
from samebag.devices.scanner.serial_line import ByteDecoder

from .mutate import cut, mutated

_CODES = (
    b"LP00123456789012\r",
    b"\x02]C1RB123456789CN\x03\r\n",
    b"]Q1https://a.example/?p=1\t",
    b"4PX3001234567890CN\r",
)
_PIECES = (
    b"\r",
    b"\n",
    b"\t",
    b"\x02",
    b"\x03",
    b"\x1d",
    b"\x00",
    b"\xff",
    "单".encode("gbk"),
    b"]",
    b"7" * 300,
)
_KEYS = (*range(2, 58), 58, 69, 70, 71, 97, 100, 125, 126, 0, 255, 65535)


def made(chance: Random) -> bytes:
    if chance.random() < 0.5:
        return b"s" + mutated(b"".join(chance.choices(_CODES, k=3)), _PIECES, chance)
    events = b"".join(_event(chance) for _ in range(chance.randrange(1, 60)))
    return b"k" + mutated(events, (EVENT.pack(0, 0, EV_SYN, 3, 0), b"\x00", b"\xff" * 24), chance)


def _event(chance: Random) -> bytes:
    kind = chance.choices((EV_KEY, EV_SYN, 4), (90, 9, 1))[0]
    return EVENT.pack(
        chance.randrange(3),
        chance.randrange(10**6),
        kind,
        chance.choice(_KEYS),
        chance.randrange(3),
    )


def check(data: bytes, chance: Random) -> None:
    kind: type[ByteDecoder | KeyDecoder] = ByteDecoder if data[:1] == b"s" else KeyDecoder
    whole: ScannerDecoder = kind()
    pieces: ScannerDecoder = kind()
    scans = whole.feed(data[1:], 1.0)
    assert [scan for chunk in cut(data[1:], chance) for scan in pieces.feed(chunk, 1.0)] == scans, (
        "cut otherwise"
    )
    for scan in scans:
        if isinstance(scan, CodeScanned):
            assert scan.code.isascii() and len(scan.code) <= LIMIT_CHARS, "no code"
            assert kind is KeyDecoder or scan.code.encode() in data, "not one piece"
