"""``samebag web``: the pages, as systemd/samebag-web.service starts them."""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import uvicorn

from samebag.cli.shared.connections import Shares, http_within, hurry_handshakes
from samebag.cli.shared.listening import BACKLOG, address_of, check, listening, new_token
from samebag.cli.shared.output import local
from samebag.journal import notify
from samebag.settings import Settings, load
from samebag.web.app import app
from samebag.web.guard import MOST_HEAD_BYTES, token_hash

OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# A browser has six, one of which is the stream of a page that stands open. The kiosk is of this
# machine
SHARES = Shares(most=256, each=32, kept=32)
GRACE_S = 3


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--settings", type=Path, help="settings file")
    command.add_argument(
        "--new-token",
        action="store_true",
        help="only draw a token and print what the settings need",
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.new_token:
        token = new_token()
        print(local(f"# what to give the browser as password: {token}"))
        print(f'[web]\ntoken_sha256 = "{token_hash(token)}"')
        return 0
    settings = load(args.settings)
    check(settings, "web")
    with listening(settings, "web") as listener:
        for number in (signal.SIGTERM, signal.SIGINT):
            # uvicorn hands it on when it has ended, and that is the end
            signal.signal(number, lambda *_: None)
        asyncio.run(_serve(settings, listener))
    return 0


async def _serve(settings: Settings, listener: socket.socket) -> None:
    where = address_of(settings.web, listener)
    names = OWN_NAMES | {
        listener.getsockname()[0],
        urlsplit(f"//{settings.web.listen}").hostname or "",
    }

    def ready() -> None:
        print(f"samebag web: {where}", flush=True)
        notify("READY=1")

    pages, live = app(settings, frozenset({*names, *settings.web.hosts}), ready=ready)
    config = uvicorn.Config(
        pages,
        http=http_within(SHARES),
        ws="none",
        loop="asyncio",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=settings.web.certificate or None,
        ssl_keyfile=settings.web.private_key or None,
    )
    loop = asyncio.get_running_loop()
    hurry_handshakes(loop)
    await _Server(config, lambda: loop.call_soon_threadsafe(live.stop)).serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends open event streams first: it would wait for them."""

    def __init__(self, config: uvicorn.Config, before_exit: Callable[[], object]) -> None:
        super().__init__(config)
        self._before_exit = before_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._before_exit()
        super().handle_exit(sig, frame)
