"""``samebag run``: the daemon. Wires the station together by the settings and keeps it going until SIGTERM."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from samebag.core.bag.bag import Bag
from samebag.core.parcels import Parcel
from samebag.devices.camera.port import WorkerCamera
from samebag.devices.lamps.button import PushButton
from samebag.devices.lamps.pins import open_pins
from samebag.devices.lamps.signals import GpioSignals
from samebag.devices.printer.kept_labels import KeptLabels
from samebag.devices.printer.thread import EscposPrinter
from samebag.devices.scanner.open import open_scanner
from samebag.files.snapshot_file import SnapshotFile
from samebag.journal import Journal, JournalEvent, notify, watchdog_period_s
from samebag.label.hold_slip import HoldSlip, hold_card
from samebag.label.profiles import PrinterProfile, profiles
from samebag.ports import Camera, JobState, Refusal, Scanner, StoreError
from samebag.settings import Settings, SettingsError, load
from samebag.snapshot import PICTURE
from samebag.station.clocks import clocks, wall_clock
from samebag.station.hold_slips import HoldSlips
from samebag.station.journal_lines import JournalTeller
from samebag.station.loop import Station, Teller
from samebag.station.people import People
from samebag.station.print_jobs import refusal
from samebag.station.probation import Probation
from samebag.station.shifts import Shifts
from samebag.station.snapshot_writer import Showing
from samebag.store import journal_heads
from samebag.store.book.knows import ledger_in
from samebag.store.book.reader import Book, needed_in
from samebag.store.doubts import Known, newest_printed
from samebag.store.keeper import Keeper
from samebag.store.key import load_key
from samebag.store.ledger.writer import Ledger

if TYPE_CHECKING:
    from samebag.devices.voice import Voice

TURN_S = 0.0005  # ours: Python's turns are worth their while from some 0.1 ms on
NONE = "none"  # a device that the settings leave out


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
        journal.say(JournalEvent.STARTED, f"station {settings.station.name} takes bags, settings: {settings.source}")
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

    return Voice(FOLDER / settings.voice.language, settings.runtime_dir / "voice", settings.voice.volume)


def _beat(watchdog: Watchdog, teller: JournalTeller) -> None:
    watchdog()
    teller.beat(time.monotonic())


def _hand_scanner(settings: Settings, shows: Showing) -> list[Scanner]:
    address = settings.scanner.address
    return [] if address == NONE else [open_scanner(address, heard=shows.heard)]


def make_prompt() -> None:
    """No bag waits for the collector to look through all that was imported, nor long for a thread that draws a label.

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
    """A bug in an adapter: end, so that systemd starts a whole station again instead of keeping half a one."""
    journal.say(JournalEvent.LIBRARY, f"thread {died.thread and died.thread.name} died: {died.exc_value!r}")
    sys.__excepthook__(died.exc_type, died.exc_value or died.exc_type(), died.exc_traceback)
    station.stop()


def camera(
    settings: Settings, *, clock: Callable[[], float] = time.monotonic, beat_timeout_s: float = 3.0
) -> WorkerCamera | None:
    """None where the settings leave it out."""
    named = settings.camera
    if named.address == NONE:
        return None
    return WorkerCamera(
        named.address,
        evidence_dir=settings.evidence_dir,
        quota_bytes=settings.storage.evidence_mb * 1_000_000,
        live_path=settings.runtime_dir / PICTURE,
        size=(named.width, named.height),
        fps=named.fps,
        exposure=named.exposure,
        symbologies=named.all_symbologies(needed_in(settings.book_path)),
        clock=clock,
        beat_timeout_s=beat_timeout_s,
    )


def showing(settings: Settings, clock: Callable[[], float] = time.monotonic) -> Showing:
    """What the pages are told. Raises StoreError."""
    _make_folder(settings)
    return Showing(
        SnapshotFile(settings.runtime_dir),
        station=settings.station.name,
        shadow=settings.rules.shadow,
        clock=clock,
        wall_clock=wall_clock,
    )


def built(
    settings: Settings,
    tellers: Sequence[Teller],
    shows: Showing,
    *,
    scanners: Sequence[Scanner],
    camera: Camera | None,
    signals: Callable[..., GpioSignals],
    beat: Callable[[], None] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
) -> Station:
    """The station of these settings. Raises SettingsError, StoreError, DeviceError."""
    profile = profile_of(settings)
    prints = settings.printer.address != NONE
    key, book = load_key(settings.key_path), Book(settings.book_path)
    printer = _printer(settings, profile, key, shows, clock) if prints else None
    slips = _hold_slips(settings, printer) if printer and settings.printer.hold_slip else None
    return Station(
        rules=settings.rules.rules(),
        book=book,
        ledger=Ledger(
            settings.ledger_path,
            station=settings.station.name,
            **clocks(clock),
            prints=prints,
            keeper=_keeper(settings),
        ),
        signals=signals(
            green_pin=settings.signals.green_pin,
            red_pin=settings.signals.red_pin,
            buzzer_pin=settings.signals.buzzer_pin,
        ),
        scanners=scanners,
        camera=camera,
        printer=printer,
        asks_about=frozenset({JobState.SENDING, JobState.ASKED} | ({JobState.SENT} if profile.proves else set())),
        tellers=[*tellers, shows, *([slips] if slips else [])],
        key=key,
        people=People(logout_s=60.0 * settings.station.logout_min),
        revoked=settings.station.revoked,
        clock=clock,
        beat=beat,
        seen=partial(_seen, [shows.seen, *([slips.seen] if slips else [])]),
        shift_began=Shifts(settings.station.shifts, wall_clock).began,
        probation=Probation(book, wall_clock),
        checks=settings.checks.checks(),
        today=lambda: wall_clock().date().isoformat(),
        list_name=settings.store.list_name,
    )


def _keeper(settings: Settings) -> Keeper:
    """What others know of the ledger: the book always, the journal where nothing else does, for it takes a second."""

    def others(is_bare: bool) -> list[Known]:
        book = ledger_in(settings.book_path)
        journal = journal_heads.newest(settings.station.name) if is_bare and not book else None
        return [known for known in (book, journal) if known]

    return Keeper(settings.note_dir, others, partial(newest_printed, settings.printed_dir))


def _printer(
    settings: Settings, profile: PrinterProfile, key: bytes, shows: Showing, clock: Callable[[], float]
) -> EscposPrinter:
    return EscposPrinter(
        settings.printer.address,
        profile=profile,
        station=settings.station.name,
        key=key,
        looked=shows.looked,
        kept=KeptLabels(settings.printed_dir),
        refuses=partial(_refusal_now, settings.book_path),
        list_name=settings.store.list_name,
        clock=clock,
    )


def _seen(eyes: Sequence[Callable[[Bag], None]], bag: Bag) -> None:
    for see in eyes:
        see(bag)


def _hold_slips(settings: Settings, printer: EscposPrinter) -> HoldSlips:
    def print_slip(held: HoldSlip) -> None:
        printer.print_slip(hold_card(held))

    return HoldSlips(print_slip, station=settings.station.name, wall_clock=wall_clock)


def _refusal_now(book_path: Path, record: Parcel) -> Refusal | None:
    """For the printer's thread: the loop's book is the loop's."""
    with closing(Book(book_path)) as book:
        return refusal(book, record.name, record)


def _make_folder(settings: Settings) -> None:
    for folder in (settings.ledger_path.parent, settings.note_dir):
        try:
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        except OSError as err:
            raise StoreError(f"{folder}: {err.strerror}: name a folder that can be written, storage.directory") from err


def profile_of(settings: Settings) -> PrinterProfile:
    """The printer that the settings name. Raises SettingsError."""
    known = profiles()
    if settings.printer.profile not in known:
        raise SettingsError(
            f"{settings.source}: printer.profile = {settings.printer.profile!r}: must be one of {', '.join(known)}:"
            " correct it"
        )
    return known[settings.printer.profile]
