"""Order files: CSV, XLSX and XLS of every built-in profile, with cells, rows, titles, quotes and
bytes that went wrong.

Right: they are refused in one line with a cure, or imported; then no parcel is open that the file
calls otherwise, and each has a number that stands in a row of its own. What the file says is read
from its bytes anew, without the importer.

The first byte of a try is the format, the second the profile, the third the encoding. A workbook is
its sheet's XML (XLSX) or what its cells say as CSV (XLS), packed in ``check``; where the format's
letter is large, the packed file is damaged there, and nothing is said of what it means.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from random import Random
from unittest import mock
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import xlwt

from samebag.core.parcels import Parcel, Standing
from samebag.orders.profile import AUTO, Awaits, Profile, load_profiles, title_of
from samebag.orders.reading.tables import DELIMITERS
from samebag.orders.taking import importer
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader
from tests.bench.aliexpress import PRODUCT, SHEET
from tests.orders.raw_workbook import workbook

from .mutate import mutated

Rows = list[list[str]]

PROFILES = tuple(load_profiles(AUTO).items())
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "big5", "cp1252", "mixed")
FORMULA = "=1+1"  # in a workbook one without a result
_NO_STATES = (
    *["=1+1", "#N/A", "已取消了", "ＯＰＥＮ", "open?", "0", "TRUE", "-", "待定", "open\u200b"],
    "\u00a0",
    " ",
    "x\ny",
)
_CELLS = (
    *_NO_STATES,
    *['"', "'", '="LX1CN"', "1E+15", "合计", "Total", "P1;P2", "\u202eLX1", "a|b;c,d"],
    "",
    "7" * 600,
    "c\td",
)
_PIECES: tuple[bytes, ...] = (
    *(
        b'"',
        b",",
        b"\r\n",
        b"\n",
        b"\r",
        b"\t",
        b";",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b'""',
        b"sep=;\n",
    ),
    *(
        b"</c>",
        b"<row>",
        b't="e"',
        b"<v>1</v>",
        b"&#0;",
        b"PK\x03\x04",
        "取消".encode("gbk"),
        b"cancelled",
    ),
)
_CELL = re.compile(r"([A-Z]+)\d*")


def made(chance: Random) -> bytes:
    kind = chance.choices(b"cxXoO", (12, 4, 2, 2, 1))[0]
    number = chance.randrange(len(PROFILES))
    rows = right(PROFILES[number][1], chance)
    for _ in range(chance.randrange(5)):
        _went_wrong(rows, chance)
    text = _sheet(rows, chance) if kind in b"xX" else _csv(rows, chance, kind)
    encoding = chance.choice([*_able(text)]) if kind in b"c" else 0
    data = _encoded(text, ENCODINGS[encoding])
    return bytes((kind, number, encoding)) + (
        mutated(data, _PIECES, chance) if chance.random() < 0.4 else data
    )


def _able(text: str) -> Iterator[int]:
    for number, encoding in enumerate(ENCODINGS):
        with suppress(UnicodeEncodeError):
            _encoded(text, encoding)
            yield number


def right(profile: Profile, chance: Random) -> Rows:
    """A header and one to five parcels of one or two goods, as such an export has them; states of
    all kinds."""
    header = [*dict.fromkeys(titles[0] for titles in _columns(profile).values()), "Seen by"]
    rows = [header]
    for number in chance.sample(range(10**6), chance.randrange(1, 6)):
        cells = _parcel(profile, number, chance)
        for item in range(1 if profile.columns.get("products") else chance.randrange(1, 3)):
            goods = {
                title: f"T{item}"
                for column in ("sku", "name")
                for title in profile.columns.get(column, ())[:1]
            }
            rows.append([{**cells, **goods}.get(title, "") for title in header])
    return rows


def _columns(profile: Profile) -> dict[str, Sequence[str]]:
    awaits = {f"awaits {number}": each.column for number, each in enumerate(profile.awaits)}
    return {**dict(profile.columns.items()), **awaits}


def _parcel(profile: Profile, number: int, chance: Random) -> dict[str, str]:
    said = {
        "parcel": f"SO-{number:06d}",
        "orders": f"SO-{number:06d}",
        "tracking_number": f"{'EMS:' if profile.carrier_first else ''}LX{number:09d}CN",
        "country": "ES",
        "products": "T1*2" if profile.products_as == "sku*quantity" else PRODUCT.format(1, 77, 2),
        "quantity": "2",
    }
    cells = {
        profile.columns[column][0]: cell
        for column, cell in said.items()
        if column in profile.columns
    }
    return cells | {each.column[0]: _state(each, chance) for each in profile.awaits}


def _state(awaits: Awaits, chance: Random) -> str:
    words = chance.choices(
        (awaits.open, awaits.closed or (), awaits.shipped, _NO_STATES), (12, 2, 1, 1)
    )[0]
    return chance.choice(words or awaits.open).replace("*", "2026-11-11 10:00")


def _went_wrong(rows: Rows, chance: Random) -> None:
    row, other = chance.choice(rows), chance.choice(rows)
    at, to = chance.randrange(max(1, len(row))), chance.randrange(max(1, len(other)))
    match chance.randrange(9):
        case 0:
            row[at : at + 1], other[to : to + 1] = other[to : to + 1], row[at : at + 1]
        case 1 if at < len(other):
            row[at : at + 1], other[at : at + 1] = other[at : at + 1], row[at : at + 1]
        case 2:
            row[at : at + 1] = [chance.choice(_CELLS)]
        case 3:
            del row[at : chance.choice((at + 1, len(row)))]
        case 4:
            row.insert(at, row[at] if at < len(row) else "")  # of the header: a title repeated
        case 5:
            rows.insert(chance.randrange(len(rows) + 1), [*row])
        case 6:
            rows.insert(
                chance.randrange(len(rows) + 1),
                [chance.choice(_CELLS)] * chance.choice((0, 1, len(row))),
            )
        case 7:
            row[at : at + 1] = [other[to] if to < len(other) else ""]
        case _:
            rows.remove(row) if len(rows) > 1 else row.clear()


def _csv(rows: Rows, chance: Random, kind: int) -> str:
    text = io.StringIO()
    delimiter = "," if kind in b"oO" else chance.choice(DELIMITERS)
    dialect = chance.choice(("excel", "unix"))  # which quotes every cell
    end = chance.choice(("\r\n", "\n", "\r"))
    csv.writer(text, dialect, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def _encoded(text: str, encoding: str) -> bytes:
    if encoding != "mixed":
        return text.encode(encoding)
    half = text.find("\n", len(text) // 2) + 1
    return text[:half].encode() + text[half:].encode("gb18030")


def _sheet(rows: Rows, chance: Random) -> str:
    return "".join(
        "<row"
        f' r="{number}">'
        + "".join(_cell(cell, at, number, chance) for at, cell in enumerate(row) if cell)
        + "</row>"
        for number, row in enumerate(rows, 1)
    )


def _cell(cell: str, at: int, row: int, chance: Random) -> str:
    place, text = f"{chr(ord('A') + at % 26)}{row}", escape(cell)
    if cell == FORMULA:
        return f'<c r="{place}"><f>1+1</f></c>'
    if cell.startswith("#"):
        return f'<c r="{place}" t="e"><v>{text}</v></c>'
    if chance.random() < 0.2:
        return f'<c r="{place}" t="str"><f>T("")</f><v>{text}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def check(data: bytes, chance: Random) -> None:
    if len(data) < 3 or data[0] not in b"cxXoO":
        return
    profile, encoding = PROFILES[data[1] % len(PROFILES)][1], ENCODINGS[data[2] % len(ENCODINGS)]
    parcels = imported(written(data[:1], data[3:], chance))
    if parcels and data[:1].islower():
        holds(parcels, [*_rows(data[:1], data[3:], encoding)], profile)


def imported(path: Path) -> Mapping[str, Parcel]:
    """What is in the book then, by name."""
    book_path = folder() / "book.db"
    for old in folder().glob("book.db*"):
        old.unlink()
    with mock.patch.object(importer, "load_profiles", cache(lambda _: dict(PROFILES))):
        try:
            importer.import_file(path, book_path)
        except OrderFileError as err:
            assert str(err).count(": ") >= 2 and ": :" not in str(err), "a refusal without a cure"
            assert "give the path" not in str(err), "a path that is right"
            return {}
    with closing(BookReader(book_path)) as book:
        return book.parcels([name for (name,) in book._rows("SELECT name FROM parcel")])


def holds(parcels: Mapping[str, Parcel], tables: Sequence[Rows], profile: Profile) -> None:
    of_parcel: dict[str, str] = {}
    for rows in tables:
        for name, words, text in _said(rows, profile):
            of_parcel[name] = of_parcel.get(name, "") + _squashed(text)
            parcel = parcels.get(name)
            is_open = parcel is not None and parcel.standing is Standing.OPEN
            assert not (is_open and words), f"open, but called {words[:1]}"
    for name, parcel in parcels.items():
        if name in of_parcel and parcel.tracking_number:
            assert _squashed(parcel.tracking_number) in of_parcel[name], (
                "a number of no row of its own"
            )


def _said(rows: Rows, profile: Profile) -> Iterator[tuple[str, list[str], str]]:
    """Of each row its parcel, the words by which it may not leave, and all its text."""
    header = next((row for row in rows if _places(row, profile.columns["parcel"])), [])
    names = _places(header, profile.columns["parcel"])
    paid_later = any(
        word in cell.casefold()
        for row in rows
        for cell in row
        for word in _words_of_payment(profile)
    )
    above = ""
    for row in rows[rows.index(header) + 1 :] if header else ():
        if len(row) != len(header):
            continue
        name = next(
            (row[at].strip() for at in names if row[at].strip()), above if profile.fill_down else ""
        )
        states = [
            (each, row[at].strip())
            for each in profile.awaits
            for at in _places(header, each.column)
        ]
        yield (
            name,
            [word for each, word in states if _keeps_back(each, word, paid_later)],
            "".join(row),
        )
        above = name


def _places(header: Sequence[str], titles: Sequence[str]) -> list[int]:
    wanted = {title_of(title) for title in titles}
    return [at for at, title in enumerate(header) if title_of(title) in wanted]


def _words_of_payment(profile: Profile) -> Sequence[str]:
    return profile.payment.words if profile.payment else ()


def _keeps_back(awaits: Awaits, word: str, paid_later: bool) -> bool:
    """An empty cell is not judged: it may say what the row above it says."""
    opens = (*awaits.open, *(awaits.on_delivery if paid_later else ()))
    return (
        bool(word) and "*" not in opens and word.casefold() not in {one.casefold() for one in opens}
    )


def _squashed(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())


def _rows(kind: bytes, data: bytes, encoding: str) -> Iterator[Rows]:
    """The file's tables as anybody may read them: by each delimiter, each line by itself, too."""
    if kind == b"x":
        with suppress(ElementTree.ParseError):
            yield [*_xml_rows(ElementTree.fromstring(data.join(part.encode() for part in SHEET)))]
        return
    text = _decoded(data, encoding).removeprefix("\ufeff")
    for delimiter in "," if kind in b"oO" else DELIMITERS:
        for lines in (io.StringIO(text, newline=""), None):
            with suppress(csv.Error):
                if lines:
                    yield [*csv.reader(lines, delimiter=delimiter)]
                else:
                    yield [
                        row
                        for line in text.splitlines()
                        for row in csv.reader([line], delimiter=delimiter)
                    ]


def _decoded(data: bytes, encoding: str) -> str:
    if encoding != "mixed":
        return data.decode(encoding, "replace")
    return "".join(map(_line, data.splitlines(keepends=True)))


def _line(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("gb18030", "replace")


def _xml_rows(sheet: ElementTree.Element) -> Iterator[list[str]]:
    width = 0
    for row in sheet.iter("{*}row"):
        cells = {_place(cell): _shown(cell) for cell in row.iter("{*}c")}
        width = max(width, *cells, 0) if cells else width
        yield [cells.get(at, "") for at in range(1, width + 1)]


def _place(cell: ElementTree.Element) -> int:
    letters = _CELL.match(cell.get("r", ""))
    return (
        sum((ord(sign) - 64) * 26**at for at, sign in enumerate(reversed(letters[1])))
        if letters
        else 0
    )


def _shown(cell: ElementTree.Element) -> str:
    texts = [*cell.iter("{*}t"), *cell.iter("{*}v")]
    return (
        "".join(text.text or "" for text in texts)
        if texts
        else FORMULA
        if cell.find("{*}f") is not None
        else ""
    )


def written(kind: bytes, data: bytes, chance: Random) -> Path:
    path = folder() / {b"c": "orders.csv", b"x": "orders.xlsx", b"o": "orders.xls"}[kind.lower()]
    if kind == b"c":
        path.write_bytes(data)
    elif kind in b"xX":
        workbook(path, data.decode("utf-8", "replace"))
    else:
        _xls(path, data.decode("utf-8", "replace"))
    if kind.isupper():
        path.write_bytes(
            mutated(path.read_bytes(), (b"\x00", b"\xff" * 8, b"PK\x01\x02", b"\x09\x08"), chance)
        )
    return path


def _xls(path: Path, text: str) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("orders")
    with suppress(csv.Error):
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""))):
            for at, cell in enumerate(row[:256]):
                sheet.write(number, at, xlwt.Formula("1+1") if cell == FORMULA else cell)
    book.save(str(path))


@cache
def folder() -> Path:
    """In memory; the process's own, and gone with it."""
    root = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.TemporaryDirectory(prefix="samebag-fuzz-", dir=root)
    Finalize(None, folder.cleanup, exitpriority=0)  # a worker of a pool ends without atexit
    return Path(folder.name)
