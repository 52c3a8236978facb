"""Files that are packed like an .xlsx, or called so: read whole, or refused by what they are, with
the cure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from samebag.orders.taking.importer import import_file
from samebag.ports import OrderFileError
from tests.bench.aliexpress import PARTS, SHEET
from tests.orders.raw_workbook import LINKS, MAIN, write

STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    LINKS: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
CELL = '<c r="{}{}" t="inlineStr"><is><t>{}</t></is></c>'
TABLE = (("parcel", "tracking_number", "orders"), ("P1", "LX1CN", "801"))
ROWS = "".join(
    "<row"
    f' r="{row}">'
    + "".join(CELL.format(letter, row, text) for letter, text in zip("ABC", cells, strict=True))
    + "</row>"
    for row, cells in enumerate(TABLE, 1)
)
GOOD = {**PARTS, "xl/worksheets/sheet1.xml": ROWS.join(SHEET)}
OPEN_IT = "open it in a spreadsheet program and save it as XLSX or CSV"


def changed(*changes: tuple[str, str], parts: Mapping[str, str] = GOOD) -> dict[str, str]:
    """All parts, with each text in place of the other, in names too."""
    found = dict(parts)
    for old, new in changes:
        found = {name.replace(old, new): text.replace(old, new) for name, text in found.items()}
    return found


PREFIXED = (
    *(("<worksheet xmlns=", "<x:worksheet xmlns:x="), ("</worksheet>", "</x:worksheet>")),
    *((f"<{name}", f"<x:{name}") for name in ("sheetData", "row ", "c ", "is>", "t>")),
    *((f"</{name}>", f"</x:{name}>") for name in ("sheetData", "row", "c", "is", "t")),
)


@pytest.mark.parametrize(
    "parts",
    [
        changed(("workbook.xml", "workbook2.xml")),
        changed(('Target="worksheets/', 'Target="/xl/worksheets/')),
        changed(('Target="xl/', 'Target="/xl/')),
        changed(("worksheets/sheet1", "../a/one%20two"), ("xl/../a/one%20two", "a/one two")),
        changed(("xl/worksheets/sheet1.xml", "XL/Worksheets/SHEET1.xml")),
        changed(*STRICT.items()),
        changed(("<sheetData>", '<sheetViews/><sheetData><!-- <row r="1"/> -->')),
        changed(("</sheetData>", "</sheetData><!-- </row> --><autoFilter/>")),
        changed(*PREFIXED),
        {name: f'<?xml version="1.0" encoding="UTF-8"?>\n{text}' for name, text in GOOD.items()},
    ],
)
def test_names_and_notations_that_the_standard_allows_are_read_whole(
    tmp_path: Path, parts: dict[str, str]
) -> None:
    assert import_file(write(tmp_path / "a.xlsx", {}, over=parts), tmp_path / "book.db").new == 1


def test_other_encodings_are_read_by_what_they_say(tmp_path: Path) -> None:
    text = f'<?xml version="1.0" encoding="UTF-16"?>{GOOD["xl/worksheets/sheet1.xml"]}'.encode(
        "utf-16"
    )
    assert (
        import_file(
            write(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": text}), tmp_path / "book.db"
        ).new
        == 1
    )


NOT = "not a spreadsheet or CSV:"
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
BAD = "cannot be read as a spreadsheet: {}"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (changed(("workbook.xml", "workbook.bin")), f"is an .xlsb file: {OPEN_IT}"),
        (
            {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"},
            f"is an OpenDocument file (.ods): {OPEN_IT}",
        ),
        ({"Index/Document.iwa": ""}, "is a file of Apple Numbers: export it as XLSX or CSV"),
        (
            {"orders.csv": "a,b"},
            "is a ZIP archive, but no workbook: unpack it and import what is in it",
        ),
        ({**GOOD, "XL/WORKSHEETS/sheet1.xml": ""}, BAD.format("has two parts of the same name")),
        (
            changed(("rId1.xml", ""), ('Id="rId1" Target="work', 'Id="r9" Target="work')),
            BAD.format("lacks its sheet 'Sheet1'"),
        ),
        (
            {**GOOD, "xl/worksheets/sheet1.xml": ""},
            BAD.format("no element found: line 1, column 0"),
        ),
        (
            changed(("<worksheet", f"{BOMB}<worksheet")),
            BAD.format("has a document type, which no spreadsheet program writes"),
        ),
        (
            changed(
                (
                    "</Relationships>",
                    '<Relationship Id="q" Type="x/sharedStrings" Target="a"/></Relationships>',
                )
            ),
            BAD.format("lacks its part xl/a"),
        ),
        (changed(("</sheetData>", "</sheetData><sheetData/>")), BAD.format("has sheetData twice")),
        (changed(("</row>", "x</row>")), BAD.format("has text in row, where none can be")),
        (changed(('<row r="2"', '<row r="1"')), BAD.format("has row 1 after row 1")),
        (
            changed(("</is></c></row>", "</is></c>")),
            BAD.format("has row in row, which is not read here"),
        ),
        (changed(("LX1CN", "&nbsp;")), BAD.format("has '&nbsp;', which is no character")),
    ],
)
def test_what_is_no_whole_workbook_is_refused_by_name(
    tmp_path: Path, parts: dict[str, str], message: str
) -> None:
    path = write(tmp_path / "a.xlsx", {}, over=parts)
    with pytest.raises(OrderFileError) as raised:
        import_file(path, tmp_path / "book.db")
    assert str(raised.value).startswith(f"{path}: {message}")
    assert "XLSX or CSV" in str(raised.value) or "unpack" in message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html><table><tr><td>parcel", f"is HTML, {NOT} {OPEN_IT}"),
        ("\ufeff\r\n<TABLE border=1>".encode("utf-16-le"), f"is HTML, {NOT} {OPEN_IT}"),
        ("\ufeff\r\n <!-- ERP 3.1 --> <TABLE>".encode(), f"is HTML, {NOT} {OPEN_IT}"),
        (b'[{"order": "801"}]', f"is JSON, {NOT} export the orders as XLSX or CSV"),
        (
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
            b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            f"is an XML spreadsheet, {NOT} {OPEN_IT}",
        ),
        (
            b"MIME-Version: 1.0\r\nX-Document-Type: Workbook",
            f"is a web page (.mht), {NOT} {OPEN_IT}",
        ),
        (
            b"\x09\x08\x08\x00\x00\x05\x10\x00",
            f"is an .xls file of Excel 95 or older, {NOT} {OPEN_IT}",
        ),
        (b"%PDF-1.7", f"is a PDF, {NOT} export the orders as XLSX or CSV"),
        (b"\x1f\x8b\x08", f"is an archive, {NOT} unpack it and import what is in it"),
        (b"BZh91AY&SY", f"is an archive, {NOT} unpack it and import what is in it"),
        (b"RIFF\n\0\0\0WEBP", f"is no table, {NOT} export the orders as XLSX or CSV"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(504)
            + "EncryptedPackage".encode("utf-16-le"),
            "has a password: save it without one",
        ),
    ],
)
def test_files_by_another_name_are_refused_by_their_own(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "orders.xls"
    path.write_bytes(content)
    with pytest.raises(OrderFileError) as raised:
        import_file(path, tmp_path / "book.db")
    assert str(raised.value) == f"{path}: {message}"


def test_an_archive_whose_parts_lie_outside_of_it_is_a_torn_workbook_and_no_wrong_path(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "a.xlsx", {}, over=GOOD)
    content = bytearray(path.read_bytes())
    end = content.rindex(b"PK\x05\x06")
    # APPNOTE, 4.3.16: size of the directory
    content[end + 12 : end + 16] = (len(content) + 1).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(
        OrderFileError, match=r"cannot be read as a spreadsheet: .*: save it again as XLSX or CSV"
    ):
        import_file(path, tmp_path / "book.db")
