"""``samebag doctor``: one table of what is fine, what is bad and what to do, also beside a running
station."""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from samebag.cli.shared.columns import padded, wrapped
from samebag.cli.shared.output import (
    add_json,
    as_it_is,
    complain,
    for_programs,
    local,
    speaker,
    terminal_language,
)
from samebag.cli.shared.paper import save, sheet_file
from samebag.core.words import Words
from samebag.doctor import (
    camera,
    machine,
    pins,
    printer,
    scanner,
    scanner_setup,
    screen,
    storage,
    suggest,
)
from samebag.doctor.finding import (
    AS_ROOT,
    STOP_IT,
    Check,
    CheckState,
    Examined,
    Finding,
    bad,
    plain,
    unknown,
)
from samebag.doctor.host import Host, Running, running_station
from samebag.ports import DeviceError, StoreError
from samebag.settings import Settings, load

DEVICES = (
    Check(machine.STATION, machine.station),
    Check(scanner.SCANNER, scanner.scanner),
    Check(pins.CHIP, pins.pins),
    Check(printer.PRINTER, printer.printer),
    Check(camera.CAMERA, camera.camera),
)
WRITING = (Check(storage.SPEED, storage.card_speed),)
OTHERS = (Check(screen.SCREEN, screen.screen),)  # whose a connection is, the pages' sandbox hides
CHECKS = (
    *DEVICES,
    *OTHERS,
    Check(machine.CLOCK, machine.clock),
    Check(machine.POWER, machine.power),
    Check(machine.HEAT, machine.heat),
    Check(storage.FOLDER, storage.folder),
    Check(storage.SPACE, storage.card_space),
    *WRITING,
    Check(storage.ORDERS, storage.book),
    Check(storage.ORDER_FILE, storage.order_file),
    Check(storage.LEDGER_FILE, storage.ledger),
    Check(storage.PROOF, storage.proof),
    Check(storage.PRIVACY, storage.privacy),
    Check(storage.REMOTE_LOG, storage.remote_log),
    Check(machine.VERSIONS, machine.versions),
    Check(machine.SOFTWARE, machine.libraries),
    Check(machine.FONT, machine.font),
)
EXERCISE = Words("实测", "exercise")
LANGUAGES = ("zh", "en")
SIGNS = {
    CheckState.OK: Words("正常", "ok"),
    CheckState.BAD: Words("有问题", "BAD"),
    CheckState.UNKNOWN: Words("不明", "unknown"),
}
# many times the 0.3 s that a start takes (docs/measured.md)
STARTED_WITHIN_S, LOOK_AGAIN_S = (
    5.0,
    0.1,
)
ALL = "all"
SIGN_COLUMNS, THING_COLUMNS, LEAST_COLUMNS = 9, 16, 60


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--settings", type=Path, help="settings file")
    command.add_argument(
        "--fix", action="store_true", help="first make the station's folders where they are missing"
    )
    command.add_argument(
        "--no-devices", action="store_true", help="leave out what the station itself can tell"
    )
    ways = command.add_mutually_exclusive_group()
    ways.add_argument(
        "--exercise", action="store_true", help="then light, sound, print a test label and scan it"
    )
    ways.add_argument(
        "--suggest",
        action="store_true",
        help="only print settings and udev lines for what is plugged in",
    )
    ways.add_argument(
        "--setup",
        metavar="FAMILY",
        nargs="?",
        const=ALL,
        choices=(ALL, *scanner_setup.families()),
        help="only print how a hand scanner is set:"
        f" {', '.join(scanner_setup.families())} (default: all)",
    )
    command.add_argument(
        "--out", metavar="FILE", type=sheet_file, help="with --setup: A4 pages, a .pdf or .png"
    )
    command.add_argument(
        "--lang", choices=LANGUAGES, help="(default: the terminal's); JSON has both"
    )
    add_json(command)
    command.set_defaults(run=run, usage=command.error)


def run(args: argparse.Namespace) -> int:
    """1 if anything is bad; what could not be looked at is no fault."""
    if args.out and not args.setup:
        args.usage("--out goes with --setup")
    if args.setup:
        _set_up(args)
        return 0
    settings, host = load(args.settings), Host(time.monotonic, time.time)
    case = Examined(host, settings, _running(host, settings))
    if args.suggest:
        _suggest(case, as_json=args.json)
        return 0
    if args.fix:
        _fix(case)
    language = args.lang or terminal_language()
    columns = max(LEAST_COLUMNS, shutil.get_terminal_size().columns)
    say = speaker(args, lambda fields: _row(fields, language, columns), put=as_it_is)
    states = []
    checks = [
        check
        for check in CHECKS
        if not (args.no_devices and check in (*DEVICES, *WRITING, *OTHERS))
    ]
    for finding in findings(
        case, [*checks, *(_exercises(case, language) if args.exercise else ())]
    ):
        say(state=finding.state, **_fields(finding, "en"), zh=_fields(finding, "zh"))
        states.append(finding.state)
    if not for_programs(args):
        print(
            ", ".join(
                f"{states.count(state)} {SIGNS[state].said(language).lower()}"
                for state in CheckState
            )
        )
    return 1 if CheckState.BAD in states else 0


def _running(host: Host, settings: Settings) -> Running | None:
    """A station that is just starting has its devices not open yet, and may be one with other
    settings."""
    until_s = host.clock() + STARTED_WITHIN_S
    while (found := running_station(host, settings)) and found.starting and host.clock() < until_s:
        time.sleep(LOOK_AGAIN_S)
    return found


def findings(case: Examined, checks: Iterable[Check]) -> Iterator[Finding]:
    """Each as soon as it is there. A check that is hindered hinders no other."""
    for check in checks:
        try:
            yield from check.look(case)
        except ImportError as err:
            rule, cure = Words("必须已安装", "must be installed"), plain("sudo make install")
            yield bad(check.thing, Words(f"没有安装：{err}", str(err)), rule=rule, cure=cure)
        except (OSError, DeviceError, StoreError) as err:
            yield unknown(
                check.thing, Words(f"无法检查：{err}", f"could not be checked: {err}"), cure=AS_ROOT
            )


def _exercises(case: Examined, language: str) -> tuple[Check, ...]:
    from samebag.cli.station import exercise

    return (
        (Check(EXERCISE, _not_exercised),)
        if case.running
        else exercise.checks(exercise.Person(language))
    )


def _not_exercised(_: Examined) -> Iterator[Finding]:
    value = Words(
        "没有做：设备由运行中的工位使用", "not done: the running station holds the devices"
    )
    yield unknown(EXERCISE, value, cure=STOP_IT)


def _suggest(case: Examined, *, as_json: bool) -> None:
    found = suggest.plugged(case)
    settings, udev = suggest.settings_lines(found), suggest.udev_lines(found)
    if as_json:
        print(json.dumps({"settings": settings, "udev": udev}, ensure_ascii=False))
        return
    print("# /etc/samebag/settings.toml")
    print("\n".join(local(line) if line == suggest.NOTHING else line for line in settings))
    print(
        local(
            "# /etc/udev/rules.d/72-samebag-own.rules, where the rules that came along"
            " do not know a device:"
        )
    )
    print("\n".join(f"# {line}" for line in udev))


def _set_up(args: argparse.Namespace) -> None:
    known = scanner_setup.families()
    chosen = list(known.values()) if args.setup == ALL else [known[args.setup]]
    if args.out:
        _save_sheets(chosen, args.out)
        return
    language, columns = args.lang or terminal_language(), shutil.get_terminal_size().columns
    for family in chosen:
        title, *lines = scanner_setup.text(family, language)
        if for_programs(args):
            print(
                json.dumps(
                    {"family": family.name, "title": title, "steps": lines}, ensure_ascii=False
                )
            )
            continue
        wrappings = [wrapped(line, max(LEAST_COLUMNS, columns) - len("   ")) for line in lines]
        print("\n   ".join([title, *(line for lines in wrappings for line in lines)]), end="\n\n")
    if not for_programs(args):
        print(scanner_setup.UNCHECKED.said(language))


def _save_sheets(chosen: Iterable[scanner_setup.Family], path: Path) -> None:
    from samebag.label.sheet import Card, pages  # 0.2 s, for a sheet only
    from samebag.label.typeface import FontMissing

    try:
        cards = []
        for family in chosen:
            cards.append(Card(family.title, scanner_setup.lines(family), (scanner_setup.CHECK,)))
            for code, goal in scanner_setup.barcodes(family):
                cards.append(Card(family.title, (goal.zh, goal.en), (code,), sets_reader=True))
        save(pages(cards), path)
    except FontMissing as err:
        raise DeviceError(str(err)) from err


def _fix(case: Examined) -> None:
    try:
        for path in storage.made(case):
            complain(f"made {path}")
    except (OSError, LookupError) as err:
        complain(f"--fix: {err}: run it with sudo, after sudo make install")


def _fields(finding: Finding, language: str) -> dict[str, str]:
    return {
        name: getattr(finding, name).said(language) for name in ("thing", "value", "rule", "cure")
    }


def _row(told: Mapping[str, object], language: str, columns: int) -> str:
    """What was found, below it the rule that it breaks, and the cure."""
    said = told["zh"] if language == "zh" else told
    assert isinstance(said, Mapping)
    room = columns - SIGN_COLUMNS - THING_COLUMNS
    lines = [*wrapped(said["value"], room), *wrapped(said["rule"], room)]
    cure = wrapped(said["cure"], room - len("-> "))
    lines += [("   " if at else "-> ") + line for at, line in enumerate(cure)]
    sign = SIGNS[CheckState(str(told["state"]))].said(language)
    head = padded(sign, SIGN_COLUMNS) + padded(said["thing"], THING_COLUMNS)
    return head + ("\n" + " " * (SIGN_COLUMNS + THING_COLUMNS)).join(lines)
