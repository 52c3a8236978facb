"""What buyers say: "A received B's goods", one a line, as people write it in Chinese or English or
as a table. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

MOST_BYTES = 1_000_000  # ours: ten thousand complaints
LINE_CHARS = 300
ENCODINGS = ("utf-8-sig", "gb18030")  # strict, in this order, as order files
SPLIT = re.compile(r"\s*(?:\breceived\b|\bgot\b|收到了?|->|→|=|,|，|;|；|\t)\s*", re.IGNORECASE)
OF_GOODS = re.compile(
    r"(?:['’]s)?\s*(?:goods|parcel|order|items?)?$|的?(?:货物?|包裹|商品|东西)?$", re.IGNORECASE
)
HEADER = re.compile(r"\W*(order|parcel|complaint|订单|包裹)\D*", re.IGNORECASE)
UNKNOWN = ("", "?", "？", "other", "something else", "别人")


class Wish(StrEnum):
    """What the buyer is to get. A dispute is refunded, whoever writes gets the goods again."""

    RESHIP = "reship"
    REFUND = "refund"


WISHES = {
    **dict.fromkeys(
        ("", "reship", "re-ship", "resend", "message", "补发", "重发", "留言"), Wish.RESHIP
    ),
    **dict.fromkeys(("refund", "dispute", "退款", "纠纷", "全额退款"), Wish.REFUND),
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """``order`` received the goods of ``received``, which is empty where nobody knows whose they
    were. Both are codes as they were written."""

    line: int
    order: str
    received: str
    wish: Wish = Wish.RESHIP


@dataclass(frozen=True, slots=True)
class Refused:
    line: int
    text: str
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text[:60]!r}: {self.why}; the line is left out"


def parse(raw: bytes) -> tuple[list[Complaint], list[Refused]]:
    """Whatever the bytes are."""
    if len(raw) > MOST_BYTES:
        return [], [Refused(1, "", f"the list must have {MOST_BYTES:,} bytes at most: split it")]
    text = _decoded(raw)
    if text is None:
        return [], [
            Refused(1, "", "is neither UTF-8 nor GB 18030 text: save it as CSV UTF-8 or plain text")
        ]
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    titles = 1 if lines and HEADER.fullmatch(lines[0][1]) else 0
    read = [parse_line(number, line) for number, line in lines[titles:]]
    return [r for r in read if isinstance(r, Complaint)], [
        r for r in read if isinstance(r, Refused)
    ]


def parse_line(number: int, line: str) -> Complaint | Refused:
    if len(line) > LINE_CHARS or not line.replace("\t", "").strip().isprintable():
        return Refused(
            number, line, f"must be one line of {LINE_CHARS} printable characters at most"
        )
    order, received, wish, *more = [*map(_bare, SPLIT.split(line.strip())), "", ""]
    if any(more) or wish.casefold() not in WISHES:
        known = ", ".join(filter(None, WISHES))
        return Refused(number, line, f"must be: order received order, and one of {known}")
    if not order:
        return Refused(
            number, line, "names no order: begin with the order that was complained about"
        )
    whose = OF_GOODS.sub("", received).strip()
    return Complaint(
        number, order, "" if whose.casefold() in UNKNOWN else whose, WISHES[wish.casefold()]
    )


def _bare(cell: str) -> str:
    """Without quotes, and without what keeps a spreadsheet from taking a code for a number."""
    return cell.strip().strip("\"'`").strip()


def _decoded(raw: bytes) -> str | None:
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
