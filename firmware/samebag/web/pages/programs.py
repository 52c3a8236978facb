"""Asks other programs for what a technician wants to see: not more often than worth it, and only
while one looks."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

PATIENCE_S = 60.0  # the doctor's slowest check writes to the card thirty times
MOST_BYTES = 1 << 20
# systemd.journal-fields(7)
OURS = (
    "_SYSTEMD_UNIT=samebag.service",
    "+",
    "SYSLOG_IDENTIFIER=samebag",
)
JOURNAL = ("journalctl", "--quiet", "--no-pager", "--output=json", "--lines=40", *OURS)


class DoctorWords(msgspec.Struct, frozen=True):
    thing: str
    value: str
    rule: str = ""
    cure: str = ""


class DoctorLine(DoctorWords, frozen=True, kw_only=True):
    """A line of ``samebag doctor --json``: in English, and in Chinese below ``zh``."""

    state: str
    zh: DoctorWords


def doctor_command(settings: Path | None) -> list[str]:
    return [
        sys.executable,
        "-m",
        "samebag",
        "doctor",
        "--json",
        "--no-devices",
        *(["--settings", str(settings)] if settings else []),
    ]


def findings(text: bytes) -> list[DoctorLine]:
    """Raises msgspec.DecodeError."""
    return [
        msgspec.json.decode(line, type=DoctorLine) for line in text.splitlines() if line.strip()
    ]


class ProgramAnswer:
    """The newest answer of a command. ``said`` begins with what it wrote to standard error where it
    failed."""

    def __init__(
        self, command: Sequence[str], *, every_s: float, clock: Callable[[], float]
    ) -> None:
        self._command, self._every_s, self._clock = command, every_s, clock
        self._next_s = 0.0
        self._asking: asyncio.Task[None] | None = None
        self.out, self.error = b"", ""

    def look(self) -> None:
        """Ask again if it is time; at once, the answer comes later. From the event loop."""
        if self._clock() >= self._next_s and (self._asking is None or self._asking.done()):
            self._asking = asyncio.get_running_loop().create_task(self._ask())

    async def close(self) -> None:
        if self._asking:
            self._asking.cancel()
            with suppress(asyncio.CancelledError):
                await self._asking

    async def _ask(self) -> None:
        try:
            self.out, self.error = await _answer(self._command)
        except OSError as err:
            self.out, self.error = b"", f"{self._command[0]}: {err.strerror}"
        self._next_s = self._clock() + self._every_s


async def _answer(command: Sequence[str]) -> tuple[bytes, str]:
    pipes: dict[str, Any] = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, **pipes
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            out, error = await process.communicate()
    except TimeoutError:
        return b"", f"{' '.join(command)}: no answer for {PATIENCE_S:g} s"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return out[-MOST_BYTES:], error.decode(errors="replace").strip() if not out else ""
