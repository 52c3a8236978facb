"""Turns the characters of a hand scanner into whole scans, or into a refusal that says why.
Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from samebag.core.codes.key_layouts import US_CURE, wrong_keyboard
from samebag.core.codes.own_codes import is_own
from samebag.core.codes.scanner_forms import family_of, may_be_own, without_identifier
from samebag.core.events import CodeScanned, CommandGiven
from samebag.core.labels import Command
from samebag.core.masks import discreet, without_secret
from samebag.ports import CodeComing, ScanRefused

# a scanner sends a character every 1-50 ms; a longer pause means that the rest is lost or late
SILENCE_S = 0.2
# ours: a hand needs longer to scan again, so what comes sooner is the tail of the refused scan
FORGET_S = 1.0
LIMIT_CHARS = 256  # ours: eight times the longest label code that we know
LEAST_UNENDED_CHARS = 4  # ours: shorter ones are noise, no label's code
AGAIN_S = 10.0  # ours: a packer who is told to scan the same code again has done so by then
NO_ENTER = "scan the same code again; if it is always so, set the scanner's suffix to Enter (CR)"
_STX, _ETX = "\x02", "\x03"  # ASCII: start and end of text
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


class ScannerDecoder(Protocol):
    """What one file descriptor of a scanner speaks."""

    framer: Framer

    def feed(self, chunk: bytes, at_s: float) -> list[Scan]:
        """Take what was read at ``at_s``, cut anywhere; never raises, whatever the bytes."""
        ...


@dataclass(slots=True)
class Habits:
    """What a scanner has shown of how it is set; it holds until another may be plugged in.

    ``ends``: it sends Enter or Tab. ``family``: it puts an identifier before each code, of the
    makers whose letter for Code 128 this is.
    """

    ends: bool = False
    family: str = ""


class Framer:
    """The scan under way on one wire. A scan is whole only when its terminator has come: CR, LF,
    Tab, or ETX after STX.

    A refused scan is refused once and to its end: all that follows, up to the terminator or
    ``FORGET_S`` of silence, is its tail, and a tail can be a valid code of another label. The same
    code twice in a row (a scanner that doubles) is two scans here: the rules of a bag ignore the
    repeat.

    A scanner that never sent a terminator may be set to send none. What silence ends could still be
    the half of a code, and half a number can be another parcel's, which the book knows. So it
    counts only when the same text comes again as the next scan, and both times nothing came behind
    it for ``FORGET_S``: no wire loses the same tail twice without a trace.
    """

    def __init__(self, habits: Habits | None = None) -> None:
        self._habits = habits or Habits()
        self._text = ""
        self._at_s = 0.0  # when its last character came
        self._refused = False
        self._framed = False  # STX came
        self._aside = ""  # why a further character would have no place
        # the scan before, where silence ended it, and when
        self._unended: tuple[str, float] | None = None

    @property
    def pending(self) -> bool:
        """Characters wait for their terminator."""
        return bool(self._text)

    @property
    def coming(self) -> CodeComing | None:
        """What the scan under way is if its terminator comes next."""
        if len(self._text) < LEAST_UNENDED_CHARS or self._aside:
            return None
        scan = whole_scan(self._text, self._at_s, self._habits.family)
        return (
            CodeComing(scan.code, scan.at_s, scan.symbology)
            if isinstance(scan, CodeScanned)
            else None
        )

    @property
    def patience_s(self) -> float:
        """How long to wait for more: twice the same text is a scan only if nothing follows the
        second one either."""
        return FORGET_S if self._unended and self._unended[0] == self._text else SILENCE_S

    def put(self, char: str, at_s: float) -> Scan | None:
        if char in _TERMINATORS or (char == _ETX and self._framed):
            return self._end()
        if self._refused:
            self._unended = None
            return None
        if not self._text and char in (_STX, _ETX):  # ETX: what follows the CR of a framed scan
            self._framed = char == _STX
            return None
        if self._aside:
            return self.refuse(self._aside, at_s)
        if not (" " <= char <= "~" or char in _SEPARATORS):
            return self.refuse(
                f"character {char!r} after {discreet(self._text)!r} is not ASCII text: scan again",
                at_s,
            )
        if len(self._text) == LIMIT_CHARS:
            return self.refuse(
                f"code {discreet(self._text[:20])!r}… is longer than {LIMIT_CHARS} characters", at_s
            )
        self._text += char
        self._at_s = at_s
        return None

    def aside(self, reason: str) -> None:
        """A key that scanners send before or behind a code; a further character refuses the scan,
        for ``reason``."""
        if self._text and not self._refused:
            self._aside = self._aside or reason

    def pause(self, silent_s: float, at_s: float) -> Scan | None:
        """Nothing came for ``silent_s``."""
        scan = self._silenced(silent_s, at_s) if self._text and silent_s >= SILENCE_S else None
        if silent_s >= FORGET_S:
            self._refused = self._framed = False
        return scan

    def cut_off(self, at_s: float) -> ScanRefused | None:
        """The wire is gone."""
        return (
            self.refuse("the scanner was unplugged in the middle of a scan", at_s)
            if self._text
            else None
        )

    def refuse(self, reason: str, at_s: float, cure: str = "") -> ScanRefused | None:
        """Drop the scan under way and what follows of it; None if that was said before."""
        self._text = self._aside = ""
        if self._refused:
            return None
        self._refused, self._unended = True, None
        return ScanRefused(reason, at_s, cure)

    def _end(self) -> Scan | None:
        """The packer scanned when the code was read, not when its terminator came."""
        text, self._text, self._aside = self._text, "", ""
        self._refused = self._framed = False
        self._unended = None
        self._habits.ends = True
        return self._whole(text, self._at_s)

    def _silenced(self, silent_s: float, at_s: float) -> Scan | None:
        text, before = self._text, self._unended
        reason = f"incomplete scan {discreet(text)!r}: no Enter or Tab came: scan again"
        if self._habits.ends or self._framed or len(text) < LEAST_UNENDED_CHARS:
            return self.refuse(reason, at_s)
        if silent_s < self.patience_s:
            self.aside(reason)
            return None
        refusal = self.refuse(reason, at_s, NO_ENTER)  # in either case what follows is its tail
        if before and before[0] == text and at_s - before[1] <= AGAIN_S:
            return self._whole(text, at_s)
        self._unended = text, at_s
        return refusal

    def _whole(self, text: str, at_s: float) -> Scan | None:
        """Learns from our own barcodes whether the scanner puts identifiers before codes."""
        if is_own(text):
            self._habits.family = ""
        self._habits.family = family_of(text) or self._habits.family
        return whole_scan(text, at_s, self._habits.family)


def whole_scan(text: str, at_s: float, family: str = "") -> Scan | None:
    """A complete text as the station takes it; None if nothing is left without its prefix.

    Refused if it is one of our own barcodes as a wrong keyboard spells it. ``family`` as in
    ``Habits``.
    """
    code, symbology = _without_prefix(text, family or family_of(text))
    command = _COMMANDS.get(code.strip().upper())
    if command:
        return CommandGiven(command, at_s)
    if may_be_own(code) and not is_own(code) and (wrong := wrong_keyboard(code, _is_own_behind)):
        return ScanRefused(wrong.reason(without_secret(code)), at_s, US_CURE)
    return CodeScanned(code, at_s, symbology) if code.strip() else None


def _is_own_behind(text: str) -> bool:
    return is_own(text) or family_of(text) != ""


def _without_prefix(text: str, family: str) -> tuple[str, str]:
    prefix = _AIM_PREFIX.match(text)
    if prefix and (symbology := _AIM_SYMBOLOGIES.get(prefix[1])):
        return text[3:], symbology
    return (family and without_identifier(text, family)) or (text, "")
