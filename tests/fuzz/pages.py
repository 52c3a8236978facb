"""Requests to the pages: paths, queries and heads that went wrong, at a station that has packed
three bags.

Right: an answer, never an exception nor a status of 500 and above; nothing but GET and HEAD is
heard; no file from outside the station's folder is shown.
"""

from __future__ import annotations

import time
from functools import cache
from random import Random
from unittest import mock

from starlette.types import ASGIApp

from samebag.settings import Settings, StorageSettings
from samebag.web.app import app
from tests.web.pages import StationFiles

from . import orders
from .asgi import ask
from .mutate import mutated

_PATHS = (
    *(
        b"/",
        b"/kiosk",
        b"/events",
        b"/picture",
        b"/technician",
        b"/technician/events",
        b"/day",
        b"/day.csv",
        b"/report",
    ),
    *(
        b"/search?q=LX123450260CN",
        b"/search?q=%231",
        b"/bags/1",
        b"/bags/2",
        b"/bags/3",
        b"/pictures/1",
        b"/labels/1",
    ),
    *(
        b"/day?day=2026-02-10",
        b"/report?span=month&day=2026-02-10",
        b"/static/pages.css",
        b"/static/../app.py",
    ),
)
_PIECES = (
    *(
        b"%00",
        b"%ff",
        b"%2e%2e%2f",
        b"..",
        b"//",
        b"/",
        b"?",
        b"&",
        b"=",
        b"%",
        b"#",
        b";",
        b"%0d%0a",
        b"%E5%8D%95",
        b"'",
    ),
    *(
        b"9" * 20,
        b"-1",
        b"0",
        b"%D9%A1",
        b"lang=zh",
        b"lang=x",
        b"&day=0001-01-01",
        b"&day=9999-12-31",
        b"day=2026-W07-2",
    ),
    *(
        b"&q=%23",
        b"&q=%25_",
        b"q=%22*",
        b"&q=" + b"A" * 300,
        b"&span=day",
        b"%C2%B2",
        b"day=",
        b"q=+",
        b"%F0%9F%92%A9",
    ),
)
_VALUES = (
    b"",
    b"\xff",
    b"0",
    b"-1",
    b"a=b; language=zh",
    b"language=\xff",
    b"bytes=0-",
    b"bytes=9-1",
    b"x" * 400,
    b"*/*",
)
_NAMES: tuple[bytes, ...] = (
    b"cookie",
    b"range",
    b"if-range",
    b"if-none-match",
    b"if-modified-since",
    b"origin",
    b"sec-fetch-site",
    b"x",
)
_NAMES += (
    b"accept-encoding",
    b"content-length",
    b"content-type",
    b"authorization",
    b"accept-language",
    b"host",
    b"last-event-id",
)


def made(chance: Random) -> bytes:
    path = chance.choice(_PATHS)
    if chance.random() < 0.4:
        return mutated(path, _PIECES, chance)
    asked = chance.choice((b"q=", b"day=", b"span=", b"lang=", b"")) + b"".join(
        chance.choices(_PIECES, k=2)
    )
    return path + (b"&" if b"?" in path else b"?") + mutated(asked, _PIECES, chance)


def check(data: bytes, chance: Random) -> None:
    chance = Random(f"head {chance.random()}")
    method = chance.choices(("GET", "HEAD", "POST", "X"), (90, 6, 2, 2))[0]
    headers = [(b"host", b"station")]
    headers += [
        (chance.choice(_NAMES), chance.choice(_VALUES)) for _ in range(chance.choice((0, 0, 1, 2)))
    ]
    # no server lets others through
    target = b"/" + bytes(sign for sign in data if 32 < sign < 127).lstrip(b"/")
    answer = ask(_app(), method, target, headers)
    assert answer.status < 500, f"status {answer.status}"
    assert method in ("GET", "HEAD") or answer.status == 405, "heard"
    assert b"Traceback" not in answer.body and b"root:x:0" not in answer.body, "shown"


@cache
def _app() -> ASGIApp:
    folder = orders.folder() / "station"
    folder.mkdir()
    StationFiles(folder).close()
    settings = Settings(storage=StorageSettings(directory=str(folder)))
    mock.patch(
        "samebag.web.pages.programs._answer", mock.AsyncMock(return_value=(b"", ""))
    ).start()  # doctor, journal
    now_s = time.monotonic()  # for ever: the station is there
    pages, live = app(settings, frozenset({"station"}), ready=lambda: None, clock=lambda: now_s)
    live.look()
    return pages
