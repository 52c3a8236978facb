"""Prints pictures that are no parcel's label: at once, without a job on disk, never a second time
by themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from PIL import Image

from samebag.devices.printer.status import ask_confirmation
from samebag.devices.printer.talk import Talk, Timing, paper_s
from samebag.devices.printer.transport import WireLine, open_line
from samebag.label.escpos import encode, resync
from samebag.label.profiles import PrinterProfile

NUMBER = 1  # of the one question that these slips end with


def print_slips(address: str, profile: PrinterProfile, slips: Sequence[Image.Image]) -> None:
    """Return when they are out, as far as that printer can tell; PrinterError where they may not
    be."""
    with _opened(address) as line:
        talk = Talk(line, profile, Timing())
        talk.look()
        put_out(talk, profile, slips)


def put_out(talk: Talk, profile: PrinterProfile, slips: Sequence[Image.Image]) -> None:
    """The same on an open line, to a printer that was found to be fine."""
    commands = [*encode(slips, profile), ask_confirmation(profile.confirm, NUMBER)]
    needs_s = paper_s(slips, profile)
    talk.sync(resync(profile))
    talk.send(commands, talk.begin(commands), needs_s)
    if profile.answers:
        talk.prove(NUMBER, needs_s)


@contextmanager
def _opened(address: str) -> Iterator[WireLine]:
    never_stopped = os.eventfd(0)
    try:
        with closing(open_line(address, never_stopped)) as line:
            yield line
    finally:
        os.close(never_stopped)
