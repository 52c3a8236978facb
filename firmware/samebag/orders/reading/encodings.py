"""In which encoding an order file's text is: UTF-8 if it is that, else what its words are likeliest
in.

Nearly any bytes are GB 18030 and all are some Western encoding, so what decodes may still be
nonsense: where two readings are likely, a person is asked.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from samebag.orders.reading.likely import PLAIN, SCRIPTS, bits_of, is_rare
from samebag.ports import OrderFileError

CHUNK_BYTES = 1 << 15  # more is half as fast: the text no longer fits where memory is quick
UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
WESTERN = ("de", "fr", "es", "pt", "it", "sv", "da", "nb", "fi", "nl", "is", "ca")
CENTRAL = ("pl", "cs", "sk", "hu", "ro", "sl", "sh", "de")
CYRILLIC = ("ru", "uk", "bg")
# Bits are ours: what Excel saves as CSV in a country is likelier than what only old programs and
# Macs write.
CANDIDATES: dict[str, tuple[tuple[str, ...], int]] = {
    "cp1252": (WESTERN, 0),
    "gb18030": (("zh", "zh-hant"), 0),
    "cp1250": (CENTRAL, 3),
    "cp1251": (CYRILLIC, 4),
    "cp950": (("zh-hant",), 2),  # what Windows calls Big5
    "cp932": (("ja",), 2),
    "cp949": (("ko",), 2),
    "cp1254": (("tr", "de", "fr"), 4),
    "cp1253": (("el",), 6),
    "cp1257": (("lv", "lt"), 8),
    "euc_jp": (("ja",), 8),
    "iso8859_2": (CENTRAL, 8),
    "koi8_r": (("ru", "bg"), 8),
    "cp850": (WESTERN, 8),
    "mac_roman": (WESTERN, 8),
    "cp866": (("ru", "bg"), 8),
    "cp852": (CENTRAL, 10),
}
OF_SIGNS = frozenset(
    name for name, (languages, _) in CANDIDATES.items() if set(languages) & SCRIPTS.keys()
)
# measured: of 1,018 files of one to ten words in 17 languages none is read wrongly; fewer are asked
# of
SURE_BITS = 14
# of a sign, beside the ASCII letters: ten words take 12 at most, random bytes 17 at least
# (measured)
MOST_BITS = 16
CELLS, CELL_BYTES = 100, 4096  # ours: that many different ones tell, and ten nearly always do
BETWEEN_CELLS = re.compile(rb'[,;\t"\r\n]+')  # in none of the candidates a part of a sign
UTF8_SIGN = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
WITHIN_WORD = re.compile(r"[^\x00-\x7f](?<=[a-z].)[a-z]")  # so written it is twice as fast
SHOWN_CHARS = 30


@dataclass(frozen=True, slots=True)
class TextReading:
    encoding: str
    cells: tuple[str, ...]
    bits: int


def encoding_of(path: Path, raw: IO[bytes], said: str = "") -> str:
    """``said`` is what a person or a profile calls what is not UTF-8.

    Raises OrderFileError where nothing tells which it is.
    """
    raw.seek(0)
    first = raw.read(CHUNK_BYTES)
    if not first:
        raise OrderFileError(f"{path}: is empty: export the orders again")
    wide = UTF16.get(first[:2], "") or _without_mark(first)
    for encoding in filter(None, (wide or "utf-8", said)):
        if _decodes(path, raw, encoding):
            return encoding
    if wide or said:
        raise OrderFileError(
            f"{path}: {_bad_line(raw, wide or said)}: save it as CSV UTF-8; nothing was taken"
        )
    return _likeliest(path, raw)


def is_encoding(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding
    except LookupError:
        return False


def _likeliest(path: Path, raw: IO[bytes]) -> str:
    cells = _cells(raw)
    signs = sum(len(UTF8_SIGN.findall(cell)) for cell in cells)
    others = sum(sum(byte > 0x7F for byte in UTF8_SIGN.sub(b"", cell)) for cell in cells)
    if signs > others:
        raise OrderFileError(
            f"{path}: {_bad_line(raw, 'utf-8')}, as the rest is: save it again as CSV UTF-8"
        )
    readings = _readings(cells)
    if not readings or not _is_text(readings[0]):
        raise OrderFileError(
            f"{path}: is no text in an encoding that is known here: save it as CSV UTF-8,"
            " or name it with --encoding"
        )
    best = readings[0]
    if len(readings) > 1 and readings[1].bits < best.bits + SURE_BITS:
        raise OrderFileError(_question(path, best, readings[1]))
    fault = "" if _decodes(path, raw, best.encoding) else _bad_line(raw, best.encoding)
    if not fault and best.encoding in OF_SIGNS:
        fault = _torn_word(raw, best.encoding)
    if fault:
        raise OrderFileError(
            f"{path}: {fault}, as the lines above are: save it as CSV UTF-8; nothing was taken"
        )
    return best.encoding


def _readings(cells: list[bytes]) -> list[TextReading]:
    """The likeliest first; of encodings in which the cells read alike the likelier one."""
    found: dict[tuple[str, ...], TextReading] = {}
    for encoding, (languages, bits) in CANDIDATES.items():
        try:
            text = tuple(cell.decode(encoding) for cell in cells)
        except UnicodeDecodeError:
            continue
        reading = TextReading(encoding, text, bits_of(text, languages) + bits)
        if text not in found or reading.bits < found[text].bits:
            found[text] = reading
    return sorted(found.values(), key=lambda reading: reading.bits)


def _question(path: Path, best: TextReading, other: TextReading) -> str:
    shown = next(
        f"{best.encoding} ({one[:SHOWN_CHARS]!r}) or {other.encoding} ({two[:SHOWN_CHARS]!r})"
        for one, two in zip(best.cells, other.cells, strict=True)
        if one != two
    )
    names = f"--encoding {best.encoding} or --encoding {other.encoding}"
    return (
        f"{path}: may be {shown}: say which with {names}, or in the store's profile;"
        " nothing was taken"
    )


def _cells(raw: IO[bytes]) -> list[bytes]:
    """The first that are not ASCII, each once."""
    raw.seek(0)
    cells: dict[bytes, None] = {}
    while len(cells) < CELLS and (line := raw.readline(CHUNK_BYTES)):
        if not line.isascii():
            found = BETWEEN_CELLS.split(line)
            cells |= dict.fromkeys(
                cell for cell in found if not cell.isascii() and len(cell) <= CELL_BYTES
            )
    return list(cells)[:CELLS]


def _is_text(reading: TextReading) -> bool:
    are_plain = [sign.isascii() for cell in reading.cells for sign in cell]
    return reading.bits <= PLAIN * sum(are_plain) + MOST_BITS * are_plain.count(False)


def _without_mark(first: bytes) -> str:
    """UTF-16 that does not say so: every other byte of its digits, delimiters and line ends is
    0."""
    for encoding, zeros, others in (
        ("utf-16-le", first[1::2], first[::2]),
        ("utf-16-be", first[::2], first[1::2]),
    ):
        if 4 * zeros.count(0) > len(zeros) and not others.count(0):
            return encoding
    return ""


def _decodes(path: Path, raw: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    raw.seek(0)
    try:
        for chunk in iter(lambda: raw.read(CHUNK_BYTES), b""):
            if b"\0" in chunk and "16" not in encoding:
                raise OrderFileError(
                    f"{path}: has NUL bytes, so it is not CSV text: save it as CSV UTF-8 or XLSX"
                )
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _torn_word(raw: IO[bytes], encoding: str) -> str:
    """A sign that hardly any text has within a Latin word tells a line in another encoding; "" if
    there is none."""
    decoder = codecs.getincrementaldecoder(encoding)()
    raw.seek(0)
    line, rest = 1, ""
    while chunk := raw.read(CHUNK_BYTES):
        text = rest + decoder.decode(chunk)
        for match in WITHIN_WORD.finditer(text):
            if is_rare(match[0][0]):
                line += text.count("\n", 0, match.start())
                return (
                    f"line {line} ({text[match.start() - 1 : match.end()]!r}) is not"
                    f" {encoding} text"
                )
        rest = text[-2:].lstrip("\n")  # so that none is cut, and no line is counted twice
        line += text.count("\n", 0, len(text) - len(rest))
    return ""


def _bad_line(raw: IO[bytes], encoding: str) -> str:
    for number, line in _lines(raw):
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            return f"line {number} is not {encoding} text"
    return f"its end is not {encoding} text"


def _lines(raw: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    raw.seek(0)
    return enumerate(raw, 1)
