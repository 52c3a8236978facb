"""Builds the station of the settings: its stores, its devices, and the loop that holds them
together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from samebag.core.bag.bag import Bag
from samebag.core.parcels import Parcel
from samebag.devices.camera.port import WorkerCamera
from samebag.devices.lamps.signals import GpioSignals
from samebag.devices.printer.kept_labels import KeptLabels
from samebag.devices.printer.thread import EscposPrinter
from samebag.files.snapshot_file import SnapshotFile
from samebag.label.hold_slip import HoldSlip, hold_card
from samebag.label.profiles import PrinterProfile, profiles
from samebag.ports import Camera, JobState, PrintRefusal, Scanner, StoreError
from samebag.settings import NONE, Settings, SettingsError
from samebag.snapshot import PICTURE
from samebag.station.clocks import clocks, wall_clock
from samebag.station.hold_slips import HoldSlips
from samebag.station.loop import Station, Teller
from samebag.station.people import People
from samebag.station.print_jobs import refusal
from samebag.station.probation import Probation
from samebag.station.shifts import Shifts
from samebag.station.snapshot_writer import Showing
from samebag.store import journal_heads
from samebag.store.book.knows import ledger_in
from samebag.store.book.reader import BookReader, needed_in
from samebag.store.doubts import KnownHead, newest_printed
from samebag.store.keeper import Keeper
from samebag.store.key import load_key
from samebag.store.ledger.writer import LedgerWriter


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
    key, book = load_key(settings.key_path), BookReader(settings.book_path)
    printer = _printer(settings, profile, key, shows, clock) if prints else None
    slips = _hold_slips(settings, printer) if printer and settings.printer.hold_slip else None
    return Station(
        rules=settings.rules.rules(),
        book=book,
        ledger=LedgerWriter(
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
        asks_about=frozenset(
            {JobState.SENDING, JobState.ASKED} | ({JobState.SENT} if profile.proves else set())
        ),
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
    """What others know of the ledger: the book always, the journal where nothing else does, for it
    takes a second."""

    def others(is_bare: bool) -> list[KnownHead]:
        book = ledger_in(settings.book_path)
        journal = journal_heads.newest(settings.station.name) if is_bare and not book else None
        return [known for known in (book, journal) if known]

    return Keeper(settings.note_dir, others, partial(newest_printed, settings.printed_dir))


def _printer(
    settings: Settings,
    profile: PrinterProfile,
    key: bytes,
    shows: Showing,
    clock: Callable[[], float],
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


def _refusal_now(book_path: Path, record: Parcel) -> PrintRefusal | None:
    """For the printer's thread: the loop's book is the loop's."""
    with closing(BookReader(book_path)) as book:
        return refusal(book, record.name, record)


def _make_folder(settings: Settings) -> None:
    for folder in (settings.ledger_path.parent, settings.note_dir):
        try:
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        except OSError as err:
            raise StoreError(
                f"{folder}: {err.strerror}: name a folder that can be written, storage.directory"
            ) from err


def profile_of(settings: Settings) -> PrinterProfile:
    """The printer that the settings name. Raises SettingsError."""
    known = profiles()
    if settings.printer.profile not in known:
        raise SettingsError(
            f"{settings.source}: printer.profile = {settings.printer.profile!r}: must be"
            f" one of {', '.join(known)}:"
            " correct it"
        )
    return known[settings.printer.profile]
