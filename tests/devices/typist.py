"""Types text as a hand scanner set to US keyboard does: packed input events, made from evdev's own
key names."""

from __future__ import annotations

from evdev import ecodes as e

from samebag.devices.scanner.keys import EVENT

_SYMBOLS = {
    " ": "SPACE", "-": "MINUS", "=": "EQUAL", "[": "LEFTBRACE", "]": "RIGHTBRACE",
    ";": "SEMICOLON", "'": "APOSTROPHE",
    "`": "GRAVE", "\\": "BACKSLASH", ",": "COMMA", ".": "DOT", "/": "SLASH",
    "\r": "ENTER", "\t": "TAB",
}  # fmt: skip
_SHIFTED = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./", strict=True))


def key(name: str) -> int:
    return int(e.ecodes[f"KEY_{name}"])


def event(kind: int, code: int, value: int, at_s: float = 0.0) -> bytes:
    return EVENT.pack(int(at_s), round(at_s % 1 * 1e6), kind, code, value)


def move(name: str, value: int, at_s: float = 0.0) -> bytes:
    """A key goes down (1), up (0) or repeats (2), as HID keyboards report it: scan code, key,
    report."""
    report = event(e.EV_SYN, e.SYN_REPORT, 0, at_s)
    return (
        event(e.EV_MSC, e.MSC_SCAN, 0x70004, at_s)
        + event(e.EV_KEY, key(name), value, at_s)
        + report
    )


def tap(name: str, *held: str, at_s: float = 0.0) -> bytes:
    down = b"".join(move(modifier, 1, at_s) for modifier in held)
    up = b"".join(move(modifier, 0, at_s) for modifier in reversed(held))
    return down + move(name, 1, at_s) + move(name, 0, at_s) + up


def typed(text: str, at_s: float = 0.0) -> bytes:
    return b"".join(_typed(char, at_s) for char in text)


def alt_typed(number: str) -> bytes:
    """Alt held, digits on the keypad."""
    return move("LEFTALT", 1) + b"".join(tap(f"KP{digit}") for digit in number) + move("LEFTALT", 0)


def _typed(char: str, at_s: float) -> bytes:
    plain = _SHIFTED.get(char, char.lower())
    held = ("LEFTSHIFT",) if plain != char else ()
    return tap(_SYMBOLS.get(plain, plain.upper()), *held, at_s=at_s)
