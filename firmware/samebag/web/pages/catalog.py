"""The journal's lines with what the catalog says of each, in the page's language.

``journalctl -x`` takes the language of its locale, which has to be installed; the files are there
without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path("/usr/lib/systemd/catalog")  # where systemd/install.sh puts them
# catalog_file_lang() of systemd: the name says it
FILES = {
    "zh": "samebag.zh_CN.catalog",
    "en": "samebag.catalog",
}
# https://systemd.io/CATALOG: "-- ID", header fields, an empty line, text; @NAME@ stands for that
# field of the line
ENTRY = re.compile(
    r"^-- ([0-9a-f]{32})\nSubject: (.+)\n(?:\S.*\n)*\n((?:(?!-- ).*\n?)*)", re.MULTILINE
)
FIELD = re.compile("@([A-Z0-9_]+)@")

Fields = Mapping[str, Any]  # of a line


@lru_cache(maxsize=4)  # the same lines for every browser, until there are new ones
def explained(lines: bytes, language: str, folder: Path = FOLDER) -> str:
    """``lines`` are those of ``journalctl --output=json``; the first may be cut."""
    meanings = load_catalog(folder / FILES[language])
    return "\n".join(row for line in lines.splitlines() for row in _shown(line, meanings))


def load_catalog(file: Path) -> Mapping[str, str]:
    """Subject and text by MESSAGE_ID; nothing where none is installed."""
    try:
        found = ENTRY.findall(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}
    return {number: f"{subject}\n{text.strip()}" for number, subject, text in found}


def _shown(line: bytes, meanings: Mapping[str, str]) -> Iterator[str]:
    try:
        fields = msgspec.json.decode(line, type=dict[str, Any])
        at = datetime.fromtimestamp(int(fields["__REALTIME_TIMESTAMP"]) / 1e6).astimezone()
    except (msgspec.MsgspecError, KeyError, ValueError):
        return
    yield f"{at:%Y-%m-%d %H:%M:%S} {_text(fields, 'MESSAGE')}"
    meaning = meanings.get(_text(fields, "MESSAGE_ID"), "")
    yield from (f"░░ {_filled(row, fields)}" for row in meaning.splitlines())


def _filled(row: str, fields: Fields) -> str:
    return FIELD.sub(lambda found: _text(fields, found[1]) or "?", row)


def _text(fields: Fields, name: str) -> str:
    """journalctl gives what is not UTF-8 as numbers, and null for what is too long."""
    said = fields.get(name)
    if isinstance(said, list) and all(isinstance(byte, int) for byte in said):
        return bytes(said).decode(errors="replace")
    return said if isinstance(said, str) else ""
