"""The name of an order file as text: Linux keeps bytes, and Chinese Windows sends its own. Pure."""

from __future__ import annotations

import os

CHINESE = "gb18030"  # of what Chinese Windows writes, by FTP and in zip archives
UNPRINTABLE = "_"


def text_of(name: str) -> str:
    """Equal bytes are equal text, and a name in GBK is the same source as the same name in
    UTF-8."""
    if not _is_text(name):
        raw = os.fsencode(name)
        name = raw.decode(CHINESE) if _decodes(raw) else raw.decode(errors="backslashreplace")
    return (
        name
        if name.isprintable()
        else "".join(sign if sign.isprintable() else UNPRINTABLE for sign in name)
    )


def _is_text(name: str) -> bool:
    """Without what Python puts in place of bytes that are no UTF-8 (PEP 383)."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _decodes(raw: bytes) -> bool:
    try:
        raw.decode(CHINESE)
    except UnicodeDecodeError:
        return False
    return True
