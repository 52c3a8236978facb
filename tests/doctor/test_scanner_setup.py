"""The sheets that set a scanner: each family has a menu for each goal, in two languages, and sound
barcodes."""

from __future__ import annotations

import pytest
import zxingcpp

from samebag.core.events import CommandGiven
from samebag.core.labels import Command
from samebag.devices.scanner.framer import whole_scan
from samebag.doctor.scanner_setup import CHECK, Family, barcodes, families, lines, steps
from samebag.label.sheet import Card, pages

from .computer import facts, is_chinese


@pytest.mark.parametrize("family", families().values(), ids=lambda family: family.name)
def test_a_sheet_says_the_menu_of_each_goal_in_both_languages_and_ends_in_a_check(
    family: Family,
) -> None:
    told = list(steps(family))
    assert [
        menu for menu, step in zip(family.menu.values(), told, strict=False) if menu not in step.en
    ] == []
    assert len(told) == len(family.menu) + 1 + bool(family.codes)
    assert [step for step in told if facts(step.zh) != facts(step.en) or not is_chinese(step)] == []
    assert family.source


def test_the_sheets_barcode_is_the_station_s_own_command() -> None:
    (sheet,) = pages([Card("Zebra", lines(families()["zebra"]), (CHECK,))])
    (code,) = zxingcpp.read_barcodes(sheet.convert("L"))
    assert whole_scan(code.text, 1.0) == CommandGiven(Command.CLEAR, 1.0)


@pytest.mark.parametrize(
    ("family", "code"),
    [(family, code) for family in families().values() for code, _ in barcodes(family)],
)
def test_a_maker_s_barcode_is_one_that_a_scanner_obeys(family: Family, code: str) -> None:
    (sheet,) = pages([Card(family.title, (), (code,), sets_reader=True)])
    (read,) = zxingcpp.read_barcodes(sheet.convert("L"))
    assert (read.text, read.extra) == (code, {"ReaderInit": True})
    assert set(family.codes) <= set(family.menu)
