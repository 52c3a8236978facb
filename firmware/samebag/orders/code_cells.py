"""What stands in a cell of codes: several, a carrier before the number, a link, or that there is none yet. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from samebag.core.tracking import carrier_named, form_of

LIST_SPLIT = ";"
# What exports put between codes. No label that a carrier or an ERP prints has any of it in its code.
_BETWEEN = re.compile(r"[;,|，；、\r\n\t]")
_BETWEEN_LINKS = re.compile(r"[;|；\s]+")  # a link may have commas
_CARRIER = re.compile(r"[^\W\d_][^:：/]{0,40}[:：]\s*([A-Za-z0-9][A-Za-z0-9 -]*)")
_NAMED = re.compile(r"([^\W\d_][^\d:：]{1,40}?)\s+([A-Za-z0-9]*\d[A-Za-z0-9 -]*)")  # a carrier, and no colon behind it
_PHP = re.compile(r"\s*a:\d+:\{")
_ABOUT = re.compile(r"""[()\[\]{}<>/\\&+*=:"'!?~@]""")
_DATE = re.compile(r"\d{4}([-.])\d{1,2}\1\d{1,2}|\d{1,2}([-.])\d{1,2}\2\d{4}")
_IN_LINK = re.compile(r"(?=(?:[A-Za-z-]*\d){8})[A-Za-z0-9-]{8,40}")  # ours: eight digits, the shortest of a carrier's
# As eBay, Temu, Shein, Lazada, ShipStation and the Chinese ERPs write it; casefolded.
NOT_YET = frozenset(
    (
        *("na", "n/a", "none", "null", "nil", "nan", "tbd", "tba", "pending", "awaiting", "unknown", "unavailable"),
        *("unassigned", "not assigned", "not assigned yet", "to be assigned", "not available", "not yet available"),
        *("not yet", "not provided", "no tracking", "no tracking number"),
        *("待获取", "待分配", "待生成", "待定", "未获取", "未分配", "未生成", "获取中", "生成中", "暂未获取"),
        *("暂无", "暂无单号", "无", "无单号", "没有", "空"),
    )
)


class _Shipment(msgspec.Struct):
    tracking_number: str | None


class ReadAs(StrEnum):
    """How a code was got from its cell where it does not stand there alone."""

    CARRIER = "a carrier's name stands before the number"
    LINK = "a link holds the number"
    JSON = "a list of shipments holds the number"
    NOT_YET = "a word says that there is no number yet"


def pieces(cell: str, separators: str) -> Iterator[str]:
    """The codes of a cell as they are written there; ``separators`` split them too."""
    if _is_notation(cell):
        yield cell
        return
    if "://" in cell:
        yield from _BETWEEN_LINKS.split(cell)
        return
    for separator in separators:
        cell = cell.replace(separator, LIST_SPLIT)
    yield from _BETWEEN.split(cell)


def says_not_yet(piece: str) -> bool:
    """Whether it stands in place of a code: dashes, or a word for it."""
    return piece.strip(" .。()（）").casefold() in NOT_YET or not any(map(str.isalnum, piece)) or not piece.strip("0 ")


def numbers_in(piece: str) -> tuple[tuple[str, ...], ReadAs | None]:
    """The tracking numbers in one piece of a cell; none where it holds none, or none that can be told."""
    if _is_notation(piece):
        return _in_shipments(piece)
    if "://" in piece:
        return _in_link(piece), ReadAs.LINK
    if carried := _CARRIER.fullmatch(piece.strip()):
        return (carried[1],), ReadAs.CARRIER
    named = _NAMED.fullmatch(piece.strip())
    if named and not form_of("".join(piece.split()).upper()) and (carrier_named(named[1]) or form_of(named[2].upper())):
        return (named[2],), ReadAs.CARRIER
    split = [one.strip() for one in piece.split("/")]
    return (tuple(split), None) if len(split) > 1 and all(map(_IN_LINK.fullmatch, split)) else ((piece,), None)


def may_be_number(piece: str, code: str) -> bool:
    """Whether a waybill can bear that code: no words, and no signs that stand between or about numbers."""
    words = re.findall(r"[^\W\d_]{3,}", piece)
    is_named = " " in piece.strip() and words and len(code) > len("".join(words))
    return (
        any(map(str.isdigit, code))
        and code.isascii()
        and code.isprintable()
        and not _ABOUT.search(code)
        and not _DATE.fullmatch(code)
        and not (is_named and not form_of(code.upper()))
    )


def _is_notation(cell: str) -> bool:
    return cell.lstrip()[:1] in ("[", "{") or _PHP.match(cell) is not None


def _in_shipments(cell: str) -> tuple[tuple[str, ...], ReadAs]:
    """WooCommerce keeps an order's shipments as JSON; PHP's own notation of them is told, but not read."""
    try:
        shipments = msgspec.json.decode(cell, type=list[_Shipment] | _Shipment)
    except (msgspec.MsgspecError, RecursionError):
        return (), ReadAs.JSON
    of_each = [one.tracking_number for one in (shipments if isinstance(shipments, list) else [shipments])]
    numbers = tuple(number for number in of_each if number and not says_not_yet(number))
    return (numbers, ReadAs.JSON) if numbers else ((), ReadAs.NOT_YET)


def _in_link(link: str) -> tuple[str, ...]:
    """What has the shape of a carrier's numbers; else what alone looks like a number."""
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return ()
    values = [value for words in (parts.query, parts.fragment) for _, value in parse_qsl(words)]
    said = [*values, parts.fragment, *map(unquote, parts.path.split("/"))]
    found = dict.fromkeys(text for value in said for text in re.split(r"[,\s]+", value) if _IN_LINK.fullmatch(text))
    sure = tuple(text for text in found if form_of(text.upper()))
    return sure or (tuple(found) if len(found) == 1 else ())
