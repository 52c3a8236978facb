"""Who holds connections and says nothing locks nobody out: real sockets of several addresses, short
time-outs."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from samebag.cli.shared import connections
from samebag.cli.shared.connections import Shares, http_within, hurry_handshakes

HERE, PEER, OTHER = "127.0.0.1", "127.0.0.2", "127.0.0.3"
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LONG_S, SOON_S = 60.0, 0.3
MUCH = b"x" * (8 << 20)  # more than the kernel takes of what nobody reads

Talk = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Served:
    port: int
    asked: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    held: asyncio.Event = field(default_factory=asyncio.Event)
    _open: list[asyncio.StreamWriter] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.release()
        if scope["path"] == "/slow":
            await self.held.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(9 if scope["path"] == "/much" else 0):
            await send({"type": "http.response.body", "body": MUCH, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def connect(self, address: str, said: bytes = b"") -> Talk:
        reader, writer = await asyncio.open_connection(HERE, self.port, local_addr=(address, 0))
        self._open.append(writer)
        writer.write(said)
        return reader, writer

    async def status(self, address: str, said: bytes = ASK) -> int:
        """0 where the connection was closed without an answer."""
        reader, _ = await self.connect(address, said)
        return await status_of(reader)

    async def busy(self, address: str) -> Talk:
        talk = await self.connect(address, ASK.replace(b"/ ", b"/slow "))
        await self.asked.acquire()
        return talk

    def close(self) -> None:
        self.held.set()
        for writer in self._open:
            writer.transport.abort()


async def status_of(reader: asyncio.StreamReader) -> int:
    try:
        line = await reader.readline()
    except ConnectionError:
        return 0
    return int(line.split()[1]) if line else 0


@asynccontextmanager
async def served(shares: Shares, certificate: Path | None = None) -> AsyncIterator[Served]:
    """``certificate`` has its key with it."""
    listener = socket.create_server((HERE, 0))
    app = Served(listener.getsockname()[1])
    http = http_within(shares)
    config = uvicorn.Config(
        app, http=http, ws="none", lifespan="off", log_level="error", ssl_certfile=certificate
    )
    server = uvicorn.Server(config)
    hurry_handshakes(asyncio.get_running_loop())
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield app
    finally:
        app.close()
        server.should_exit = True
        await task


def play(
    shares: Shares, scene: Callable[[Served], Awaitable[None]], certificate: Path | None = None
) -> None:
    async def whole() -> None:
        async with asyncio.timeout(20), served(shares, certificate) as app:
            await scene(app)

    asyncio.run(whole())


@pytest.fixture(autouse=True)
def one_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "is_this_machine", lambda host: host == HERE)


def test_any_number_of_silent_connections_locks_nobody_out() -> None:
    async def scene(app: Served) -> None:
        for said in (b"", ASK[:-2]):
            for address in (PEER, OTHER, HERE):
                for _ in range(10):
                    await app.connect(address, said)
            for address in (HERE, PEER, OTHER):
                assert await app.status(address) == 200

    play(Shares(most=8, each=4, kept=2, head_s=LONG_S, stall_s=LONG_S), scene)


def test_an_address_has_its_share_and_this_machine_a_slot_that_none_can_take() -> None:
    async def scene(app: Served) -> None:
        for _ in range(2):
            await app.busy(PEER)
        assert await app.status(PEER) == 503
        await app.busy(OTHER)
        assert await app.status(OTHER) == 503
        for _ in range(2):
            assert await app.status(HERE) == 200
        reader, _ = await app.busy(HERE)
        assert await app.status(HERE) == 503
        app.held.set()
        assert await status_of(reader) == 200
        assert await app.status(PEER) == 200

    play(Shares(most=4, each=2, kept=1, head_s=LONG_S, stall_s=LONG_S), scene)


@pytest.mark.parametrize("said", [b"", ASK[:-2]], ids=["silent", "half a head"])
def test_a_head_is_whole_in_time_or_the_connection_ends(said: bytes) -> None:
    async def scene(app: Served) -> None:
        slow, _ = await app.busy(OTHER)
        reader, _ = await app.connect(PEER, said)
        assert await status_of(reader) == 0
        reader, writer = await app.connect(PEER, ASK)
        assert await status_of(reader) == 200
        writer.write(said)
        await reader.read()  # until it is closed
        app.held.set()
        assert await status_of(slow) == 200  # an answer may take its time

    play(Shares(most=4, each=2, kept=1, head_s=SOON_S, stall_s=LONG_S), scene)


def test_who_connects_for_tls_and_says_nothing_is_sent_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(app: Served) -> None:
        reader, _ = await app.connect(PEER)
        assert await status_of(reader) == 0

    pem = tmp_path / "both.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=station"
    subprocess.run(
        ["openssl", *made.split(), "-keyout", pem, "-out", pem], check=True, capture_output=True
    )
    monkeypatch.setattr(connections, "HANDSHAKE_S", SOON_S)
    play(Shares(most=4, each=2, kept=1, head_s=LONG_S, stall_s=LONG_S), scene, pem)


def test_an_answer_that_nobody_takes_is_given_up() -> None:
    async def scene(app: Served) -> None:
        reader, writer = await app.connect(PEER, ASK.replace(b"/ ", b"/much "))
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await app.asked.acquire()
        while await app.status(PEER) == 503:
            await asyncio.sleep(0)
        assert not reader.at_eof()

    play(Shares(most=4, each=1, kept=1, head_s=LONG_S, stall_s=SOON_S), scene)
