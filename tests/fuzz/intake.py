"""What is posted to the intake: orders with wrong heads, values and bytes, in pieces, some broken
off.

Right: an answer, never an exception; 202 only with the token, and then the orders lie whole in the
inbox as one file that an import takes, in which no parcel is open that the post calls otherwise;
nothing is there after another answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from starlette.types import ASGIApp, Message

from samebag.core.parcels import Standing
from samebag.orders.arriving.intake import LOOPBACK_NAMES, application, hash_of
from samebag.orders.arriving.posted import HEADER

from . import orders
from .asgi import ask
from .mutate import cut, mutated

_TOKEN = "right"
_TYPES = (b"application/json", b"Application/JSON; charset=utf-8", b"text/plain", b"\xff", b"")
_HOSTS = (b"127.0.0.1", b"localhost:8081", b"[::1]", b"elsewhere.example", b"\xff", b"")
_BEARERS = (
    b"Bearer right",
    b"bearer right",
    b"Bearer wrong",
    b"Bearer r\xef\xbf\xbd",
    b"\xff\xfe",
    b"Basic OnJpZ2h0",
    b"",
)
_TEXTS = (
    *(
        "",
        " ",
        "x" * 600,
        "\x00",
        "\n",
        "\ud800",
        "\u202e",
        "=1+1",
        "１",
        "open",
        "cancelled",
        "OPEN",
        "合计",
        "Total",
    ),
    *(
        "P1;P2",
        "LX1CN",
        "lx1 cn",
        "a,b",
        '"',
        "'1",
        "1E+15",
        "9" * 90,
        "SB1:P",
        "{}",
        "https://a.example/LX1CN",
        "待定",
    ),
)
_LISTS = ("waybill_codes", "orders", "list_codes", "goods")
_OTHERS: tuple[object, ...] = (
    None,
    True,
    -1,
    0,
    2**63,
    2**70,
    1.5,
    1e308,
    [],
    [[]],
    {},
    {"a": 1},
    ["LX1CN", "LX1CN"],
)
_PIECES = (
    b'"',
    b"{",
    b"]",
    b",",
    b"\\u0000",
    b"\\ud800",
    b"NaN",
    b"1e999",
    b"[" * 3000,
    b"\xff",
    b"\xef\xbb\xbf",
    b"null",
)


def made(chance: Random) -> bytes:
    parcels = [
        _parcel(number, chance)
        for number in chance.sample(range(10**6), chance.choice((1, 2, 3, 1)))
    ]
    for _ in range(chance.choice((0, 0, 1, 2, 3))):
        one = chance.choice(parcels)
        key = chance.choice([*one, "colour"] if chance.random() < 0.2 else [*one])
        text = chance.choice(_TEXTS)
        one[key] = (
            chance.choice(_OTHERS) if chance.random() < 0.2 else [text] if key in _LISTS else text
        )
    body = json.dumps({"parcels": parcels}, ensure_ascii=chance.random() < 0.5).encode(
        errors="surrogatepass"
    )
    return mutated(body, _PIECES, chance) if chance.random() < 0.3 else body


def _parcel(number: int, chance: Random) -> dict[str, Any]:
    item = {"sku": "T1", "name": "T恤, 红色", "quantity": chance.choice((1, 2, 2**31))}
    facts = {
        "country": "ES",
        "print_order": 5,
        "weight_g": 120,
        "goods": ["battery"],
        "ship_by": "2026-12-01",
        "note": "a",
    }
    return {
        "parcel": f"P{number}",
        "tracking_number": f"LX{number:09d}CN",
        "waybill_codes": [f"LP{number:014d}"],
        "orders": [f"80{number}"],
        "list_codes": chance.choice(([], [f"L{number}"])),
        "status": chance.choice(("open", "open", "shipped", "cancelled")),
        "items": [item] * chance.randrange(3),
        **dict(chance.sample([*facts.items()], 3)),
    }


def check(data: bytes, chance: Random) -> None:
    chance = Random(f"head {chance.random()}")
    for left in _inbox().iterdir():
        left.unlink()
    bearer = chance.choice(_BEARERS) if chance.random() < 0.2 else _BEARERS[0]
    headers = [
        (b"host", chance.choice(_HOSTS) if chance.random() < 0.1 else _HOSTS[0]),
        (b"content-type", chance.choice(_TYPES) if chance.random() < 0.1 else _TYPES[0]),
        (b"authorization", bearer),
    ]
    method, target = (
        ("POST", b"/orders")
        if chance.random() < 0.95
        else (chance.choice(("GET", "PUT", "X")), b"/%00orders?x")
    )
    answer = ask(
        _app(),
        method,
        target,
        chance.sample(headers, chance.choice((3, 3, 3, 2))),
        [*_sent(data, chance)],
    )
    files = [*_inbox().iterdir()]
    if answer.status == 202:
        assert bearer.lower() == b"bearer right" and method == "POST", "taken without the token"
        _is_whole(json.loads(answer.body), files, data)
    else:
        assert not files, "refused, but in the inbox"


def _sent(data: bytes, chance: Random) -> Iterator[Message]:
    pieces = cut(data, chance)
    if chance.random() < 0.05:
        pieces = pieces[:3]  # and hung up
        yield from ({"type": "http.request", "body": piece, "more_body": True} for piece in pieces)
        return
    for number, piece in enumerate(pieces, 1):
        yield {"type": "http.request", "body": piece, "more_body": number < len(pieces)}


def _is_whole(answer: dict[str, Any], files: list[Path], data: bytes) -> None:
    assert [file.name for file in files] == [answer["file"]], "not one file, or under another name"
    profile = dict(orders.PROFILES)["samebag"]
    parcels = json.loads(data)["parcels"]
    rows = [[*HEADER], *([_cell(parcel.get(column)) for column in HEADER] for parcel in parcels)]
    in_book = orders.imported(files[0])
    orders.holds(in_book, [rows], profile)
    wanted = {parcel["parcel"] for parcel in parcels if parcel.get("status", "open") == "open"}
    opened = [parcel for parcel in in_book.values() if parcel.standing is Standing.OPEN]
    told = answer.get("no_number", 0)
    assert len(opened) == len(wanted) - told, "taken, but not all of it is imported"


def _cell(value: object) -> str:
    return ";".join(map(str, value)) if isinstance(value, list) else str(value or "")


@cache
def _app() -> ASGIApp:
    return application(_inbox(), hash_of(_TOKEN), hosts=LOOPBACK_NAMES)


@cache
def _inbox() -> Path:
    inbox = orders.folder() / "inbox"
    inbox.mkdir()
    return inbox
