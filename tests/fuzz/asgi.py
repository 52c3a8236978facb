"""Requests to an ASGI application without a server: what it answers, and whether it keeps to the
protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


def ask(
    app: ASGIApp, method: str, target: bytes, headers: Headers, messages: Sequence[Message] = ()
) -> Answer:
    """``target`` as in the request's first line, of visible ASCII; after ``messages`` the other
    side hangs up."""
    return loop().run_until_complete(_asked(app, method, target, headers, [*messages]))


@cache
def loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


async def _asked(
    app: ASGIApp, method: str, target: bytes, headers: Headers, messages: list[Message]
) -> Answer:
    said: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        said.append(dict(message))

    await app(_scope(method, target, headers), receive, send)
    assert [message["type"] for message in said[:1]] == ["http.response.start"], "no answer"
    assert all(message["type"] == "http.response.body" for message in said[1:]), "two answers"
    return Answer(said[0]["status"], b"".join(message.get("body", b"") for message in said[1:]))


def _scope(method: str, target: bytes, headers: Headers) -> dict[str, Any]:
    """As uvicorn makes it."""
    path, _, query = target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path.decode("ascii", "replace")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [*headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
    }
