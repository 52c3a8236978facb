"""``make test-files``: the table of nasty cells as LibreOffice and SheetJS write it; they are large
to install."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path

import pytest

from tests.orders.nasty_table import HIDDEN, SHEETS, Typed, check
from tests.orders.test_round_trips import by_openpyxl, by_xlwt

SHEETJS = Path(__file__).with_name("sheetjs.mjs")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["xlsx", "xls:MS Excel 97", "xlsx:Calc MS Excel 2007 XML"])
@pytest.mark.parametrize("write", [by_openpyxl, by_xlwt])
def test_what_libreoffice_saves_means_the_same(tmp_path: Path, kind: str, write: type) -> None:
    """It works out what openpyxl left to do; what xlwt saved in place of a result it may hand
    on."""
    source = write(tmp_path / "nasty")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        tmp_path / "out",
        source,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    report = check(tmp_path / "out" / f"nasty.{kind[:4].rstrip(':')}", tmp_path)
    if write is by_openpyxl:
        assert {"P9", "P13"}.isdisjoint(refusal.parcel for refusal in report.refused)


@pytest.mark.parametrize("kind", ["xlsx", "xlsx shared", "xlsm"])
def test_what_sheetjs_saves_means_the_same(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "nasty.xlsx"
    sheets = {
        name: [[_cell(cell) for cell in row] for row in rows] for name, rows in SHEETS.items()
    }
    told = json.dumps({"path": str(path), "kind": kind, "hidden": HIDDEN, "sheets": sheets})
    subprocess.run(["node", SHEETJS], input=told, text=True, check=True, timeout=60)
    check(path, tmp_path)


def _cell(typed: Typed) -> dict[str, object] | None:
    """As SheetJS keeps cells (docs.sheetjs.com, "Cell Objects")."""
    if typed.formula:
        return {"t": "n", "f": typed.formula}
    match typed.value:
        case None:
            return None
        case bool():
            return {"t": "b", "v": typed.value}
        case str():
            return {"t": "s", "v": typed.value}
        case date():
            return {"t": "n", "v": (typed.value - date(1899, 12, 30)).days, "z": typed.form}
    return {"t": "n", "v": typed.value, "z": typed.form}
