"""What stands in a cell of codes: several, a carrier before the number, a link, or that there is
none yet. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from samebag.core.codes.tracking import carrier_named, form_of

LIST_SPLIT = ";"
# What exports put between codes. No label that a carrier or an ERP prints has any of it in its
# code.
_BETWEEN = re.compile(r"[;,|，；、\r\n\t]")
_BETWEEN_LINKS = re.compile(r"[;|；\s]+")  # a link may have commas
_CARRIER = re.compile(r"[^\W\d_][^:：/]{0,40}[:：]\s*([A-Za-z0-9][A-Za-z0-9 -]*)")
# a carrier, and no colon behind it
_NAMED = re.compile(r"([^\W\d_][^\d:：]{1,40}?)\s+([A-Za-z0-9]*\d[A-Za-z0-9 -]*)")
# What is in the names of carriers that are not known here.
# in carriers' names
_POST = re.compile(
    r"\b(?:mail|post|poste|express|logistics|parcel)\b|速递|快递|物流|邮", re.IGNORECASE
)
# What says of a number that its bag does not bear it, or no longer.
_NO_CARRIER = re.compile(
    r"return|rück|retour|reso\b|devol|возврат|返品|반품|\bold\b|previous|\balt\b|"
    r"ancien|viej|replac|ersetzt|example|e\.g|退|旧|原|换|換"
    r"|void|cancel|storn|annul|anul|отмен|аннул|キャンセル|取消|취소|batal|hủy|ยกเลิก|"
    r"iptal|zrušen|作废|作廢|撤"
    r"|\blost\b|verloren|perdu|perdid|утерян|丢|丟|遗失|紛失|wrong|falsch|invalid|"
    r"inválid|ungültig|不正|无效|無效|错|錯|error|erreur|fehler",
    re.IGNORECASE,
)
_SMALL_WORDS = ("no", "nr", "id", "or", "of", "to")
_GROUP_LETTERS = 2  # ours: of a number's first group; JD, LX and YT are such
_PHP = re.compile(r"\s*a:\d+:\{")
_ABOUT = re.compile(r"""[()\[\]{}<>/\\&+*=:"'!@]""")
_MAY_BE_SEVERAL, _ADDED, _HAS_NUMBER = (
    re.compile(r"[\s/+&]"),
    re.compile(r"\s*[+&]\s*"),
    re.compile(r"\d{3}"),
)
_CROSSES = re.compile(r"\s*[xX]{2,}\s*")
_AT_AN_END = re.compile(r"^[._#~-]|[._#~-]$")
_DATE = re.compile(r"\d{4}([-.])\d{1,2}\1\d{1,2}|\d{1,2}([-.])\d{1,2}\2\d{4}")
_SPACES, _SIGNS = re.compile(r"[\s/]+"), re.compile(r"[\s/_#+&.\\]+")
# ours: eight digits, the shortest of a carrier's
_IN_LINK = re.compile(r"(?=(?:[A-Za-z-]*\d){8})[A-Za-z0-9-]{8,40}")
# As eBay, Temu, Shein, Lazada, ShipStation and the Chinese ERPs write it; casefolded.
NOT_YET = frozenset(
    (
        *(
            "na",
            "n/a",
            "none",
            "null",
            "nil",
            "nan",
            "tbd",
            "tba",
            "pending",
            "awaiting",
            "unknown",
            "unavailable",
        ),
        *(
            "unassigned",
            "not assigned",
            "not assigned yet",
            "to be assigned",
            "not available",
            "not yet available",
        ),
        *(
            "not yet",
            "not provided",
            "no",
            "no tracking",
            "no tracking number",
            "no tracking available",
            "untracked",
        ),
        *(
            "not yet assigned",
            "not available yet",
            "tbc",
            "t.b.a",
            "t.b.d",
            "to be confirmed",
            "undefined",
            "blank",
        ),
        *(
            "keine",
            "kein",
            "ausstehend",
            "noch nicht verfügbar",
            "nicht verfügbar",
            "folgt",
            "n.v.t",
            "brak",
            "nog niet",
        ),
        *(
            "non disponible",
            "en attente",
            "aucun",
            "sans suivi",
            "non disponibile",
            "in attesa",
            "da assegnare",
        ),
        *(
            "no disponible",
            "pendiente",
            "sin número",
            "sin asignar",
            "não disponível",
            "pendente",
            "aguardando",
        ),
        *(
            "нет",
            "ожидается",
            "не присвоен",
            "отсутствует",
            "chưa có",
            "đang chờ",
            "belum ada",
            "belum tersedia",
            "ไม่มี",
        ),
        *(
            "未発行",
            "未定",
            "未登録",
            "なし",
            "準備中",
            "없음",
            "미정",
            "미등록",
            "尚未取得",
            "未取得",
            "未填写",
            "處理中",
            "处理中",
        ),
        *(
            "待获取",
            "待分配",
            "待生成",
            "待定",
            "未获取",
            "未分配",
            "未生成",
            "获取中",
            "生成中",
            "暂未获取",
        ),
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


def codes_of(piece: str) -> tuple[str, ...]:
    """Those of orders or lists: ``#1001 #1002`` and ``801 + 802`` are two, and so are long numbers
    side by side."""
    if not _MAY_BE_SEVERAL.search(piece):
        return (piece,)
    marked, added = piece.split(), _ADDED.split(piece)
    if all(one.startswith("#") for one in marked):
        return tuple(marked)
    if len(added) > 1 and all(map(_HAS_NUMBER.search, added)):
        return tuple(added)
    return _side_by_side(piece) or (piece,)


def says_not_yet(piece: str) -> bool:
    """Whether it stands in place of a code: dashes, noughts, crosses, or a word for it."""
    is_filler = (
        not any(map(str.isalnum, piece)) or not piece.strip("0 ") or _CROSSES.fullmatch(piece)
    )
    return bool(is_filler) or piece.strip(" .。()（）").casefold() in NOT_YET


def numbers_in(piece: str) -> tuple[tuple[str, ...], ReadAs | None]:
    """The tracking numbers in one piece of a cell; none where it holds none, or none that can be
    told."""
    if _is_notation(piece):
        return _in_shipments(piece)
    if "://" in piece:
        return _in_link(piece), ReadAs.LINK
    carried = _CARRIER.fullmatch(piece.strip())
    if carried and not _NO_CARRIER.search(piece, 0, len(piece) - len(carried[1])):
        return (carried[1],), ReadAs.CARRIER
    named = _NAMED.fullmatch(piece.strip())
    if (
        named
        and not form_of("".join(piece.split()).upper())
        and (carrier_named(named[1]) or _POST.search(named[1]))
    ):
        return (named[2],), ReadAs.CARRIER
    return _side_by_side(piece) or (piece,), None


def _side_by_side(piece: str) -> tuple[str, ...]:
    """Several whole numbers with a space, a stroke or a sign between; () for one, in groups as it
    may be."""
    by_space, by_sign = ([one for one in split.split(piece) if one] for split in (_SPACES, _SIGNS))
    if form_of("".join(by_space).upper()):
        return ()
    if len(by_space) > 1 and all(map(_IN_LINK.fullmatch, by_space)):
        return tuple(by_space)
    return (
        tuple(by_sign) if len(by_sign) > 1 and all(form_of(one.upper()) for one in by_sign) else ()
    )


def may_be_number(piece: str, code: str) -> bool:
    """Whether a waybill can bear that code: no words, and no signs that stand between or about
    numbers."""
    return (
        any(map(str.isdigit, code))
        and code.isascii()
        and code.isprintable()
        and not _ABOUT.search(code)
        and not _DATE.fullmatch(code)
        and not _AT_AN_END.search(code)
        and (form_of(code.upper()) is not None or not _has_words(piece))
    )


def _has_words(piece: str) -> bool:
    """Beside groups as numbers are printed in: LX 123 456 785 CN."""
    groups = piece.split()
    words = [group for group in groups if not any(map(str.isdigit, group))]
    return len(groups) > 1 and any(
        len(word) > _GROUP_LETTERS or not word.isalpha() or word.casefold() in _SMALL_WORDS
        for word in words
    )


def _is_notation(cell: str) -> bool:
    return cell.lstrip()[:1] in ("[", "{") or _PHP.match(cell) is not None


def _in_shipments(cell: str) -> tuple[tuple[str, ...], ReadAs]:
    """WooCommerce keeps an order's shipments as JSON; PHP's own notation of them is told, but not
    read."""
    try:
        shipments = msgspec.json.decode(cell, type=list[_Shipment] | _Shipment)
    except (msgspec.MsgspecError, RecursionError):
        return (), ReadAs.JSON
    of_each = [
        one.tracking_number for one in (shipments if isinstance(shipments, list) else [shipments])
    ]
    numbers = tuple(
        one for number in of_each for one in _BETWEEN.split(number or "") if not says_not_yet(one)
    )
    return (numbers, ReadAs.JSON) if numbers else ((), ReadAs.NOT_YET)


def _in_link(link: str) -> tuple[str, ...]:
    """What has the shape of a carrier's numbers; else what alone looks like a number."""
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return ()
    values = [value for words in (parts.query, parts.fragment) for _, value in parse_qsl(words)]
    said = [*values, parts.fragment, *map(unquote, parts.path.split("/"))]
    found = dict.fromkeys(
        text for value in said for text in re.split(r"[,\s]+", value) if _IN_LINK.fullmatch(text)
    )
    sure = tuple(text for text in found if form_of(text.upper()))
    return sure or (tuple(found) if len(found) == 1 else ())
