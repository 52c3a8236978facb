"""Connections of the pages and the intake: none is silent for long, no address takes all, and this
machine gets in.

Uvicorn counts connections, however little they say, and has no time-out but for those that have
asked something: a few that are opened and left alone lock out everybody (uvicorn 0.54,
h11_impl.py). Here the one that has been silent longest makes room for whoever comes.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

HANDSHAKE_S = 10.0  # of TLS; asyncio gives 60
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nContent-Length:"
    b" 0\r\nConnection: close\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Shares:
    """``most`` connections in all, ``each`` for an address; the last ``kept`` are for this machine,
    which has no share.

    Within ``head_s`` of connecting, and of each answer, the next head must be whole; what was sent
    must be taken within ``stall_s``.
    """

    most: int
    each: int
    kept: int
    head_s: float = 10.0
    stall_s: float = 30.0


@dataclass(slots=True)
class _Held:
    """All connections of one server; those that await a head in the order in which they began
    to."""

    shares: Shares
    hosts: dict[_Connection, str] = field(default_factory=dict)
    silent: dict[_Connection, None] = field(default_factory=dict)

    def rivals(self, host: str) -> list[_Connection]:
        """Of which one must go before one more of that host may stay; none if there is room."""
        own = [one for one, other in self.hosts.items() if other == host]
        if not is_this_machine(host):
            if len(own) >= self.shares.each:
                return own
            strangers = [one for one, other in self.hosts.items() if not is_this_machine(other)]
            if len(strangers) >= self.shares.most - self.shares.kept:
                return strangers
        return list(self.hosts) if len(self.hosts) >= self.shares.most else []

    def let_in(self, host: str) -> bool:
        rivals = self.rivals(host)
        oldest = next((one for one in self.silent if one in rivals), None)
        if oldest:
            oldest.end()
        return oldest is not None or not rivals


def http_within(shares: Shares) -> type[asyncio.Protocol]:
    """For one server: what uvicorn makes for each connection."""
    return cast("type[asyncio.Protocol]", partial(_Connection, _Held(shares)))


def hurry_handshakes(loop: asyncio.AbstractEventLoop) -> None:
    """Uvicorn hands on no time-out for those who connect to a TLS port and say nothing."""
    create = loop.create_server

    async def create_server(*args: Any, ssl: Any = None, **options: Any) -> asyncio.Server:
        return await create(
            *args, ssl=ssl, ssl_handshake_timeout=HANDSHAKE_S if ssl else None, **options
        )

    loop.create_server = create_server  # type: ignore[method-assign]


def is_this_machine(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


class _Connection(H11Protocol):
    def __init__(self, held: _Held, **of_uvicorn: Any) -> None:
        super().__init__(**of_uvicorn)
        self._held, self._shares = held, held.shares
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        host = self.client[0] if self.client else ""
        if not self._held.let_in(host):
            transport.write(FULL)
            transport.close()
        self._held.hosts[self] = host
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_there()
        self._held.hosts.pop(self, None)
        if self._stalled:
            self._stalled.cancel()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle and not self.cycle.response_complete:
            self._head_is_there()

    def on_response_complete(self) -> None:
        self._await_head()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(self._shares.stall_s, self.end)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stalled:
            self._stalled.cancel()

    def end(self) -> None:
        """At once: what it has not taken by now it does not take."""
        self._held.hosts.pop(self, None)
        self._head_is_there()
        self.transport.abort()

    def _await_head(self) -> None:
        self._head_is_there()
        self._held.silent[self] = None
        self._deadline = self.loop.call_later(self._shares.head_s, self.end)

    def _head_is_there(self) -> None:
        self._held.silent.pop(self, None)
        if self._deadline:
            self._deadline.cancel()
