"""Each process of the machine is one row here, and the units, users, installer and pages are held
to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from samebag.cli import COMMANDS

HOUSE = Path(__file__).parents[2]
SYSTEMD = HOUSE / "systemd"


@dataclass(frozen=True, slots=True)
class Process:
    """``woken`` is the unit that is enabled for it; ``most``: how exposed it may be, as
    systemd-analyze(1) rates it; ``some``: only stations that chose it have it."""

    unit: str
    command: str
    user: str
    woken: str
    most: float
    some: bool = False


PROCESSES = (
    Process("samebag", command="run", user="samebag", woken="samebag.service", most=1.3),
    Process(
        "samebag-web", command="web", user="samebag-web", woken="samebag-web.service", most=1.5
    ),
    Process(
        "samebag-inbox", command="import", user="samebag", woken="samebag-inbox.path", most=0.6
    ),
    Process(
        "samebag-purge", command="purge", user="samebag", woken="samebag-purge.timer", most=0.6
    ),
    Process(
        "samebag-verify",
        command="verify --nightly",
        user="samebag",
        woken="samebag-verify.timer",
        most=0.6,
    ),
    Process(
        "samebag-intake",
        command="intake",
        user="samebag-intake",
        woken="samebag-intake.service",
        most=1.5,
        some=True,
    ),
    Process(
        "samebag-kiosk",
        command="kiosk",
        user="samebag-kiosk",
        woken="samebag-kiosk.service",
        most=2.0,
        some=True,
    ),
)
# a script of the shell, which asks journald: how exposed
NO_PROGRAM_OF_OURS = {"samebag-log-age": 1.6}


def test_every_unit_is_a_row() -> None:
    units = {path.stem for path in SYSTEMD.glob("*.service")}
    assert units == {process.unit for process in PROCESSES} | NO_PROGRAM_OF_OURS.keys()


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.unit)
def test_a_process_is_known_wherever_it_has_to_be(process: Process) -> None:
    assert (
        "\n".join([*lacks_of_unit(process), *lacks_of_installer(process), *lacks_of_pages(process)])
        == ""
    )


def lacks_of_unit(process: Process) -> Iterator[str]:
    path = SYSTEMD / f"{process.unit}.service"
    unit = path.read_text("utf-8") if path.exists() else ""
    if not re.search(rf"(?m)^ExecStart=.*/opt/samebag/bin/samebag {process.command}( |$)", unit):
        yield f"systemd/{process.unit}.service: ExecStart"
    if f"\nUser={process.user}\n" not in unit:
        yield f"systemd/{process.unit}.service: User"
    if not re.search(rf"(?m)^u {process.user} - ", read("samebag.sysusers")):
        yield f"systemd/samebag.sysusers: {process.user}"
    if not (SYSTEMD / process.woken).exists():
        yield f"systemd/{process.woken}"


def lacks_of_installer(process: Process) -> Iterator[str]:
    """Enabled with the others unless it is chosen; stopped before the program is replaced or taken
    away."""
    text = read("install.sh").replace("\\\n", " ")
    (enabled,) = re.findall(r'(?m)^units="(.*)"$', text)
    if (process.woken in enabled.split()) is process.some:
        yield "systemd/install.sh: units"
    upgraded, removed = re.findall(r"systemctl stop (.+samebag-verify\.service.*) 2>", text)
    for when, stopped in (("upgrade", upgraded), ("uninstall", f"{removed} {enabled}")):
        if f"{process.unit}.service" not in stopped.replace("$units", enabled).split():
            yield f"systemd/install.sh: stopped at {when}"


def lacks_of_pages(process: Process) -> Iterator[str]:
    command = process.command.split()[0]
    if command not in COMMANDS:
        yield "cli/__init__.py: COMMANDS"
    if not re.search(
        rf"(?m)^\| [^|]*`samebag {process.command}`",
        (HOUSE / "docs" / "architecture.md").read_text("utf-8"),
    ):
        yield "docs/architecture.md: Processes and threads"
    if f"samebag {command}" not in (HOUSE / "docs" / "manual.md").read_text("utf-8"):
        yield "docs/manual.md"


def read(name: str) -> str:
    return (SYSTEMD / name).read_text("utf-8")
