"""A port that is open: on this machine only, or for those with a token, over TLS. For the pages and
the intake."""

from __future__ import annotations

import secrets
import socket
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from samebag.settings import ListenSettings, Settings, SettingsError

TOKEN_BYTES = 20  # 160 bits; nobody types it twice
BACKLOG = 64


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def check(settings: Settings, table: str) -> None:
    """Whoever can be reached by others wants to know who asks. Raises SettingsError."""
    port = port_of(settings, table)
    if bool(port.certificate) != bool(port.private_key):
        raise SettingsError(
            f"{settings.source}: {table}.certificate and {table}.private_key go"
            " together: set both or none"
        )
    for path in filter(None, (port.certificate, port.private_key)):
        if not Path(path).is_file():
            raise SettingsError(
                f"{settings.source}: {table}: {path}: no such file: give the path of a PEM file"
            )
    if not is_loopback(port) and not (port.token_sha256 and port.certificate):
        raise SettingsError(
            f"{settings.source}: {table}.listen = {port.listen!r}: others can reach it:"
            " set token_sha256"
            f" (samebag {table} --new-token), certificate and private_key too, or listen"
            " on 127.0.0.1"
        )


def is_loopback(port: ListenSettings) -> bool:
    host = urlsplit(f"//{port.listen}").hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listening(settings: Settings, table: str) -> socket.socket:
    port = port_of(settings, table)
    where = urlsplit(f"//{port.listen}")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            where.hostname, where.port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)  # who comes before the first answer is ready waits
    except OSError as err:
        raise SettingsError(
            f"{settings.source}: {table}.listen = {port.listen!r}: {err.strerror}: name"
            " an address of this machine"
            " whose port is free"
        ) from err
    return listener


def address_of(port: ListenSettings, listener: socket.socket) -> str:
    host, number = listener.getsockname()[:2]
    scheme = "https" if port.certificate else "http"
    return f"{scheme}://[{host}]:{number}/" if ":" in host else f"{scheme}://{host}:{number}/"


def port_of(settings: Settings, table: str) -> ListenSettings:
    return settings.web if table == "web" else settings.intake
