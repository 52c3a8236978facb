"""``samebag doctor``: one table of what is fine, what is bad and what to do, also beside a running station."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from samebag.cli.output import add_json, for_programs, speaker
from samebag.doctor import camera, machine, pins, printer, scanner, storage, suggest
from samebag.doctor.finding import STOP_IT, Case, Check, Finding, State, bad, unknown
from samebag.doctor.host import Host, running_station
from samebag.ports import DeviceError, StoreError
from samebag.settings import load

DEVICES: tuple[Check, ...] = (machine.station, scanner.scanner, pins.pins, printer.printer, camera.camera)
CHECKS: tuple[Check, ...] = (
    *DEVICES,
    machine.clock,
    machine.power,
    machine.heat,
    storage.folder,
    storage.card_space,
    storage.card_speed,
    storage.book,
    storage.ledger,
    storage.privacy,
    storage.remote_log,
    machine.versions,
    machine.libraries,
    machine.font,
)
WRITING = (storage.card_speed,)
SIGNS = {State.OK: "ok", State.BAD: "BAD", State.UNKNOWN: "unknown"}
SIGN_COLUMNS, THING_COLUMNS, LEAST_COLUMNS = 9, 16, 60


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--settings", type=Path, help="settings file")
    command.add_argument("--fix", action="store_true", help="first make the station's folders where they are missing")
    command.add_argument("--no-devices", action="store_true", help="leave out what the station itself can tell")
    ways = command.add_mutually_exclusive_group()
    ways.add_argument("--exercise", action="store_true", help="then light, sound, print a test label and scan it")
    ways.add_argument(
        "--suggest", action="store_true", help="only print settings and udev lines for what is plugged in"
    )
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 if anything is bad; what could not be looked at is no fault."""
    settings, host = load(args.settings), Host(time.monotonic, time.time)
    case = Case(host, settings, running_station(host, settings))
    if args.suggest:
        _suggest(case, as_json=args.json)
        return 0
    if args.fix:
        _fix(case)
    columns = max(LEAST_COLUMNS, shutil.get_terminal_size().columns)
    say = speaker(args, lambda fields: _row(fields, columns))
    states = []
    checks = [check for check in CHECKS if not (args.no_devices and (check in DEVICES or check in WRITING))]
    for finding in findings(case, [*checks, *(_exercises(case) if args.exercise else [])]):
        say(**asdict(finding))
        states.append(finding.state)
    if not for_programs(args):
        print(", ".join(f"{states.count(state)} {state}" for state in State))
    return 1 if State.BAD in states else 0


def findings(case: Case, checks: Iterable[Check]) -> Iterator[Finding]:
    """Each as soon as it is there. A check that is hindered hinders no other."""
    for check in checks:
        try:
            yield from check(case)
        except ImportError as err:
            yield bad(_thing(check), str(err), rule="must be installed", cure="sudo make install")
        except (OSError, DeviceError, StoreError) as err:
            yield unknown(_thing(check), f"could not be checked: {err}", cure="sudo samebag doctor")


def _thing(check: Check) -> str:
    return check.__name__.replace("_", " ")


def _exercises(case: Case) -> Sequence[Check]:
    from samebag.cli import exercise

    return [_not_exercised] if case.running else [exercise.lamps, exercise.label, exercise.scan]


def _not_exercised(_: Case) -> Iterator[Finding]:
    yield unknown("exercise", "not done: the running station holds the devices", cure=STOP_IT)


def _suggest(case: Case, *, as_json: bool) -> None:
    found = suggest.plugged(case)
    settings, udev = suggest.settings_lines(found), suggest.udev_lines(found)
    if as_json:
        print(json.dumps({"settings": settings, "udev": udev}, ensure_ascii=False))
        return
    print("# /etc/samebag/settings.toml")
    print("\n".join(settings))
    print("# /etc/udev/rules.d/72-samebag-own.rules, where the rules that came along do not know a device:")
    print("\n".join(f"# {line}" for line in udev))


def _fix(case: Case) -> None:
    try:
        for path in storage.made(case):
            print(f"samebag: made {path}", file=sys.stderr)
    except (OSError, LookupError) as err:
        print(f"samebag: --fix: {err}: run it with sudo, after sudo make install", file=sys.stderr)


def _row(finding: Mapping[str, object], columns: int) -> str:
    """What was found, below it the rule that it breaks, and the cure."""
    marks = {"value": "", "rule": "", "cure": "-> "}
    lines = [line for name, mark in marks.items() for line in _wrapped(str(finding[name]), columns, mark)]
    sign = SIGNS[State(str(finding["state"]))]
    head = f"{sign:<{SIGN_COLUMNS}}{finding['thing']:<{THING_COLUMNS}}"
    margin = " " * (SIGN_COLUMNS + THING_COLUMNS)
    return head + f"\n{margin}".join(lines)


def _wrapped(text: str, columns: int, mark: str) -> list[str]:
    room = columns - SIGN_COLUMNS - THING_COLUMNS
    return textwrap.wrap(text, room, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False)
