"""Turns the characters of a hand scanner into whole scans, or into a refusal that says why. Pure."""

from __future__ import annotations

import re
from typing import Protocol

from samebag.core.events import CodeScanned, CommandGiven
from samebag.core.labels import Command
from samebag.core.masks import discreet
from samebag.ports import ScanRefused

SILENCE_S = 0.2  # a scanner sends a character every 1-50 ms; a longer pause means that the rest is lost or late
FORGET_S = 1.0  # ours: a hand needs longer to scan again, so what comes sooner is the tail of the refused scan
LIMIT_CHARS = 256  # ours: eight times the longest label code that we know
_TERMINATORS = frozenset("\r\n\t")
_SEPARATORS = frozenset("\x04\x1c\x1d\x1e\x1f")  # ISO/IEC 15434: EOT FS GS RS US
_AIM_PREFIX = re.compile(r"\]([A-Za-z])[0-9A-F]")  # ISO/IEC 15424: "]", code character, modifier
_AIM_SYMBOLOGIES = {  # ISO/IEC 15424, table of code characters
    "A": "code39",
    "C": "code128",
    "E": "ean",
    "F": "codabar",
    "G": "code93",
    "I": "itf",
    "L": "pdf417",
    "Q": "qr",
    "U": "maxicode",
    "d": "datamatrix",
    "e": "databar",
    "z": "aztec",
}
_COMMANDS = {command.value: command for command in Command}

Scan = CodeScanned | CommandGiven | ScanRefused


class Decoder(Protocol):
    """What one file descriptor of a scanner speaks."""

    framer: Framer

    def feed(self, chunk: bytes, at_s: float) -> list[Scan]:
        """Take what was read at ``at_s``, cut anywhere; never raises, whatever the bytes."""
        ...


class Framer:
    """The scan under way on one wire. A scan is whole only when its terminator (CR, LF or Tab) has come.

    A refused scan is refused once and to its end: all that follows, up to the terminator or ``FORGET_S`` of silence,
    is its tail, and a tail can be a valid code of another label. The same code twice in a row (a scanner that
    doubles) is two scans here: the rules of a bag ignore the repeat.
    """

    def __init__(self) -> None:
        self._text = ""
        self._refused = False

    @property
    def pending(self) -> bool:
        """Characters wait for their terminator."""
        return bool(self._text)

    def put(self, char: str, at_s: float) -> Scan | None:
        if char in _TERMINATORS:
            return self._end(at_s)
        if self._refused:
            return None
        if not (" " <= char <= "~" or char in _SEPARATORS):
            return self.refuse(f"character {char!r} after {discreet(self._text)!r} is not ASCII text: scan again", at_s)
        if len(self._text) == LIMIT_CHARS:
            return self.refuse(f"code {discreet(self._text[:20])!r}… is longer than {LIMIT_CHARS} characters", at_s)
        self._text += char
        return None

    def pause(self, silent_s: float, at_s: float) -> ScanRefused | None:
        """Nothing came for ``silent_s``."""
        refusal = None
        if self._text and silent_s >= SILENCE_S:
            refusal = self.refuse(f"incomplete scan {discreet(self._text)!r}: no Enter or Tab came: scan again", at_s)
        if silent_s >= FORGET_S:
            self._refused = False
        return refusal

    def cut_off(self, at_s: float) -> ScanRefused | None:
        """The wire is gone."""
        return self.refuse("the scanner was unplugged in the middle of a scan", at_s) if self._text else None

    def refuse(self, reason: str, at_s: float) -> ScanRefused | None:
        """Drop the scan under way and what follows of it; None if that was said before."""
        self._text = ""
        if self._refused:
            return None
        self._refused = True
        return ScanRefused(reason, at_s)

    def _end(self, at_s: float) -> Scan | None:
        text, self._text, self._refused = self._text, "", False
        return whole_scan(text, at_s)


def whole_scan(text: str, at_s: float) -> CodeScanned | CommandGiven | None:
    """A complete text as the station takes it; None if nothing is left without its AIM prefix."""
    code, symbology = _without_aim_prefix(text)
    command = _COMMANDS.get(code.strip().upper())
    if command:
        return CommandGiven(command, at_s)
    return CodeScanned(code, at_s, symbology) if code.strip() else None


def _without_aim_prefix(text: str) -> tuple[str, str]:
    prefix = _AIM_PREFIX.match(text)
    symbology = _AIM_SYMBOLOGIES.get(prefix[1], "") if prefix else ""
    return (text[3:], symbology) if symbology else (text, "")
