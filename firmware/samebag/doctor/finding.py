"""What a check found. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from samebag.doctor.host import Host, Running
from samebag.settings import Settings


class State(StrEnum):
    """Whatever could not be looked at is unknown, never ok."""

    OK = "ok"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table. Made by the functions below, which do not let a cure be forgotten."""

    thing: str
    state: State
    value: str
    rule: str = ""
    cure: str = ""


def ok(thing: str, value: str) -> Finding:
    return Finding(thing, State.OK, value)


def bad(thing: str, value: str, *, rule: str, cure: str) -> Finding:
    """``rule`` says what must be."""
    return Finding(thing, State.BAD, value, rule, cure)


def unknown(thing: str, value: str, *, cure: str) -> Finding:
    """``cure`` says how to get to know it."""
    return Finding(thing, State.UNKNOWN, value, cure=cure)


@dataclass(frozen=True, slots=True)
class Case:
    """What is examined. ``running`` is the station that runs with these settings, if one does."""

    host: Host
    settings: Settings
    running: Running | None


Check = Callable[[Case], Iterable[Finding]]

NONE = "none"  # the address of a device that the settings leave out
STOP_IT = "to check it, stop the station first: sudo systemctl stop samebag"


def left_out(thing: str) -> Finding:
    return ok(thing, "left out by the settings")


def in_use(thing: str) -> Finding:
    """For what cannot be asked without disturbing the station."""
    return unknown(thing, "belongs to the running station", cure=STOP_IT)
