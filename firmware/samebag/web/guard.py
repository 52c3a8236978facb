"""Who may ask what: every request passes here first. Pure ASGI; nothing but GET and HEAD goes
through."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src"
    " 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
MOST_PATH_BYTES = 1024
MOST_HEAD_BYTES = 16_384  # browsers send one or two thousand
# ours: five wrong tokens, then a minute's pause of wrong ones for that address
TRIES, PAUSE_S = (
    5,
    60.0,
)
MOST_ADDRESSES = 1024


def token_hash(token: str) -> str:
    """SHA-256 alone, as tokens are drawn with 160 bits of chance: nobody guesses one, however fast
    the hash."""
    return hashlib.sha256(token.encode()).hexdigest()


class Tries:
    """Wrong tokens by address; the oldest addresses are forgotten first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def may(self, address: str) -> bool:
        count, last_s = self._wrong.get(address, (0, 0.0))
        return count < TRIES or self._clock() - last_s >= PAUSE_S

    def failed(self, address: str) -> None:
        count, last_s = self._wrong.pop(address, (0, 0.0))
        now_s = self._clock()
        self._wrong[address] = (1 if now_s - last_s >= PAUSE_S else count + 1, now_s)
        while len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)


class Guard:
    """``hosts`` are the names by which browsers may reach us, without port; ``token_sha256`` empty:
    none wanted."""

    def __init__(
        self, app: ASGIApp, *, hosts: frozenset[str], token_sha256: str, clock: Callable[[], float]
    ) -> None:
        self._app, self._hosts, self._token_sha256 = app, hosts, token_sha256
        self._tries = Tries(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = self._refusal(scope, Headers(scope=scope))
        await (refusal or self._app)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        if scope["method"] not in ("GET", "HEAD"):
            return _refuse(405, "these pages only read", Allow="GET, HEAD")
        if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            return _refuse(413, "a request to these pages has no body")
        if len(scope["raw_path"]) + len(scope["query_string"]) > MOST_PATH_BYTES:
            return _refuse(414, f"an address of these pages has {MOST_PATH_BYTES} bytes at most")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEAD_BYTES:
            return _refuse(431, f"the head of a request has {MOST_HEAD_BYTES} bytes at most")
        host = headers.get("host", "")
        if _name_of(host) not in self._hosts:
            return _refuse(421, "not a name of this station: add it to web.hosts in the settings")
        if not _is_own(headers, host):
            return _refuse(403, "another site's page may not ask")
        return self._unknown(scope, headers) if self._token_sha256 else None

    def _unknown(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        """None for whoever has the token."""
        address = (scope.get("client") or ("",))[0]
        token = _token_in(headers.get("authorization", ""))
        if token is not None and hmac.compare_digest(token_hash(token), self._token_sha256):
            # whoever else tried from this address: at the kiosk, or behind a proxy, all have the
            # same
            return None
        if not self._tries.may(address):
            return _refuse(
                429, "too many wrong tokens: wait a minute", **{"Retry-After": str(int(PAUSE_S))}
            )
        if token is not None:
            self._tries.failed(address)
        return _refuse(
            401,
            "the token is the password; any name",
            **{"WWW-Authenticate": 'Basic realm="Samebag"'},
        )


def _refuse(status: int, rule: str, **headers: str) -> PlainTextResponse:
    return PlainTextResponse(f"{rule}\n", status, {"Connection": "close", **headers})


def _name_of(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_own(headers: Headers, host: str) -> bool:
    """Whether a page of ours asks, or a person: by Origin (RFC 6454) and Sec-Fetch-Site (W3C Fetch
    Metadata)."""
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != host:
        return False
    from_elsewhere = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return not from_elsewhere or headers.get("sec-fetch-mode") == "navigate"


def _token_in(authorization: str) -> str | None:
    """RFC 7617 Basic, the password; or RFC 6750 Bearer."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
