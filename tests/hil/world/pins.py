"""The pins of a gpio-sim chip, with every change that the kernel traced since the start. Nothing
can be missed."""

from __future__ import annotations

import re
import threading
from pathlib import Path

CHIP = Path("/sys/kernel/config/gpio-sim/hil")
LINES = 54  # as many as a Pi's
LABEL = "pinctrl-bcm2835"  # as a Pi 3's
TRACE = Path("/sys/kernel/tracing/instances/hil")
# at_s, pin, value or direction, set/get or in/out, level or error, pid
Change = tuple[float, int, str, str, int, int]
_CHANGE = re.compile(
    r"-(\d+) .*?([0-9.]+): gpio_(value|direction): (\d+) +(\S+)(?: \(?(-?\w+)\)?)?"
)


class Pins:
    def __init__(self) -> None:
        bank = CHIP / "bank0"
        bank.mkdir(parents=True)
        (bank / "num_lines").write_text(str(LINES))
        (bank / "label").write_text(LABEL)
        TRACE.mkdir()
        (TRACE / "trace_clock").write_text("mono")
        (TRACE / "set_event").write_text("gpio:gpio_value\ngpio:gpio_direction\n")
        (CHIP / "live").write_text("1")
        self._device = Path("/sys/devices/platform") / (CHIP / "dev_name").read_text().strip()
        self._chip = (bank / "chip_name").read_text().strip()
        self.changes: list[Change] = []
        self._first = self._first_line()
        threading.Thread(target=self._follow, name="pins", daemon=True).start()

    def level(self, pin: int) -> int:
        return int((self._line(pin) / "value").read_text())

    def pull(self, pin: int, up: bool) -> None:
        """What a button or a resistor does to that pin."""
        (self._line(pin) / "pull").write_text("pull-up" if up else "pull-down")

    def _line(self, pin: int) -> Path:
        return self._device / self._chip / f"sim_gpio{pin}"

    def _first_line(self) -> int:
        """The kernel numbers all lines of all chips through."""
        chips = Path("/sys/class/gpio").glob("gpiochip*")
        return next(
            int((chip / "base").read_text())
            for chip in chips
            if (chip / "label").read_text().strip() == LABEL
        )

    def _follow(self) -> None:
        with (TRACE / "trace_pipe").open() as lines:
            for line in lines:
                if change := _CHANGE.search(line):
                    pid, at_s, kind, number, word, level = change.groups()
                    self.changes.append(
                        (float(at_s), int(number) - self._first, kind, word, int(level), int(pid))
                    )
