"""Bytes as a technician reads them. Pure."""

from __future__ import annotations

from samebag.words.faults import in_chinese
from samebag.words.heard_bytes import DOWN, keys_in

MOST_BYTES = 64
REFUSED = "— "  # samebag.station.snapshot_writer: begins the reason why a scan was not used


def shown(raw: bytes) -> str:
    """The codes of the keys that went down, if a keyboard sent it; else text and hex."""
    if keys := [code for code, value in keys_in(raw) if value == DOWN]:
        return "key " + " ".join(map(str, keys))
    text = "".join(
        chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}" for byte in raw[-MOST_BYTES:]
    )
    return f"{text}  [{raw[-MOST_BYTES:].hex(' ')}]" if raw else "–"


def understood(said: str, language: str) -> str:
    """Codes stay, reasons are said in the page's language."""
    if language == "zh" and said.startswith(REFUSED):
        return REFUSED + in_chinese(said.removeprefix(REFUSED))
    return said


def bits(answer: int) -> list[int]:
    """The set bits of a printer's answer as masks, without the two that are always set (Epson, DLE
    EOT: 0xx1xx10)."""
    return [1 << n for n in (0, 2, 3, 5, 6, 7) if answer & 1 << n]
