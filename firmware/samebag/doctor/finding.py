"""What a check found. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from samebag.core.words import Words
from samebag.doctor.host import Host, Running
from samebag.settings import Settings
from samebag.words.faults import in_chinese


class CheckState(StrEnum):
    """Whatever could not be looked at is unknown, never ok."""

    OK = "ok"
    BAD = "bad"
    UNKNOWN = "unknown"


NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table. Made by the functions below, which do not let a cure be forgotten."""

    thing: Words
    state: CheckState
    value: Words
    rule: Words = NOTHING
    cure: Words = NOTHING


def plain(text: str) -> Words:
    """What is the same in both languages: commands, paths, what devices and systems call
    themselves."""
    return Words(text, text)


def passed_on(text: str) -> Words:
    """What a device or a file said of its fault, or of the cure."""
    return Words(in_chinese(text), text)


def ok(thing: Words, value: Words) -> Finding:
    return Finding(thing, CheckState.OK, value)


def bad(thing: Words, value: Words, *, rule: Words, cure: Words) -> Finding:
    """``rule`` says what must be."""
    return Finding(thing, CheckState.BAD, value, rule, cure)


def unknown(thing: Words, value: Words, *, cure: Words) -> Finding:
    """``cure`` says how to get to know it."""
    return Finding(thing, CheckState.UNKNOWN, value, cure=cure)


@dataclass(frozen=True, slots=True)
class Examined:
    """What is examined. ``running`` is the station that runs with these settings, if one does."""

    host: Host
    settings: Settings
    running: Running | None


@dataclass(frozen=True, slots=True)
class Check:
    """``thing`` is what could not be checked where ``look`` is hindered."""

    thing: Words
    look: Callable[[Examined], Iterable[Finding]]


AS_ROOT = plain("sudo samebag doctor")
RESTART = plain("sudo systemctl restart samebag")
STOP_IT = Words(
    "要检查它，请先停下工位：sudo systemctl stop samebag",
    "to check it, stop the station first: sudo systemctl stop samebag",
)


def left_out(thing: Words) -> Finding:
    return ok(thing, Words("设置中不用", "left out by the settings"))


def in_use(thing: Words) -> Finding:
    """For what cannot be asked without disturbing the station."""
    return unknown(
        thing, Words("由运行中的工位使用", "belongs to the running station"), cure=STOP_IT
    )
