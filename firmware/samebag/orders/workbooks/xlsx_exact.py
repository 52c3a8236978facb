"""Parts of an .xlsx file by a real XML parser: slow, and right about whatever XML allows. Pure.

No document type is accepted, so no entity can be declared that grows without end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from samebag.orders.workbooks.xlsx_cells import RawCell

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",  # ISO/IEC 29500 strict
)
CELL_NAME = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
# ours: bytes; a cell has 32,767 characters at most (Excel specifications and limits)
MOST_AT_ONCE = 4 << 20
MOST_ROWS, MOST_COLUMNS = 1 << 20, 1 << 14  # Excel specifications and limits
CHILDREN: Mapping[str, tuple[str, ...]] = {
    "sheetData": ("row",),
    "row": ("c",),
    "c": ("f", "v", "is"),
    "is": ("t", "r"),
    "r": ("t",),
    "sst": ("si",),
    "si": ("t", "r"),
}
# what else may stand in them: how a word is read, and fonts
NO_TEXT = (
    "extLst",
    "rPh",
    "phoneticPr",
    "rPr",
)
WITH_TEXT = ("f", "v", "t")


class BadWorkbook(ValueError):
    """The file breaks the rules of its format, or keeps them in a way that is not read here."""


class OtherFile(ValueError):
    """The file is of another kind. Says which, and the cure."""


Start = Callable[[str, Mapping[str, str]], None]


def parser_of(start: Start, end: Callable[[str], object]) -> expat.XMLParserType:
    """Gives names as "namespace name"."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise BadWorkbook("has a document type, which no spreadsheet program writes")


def local_name(name: str) -> str:
    """Empty for an element of another namespace."""
    space, _, local = name.rpartition(" ")
    return local if space in MAIN else ""


def column_of(letters: str) -> int:
    """From 0 on."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


@dataclass(frozen=True, slots=True)
class RawRow:
    """``cells`` by column, from 0 on."""

    number: int
    is_hidden: bool
    cells: dict[int, RawCell] = field(default_factory=dict)


class ExactReader:
    """Rows of a sheet, or texts of the shared strings, from the XML that it is fed.

    Whole rows may be left out of what it is fed, if ``row`` is set to the number of the last.
    """

    def __init__(self) -> None:
        self._parser = parser_of(self._start, self._end)
        self._parser.CharacterDataHandler = self._text
        self._open: list[str] = []  # the elements around, from sheetData or sst on
        self._outside = self._inside = 0  # how deep in what is passed over
        self._rows: list[RawRow] = []
        self._new = RawRow(0, False)
        self._strings: list[str] = []
        self._seen: dict[str, list[str]] = {}
        self._cell: dict[str, str] = {}
        self._column = -1
        self.row = self._fed = 0
        self._has_begun = False

    @property
    def is_in_body(self) -> bool:
        """Whether it stands between two rows, or two texts."""
        return len(self._open) == 1

    def feed(self, xml: bytes) -> list[RawRow]:
        """The rows that end in it."""
        self._parse(xml)
        rows, self._rows = self._rows, []
        return rows

    def strings(self, xml: bytes) -> list[str]:
        """The texts that end in it."""
        self._parse(xml)
        strings, self._strings = self._strings, []
        return strings

    def _parse(self, xml: bytes) -> None:
        """A text or tag without end would fill the memory."""
        self._parser.Parse(xml)
        self._fed += len(xml)
        waiting = self._fed - self._parser.CurrentByteIndex
        if max(waiting, sum(map(len, self._seen.get("t", ())))) > MOST_AT_ONCE:
            raise BadWorkbook(f"has a text or tag of more than {MOST_AT_ONCE >> 20} MB")

    def close(self) -> None:
        """Proves that nothing is missing at the end."""
        self._parser.Parse(b"", True)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = local_name(name)
        if self._inside:
            self._inside += 1
        elif not self._open:
            self._begin(local)
        elif local in CHILDREN.get(self._open[-1], ()):
            self._open.append(local)
            self._enter(local, attributes)
        elif local in NO_TEXT:
            self._inside = 1
        else:
            raise BadWorkbook(
                f"has {name.rpartition(' ')[2]} in {self._open[-1]}, which is not read here"
            )

    def _begin(self, local: str) -> None:
        is_body = local in ("sheetData", "sst") and self._outside == (local == "sheetData")
        if not is_body:
            self._outside += 1
        elif self._has_begun:
            raise BadWorkbook(f"has {local} twice")
        else:
            self._has_begun = True
            self._open.append(local)

    def _enter(self, local: str, attributes: Mapping[str, str]) -> None:
        match local:
            case "row":
                self._new_row(attributes)
            case "c":
                self._new_cell(attributes)
            case "si":
                self._seen = {}
            case "f" | "v" | "is" if local in self._seen:
                raise BadWorkbook(f"has {local} twice in a cell of row {self.row}")
            case "f" | "v" | "is" | "t":
                self._seen.setdefault(local, [])

    def _new_row(self, attributes: Mapping[str, str]) -> None:
        number = int(attributes.get("r", self.row + 1))
        if not self.row < number <= MOST_ROWS:
            raise BadWorkbook(f"has row {number} after row {self.row}")
        self.row, self._column = number, -1
        self._new = RawRow(number, attributes.get("hidden") in ("1", "true"))

    def _new_cell(self, attributes: Mapping[str, str]) -> None:
        self._cell, self._seen = dict(attributes), {}
        column = self._column + 1
        if name := attributes.get("r"):
            match = CELL_NAME.fullmatch(name)
            column = column_of(match[1]) if match and int(match[2]) == self.row else -1
        if not self._column < column < MOST_COLUMNS:
            raise BadWorkbook(
                f"has cell {name or column + 1} in row {self.row}, where it cannot be"
            )
        self._column = column

    def _end(self, name: str) -> None:
        if self._inside:
            self._inside -= 1
        elif not self._open:
            self._outside -= 1
        else:
            self._leave(self._open.pop())

    def _leave(self, local: str) -> None:
        texts = {local: "".join(pieces) for local, pieces in self._seen.items()}
        if local == "c":
            inline = texts.get("t", "") if "is" in texts else None
            style = int(self._cell.get("s", "0"))
            cell = RawCell(self._cell.get("t", "n"), style, texts.get("f"), texts.get("v"), inline)
            self._new.cells[self._column] = cell
        elif local == "row":
            self._rows.append(self._new)
        elif local == "si":
            self._strings.append(texts.get("t", ""))

    def _text(self, text: str) -> None:
        if self._inside or not self._open:
            return
        if self._open[-1] in WITH_TEXT:
            self._seen[self._open[-1]].append(text)
        elif text.strip():
            raise BadWorkbook(f"has text in {self._open[-1]}, where none can be")
