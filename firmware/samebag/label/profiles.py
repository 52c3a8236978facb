"""What label printers differ in, read from printers.toml. Pure but for reading that file once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any


class Confirm(StrEnum):
    """The command that a printer answers only after all print data before it is worked off."""

    GS_H = "gs-h"
    GS_R = "gs-r"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PrinterProfile:
    """One row of printers.toml, where each field is explained."""

    name: str
    source: str
    width_dots: int
    dots_per_mm: int
    max_slip_mm: int
    band_rows: int
    cut: bool
    feed_lines: int
    speed_mm_s: int
    status: tuple[int, ...]
    confirm: Confirm

    @property
    def answers(self) -> bool:
        return bool(self.status) or self.confirm is not Confirm.NONE

    @property
    def proves(self) -> bool:
        """Whether a job can end CONFIRMED; else SENT is its last state.

        Without status nobody knows whether the cover was opened in mid label, whatever is answered
        behind it.
        """
        return bool(self.status)


@cache
def profiles() -> dict[str, PrinterProfile]:
    """All profiles by name, in the file's order."""
    rows = tomllib.loads(resources.files(__package__).joinpath("printers.toml").read_text("utf-8"))
    return {
        name: _profile(name, rows.get(str(row.pop("like", "")), {}) | row)
        for name, row in rows.items()
    }


def _profile(name: str, row: dict[str, Any]) -> PrinterProfile:
    """TOML values have no type; an unknown or missing key is a TypeError."""
    named = {"name": name, "status": tuple(row["status"]), "confirm": Confirm(row["confirm"])}
    return PrinterProfile(**{**row, **named})
