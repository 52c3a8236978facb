"""``samebag run``: the daemon. Wires the station together by the settings and keeps it going until
SIGTERM."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from samebag.devices.lamps.button import PushButton
from samebag.devices.lamps.pins import open_pins
from samebag.devices.lamps.signals import GpioSignals
from samebag.devices.scanner.open import open_scanner
from samebag.journal import Journal, JournalEvent, notify, watchdog_period_s
from samebag.ports import Scanner
from samebag.settings import NONE, Settings, load
from samebag.station.journal_lines import JournalTeller
from samebag.station.loop import Station
from samebag.station.snapshot_writer import Showing
from samebag.station.wiring import built, camera, profile_of, showing

if TYPE_CHECKING:
    from samebag.devices.voice import Voice

TURN_S = 0.0005  # ours: Python's turns are worth their while from some 0.1 ms on


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--settings", type=Path, help="settings file")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    settings = load(args.settings)
    journal = Journal(settings.station.name)
    journal.take_logging()
    profile_of(settings)  # a wrong setting is told before pins that cannot be had
    pins = open_pins()
    button = PushButton(settings.signals.button_pin, pin_factory=pins)
    teller, watchdog = JournalTeller(journal), Watchdog(time.monotonic)
    shows, voice = showing(settings), _voice(settings)
    station = built(
        settings,
        [teller, *([voice] if voice else [])],
        shows,
        scanners=[button, *_hand_scanner(settings, shows)],
        camera=camera(settings),
        signals=partial(GpioSignals, pin_factory=pins),
        beat=partial(_beat, watchdog, teller),
    )
    threading.excepthook = partial(_thread_died, journal, station)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: station.stop())
    try:
        station.start()
        journal.say(
            JournalEvent.STARTED,
            f"station {settings.station.name} takes bags, settings: {settings.source}",
        )
        notify("READY=1")
        make_prompt()
        station.run()
    finally:
        notify("STOPPING=1")
        station.close()
        if voice:
            voice.close()
        shows.close()
        journal.say(JournalEvent.STOPPED, "everything is off and on disk")
    return 0


def _voice(settings: Settings) -> Voice | None:
    """Imported where it is on: no other station pays for it."""
    if settings.voice.language == "off":
        return None
    from samebag.devices.clips import FOLDER
    from samebag.devices.voice import Voice

    return Voice(
        FOLDER / settings.voice.language, settings.runtime_dir / "voice", settings.voice.volume
    )


def _beat(watchdog: Watchdog, teller: JournalTeller) -> None:
    watchdog()
    teller.beat(time.monotonic())


def _hand_scanner(settings: Settings, shows: Showing) -> list[Scanner]:
    address = settings.scanner.address
    return [] if address == NONE else [open_scanner(address, heard=shows.heard)]


def make_prompt() -> None:
    """No bag waits for the collector to look through all that was imported, nor long for a thread
    that draws a label.

    Python lets another thread wait 5 ms for its turn; a scan has four turns on its way to green.
    """
    gc.freeze()
    sys.setswitchinterval(TURN_S)


class Watchdog:
    """Tells systemd that the loop lives, as often as the unit asks; the loop itself calls it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._period_s, self._next_s = clock, watchdog_period_s(), 0.0

    def __call__(self) -> None:
        if self._period_s is not None and self._clock() >= self._next_s:
            notify("WATCHDOG=1")
            self._next_s = self._clock() + self._period_s


def _thread_died(journal: Journal, station: Station, died: threading.ExceptHookArgs) -> None:
    """A bug in an adapter: end, so that systemd starts a whole station again instead of keeping
    half a one."""
    journal.say(
        JournalEvent.LIBRARY, f"thread {died.thread and died.thread.name} died: {died.exc_value!r}"
    )
    sys.__excepthook__(died.exc_type, died.exc_value or died.exc_type(), died.exc_traceback)
    station.stop()
