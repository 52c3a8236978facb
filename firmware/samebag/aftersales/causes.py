"""Why buyers complain, and the clocks that run then: causes.toml. Pure but for reading it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

Group = Literal["packing", "logistics", "product", "buyer"]


class CauseWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str


class Clock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calendar days: until the seller answered, and from then until both agree."""

    answer_days: int
    agree_days: int
    source: str
    as_of: str


class Cause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``evidence`` decides the dispute; ``first`` is what to do before anything else."""

    code: str
    group: Group
    zh: str
    en: str
    fault: Literal["seller", "carrier", "buyer", "shared"]
    evidence: Literal["bag", "tracking", "photo"]
    first: CauseWords
    source: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    clock: Clock
    cause: tuple[Cause, ...]


def clock() -> Clock:
    return _file().clock


@cache
def causes() -> Mapping[str, Cause]:
    """By code, in the file's order."""
    return {cause.code: cause for cause in _file().cause}


@cache
def _file() -> _File:
    text = resources.files(__package__).joinpath("causes.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _File)
