"""Boots an image once and saves it twice: ``hands`` has no camera, ``ready`` has everything. ready.py IMAGE"""

from __future__ import annotations

import shutil
import sys
import time
from itertools import pairwise
from pathlib import Path

import samebag

from .guest import Guest
from .machine import Image, until

DEMO = Path(samebag.__file__).parent / "bench/demo"
READY_S = 180.0
INBOX = "/var/lib/samebag/inbox"
SETTINGS = "/etc/samebag/settings.toml"
CAMERA = """
[camera]
address = "v4l2:/dev/video10"
width = 960
height = 540
"""


def main(folder: Path) -> None:
    began_s = time.monotonic()

    def say(what: str) -> None:
        print(f"   {what} after {time.monotonic() - began_s:.0f} s", flush=True)

    image = Image(folder)
    for moment in ("hands", "ready"):
        shutil.rmtree(image.saved(moment).folder, ignore_errors=True)
    guest = Guest(image, folder / "machine")
    try:
        guest.install()
        say("booted")
        import_orders(guest, "demo.csv", (DEMO / "book.csv").read_bytes())
        for device in ("scanner", "printer"):
            guest.plug(device)
        until(lambda: is_ready(guest), "the station to be ready", READY_S, 1.0)
        guest.save("hands")
        say("ready without a camera and saved")
        guest.resume("hands")
        add_camera(guest)
        guest.save("ready")
        say("ready with a camera and saved")
    finally:
        guest.close()


def import_orders(guest: Guest, name: str, content: bytes) -> None:
    """Through the inbox, as an ERP's share would."""
    guest.put(f"{INBOX}/{name}.part", content)
    guest.run(f"mv {INBOX}/{name}.part {INBOX}/{name}")
    until(lambda: name in guest.run(f"ls {INBOX}/done"), f"the import of {name}", READY_S, 1.0)


def add_camera(guest: Guest) -> None:
    guest.show("empty")
    guest.plug("camera")
    guest.put(SETTINGS, guest.fetch(SETTINGS) + CAMERA.encode())
    guest.run("systemctl restart samebag", within_s=READY_S)
    until(lambda: is_ready(guest), "the station to be ready", READY_S, 1.0)


def is_ready(guest: Guest) -> bool:
    """For the last 6 s the lamps did nothing but the short blips of a station that lives."""
    states = guest.lamps(guest.now_s() - 6.0)
    lit_s = sum(after.at_s - state.at_s for state, after in pairwise(states) if state.green)
    return 0 < lit_s < 0.2


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
