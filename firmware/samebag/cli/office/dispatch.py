"""``samebag dispatch``: at the door. Merged labels are scanned, and each bag gets GO or STOP."""

from __future__ import annotations

import argparse
import signal
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from samebag.cli.shared.banner import banner
from samebag.cli.shared.ledgers import add_ledgers, opened
from samebag.cli.shared.output import add_json, in_either, speaker
from samebag.cli.shared.scans import scans
from samebag.core.events import CodeScanned, CommandGiven, DeviceBack, DeviceLost
from samebag.core.labels import Command
from samebag.core.verdicts import ShowSignal, Signal
from samebag.devices.lamps.pins import open_pins
from samebag.devices.lamps.signals import GpioSignals
from samebag.label.typeface import FontMissing
from samebag.outbound.door import Door, DoorAnswer, Stop
from samebag.ports import ScanRefused, Signals, StationEvent, StoreError
from samebag.settings import Settings, SettingsError, load
from samebag.station.clocks import clocks, wall_clock
from samebag.store.beside.dispatches import Dispatches
from samebag.store.book.reader import BookReader
from samebag.store.key import load_key

PAINT = {"go": "\x1b[1;37;42m", "stop": "\x1b[1;37;41m"}  # white on green, white on red
LARGE = {"go": "放行 GO", "stop": "禁止 STOP"}
PLAIN = "\x1b[0m"


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--scanner",
        metavar="ADDRESS",
        help="hand scanner (default: the settings' one); - for stdin",
    )
    add_ledgers(command)
    command.add_argument(
        "--signals", action="store_true", help="lamps and buzzer on this machine's pins too"
    )
    command.add_argument("--settings", type=Path, help="settings file")
    add_json(command)
    command.epilog = (
        "What leaves is kept in dispatch.db beside the settings' ledger: samebag verify proves it."
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 if a bag was stopped before the input ended; a door that is closed by hand has done its
    work."""
    settings = load(args.settings)
    if not settings.rules.confirm_label:
        raise SettingsError(
            f"{settings.source}: rules.confirm_label = false: must be true, else no bag"
            " is sealed: set it"
        )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as closed_at_end:
        door = _door(settings, args.ledger or [settings.ledger_path], closed_at_end)
        lamps = closed_at_end.enter_context(closing(_lamps(settings))) if args.signals else None
        scanned = closed_at_end.enter_context(
            closing(scans(args.scanner or settings.scanner.address))
        )
        porter = Porter(door, speaker(args, _line), lamps)
        try:
            for event in scanned:
                porter.take(event)
        except KeyboardInterrupt:
            porter.say_counts()
            return 0
    porter.say_counts()
    return 1 if porter.stops else 0


class Porter:
    """Tells what the door says: lamps, screen, and stops to the ledger last."""

    def __init__(self, door: Door, say: Callable[..., None], lamps: Signals | None) -> None:
        self._door, self._say, self._lamps = door, say, lamps
        self._go = 0
        self.stops: Counter[str] = Counter()
        self._show(Signal.READY)

    def take(self, event: StationEvent) -> None:
        match event:
            case CodeScanned(code, at_s):
                if not self._door.is_same_bag(code, at_s):
                    # no green stands over the next bag, however slow the disk
                    self._show(Signal.READY)
                    self._tell(self._door.scanned(code, at_s))
            case CommandGiven(Command.CLEAR) | DeviceBack():
                self._show(Signal.READY)
            case CommandGiven(command):
                self._tell(DoorAnswer(command.value, stop=Stop.NOT_MERGED))
            case ScanRefused(reason, cure=cure):
                self._tell(DoorAnswer("", stop=Stop.UNREAD, why=cure or reason))
            case DeviceLost(device, reason, cure):
                self._tell(DoorAnswer("", stop=Stop.FAULT, why=f"{device}: {reason}: {cure}"))

    def say_counts(self) -> None:
        self._say(go=self._go, stop=self.stops.total(), reasons=dict(self.stops))

    def _tell(self, answer: DoorAnswer) -> None:
        self._show(answer.signal)
        if answer.stop:
            self.stops[answer.stop] += 1
        else:
            self._go += 1
        self._say(
            at=wall_clock().isoformat(timespec="seconds"),
            answer="stop" if answer.stop else "go",
            reason=answer.stop,
            code=answer.code,
            parcel=answer.parcel,
            zh=answer.words.zh,
            en=answer.words.en,
        )
        self._door.note(answer)

    def _show(self, shown: Signal) -> None:
        if self._lamps:
            self._lamps.show(ShowSignal(shown))


def _door(settings: Settings, ledgers: Sequence[Path], closed_at_end: ExitStack) -> Door:
    """Raises StoreError where a ledger or the key cannot be read: a wrong path is not found out bag
    by bag."""
    with opened(ledgers):
        pass
    if not settings.key_path.exists():
        raise StoreError(
            f"{settings.key_path}: no key: start the station once, or copy its key here"
        )
    book = BookReader(settings.book_path)
    closed_at_end.callback(book.close)
    dispatches = Dispatches(settings.dispatch_path, notes=settings.note_dir, **clocks())
    closed_at_end.callback(dispatches.close)
    return Door(
        book=book,
        stations=partial(opened, ledgers),
        dispatched=dispatches,
        key=load_key(settings.key_path),
    )


def _lamps(settings: Settings) -> GpioSignals:
    pins = settings.signals
    return GpioSignals(
        green_pin=pins.green_pin,
        red_pin=pins.red_pin,
        buzzer_pin=pins.buzzer_pin,
        pin_factory=open_pins(),
    )


def _line(told: Mapping[str, object]) -> str:
    if "answer" not in told:
        reasons = told["reasons"]
        assert isinstance(reasons, dict)
        counts = ", ".join(f"{count} {reason}" for reason, count in reasons.items())
        return f"{told['go']} GO, {told['stop']} STOP{f' ({counts})' if counts else ''}"
    answer = str(told["answer"])
    large = "\n".join(f"{PAINT[answer]}{line}{PLAIN}" for line in _large(LARGE[answer]))
    return f"{large}\n{in_either(told)}\n{told['code']}\n"


def _large(text: str) -> list[str]:
    """A machine without fonts must not close the door."""
    try:
        return banner(text)
    except FontMissing:
        return [text]
