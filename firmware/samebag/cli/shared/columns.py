"""Text on a terminal, where a Chinese letter is two columns wide and a line may end behind each."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

WIDE = "\u2e80-\uffdc"  # Unicode: from the CJK radicals to the full-width forms
# no line begins with what ends a phrase
PIECES = re.compile(rf"\s*(?:[{WIDE}]|[^\s{WIDE}]+)[，。：；、）？]*")


def width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def wrapped(text: str, columns: int) -> list[str]:
    """Its lines, none for no text. A word that is too long for any line is cut."""
    lines: list[str] = []
    for piece in PIECES.findall(text):
        if lines and width(lines[-1] + piece) <= columns:
            lines[-1] += piece
            continue
        piece = piece.lstrip()
        while width(piece) > columns:
            lines.append(piece[:columns])
            piece = piece[columns:]
        lines.append(piece)
    return lines
