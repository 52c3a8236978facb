"""The texts that an .xlsx file keeps apart from its sheets, each once: packed, for there may be
millions."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from typing import IO

from samebag.orders.workbooks.xlsx_cells import unescaped
from samebag.orders.workbooks.xlsx_exact import BadWorkbook, ExactReader, OtherFile
from samebag.orders.workbooks.xlsx_text import decoded, has_markup, plain_pieces, resolved

BODY = re.compile(rb"<sst(?:\s[^<>]*)?>")
PLAIN = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
TAGS_EACH = 4
# texts that are kept as they are asked for: most are asked for once, or all the time
KEPT = 1 << 12
MOST_BYTES = 256 << 20  # ours: 200,000 AliExpress orders have 61 MB


class SharedStrings:
    """Texts by number. In UTF-8 one after the other: as Python's own they take three times the
    memory."""

    def __init__(self, texts: Iterable[list[str]]) -> None:
        self._packed = bytearray()
        self._ends = array("I", [0])
        for some in texts:
            packed = [text.encode() for text in some]
            self._ends.extend(accumulate(map(len, packed), initial=self._ends.pop()))
            self._packed += b"".join(packed)
            if len(self._packed) > MOST_BYTES:
                raise OtherFile(f"has more than {MOST_BYTES >> 20} MB of text: save it as CSV")
        self.text = lru_cache(KEPT)(self._text)

    def _text(self, number: int) -> str:
        if number >= len(self._ends) - 1:
            raise BadWorkbook(f"has no shared string {number}")
        return self._packed[self._ends[number] : self._ends[number + 1]].decode()


def read_strings(xml: IO[bytes]) -> Iterator[list[str]]:
    exact, is_odd = ExactReader(), False
    for piece, is_plain in plain_pieces(xml, BODY, b"</si>", exact):
        text = decoded(piece) if is_plain and not is_odd else ""
        found = PLAIN.findall(text)
        if text and len(found) * TAGS_EACH == text.count("<"):
            found = [resolved(each) if "&" in each else each for each in found]
        else:
            is_odd = is_odd or has_markup(text)
            found = exact.strings(piece)
        yield [unescaped(each) if "_x" in each else each for each in found]
    exact.close()
