"""``samebag intake``: takes orders that an ERP posts and drops them into the inbox; a process without the book."""

from __future__ import annotations

import argparse
import secrets
import ssl
from ipaddress import ip_address
from pathlib import Path

from samebag.settings import SettingsError, load

PORT = 8733  # ours: unassigned by IANA
AT_ONCE = 8  # ours: each may hold one body in memory
TOKEN_BYTES = 32


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    command.add_argument("--port", type=int, default=PORT, help="default: %(default)s")
    command.add_argument("--inbox", type=Path, metavar="FOLDER", help="default: inbox in the settings' directory")
    command.add_argument("--token-file", type=Path, help="holds the hash of the token that a sender must have")
    command.add_argument("--new-token", action="store_true", help="write --token-file anew, print the token, and end")
    command.add_argument(
        "--tls-cert", type=Path, help="PEM; needed with --tls-key where not only this machine connects"
    )
    command.add_argument("--tls-key", type=Path, help="PEM")
    command.add_argument("--settings", type=Path, help="settings file")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.new_token:
        return _new_token(args)
    is_local = _is_loopback(args.host)
    if not is_local and not (args.token_file and args.tls_cert and args.tls_key):
        raise SettingsError(
            f"--host = {args.host}: others than this machine may connect only with a token and TLS: "
            "give --token-file, --tls-cert and --tls-key, or leave --host away"
        )
    token_hash = _read(args.token_file).strip() if args.token_file else None
    inbox = args.inbox or load(args.settings).inbox_dir
    if not inbox.is_dir():
        raise SettingsError(f"--inbox = {inbox}: must be a folder: make it, or name another")
    _serve(args, inbox, token_hash, is_local)
    return 0


def _serve(args: argparse.Namespace, inbox: Path, token_hash: str | None, is_local: bool) -> None:
    import uvicorn

    from samebag.orders.intake import LOOPBACK_NAMES, application

    try:
        uvicorn.run(
            application(inbox, token_hash, hosts=LOOPBACK_NAMES if is_local else ["*"]),
            host=args.host,
            port=args.port,
            ssl_certfile=args.tls_cert,
            ssl_keyfile=args.tls_key,
            limit_concurrency=AT_ONCE,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
        )
    except (ssl.SSLError, OSError) as err:
        raise SettingsError(
            f"--tls-cert = {args.tls_cert}, --tls-key = {args.tls_key}: {err}: give a PEM pair"
        ) from err


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _new_token(args: argparse.Namespace) -> int:
    """The token itself is shown once and kept nowhere."""
    from samebag.orders.intake import hash_of

    if not args.token_file:
        raise SettingsError("--new-token needs --token-file: name the file that holds the token's hash")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    args.token_file.touch(0o640)
    args.token_file.write_text(f"{hash_of(token)}\n")
    print(token)
    return 0


def _read(path: Path) -> str:
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as err:
        raise SettingsError(f"--token-file = {path}: {err}: make one with --new-token") from err
    if len(text.strip()) != len(secrets.token_hex(TOKEN_BYTES)):
        raise SettingsError(f"--token-file = {path}: holds no hash of a token: make one with --new-token")
    return text
