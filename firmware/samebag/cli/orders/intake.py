"""``samebag intake``: takes orders that an ERP posts and drops them into the inbox; a process
without the book."""

from __future__ import annotations

import argparse
import asyncio
import socket
import ssl
from pathlib import Path

import uvicorn

from samebag.cli.shared.connections import Shares, http_within, hurry_handshakes
from samebag.cli.shared.listening import address_of, check, is_loopback, listening, new_token
from samebag.cli.shared.output import local
from samebag.journal import notify
from samebag.orders.arriving.intake import LOOPBACK_NAMES, application, hash_of
from samebag.settings import IntakeSettings, SettingsError, load

SHARES = Shares(most=64, each=16, kept=16)  # ours: an ERP and a person who looks whether it answers


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--inbox", type=Path, metavar="FOLDER", help="default: inbox in the settings' directory"
    )
    command.add_argument(
        "--new-token",
        action="store_true",
        help="only draw a token and print what the settings need",
    )
    command.add_argument("--settings", type=Path, help="settings file")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.new_token:
        token = new_token()
        print(local(f"# what the ERP sends, Authorization: Bearer {token}"))
        print(f'[intake]\ntoken_sha256 = "{hash_of(token)}"')
        return 0
    settings = load(args.settings)
    check(settings, "intake")
    inbox = args.inbox or settings.inbox_dir
    if not inbox.is_dir():
        raise SettingsError(f"--inbox = {inbox}: must be a folder: make it, or name another")
    with listening(settings, "intake") as listener:
        print(f"samebag intake: {address_of(settings.intake, listener)}orders", flush=True)
        try:
            asyncio.run(_serve(settings.intake, inbox, listener))
        except ssl.SSLError as err:
            raise SettingsError(
                f"{settings.source}: intake.certificate, intake.private_key: {err}: give a PEM pair"
            ) from err
    return 0


async def _serve(port: IntakeSettings, inbox: Path, listener: socket.socket) -> None:
    config = uvicorn.Config(
        application(
            inbox, port.token_sha256 or None, hosts=LOOPBACK_NAMES if is_loopback(port) else ["*"]
        ),
        http=http_within(SHARES),
        ws="none",
        loop="asyncio",
        ssl_certfile=port.certificate or None,
        ssl_keyfile=port.private_key or None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
    )
    config.load()  # reads certificate and key
    hurry_handshakes(asyncio.get_running_loop())
    notify("READY=1")
    await uvicorn.Server(config).serve(sockets=[listener])
