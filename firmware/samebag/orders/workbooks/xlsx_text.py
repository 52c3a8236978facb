"""XML cut into pieces that plain text matching reads rightly, and text with its references
resolved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from samebag.orders.workbooks.xlsx_exact import BadWorkbook, ExactReader

CHUNK_BYTES = 1 << 18
MOST_BYTES = 1 << 23  # ours: no row or text that a program writes is as long
DECLARATION = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml(?:[^?>"']|"[^"]*"|'[^']*')*\?>""")
OTHER_ENCODING = re.compile(rb"""encoding\s*=\s*["'](?![Uu][Tt][Ff]-8["'])""")
REFERENCE = re.compile(r"&([^;&]*;?)")
NAMED = {"amp;": "&", "lt;": "<", "gt;": ">", "quot;": '"', "apos;": "'"}
NUMBERED = re.compile(r"#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));")
NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


def plain_pieces(
    xml: IO[bytes], body: re.Pattern[bytes], ending: bytes, exact: ExactReader
) -> Iterator[tuple[bytes, bool]]:
    """All of the XML from its body on in pieces, each with whether it is plain.

    A plain piece is in UTF-8, starts behind the tag of the body or behind an ``ending``, and ends
    with one: with a tag, if no markup but tags was in it or before. Once a piece is not plain none
    is. ``exact`` hears what comes before all.
    """
    rest = xml.read(CHUNK_BYTES)
    start = _start(rest, body)
    if start:
        exact.feed(rest[:start])
        rest = rest[start:]
    while exact.is_in_body and len(rest) < MOST_BYTES:
        cut = rest.rfind(ending) + len(ending)
        if cut >= len(ending):
            yield rest[:cut], True
            rest = rest[cut:]
        chunk = xml.read(CHUNK_BYTES)
        if not chunk:
            break
        rest += chunk
    while rest:
        yield rest, False
        rest = xml.read(CHUNK_BYTES)


def _start(head: bytes, body: re.Pattern[bytes]) -> int:
    """Where the body starts; 0 if only the exact reader can tell."""
    declaration = DECLARATION.match(head)
    begin = declaration.end() if declaration else 0
    found = body.search(head, begin)
    if not found or (declaration and OTHER_ENCODING.search(declaration[0])):
        return 0
    return 0 if has_markup(head[begin : found.start()].decode("latin-1")) else found.end()


def decoded(piece: bytes) -> str:
    """With line ends as XML has them (XML 1.0, 2.11)."""
    text = piece.decode()
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def has_markup(text: str) -> bool:
    """Whether there may be comments, CDATA or instructions, in which tags are none."""
    return "<!" in text or "<?" in text


def resolved(text: str) -> str:
    """With the references that XML has without a document type (XML 1.0, 4.1 and 4.6)."""
    if text.count("&") == text.count("&amp;"):
        return text.replace("&amp;", "&")
    return REFERENCE.sub(_character, text)


def _character(reference: re.Match[str]) -> str:
    if known := NAMED.get(reference[1]):
        return known
    number = NUMBERED.fullmatch(reference[1])
    character = (
        chr(int(number[1] or "0") or int(number[2] or "0", 16))
        if number and _is_code(number)
        else ""
    )
    if not character or NO_CHARACTER.match(character):
        raise BadWorkbook(f"has {reference[0][:20]!r}, which is no character")
    return character


def _is_code(number: re.Match[str]) -> bool:
    return int(number[1] or "0") <= 0x10FFFF and int(number[2] or "0", 16) <= 0x10FFFF
