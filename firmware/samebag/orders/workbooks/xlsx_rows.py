"""The rows of an .xlsx sheet, one by one: those that look like rows before them by text matching,
others exactly.

Text matching is several times as fast, and a sheet's rows are alike. What it does not match to the
letter it leaves to the XML parser, row by row; from what no row can be cut out of, the parser has
all that follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import IO, NamedTuple

from samebag.orders.workbooks.not_text import EmptyResult, NoValue, RowWithout
from samebag.orders.workbooks.xlsx_cells import RawCell, Values, unescaped
from samebag.orders.workbooks.xlsx_exact import MOST_ROWS, BadWorkbook, ExactReader, RawRow
from samebag.orders.workbooks.xlsx_text import decoded, has_markup, plain_pieces, resolved

BODY = re.compile(rb"<sheetData>")
ROW_TAG = re.compile(r"""\s*<row(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(/?)>""")
ROW_END = re.compile(r"</row\s*>")
HIDDEN = re.compile(r' hidden="(?:1|true)"')
# ECMA-376 part 1, 18.3.1.4 (c) and 18.3.1.73 (row), as nearly all programs write them. (?:x|) takes
# two thirds of the time of (?:x)?, which keeps all that was found so far.
ROW = r'\s*<row r="([0-9]{{1,7}})"((?: (?!xmlns|r=)[A-Za-z0-9:]+="[^"<>]*")*)>{}</row>'
CELL = r'(?:<c r="{}\1"(?:{}</c>|(?: s="[0-9]+"|) ?/>)|)'
TEXTS = {
    "s": r'(?: s="[0-9]+"|) t="s"><v>([0-9]{1,9})</v>',
    "str": r'(?: s="[0-9]+"|) t="str">(?:<f(?: [^<>]*|)>[^<]*</f>|)<v>([^<]+)</v>',
    "inlineStr": r'(?: s="[0-9]+"|) t="inlineStr"><is><t(?: xml:space="preserve"|'
    r")>([^<]*)</t></is>",
}
PLAIN_NUMBER = r'(?: t="n"|)>{}<v>([0-9.eE+-]+)</v>'
MOST_COLUMNS = 500  # ours: a pattern of all 16,384 is slow, and no export has them
MOST_PATTERNS, MOST_LEARNED = 8, 64  # ours: of a sheet whose rows all differ, none is like another

Kind = str | int  # of a column's cells: the kind of text, or the style of its numbers


class SheetRow(NamedTuple):
    number: int
    is_hidden: bool
    cells: list[str]


def in_row(number: int, is_hidden: bool, cells: list[str]) -> SheetRow:
    has_none = any(type(cell) in (NoValue, EmptyResult) for cell in cells)
    return SheetRow(number, is_hidden, RowWithout(cells) if has_none else cells)


def read_rows(xml: IO[bytes], values: Values) -> Iterator[SheetRow]:
    """Rows that the sheet leaves out are left out; cells that a row leaves out are empty."""
    reader = _Reader(values)
    for piece, is_plain in plain_pieces(xml, BODY, b"</row>", reader.exact):
        yield from reader.plain(decoded(piece)) if is_plain else reader.any(piece)
    reader.exact.close()


class _Reader:
    def __init__(self, values: Values) -> None:
        self.exact = ExactReader()
        self._values = values
        self._patterns: list[_Pattern] = []
        self._kinds: list[Kind | None] = []
        self._learned: set[tuple[Kind | None, ...]] = set()
        self._is_odd = False

    def any(self, xml: bytes) -> Iterator[SheetRow]:
        return map(self._converted, self.exact.feed(xml))

    def plain(self, text: str) -> Iterator[SheetRow]:
        """Written for speed: a row like those before it costs little more than its match."""
        exact, place, size, has_escapes = self.exact, 0, len(text), "_x" in text
        while place < size and not self._is_odd:
            if match := self._match(text, place):
                row = self._patterns[0].row(match, has_escapes=has_escapes)
                if not exact.row < row.number <= MOST_ROWS:
                    raise BadWorkbook(f"has row {row.number} after row {exact.row}")
                exact.row = row.number
                yield row
                place = match.end()
            else:
                end = self._end_of_row(text, place)
                yield from self._exactly(text[place:end])
                place = end
        if place < size:
            yield from self.any(text[place:].encode())

    def _match(self, text: str, place: int) -> re.Match[str] | None:
        """By the first pattern."""
        for number, pattern in enumerate(self._patterns):
            if match := pattern.match(text, place):
                if number:
                    self._patterns.insert(0, self._patterns.pop(number))
                return match
        return None

    def _end_of_row(self, text: str, place: int) -> int:
        tag = ROW_TAG.match(text, place)
        end = tag and (tag if tag[1] else ROW_END.search(text, tag.end()))
        self._is_odd = not end or has_markup(text[place : end.end()])
        return place if self._is_odd or not end else end.end()

    def _exactly(self, xml: str) -> Iterator[SheetRow]:
        for raw in self.exact.feed(xml.encode()):
            self._learn(raw.cells)
            yield self._converted(raw)
        if not self.exact.is_in_body:
            raise BadWorkbook(f"has no whole row {self.exact.row}")

    def _converted(self, raw: RawRow) -> SheetRow:
        cells = [""] * (max(raw.cells, default=-1) + 1)
        for column, cell in raw.cells.items():
            cells[column] = self._values.text(cell)
        return in_row(raw.number, raw.is_hidden, cells)

    def _learn(self, cells: Mapping[int, RawCell]) -> None:
        kinds = {
            column: kind for column, cell in cells.items() if (kind := _kind(cell)) is not None
        }
        width = max(cells, default=-1) + 1
        if not kinds or width > MOST_COLUMNS or len(self._learned) >= MOST_LEARNED:
            return
        self._kinds += [None] * (width - len(self._kinds))
        for column, kind in kinds.items():
            self._kinds[column] = kind
        texts = [kind for kind in self._kinds if isinstance(kind, str)]
        usual = max(TEXTS, key=texts.count)
        learned = tuple(usual if kind is None else kind for kind in self._kinds)
        if learned not in self._learned:
            self._learned.add(learned)
            self._patterns = [_Pattern(learned, self._values), *self._patterns[: MOST_PATTERNS - 1]]


def _kind(cell: RawCell) -> Kind | None:
    """None for a cell that is empty, or that no pattern matches."""
    if cell.kind == "n":
        return cell.style if cell.value else None
    return cell.kind if cell.kind in TEXTS else None


class _Pattern:
    """What matches a row whose cells are of these kinds, or empty. The same as the exact reader
    makes of it."""

    def __init__(self, kinds: tuple[Kind, ...], values: Values) -> None:
        cells = [
            CELL.format(_letters(column), _cell(kind, values.is_stale))
            for column, kind in enumerate(kinds)
        ]
        self.match = re.compile(ROW.format("".join(cells))).match
        self._shared = [column for column, kind in enumerate(kinds) if kind == "s"]
        self._string = values.string
        self._numbers = [
            (column, values.number(kind))
            for column, kind in enumerate(kinds)
            if isinstance(kind, int)
        ]

    def row(self, match: re.Match[str], *, has_escapes: bool) -> SheetRow:
        number, attributes, *cells = match.groups("")
        cells = [resolved(cell) if "&" in cell else cell for cell in cells]
        if has_escapes:
            cells = [unescaped(cell) for cell in cells]
        string = self._string
        for column in self._shared:
            if cell := cells[column]:
                cells[column] = string(int(cell))
        for column, shown in self._numbers:
            if cell := cells[column]:
                cells[column] = shown(cell)
        is_hidden = "hidden" in attributes and HIDDEN.search(attributes) is not None
        return SheetRow(int(number), is_hidden, cells)


def _cell(kind: Kind, is_stale: bool) -> str:
    if isinstance(kind, str):
        return TEXTS[kind]
    style = f' s="{kind}"' if kind else '(?: s="0"|)'
    return style + PLAIN_NUMBER.format("" if is_stale else "(?:<f(?: [^<>]*|)>[^<]*</f>|)")


@lru_cache(MOST_COLUMNS)
def _letters(column: int) -> str:
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
