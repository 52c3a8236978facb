"""Turns the key events of a keyboard-like hand scanner (US layout) into whole scans. Pure."""

from __future__ import annotations

import struct

from samebag.devices.scanner.framer import SILENCE_S, Framer, Habits, Scan

# Numbers: linux/input-event-codes.h
# linux/input.h, struct input_event on 64-bit: sec, usec, type, code, value
EVENT = struct.Struct("llHHi")
EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
UP, DOWN = 0, 1  # 2 is a repeat, which no scanner means
_SHIFT, _CTRL, _ALT, _META = {42, 54}, {29, 97}, {56, 100}, {125, 126}
_NAMES = (("Ctrl", _CTRL), ("Alt", _ALT), ("Meta", _META))
_MODIFIERS = _SHIFT | _CTRL | _ALT | _META
_CAPS_LOCK, _NUM_LOCK, _SCROLL_LOCK = 58, 69, 70
_ROWS = (  # first code, plain, shifted: the codes of a row follow each other
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (15, "\tqwertyuiop[]\r", "\tQWERTYUIOP{}\r"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
_KEYPAD_ROWS = ((55, "*"), (71, "789-456+1230."), (96, "\r"), (98, "/"), (117, "="))
_KEYS = {
    first + i: pair
    for first, plain, shifted in _ROWS
    for i, pair in enumerate(zip(plain, shifted, strict=True))
}
_KEYPAD = {first + i: char for first, chars in _KEYPAD_ROWS for i, char in enumerate(chars)}
# Esc, F1-F24, Home to Delete with the arrows
_ASIDE = {
    1,
    *range(59, 69),
    87,
    88,
    *range(102, 112),
    *range(183, 195),
}
_NO_CHARACTER = 1000  # an Alt number that stays outside ASCII however many digits follow


class KeyDecoder:
    """One event node: its own modifiers, its own scan. Time stamps must be CLOCK_MONOTONIC or all
    alike."""

    def __init__(self, habits: Habits | None = None) -> None:
        self.framer = Framer(habits)
        self._rest = b""
        self._stamp_s: float | None = None
        self._held: set[int] = set()
        self._caps = False
        self._alt_number: int | None = None
        self._dropping = False

    def feed(self, chunk: bytes, at_s: float) -> list[Scan]:
        stream = self._rest + chunk
        whole = len(stream) - len(stream) % EVENT.size
        self._rest = stream[whole:]
        scans: list[Scan | None] = []
        for sec, usec, kind, code, value in EVENT.iter_unpack(stream[:whole]):
            if kind == EV_KEY:
                if value in (UP, DOWN) and not self._dropping:
                    scans.append(self._paused(sec + usec / 1e6, at_s))
                    if value == DOWN or code in _MODIFIERS:
                        scans.append(self._key(code, value == DOWN, at_s))
            elif kind == EV_SYN and (code != SYN_REPORT or self._dropping):
                scans.append(self._sync(code, at_s))
        return [scan for scan in scans if scan]

    def _sync(self, code: int, at_s: float) -> Scan | None:
        """The kernel lost events: all up to the next report is void (kernel, input/event-codes,
        SYN_DROPPED)."""
        if code == SYN_REPORT:
            self._dropping = False
        if code != SYN_DROPPED:
            return None
        self._dropping, self._caps, self._alt_number = True, False, None
        self._held.clear()
        return self.framer.refuse(
            "the computer was too slow for the scanner and lost keys: scan again", at_s
        )

    def _paused(self, stamp_s: float, at_s: float) -> Scan | None:
        """Measured between the kernel's stamps: a reader that was late itself is no pause."""
        last_s, self._stamp_s = self._stamp_s, stamp_s
        if last_s is None or stamp_s - last_s < SILENCE_S:
            return None
        return self.framer.pause(stamp_s - last_s, at_s)

    def _key(self, code: int, down: bool, at_s: float) -> Scan | None:
        if code in _MODIFIERS:
            return self._modifier(code, down, at_s)
        if code in (_NUM_LOCK, _SCROLL_LOCK):
            return None
        if code == _CAPS_LOCK:
            self._caps = not self._caps
            return None
        if self._held & _ALT:
            return self._alt_digit(code, at_s)
        char = self._char(code)
        return self.framer.put(char, at_s) if char else self._lacks(code, at_s)

    def _modifier(self, code: int, down: bool, at_s: float) -> Scan | None:
        if down:
            self._held.add(code)
            return None
        self._held.discard(code)
        if self._alt_number is None or self._held & _ALT:
            return None
        number, self._alt_number = self._alt_number, None
        return self.framer.put(chr(number), at_s)

    def _alt_digit(self, code: int, at_s: float) -> Scan | None:
        digit = _KEYPAD.get(code, "")
        if not digit.isdigit():
            return self._lacks(code, at_s)
        self._alt_number = min((self._alt_number or 0) * 10 + int(digit), _NO_CHARACTER)
        return None

    def _char(self, code: int) -> str | None:
        """What the key means under the modifiers now held, None if nothing."""
        plain, shifted = _KEYS.get(code) or (_KEYPAD.get(code),) * 2
        if not self._held:
            return plain.upper() if plain and self._caps else plain
        if self._held & _META or plain is None or shifted is None:
            return None
        if self._held & _CTRL:
            return _control(plain) or _control(shifted)
        upper = bool(self._held & _SHIFT) != (self._caps and plain.isalpha())
        return shifted if upper else plain

    def _lacks(self, code: int, at_s: float) -> Scan | None:
        held = "".join(f"{name}+" for name, codes in _NAMES if self._held & codes)
        reason = (
            f"key {held}{code} has no place in a code: set the scanner to US"
            " keyboard, then scan again"
        )
        if code in _ASIDE and not self._held:
            self.framer.aside(reason)
            return None
        return self.framer.refuse(reason, at_s)


def _control(char: str) -> str | None:
    """The control character of Ctrl+char (Ctrl+] is GS), as terminals have it: ASCII columns 4 and
    5 less 64."""
    upper = char.upper()
    return chr(ord(upper) - 64) if "@" <= upper <= "_" else None
