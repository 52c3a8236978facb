"""``samebag bench``: the virtual station. The same loop, camera worker, decoders, book, ledger,
label and printer bytes as ``samebag run``; only the wires end in programs."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from contextlib import nullcontext, suppress
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

from gpiozero.pins.mock import MockFactory

from samebag import bench
from samebag.bench.invitation import invitation
from samebag.bench.packer import Done, RecordedTime, VirtualScanner, WatchedCamera
from samebag.bench.pages import Pages
from samebag.bench.terminal import Terminal
from samebag.bench.virtual_printer import Machine, VirtualPrinter
from samebag.cli.shared.arguments import camera_address
from samebag.cli.shared.output import local, say_refused, take_any_text
from samebag.core.events import CodeScanned, CommandGiven
from samebag.devices.lamps.button import PushButton
from samebag.devices.lamps.signals import GpioSignals
from samebag.label.profiles import profiles
from samebag.orders.taking.importer import import_file
from samebag.replay.events import events
from samebag.settings import (
    CameraSettings,
    PrinterSettings,
    RulesSettings,
    Settings,
    SettingsError,
    StationSettings,
    StorageSettings,
    load,
)
from samebag.station.loop import Station
from samebag.station.snapshot_writer import Showing
from samebag.station.wiring import built, camera, showing
from samebag.store.ledger.verify import Broken, verify

DEMO = Path(bench.__file__).parent / "demo"
EVIDENCE_MB = 100
PATIENCE_S = 60.0  # ours: a machine on which much else runs is slow, its camera does not hang


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "recording", nargs="?", type=Path, help="video or folder of images (default: the demo)"
    )
    command.add_argument("--script", type=Path, help="what the packer scans meanwhile (JSON lines)")
    command.add_argument("--book", type=Path, help="order file (default: the demo's)")
    command.add_argument(
        "--camera",
        type=camera_address,
        help="instead of a recording: a real one such as v4l2:0, or none",
    )
    command.add_argument(
        "--printer",
        default="80mm",
        choices=list(profiles()),
        metavar="CLASS",
        help="class of the printer, such as 58mm or 4inch (default: %(default)s)",
    )
    command.add_argument(
        "--out", type=Path, default=Path("bench-out"), help="where a folder for this run is made"
    )
    command.add_argument("--settings", type=Path, help="settings file, for its [rules]")
    command.add_argument(
        "--once", action="store_true", help="end with the recording (default: stay until stopped)"
    )
    command.add_argument("--headless", action="store_true", help="without the pages")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    take_any_text()
    if args.once and args.camera:
        raise SettingsError(
            f"--once: with --camera {args.camera} there is no recording to end with:"
            " leave one of them out"
        )
    out = _folder(args.out)
    machine = Machine(out / "labels", profiles()[args.printer].width_dots)
    printer = VirtualPrinter(machine)
    settings = _settings(args, out, printer.address)
    orders = args.book or DEMO / "book.csv"
    say_refused(orders, import_file(orders, settings.book_path))
    clock = RecordedTime(time.monotonic, _fps(args))
    terminal = Terminal(clock)
    shows = showing(settings, clock)
    station = _station(args, settings, terminal, shows, clock)
    terminal.finished = station.stop if args.once else partial(_invite, terminal, machine, settings)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: station.stop())
    with nullcontext() if args.headless else Pages(settings) as pages:
        if pages:
            print(local(f"The pages of this station: {pages.address}"))
        says = (
            f"The virtual station's camera: {_recording(args)}. Type what a hand"
            " scanner would send.\n"
        )
        print(local(says), flush=True)
        try:
            station.start()
            station.run()
        finally:
            station.close()
            shows.close()
            printer.close()
        return _summary(terminal, machine, settings)


def _folder(out: Path) -> Path:
    """A new one for this run, also where two begin in one second."""
    name = datetime.now().strftime("%Y%m%d-%H%M%S")
    for number in count(1):
        folder = (out / (name if number == 1 else f"{name}-{number}")).resolve()
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            return folder
    raise AssertionError("there is always another number")


def _invite(terminal: Terminal, machine: Machine, settings: Settings) -> None:
    """When the recording is over: what it came to, and what a person may do with the station, which
    stays."""
    _summary(terminal, machine, settings)
    print("\n".join(("", *invitation(settings.book_path, settings.ledger_path))), flush=True)


def _station(
    args: argparse.Namespace,
    settings: Settings,
    terminal: Terminal,
    shows: Showing,
    clock: RecordedTime,
) -> Station:
    pins = MockFactory()
    typed = sys.stdin if sys.stdin and sys.stdin.isatty() else None
    worker = (
        camera(settings)
        if args.camera
        else camera(settings, clock=clock, beat_timeout_s=PATIENCE_S)
    )
    watched: WatchedCamera | None = None
    scanner = VirtualScanner(
        _script(args),
        typed,
        clock=clock,
        heard=shows.heard,
        laid=lambda at_s: watched.laid(at_s) if watched else None,
    )
    if worker and not args.camera:
        watched = WatchedCamera(worker, clock, scanner.begin)
    else:
        scanner.begin(clock())
    return built(
        settings,
        [terminal],
        shows,
        scanners=[PushButton(settings.signals.button_pin, pin_factory=pins), scanner],
        camera=watched or worker,
        signals=partial(GpioSignals, pin_factory=pins, on_change=terminal.lamps_changed),
        clock=clock,
    )


def _recording(args: argparse.Namespace) -> str:
    return args.camera or str(args.recording or DEMO / "bags.mp4")


def _fps(args: argparse.Namespace) -> float:
    if args.camera:
        return float(CameraSettings().fps)
    from samebag.devices.camera.recording import Recording

    recording = Recording(Path(_recording(args)))
    try:
        return recording.fps
    finally:
        recording.close()


def _script(args: argparse.Namespace) -> list[Done]:
    is_demo = args.recording is None and args.camera is None
    path = args.script or (DEMO / "events.jsonl" if is_demo else None)
    done = events(path, None) if path else ()
    return [event for event in done if isinstance(event, CodeScanned | CommandGiven)]


def _settings(args: argparse.Namespace, out: Path, printer: str) -> Settings:
    return Settings(
        source="the virtual station",
        station=StationSettings(name="virtual"),
        rules=load(args.settings).rules if args.settings else RulesSettings(),
        camera=CameraSettings(address=args.camera or f"file:{_recording(args)}?every=1"),
        printer=PrinterSettings(address=printer, profile=args.printer),
        storage=StorageSettings(directory=str(out), evidence_mb=EVIDENCE_MB),
    )


def _summary(terminal: Terminal, machine: Machine, settings: Settings) -> int:
    """1 if the ledger is broken or the printer got bytes that it does not know."""
    ledger = verify(settings.ledger_path)
    counts = ", ".join(f"{count} {kind}" for kind, count in terminal.verdicts.items()) or "no bags"
    print(local(f"\n{counts}"))
    print(local(f"  labels    {len(machine.labels):3}  {settings.storage.directory}/labels"))
    print(local(f"  evidence  {terminal.evidence:3}  {settings.evidence_dir}"))
    proven = f"BROKEN: {ledger.fault}:" if isinstance(ledger, Broken) else f"{ledger.rows:3} whole:"
    print(local(f"  ledger    {proven} {settings.ledger_path}"))
    for error in machine.errors:
        print(local(f"  printer: {error}"))
    return 1 if isinstance(ledger, Broken) or machine.errors else 0
