"""Files that are neither CSV nor a spreadsheet that is read here, by name: many are called .xls all
the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO

from samebag.ports import OrderFileError

HEAD_BYTES = 4096
OPEN_IT = "open it in a spreadsheet program and save it as XLSX or CSV"
UNPACK_IT = "unpack it and import what is in it"
NOTES = re.compile(rb"\A\s*(<!--.*?-->\s*)*", re.DOTALL)  # of programs, before HTML begins
KINDS = (
    (
        re.compile(rb"<\?xml.*urn:schemas-microsoft-com:office:spreadsheet", re.DOTALL),
        "an XML spreadsheet",
        OPEN_IT,
    ),
    (re.compile(rb"<\?xml.*opendocument", re.DOTALL), "an OpenDocument file (.fods)", OPEN_IT),
    (
        re.compile(
            rb"<(!doctype html|html|head|body|meta|title|style|script|div|table|center|p|"
            rb"h1|span)[\s>]",
            re.IGNORECASE,
        ),
        "HTML",
        OPEN_IT,
    ),
    (re.compile(rb"[\[{]\s*(\"[^\"]*\"\s*:|\{)"), "JSON", "export the orders as XLSX or CSV"),
    (re.compile(rb"mime-version:", re.IGNORECASE), "a web page (.mht)", OPEN_IT),
    (re.compile(rb"<\?xml\s"), "XML", "export the orders as XLSX or CSV"),
    (
        re.compile(rb"\x09[\0\x02\x04\x08]..[\0\x02-\x06]", re.DOTALL),
        "an .xls file of Excel 95 or older",
        OPEN_IT,
    ),
    (re.compile(rb"%PDF-"), "a PDF", "export the orders as XLSX or CSV"),
    (
        re.compile(rb"\x1f\x8b|Rar!|7z\xbc\xaf|BZh[1-9]1AY|\xfd7zXZ|\x28\xb5\x2f\xfd"),
        "an archive",
        UNPACK_IT,
    ),
    (
        re.compile(
            rb"(SQLite format 3|\x89PNG|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|PAR1\x15|"
            rb"\x7fELF|\{\\rtf)",
            re.DOTALL,
        ),
        "no table",
        "export the orders as XLSX or CSV",
    ),
)


def refuse_other_kinds(path: Path, raw: IO[bytes]) -> None:
    """HTML and XML may be in UTF-16."""
    raw.seek(0)
    head = raw.read(HEAD_BYTES)
    text = (
        head.removeprefix(b"\xef\xbb\xbf")
        .removeprefix(b"\xff\xfe")
        .removeprefix(b"\xfe\xff")
        .replace(b"\0", b"")
    )
    text = NOTES.sub(b"", text)
    for sign, kind, cure in KINDS:
        if sign.match(head) or sign.match(text):
            raise OrderFileError(f"{path}: is {kind}, not a spreadsheet or CSV: {cure}")
