"""What a hand scanner that is set to another country's keyboard makes of a code, and which
country's that is. Pure.

A scanner types keys, and the station takes them for those of a US keyboard. What was meant is only
guessed here, to name the wrong setting: no code is ever read so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from samebag.core.masks import without_secret

US_CURE = "set the scanner to US keyboard: scan that barcode of its manual"
_NONE = "\0"  # a dead key, or one whose character no code has
_KEYS = 47  # from the left of 1 to =, from Q to ], from A to ', \, from Z to /


@dataclass(frozen=True, slots=True)
class KeyLayout:
    """``keys`` are all 47 plain, then all 47 shifted, in the order of a US keyboard."""

    name: str
    keys: str
    # by a scanner set so, at a computer set to US
    typed: Mapping[int, str] = field(init=False, repr=False)
    # by a computer set so, of a scanner set to US
    shown: Mapping[int, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pairs = list(zip(US, self.keys, strict=True))
        object.__setattr__(self, "typed", {ord(us): own for us, own in pairs})
        object.__setattr__(self, "shown", {ord(own): us for us, own in pairs if own != _NONE})


US = (
    "`1234567890-=qwertyuiop[]asdfghjkl;'\\zxcvbnm,"
    './~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"|ZXCVBNM<>?'
)
LAYOUTS = (  # Debian's xkb-data 2.35.1: fr(basic), de(basic), gb(basic), cz(basic); dead keys as \0
    KeyLayout(
        "French",
        "²&é\"'(-è_çà)=azertyuiop\0$qsdfghjklmù*wxcvbn,"
        ";:!~1234567890°+AZERTYUIOP\0£QSDFGHJKLM%µWXCVBN?./§",
    ),
    KeyLayout(
        "German",
        "\x001234567890ß\0qwertzuiopü+asdfghjklöä#yxcvbnm,"
        ".-°!\"§$%&/()=?\0QWERTZUIOPÜ*ASDFGHJKLÖÄ'YXCVBNM;:_",
    ),
    KeyLayout(
        "UK",
        "`1234567890-=qwertyuiop[]asdfghjkl;'#zxcvbnm,"
        './¬!"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~ZXCVBNM<>?',
    ),
    KeyLayout(
        "Czech",
        ";+ěščřžýáíé=\0qwertzuiopú)asdfghjklů§\0yxcvbnm,"
        ".-\x001234567890%\0QWERTZUIOP/(ASDFGHJKL\"!'YXCVBNM?:_",
    ),
)


@dataclass(frozen=True, slots=True)
class WrongKeyboard:
    """``name`` is as the setting is called, several joined by ``or``; ``meant`` is what its text
    stands for."""

    name: str
    meant: str

    def reason(self, sent: str) -> str:
        """``sent`` is the text as it came, written as it may be."""
        return (
            f"the scanner is set to {self.name} keyboard: it sent {sent!r} for"
            f" {without_secret(self.meant)!r}"
        )


def wrong_keyboard(text: str, is_meant: Callable[[str], bool]) -> WrongKeyboard | None:
    """The settings under which the text would be one that ``is_meant``; None for what no wrong
    setting explains."""
    found: dict[str, str] = {}
    for layout in LAYOUTS:
        for table in (layout.typed, layout.shown):
            meant = text.translate(table)
            if meant != text and meant.isascii() and _NONE not in meant and is_meant(meant):
                found.setdefault(layout.name, meant)
    return WrongKeyboard(" or ".join(found), next(iter(found.values()))) if found else None
