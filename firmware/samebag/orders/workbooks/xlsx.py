"""An .xlsx file as its sheets: which there are, which a person sees, and their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from samebag.orders.workbooks.xlsx_cells import Values
from samebag.orders.workbooks.xlsx_exact import BadWorkbook, OtherFile
from samebag.orders.workbooks.xlsx_formats import Shown, shown_by
from samebag.orders.workbooks.xlsx_package import Element, Link, Package
from samebag.orders.workbooks.xlsx_rows import SheetRow, read_rows
from samebag.orders.workbooks.xlsx_strings import SharedStrings, read_strings

CURE = "open it in a spreadsheet program and save it as XLSX or CSV"
ON = ("1", "true")
CELL_STYLE, NUMBER_FORMAT = "styleSheet/cellXfs/xf", "styleSheet/numFmts/numFmt"
SHEET, DATES, RECKONING = "workbook/sheets/sheet", "workbook/workbookPr", "workbook/calcPr"


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    name: str
    is_shown: bool
    part: str


class Workbook:
    """``sheets`` are those with cells, in the order of their tabs."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._package = Package(raw)
        book = _book_part(self._package)
        links = self._package.links(book)
        said = self._package.elements(book, SHEET, DATES, RECKONING)
        self.sheets = list(_sheets(said, links))
        self._values = Values(
            self._strings(links),
            self._formats(links, since_1904=_says(said, DATES, "date1904")),
            is_stale=_says(said, RECKONING, "fullCalcOnLoad"),
        )

    def rows(self, sheet: WorkbookSheet) -> Iterator[SheetRow]:
        with self._package.open(sheet.part) as xml:
            yield from read_rows(xml, self._values)

    def _strings(self, links: Mapping[str, Link]) -> Callable[[int], str]:
        if not (part := _only(links, "sharedStrings")):
            return SharedStrings(()).text
        with self._package.open(part) as xml:
            return SharedStrings(read_strings(xml)).text

    def _formats(self, links: Mapping[str, Link], *, since_1904: bool) -> Sequence[Shown]:
        part = _only(links, "styles")
        said = self._package.elements(part, CELL_STYLE, NUMBER_FORMAT) if part else []
        styles = [
            int(each.attributes.get("numFmtId", "0")) for each in said if each.path == CELL_STYLE
        ]
        codes = {
            int(each.attributes["numFmtId"]): each.attributes["formatCode"]
            for each in said
            if each.path == NUMBER_FORMAT and {"numFmtId", "formatCode"} <= each.attributes.keys()
        }
        return shown_by(styles or [0], codes, since_1904=since_1904)


def _book_part(package: Package) -> str:
    """Raises OtherFile for what is packed in the same way and no .xlsx file."""
    if package.has("mimetype") and "opendocument" in package.mime_type():
        raise OtherFile(f"is an OpenDocument file (.ods): {CURE}")
    if package.has("Index/Document.iwa"):
        raise OtherFile("is a file of Apple Numbers: export it as XLSX or CSV")
    part = _only(package.links(""), "officeDocument")
    if not part:
        raise OtherFile("is a ZIP archive, but no workbook: unpack it and import what is in it")
    if part.endswith(".bin"):
        raise OtherFile(f"is an .xlsb file: {CURE}")
    return part


def _only(links: Mapping[str, Link], kind: str) -> str:
    """The name of the one part of that kind; empty if there is none."""
    found = {link.target for link in links.values() if link.kind == kind}
    if len(found) > 1:
        raise BadWorkbook(f"has {len(found)} parts for {kind}, must have one")
    return "".join(found)


def _sheets(said: Sequence[Element], links: Mapping[str, Link]) -> Iterator[WorkbookSheet]:
    for each in said:
        if each.path != SHEET:
            continue
        name = each.attributes.get("name", "")
        link = links.get(each.link())
        if link is None:
            raise BadWorkbook(f"lacks its sheet {name!r}")
        if link.kind == "worksheet":  # others are charts and dialogs
            yield WorkbookSheet(
                name, each.attributes.get("state", "visible") == "visible", link.target
            )


def _says(said: Sequence[Element], path: str, attribute: str) -> bool:
    return any(each.path == path and each.attributes.get(attribute) in ON for each in said)
