"""The settings of the rules, as the core takes them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Pairing(StrEnum):
    """Which reads are on one bag: both labels in one view, or reads close in time with no empty
    table between."""

    ONE_FRAME = "one-frame"
    ONE_BAG = "one-bag"


class Prove(StrEnum):
    """When red, green and buzzer must be proven with the proof cards before anything goes green."""

    OFF = "off"
    START = "start"
    SHIFT = "shift"  # at the start, and when a shift begins


@dataclass(frozen=True, slots=True)
class Rules:
    pairing: Pairing = Pairing.ONE_BAG
    pair_within_s: float = 5.0
    clear_s: float = 1.0  # a label unread for so long has left the view; a hand hides one for less
    crowded_s: float = 2.0  # one bag sliding in while the last slides out takes about 1 s
    settle_s: float = 0.4
    strict_unknown: bool = False
    also_on_waybills: tuple[
        str, ...
    ] = ()  # how further numbers on the store's waybills begin that no file exports
    prove: Prove = Prove.OFF
    confirm_label: bool = False
    shadow: bool = False
