"""A ZIP file as the parts of an Office file, and what refers from one to the other (ECMA-376 part
2)."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO
from urllib.parse import unquote

from samebag.orders.workbooks.xlsx_exact import MAIN, BadWorkbook, OtherFile, parser_of

UNPACKED_BYTES = 512 << 20  # ours: 200,000 AliExpress orders unpack to 400 MB
# ours: of a part that is held whole; styles of a workbook used for years have 2 MB
SMALL_BYTES = 16 << 20
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
LINK = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",  # ISO/IEC 29500 strict
)


@dataclass(frozen=True, slots=True)
class Link:
    """What a part refers to: the last word of its type, and the other part's name."""

    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Element:
    path: str  # from the root, without namespaces
    attributes: Mapping[str, str]

    def link(self) -> str:
        return next(
            (self.attributes[f"{space} id"] for space in LINK if f"{space} id" in self.attributes),
            "",
        )


class Package:
    """The parts of a ZIP file by name, whatever the case of its letters (ECMA-376 part 2,
    6.2.2.3)."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._archive = zipfile.ZipFile(raw)
        self._parts = {info.filename.lower(): info for info in self._archive.infolist()}
        if len(self._parts) < len(self._archive.infolist()):
            raise BadWorkbook("has two parts of the same name")
        unpacked = sum(info.file_size for info in self._parts.values())
        if unpacked > UNPACKED_BYTES:
            rule = f"must be {UNPACKED_BYTES >> 20} MB at most"
            raise OtherFile(f"unpacks to {unpacked >> 20} MB, {rule}: save it as CSV")

    def has(self, name: str) -> bool:
        return name.lower() in self._parts

    def open(self, name: str) -> IO[bytes]:
        if not self.has(name):
            raise BadWorkbook(f"lacks its part {name}")
        return self._archive.open(self._parts[name.lower()])

    def mime_type(self) -> str:
        """As OpenDocument files say it."""
        with self.open("mimetype") as part:
            return part.read(200).decode("ascii", "replace")

    def elements(self, name: str, *paths: str) -> list[Element]:
        """Those that stand there in a part that is not large, in its order."""
        found: list[Element] = []
        around: list[str] = []

        def start(element: str, attributes: Mapping[str, str]) -> None:
            space, _, local = element.rpartition(" ")
            around.append(local if space in MAIN or space.startswith(PACKAGE) else "?")
            if (path := "/".join(around)) in paths:
                found.append(Element(path, attributes))

        parser = parser_of(start, lambda _: around.pop())
        with self.open(name) as part:
            text = part.read(SMALL_BYTES + 1)
        if len(text) > SMALL_BYTES:
            raise BadWorkbook(f"has a part {name} of more than {SMALL_BYTES >> 20} MB")
        parser.Parse(text, True)
        return found

    def links(self, name: str) -> dict[str, Link]:
        """From that part (empty: from the file itself) to others, by their ids."""
        folder, base = posixpath.split(name)
        part = posixpath.join(folder, "_rels", f"{base}.rels")
        if not self.has(part):
            return {}
        return {
            each.attributes.get("Id", ""): Link(
                each.attributes.get("Type", "").rpartition("/")[2],
                posixpath.normpath(
                    posixpath.join("/", folder, unquote(each.attributes.get("Target", "")))
                )[1:],
            )
            for each in self.elements(part, "Relationships/Relationship")
            if each.attributes.get("TargetMode") != "External"
        }
