"""The sheets that set a scanner: each family has a menu for each goal, in two languages, and no barcode but our own."""

from __future__ import annotations

import pytest
import zxingcpp

from samebag.core.events import CommandGiven
from samebag.core.labels import Command
from samebag.devices.scanner_frame import whole_scan
from samebag.doctor.scanner_setup import CHECK, Family, families, lines, steps
from samebag.label.sheet import Card, pages

from .computer import facts, is_chinese


@pytest.mark.parametrize("family", families().values(), ids=lambda family: family.name)
def test_a_sheet_says_the_menu_of_each_goal_in_both_languages_and_ends_in_a_check(family: Family) -> None:
    told = list(steps(family))
    assert [menu for menu, step in zip(family.menu.values(), told, strict=False) if menu not in step.en] == []
    assert len(told) == len(family.menu) + 1
    assert [step for step in told if facts(step.zh) != facts(step.en) or not is_chinese(step)] == []
    assert family.source


def test_the_sheets_barcode_is_the_station_s_own_command() -> None:
    (sheet,) = pages([Card("Zebra", lines(families()["zebra"]), (CHECK,))])
    (code,) = zxingcpp.read_barcodes(sheet.convert("L"))
    assert whole_scan(code.text, 1.0) == CommandGiven(Command.CLEAR, 1.0)
