"""Workbooks written by hand, part by part: what programs write that openpyxl does not, and what
none should."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from tests.bench.aliexpress import PARTS, SHEET

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK_LINKS = "xl/_rels/workbook.xml.rels"


def write(
    path: Path, parts: Mapping[str, str | bytes], *, over: Mapping[str, str | bytes] = PARTS
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**over, **parts}.items():
            archive.writestr(name, content)
    return path


def workbook(
    path: Path,
    rows: str,
    *,
    formats: Sequence[str] = (),
    strings: Sequence[str] = (),
    settings: str = "",
) -> Path:
    """``rows`` of the one sheet, a style for each of ``formats`` from 1 on, and the shared
    ``strings``, as XML."""
    links = PARTS[BOOK_LINKS].replace(
        "</Relationships>",
        f'<Relationship Id="s" Target="styles.xml" Type="{LINKS}/styles"/>'
        '<Relationship Id="t" Target="sharedStrings.xml"'
        f' Type="{LINKS}/sharedStrings"/></Relationships>',
    )
    codes = [
        f'<numFmt numFmtId="{164 + n}" formatCode={quoteattr(code)}/>'
        for n, code in enumerate(formats)
    ]
    styles = ['<xf numFmtId="0"/>', *(f'<xf numFmtId="{164 + n}"/>' for n in range(len(formats)))]
    parts = {
        BOOK_LINKS: links,
        "xl/workbook.xml": PARTS["xl/workbook.xml"].replace("<sheets>", f"{settings}<sheets>"),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{"".join(codes)}</numFmts>'
        f"<cellXfs>{''.join(styles)}</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": "<sst"
        f' xmlns="{MAIN}">{"".join(f"<si>{each}</si>" for each in strings)}</sst>',
        "xl/worksheets/sheet1.xml": rows.join(SHEET),
    }
    return write(path, parts)
