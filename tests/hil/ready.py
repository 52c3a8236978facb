"""Boots an image once and saves it at the moments from which the scenarios start: ready.py IMAGE"""

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
READY_S = 300.0
INBOX = "/var/lib/samebag/inbox"
SETTINGS = "/etc/samebag/settings.toml"
NAME = '[station]\nname = "hil"\n'
NO_PRINTER = '[printer]\naddress = "none"\n'
CAMERA = '[camera]\naddress = "v4l2:/dev/video10"\nwidth = 960\nheight = 540\n'
# what is plugged in for the first time, and the settings from then on; all from before stays
MOMENTS = {
    "scanner": ("scanner", NAME + NO_PRINTER),
    "hands": ("printer", NAME),
    "ready": ("camera", NAME + CAMERA),
}


def main(folder: Path) -> None:
    began_s = time.monotonic()
    image, guest = Image(folder), Guest(Image(folder), folder / "machine")
    for moment in MOMENTS:
        shutil.rmtree(image.saved(moment).folder, ignore_errors=True)
    try:
        guest.install()
        print(f"   booted after {time.monotonic() - began_s:.0f} s", flush=True)
        import_orders(guest, "demo.csv", (DEMO / "book.csv").read_bytes())
        guest.show("empty")
        for moment, (device, settings) in MOMENTS.items():
            guest.plug(device)
            start_anew(guest, settings)
            guest.save(moment)
            print(f"   {moment}: saved after {time.monotonic() - began_s:.0f} s", flush=True)
            guest.resume(moment)
    finally:
        guest.close()


def start_anew(guest: Guest, settings: str) -> None:
    guest.put(SETTINGS, settings)
    guest.run("systemctl restart samebag", within_s=READY_S)
    since_s = guest.now_s()
    until(lambda: is_ready(guest, since_s), "the station to be ready", READY_S, 1.0)


def import_orders(guest: Guest, name: str, content: bytes) -> None:
    """Through the inbox, as an ERP's share would."""
    guest.put(f"{INBOX}/{name}.part", content)
    guest.run(f"mv {INBOX}/{name}.part {INBOX}/{name}")
    until(lambda: name in guest.run(f"ls {INBOX}/done"), f"the import of {name}", READY_S, 1.0)


def is_ready(guest: Guest, since_s: float) -> bool:
    """For the last 6 s the lamps did nothing but the short blips of a station that lives."""
    now_s = guest.now_s()
    if now_s < since_s + 6.0:
        return False
    states = guest.lamps(now_s - 6.0)
    lit_s = sum(after.at_s - state.at_s for state, after in pairwise(states) if state.green)
    return 0 < lit_s < 0.2


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
