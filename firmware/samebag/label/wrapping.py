"""Breaks text into lines that fit, without losing a letter. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Measure = Callable[[str, int], int]  # text, size in dots -> width in dots

_CLOSING = "，。、；：！？）】》”’%,.;:!?)]}"  # never first on a line
_EAST_ASIAN = r"\u2e80-\u9fff\uac00-\ud7af\uf900-\uffef"
# A unit is a blank, one East Asian character, or a word of anything else; closing marks stay with
# it.
_UNIT = re.compile(rf" +|(?:[{_EAST_ASIAN}]|[^ {_EAST_ASIAN}]+)[{re.escape(_CLOSING)}]*")


def wrap(text: str, size_dots: int, width_dots: int, measure: Measure) -> list[str]:
    """The text's lines, none wider than ``width_dots`` unless one letter alone is; [] for an empty
    text."""
    lines: list[str] = []
    line, used = "", 0
    for unit in _units(text, size_dots, width_dots, measure):
        width = measure(unit, size_dots)
        if line and used + width > width_dots:
            lines.append(line.rstrip())
            line, used = "", 0
            if unit.isspace():
                continue
        line, used = line + unit, used + width
    return [*lines, line.rstrip()] if line.strip() else lines


def _units(text: str, size_dots: int, width_dots: int, measure: Measure) -> Iterator[str]:
    for unit in _UNIT.findall(text):
        if measure(unit, size_dots) <= width_dots:
            yield unit
        else:  # a word longer than the line may break anywhere
            yield from unit
