"""Printer replies.

Right: nothing raises; the same bytes cut otherwise are the same answers; a label's number is
believed only where it stands.
"""

from __future__ import annotations

from random import Random

from samebag.devices.printer.status import Answers, Process

from .mutate import cut, mutated

_REPLIES = (
    b"\x12",
    b"\x16",
    b"\x00",
    b"\x0c",
    b"\x37\x220042\x00",
    b"\x10\x00\x00\x00",
    b"\x37\x229999\x00",
)
_PIECES = (*_REPLIES, b"\x11", b"\x13", b"\x37", b"\x37\x22", b"\xff", b"\x37\x2200")


def made(chance: Random) -> bytes:
    return mutated(b"".join(chance.choices(_REPLIES, k=chance.randrange(1, 9))), _PIECES, chance)


def check(data: bytes, chance: Random) -> None:
    heard = Answers().feed(data)
    pieces = Answers()
    assert [answer for chunk in cut(data, chance) for answer in pieces.feed(chunk)] == heard, (
        "cut otherwise"
    )
    for answer in heard:
        if isinstance(answer, Process):
            assert b"\x37\x22%04d\x00" % answer.number in data, "a number that is not there"
