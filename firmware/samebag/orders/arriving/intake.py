"""``POST /orders``: who may post, how much, and what is answered. One route, which only writes into
the inbox."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from samebag.orders.arriving.posted import Answer, take
from samebag.ports import OrderFileError

MOST_BYTES = 8 << 20  # ours: 20,000 parcels with three items each
AT_ONCE = 8  # ours: bodies in memory; more posts than these wait
BODY_S = 30.0  # ours: for one that sends a byte now and then
# a page of another site may reach loopback, but under its own name
LOOPBACK_NAMES = [
    "127.0.0.1",
    "localhost",
]


def application(inbox: Path, token_hash: str | None, *, hosts: list[str]) -> Starlette:
    """``token_hash`` as hash_of makes it, None if whoever can connect may post. ``hosts`` as in the
    Host header."""

    at_once = asyncio.Semaphore(AT_ONCE)

    async def post(request: Request) -> Response:
        if refusal := _refusal(request, token_hash):
            return _respond(refusal)
        async with at_once:
            return _respond(await _answer(request, inbox))

    trusted = Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    return Starlette(routes=[Route("/orders", post, methods=["POST"])], middleware=[trusted])


def hash_of(token: str) -> str:
    """A token is 32 random bytes, so that one round of SHA-256 keeps it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _refusal(request: Request, token_hash: str | None) -> Answer | None:
    """Before anything is waited for."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if token_hash and not (
        kind.casefold() == "bearer" and hmac.compare_digest(hash_of(token), token_hash)
    ):
        return Answer(401, "the token is missing or wrong: send Authorization: Bearer TOKEN")
    if (
        request.headers.get("content-type", "").partition(";")[0].strip().casefold()
        != "application/json"
    ):
        return Answer(415, "must be JSON: send Content-Type: application/json")
    return None


async def _answer(request: Request, inbox: Path) -> Answer:
    try:
        async with asyncio.timeout(BODY_S):
            body = await _body(request)
    except (TimeoutError, ClientDisconnect):
        return Answer(408, f"was not sent within {BODY_S:.0f} s: send it again")
    if body is None:
        return Answer(413, f"is larger than {MOST_BYTES >> 20} MB: send it in parts")
    try:
        return await run_in_threadpool(take, body, inbox)
    except OrderFileError as err:
        return Answer(422, str(err))
    except OSError as err:
        return Answer(503, f"the inbox cannot be written: {err.strerror}: send it again later")


async def _body(request: Request) -> bytes | None:
    """None if there is more than may be sent; then the rest is not read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _respond(answer: Answer) -> Response:
    content = {
        key: value
        for key, value in msgspec.to_builtins(answer).items()
        if value and key != "status"
    }
    headers = {"WWW-Authenticate": "Bearer"} if answer.status == 401 else {}
    return Response(msgspec.json.encode(content), answer.status, headers, "application/json")
