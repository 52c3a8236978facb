"""The sheets by which a technician sets a hand scanner, one for each family. Pure but for its table."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

from samebag.core.labels import Command
from samebag.screen import Words

CHECK = Command.CLEAR.value
CHECKED = Words(
    f"最后扫描 {CHECK}：站台接受，或说出哪里不对",
    f"In the end scan {CHECK}: the station takes it, or says what is set wrong",
)
UNCHECKED = Words(
    "菜单名称未核对，型号和版本不同会有差别；厂家的设置条码只在其说明书中",
    "Names of menus are unchecked, and differ by model; a maker's setup barcodes are in its manual only",
)


class Goal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    zh: str
    en: str


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``menu`` says by goal what the English ``manual`` calls the barcode to scan."""

    name: str
    title: str
    manual: str
    source: str
    menu: Mapping[str, str]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    goal: tuple[Goal, ...]
    family: tuple[Family, ...]


@cache
def _table() -> _Table:
    text = Path(__file__).with_name("scanner_setup.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _Table)


def families() -> Mapping[str, Family]:
    return {family.name: family for family in _table().family}


def steps(family: Family) -> Iterator[Words]:
    for number, goal in enumerate(_table().goal, start=1):
        menu = family.menu[goal.name]
        yield Words(f"{number}. {goal.zh}：“{menu}”", f"{number}. {goal.en}: “{menu}”")
    yield CHECKED


def lines(family: Family) -> tuple[str, ...]:
    """The sheet in both languages; the one barcode that belongs on it is our own, ``CHECK``."""
    told = (*steps(family), UNCHECKED)
    return (family.manual, *(step.zh for step in told), *(step.en for step in told))


def text(family: Family, language: str) -> list[str]:
    return [f"{family.title} ({family.manual})", *(step.said(language) for step in steps(family))]
