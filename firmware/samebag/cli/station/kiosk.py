"""``samebag kiosk``: the packer's page on the station's own display, as
systemd/samebag-kiosk.service starts it."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from samebag.kiosk import browser, shown
from samebag.ports import DeviceError
from samebag.settings import load

LOOK_S = 1.0
BROWSERS = ("chromium", "chromium-browser")


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--settings", type=Path, help="settings file")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 when the browser has ended or lost its page: the unit starts all anew."""
    settings = load(args.settings)
    place, port = browser.address(settings), browser.port(settings)
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    home = os.environ.get("RUNTIME_DIRECTORY")
    if not chromium or not home:
        raise DeviceError(
            "no Chromium, or not started by samebag-kiosk.service: sudo make install-kiosk"
        )
    browser.put_starting(Path(home))
    with subprocess.Popen(browser.command(chromium, Path(home))) as process:
        _watch(process, place, port, Path(home))
    return 1


def _watch(process: subprocess.Popen[bytes], place: str, port: int, home: Path) -> None:
    watch = shown.PageWatch(time.monotonic())
    while process.poll() is None:
        is_shown = _is_shown(port)
        answers = is_shown or _answer(port)
        if answers:
            browser.leave_for(place, home)
        if watch.lost(answers=answers, shown=is_shown, now_s=time.monotonic()):
            print("samebag kiosk: the page is lost, the browser is started anew", file=sys.stderr)
            process.kill()
        time.sleep(LOOK_S)


def _answer(port: int) -> bool:
    try:
        socket.create_connection(("localhost", port), timeout=LOOK_S).close()
    except OSError:
        return False
    return True


def _is_shown(port: int) -> bool:
    tables = (
        Path(name).read_text(encoding="ascii") for name in shown.TABLES if Path(name).exists()
    )
    return any(os.getuid() in shown.watchers(table, port) for table in tables)
