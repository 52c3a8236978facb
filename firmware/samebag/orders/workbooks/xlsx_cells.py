"""A cell of an .xlsx sheet as the text that a person sees in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from samebag.orders.workbooks.not_text import EmptyResult, NotText, NoValue
from samebag.orders.workbooks.xlsx_formats import Shown, uncertain

ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")  # ECMA-376 part 1, 22.9.2.19, ST_Xstring
SURROGATE = re.compile(r"[\ud800-\udfff]")
FORMULA_CHARS = 40


@dataclass(frozen=True, slots=True)
class RawCell:
    """As it stands in the sheet (18.3.1.4, c); None is an element that is not there."""

    kind: str = "n"
    style: int = 0
    formula: str | None = None
    value: str | None = None
    inline: str | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """``is_stale``: the workbook asks to be worked out when it is opened, so that a saved 0 or ""
    may be no result.

    XlsxWriter saves 0 for every formula that it is not told the result of ("Working with Formulas",
    "Formula Results").
    """

    string: Callable[[int], str]
    shown: Sequence[Shown]
    is_stale: bool = False

    def text(self, cell: RawCell) -> str:
        """Empty only where nothing stands in the cell, or a formula's result is nothing."""
        if cell.formula is not None and self._has_no_result(cell):
            return NoValue(f"={cell.formula[:FORMULA_CHARS]} without a saved result")
        value = cell.value
        match cell.kind:
            case "inlineStr" if value is None:
                return unescaped(cell.inline or "")
            case _ if cell.inline:
                return NoValue(cell.inline)
            case "n" if value:
                return self.number(cell.style)(value)
            case "str" if value is not None:
                return unescaped(value) or (EmptyResult() if cell.formula is not None else "")
            case "s" if value and value.isascii() and value.isdigit():
                return self.string(int(value))
            case "b" if value in ("0", "1", "false", "true"):
                return NotText("TRUE" if value in ("1", "true") else "FALSE")
            case "d" if value:
                return NotText(value)
            case "n":
                return ""
        return NoValue(value or f"a cell of kind {cell.kind} with nothing in it")

    def number(self, style: int) -> Shown:
        """What shows the numbers of cells of this style."""
        return self.shown[style] if style < len(self.shown) else uncertain

    def _has_no_result(self, cell: RawCell) -> bool:
        if cell.value is None or (not cell.value and cell.kind != "str"):
            return True
        return self.is_stale and (
            not cell.value or (cell.kind == "n" and not cell.value.strip("0."))
        )


def unescaped(text: str) -> str:
    """With what XML cannot hold, as _x000D_; and _x005F_ for the dash of what only looks so."""
    if "_x" not in text:
        return text
    found = ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    if not SURROGATE.search(found):
        return found
    try:
        return found.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return text  # half a pair: no character
