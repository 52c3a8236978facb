"""``samebag web``: the pages, as systemd/samebag-web.service starts them."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import socket
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import uvicorn

from samebag.journal import notify
from samebag.settings import Settings, SettingsError, WebSettings, load
from samebag.web.app import app
from samebag.web.guard import MOST_HEAD_BYTES, token_hash

OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
TOKEN_BYTES = 20  # 160 bits; nobody types it twice, browsers remember it
BACKLOG, MOST_CONNECTIONS = 64, 256
GRACE_S = 3


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--settings", type=Path, help="settings file")
    command.add_argument("--new-token", action="store_true", help="only draw a token and print what the settings need")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.new_token:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        print(f'# what to give the browser as password: {token}\n[web]\ntoken_sha256 = "{token_hash(token)}"')
        return 0
    settings = load(args.settings)
    _check(settings)
    with _listening(settings) as listener:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)  # uvicorn hands it on when it has ended, and that is the end
        asyncio.run(_serve(settings, listener))
    return 0


def address_of(settings: WebSettings, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    scheme = "https" if settings.certificate else "http"
    return f"{scheme}://[{host}]:{port}/" if ":" in host else f"{scheme}://{host}:{port}/"


def _check(settings: Settings) -> None:
    """Whoever can be reached by others wants to know who asks. Raises SettingsError."""
    web = settings.web
    host = urlsplit(f"//{web.listen}").hostname or ""
    if bool(web.certificate) != bool(web.private_key):
        raise SettingsError(f"{settings.source}: web.certificate and web.private_key go together: set both or none")
    for path in filter(None, (web.certificate, web.private_key)):
        if not Path(path).is_file():
            raise SettingsError(f"{settings.source}: web: {path}: no such file: give the path of a PEM file")
    if not _is_loopback(host) and not (web.token_sha256 and web.certificate):
        raise SettingsError(
            f"{settings.source}: web.listen = {web.listen!r}: others can reach it: set token_sha256 (samebag web"
            " --new-token), certificate and private_key too, or listen on 127.0.0.1"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listening(settings: Settings) -> socket.socket:
    where = urlsplit(f"//{settings.web.listen}")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(where.hostname, where.port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)  # who comes before the first page is drawn waits
    except OSError as err:
        raise SettingsError(
            f"{settings.source}: web.listen = {settings.web.listen!r}: {err.strerror}: name an address of this machine"
            " whose port is free"
        ) from err
    return listener


async def _serve(settings: Settings, listener: socket.socket) -> None:
    where = address_of(settings.web, listener)
    names = OWN_NAMES | {listener.getsockname()[0], urlsplit(f"//{settings.web.listen}").hostname or ""}

    def ready() -> None:
        print(f"samebag web: {where}", flush=True)
        notify("READY=1")

    pages, live = app(settings, frozenset({*names, *settings.web.hosts}), ready=ready)
    config = uvicorn.Config(
        pages,
        http="h11",
        ws="none",
        loop="asyncio",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=settings.web.certificate or None,
        ssl_keyfile=settings.web.private_key or None,
    )
    loop = asyncio.get_running_loop()
    await _Server(config, lambda: loop.call_soon_threadsafe(live.stop)).serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends open event streams first: it would wait for them."""

    def __init__(self, config: uvicorn.Config, before_exit: Callable[[], object]) -> None:
        super().__init__(config)
        self._before_exit = before_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._before_exit()
        super().handle_exit(sig, frame)
