"""The sheets by which a technician sets a hand scanner, one for each family. Pure but for its
table."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from samebag.core.labels import Command
from samebag.core.words import Words

CHECK = Command.CLEAR.value
CHECKED = Words(
    f"最后扫描 {CHECK}：工位接受，或说出哪里不对",
    f"In the end scan {CHECK}: the station takes it, or says what is set wrong",
)
UNCHECKED = Words(
    "菜单名称未核对，型号和版本不同会有差别",
    "Names of menus are unchecked, and differ by model",
)
PUBLIC = Words(
    "厂家的设置条码印在这张表上：取自公开资料，未在扫描枪上试过，请先与说明书核对",
    "The maker's barcodes are on the sheet: from public sources, not tried on a"
    " scanner; compare them with the manual",
)


class Goal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    zh: str
    en: str


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``menu`` says by goal what the English ``manual`` calls the barcode to scan, ``codes`` what
    it says, if known."""

    name: str
    title: str
    manual: str
    source: str
    menu: Mapping[str, str]
    codes: Mapping[str, Sequence[str]] = {}


class _SetupTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    goal: tuple[Goal, ...]
    family: tuple[Family, ...]


@cache
def _table() -> _SetupTable:
    text = Path(__file__).with_name("scanner_setup.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _SetupTable)


def families() -> Mapping[str, Family]:
    return {family.name: family for family in _table().family}


def steps(family: Family) -> Iterator[Words]:
    for number, goal in enumerate(_table().goal, start=1):
        menu = family.menu[goal.name]
        yield Words(f"{number}. {goal.zh}：“{menu}”", f"{number}. {goal.en}: “{menu}”")
    yield CHECKED
    if family.codes:
        yield PUBLIC


def lines(family: Family) -> tuple[str, ...]:
    """The sheet in both languages, which bears ``CHECK``, our own barcode."""
    told = (*steps(family), UNCHECKED)
    return (family.manual, *(step.zh for step in told), *(step.en for step in told))


def barcodes(family: Family) -> Iterator[tuple[str, Goal]]:
    """What the maker's own say that set it so, in the order of the steps; none where that is no
    public knowledge."""
    for goal in _table().goal:
        yield from ((code, goal) for code in family.codes.get(goal.name, ()))


def text(family: Family, language: str) -> list[str]:
    return [f"{family.title} ({family.manual})", *(step.said(language) for step in steps(family))]
