"""Where a Data Matrix (ISO/IEC 16022, ECC 200) holds its code words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from samebag.vision.matrices.code_words import Field, Floats, WordLayout

FIELD = Field(polynomial=0x12D, first_root=1)  # 5.7.2
Place = tuple[int, int]
# Annex F.3, of each word from the highest bit, seen from its last module
UTAH = ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0))
CORNERS = (
    ((-1, 0), (-1, 1), (-1, 2), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1)),
    ((-3, 0), (-2, 0), (-1, 0), (0, -4), (0, -3), (0, -2), (0, -1), (1, -1)),
    ((-3, 0), (-2, 0), (-1, 0), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1)),
    ((-1, 0), (-1, -1), (0, -3), (0, -2), (0, -1), (1, -3), (1, -2), (1, -1)),
)


@dataclass(frozen=True, slots=True)
class Size:
    """A row of table 7; modules of a side count the finders, of which each region has its own."""

    rows: int
    columns: int
    regions: Place
    checks: int  # words of a block
    blocks: int = 1


# labels have no larger ones
SIZES = (
    Size(10, 10, (1, 1), 5),
    Size(12, 12, (1, 1), 7),
    Size(14, 14, (1, 1), 10),
    Size(16, 16, (1, 1), 12),
    Size(18, 18, (1, 1), 14),
    Size(20, 20, (1, 1), 18),
    Size(22, 22, (1, 1), 20),
    Size(24, 24, (1, 1), 24),
    Size(26, 26, (1, 1), 28),
    Size(32, 32, (2, 2), 36),
    Size(36, 36, (2, 2), 42),
    Size(40, 40, (2, 2), 48),
    Size(44, 44, (2, 2), 56),
    Size(48, 48, (2, 2), 68),
    Size(52, 52, (2, 2), 42, 2),
    Size(8, 18, (1, 1), 7),
    Size(8, 32, (1, 2), 11),
    Size(12, 26, (1, 1), 14),
    Size(12, 36, (1, 2), 18),
    Size(16, 36, (1, 2), 24),
    Size(16, 48, (1, 2), 28),
)


@cache
def finders(size: Size) -> Floats:
    """-1 and 1 for modules that are dark and light in all of that size (4.3.2), 0 for the rest."""
    wanted = np.zeros((size.rows, size.columns), np.float32)
    high, wide = size.rows // size.regions[0], size.columns // size.regions[1]
    for y in range(0, size.rows, high):
        for x in range(0, size.columns, wide):
            wanted[y, x : x + wide] = np.resize([-1.0, 1.0], wide)
            wanted[y : y + high, x + wide - 1] = np.resize([1.0, -1.0], high)
            wanted[y : y + high, x] = wanted[y + high - 1, x : x + wide] = -1
    return wanted


@cache
def layout_of(size: Size) -> WordLayout:
    inner = np.flatnonzero(finders(size) == 0)
    high, wide = size.rows - 2 * size.regions[0], size.columns - 2 * size.regions[1]
    words = inner[np.array([[y * wide + x for y, x in word] for word in placed(high, wide)])]
    data = len(words) - size.blocks * size.checks  # annex A
    blocks = [
        np.append(np.arange(k, data, size.blocks), np.arange(data + k, len(words), size.blocks))
        for k in range(size.blocks)
    ]
    return WordLayout(FIELD, words, tuple(blocks), size.checks)


@cache
def placed(high: int, wide: int) -> tuple[tuple[Place, ...], ...]:
    """Annex F.3: of each word its eight modules, finders left out."""
    words: list[tuple[Place, ...]] = []
    used: set[Place] = set()
    for word in _walk(high, wide, used):
        words.append(word)
        used.update(word)
    return tuple(words)


def _walk(high: int, wide: int, used: set[Place]) -> Iterator[tuple[Place, ...]]:
    """Diagonals up and down in turn. ``used`` is what the caller has of it."""
    row, column = 4, 0
    while row < high or column < wide:
        if corner := _corner(row, column, high, wide):
            yield tuple((y % high, x % wide) for y, x in corner)
        for down in (-2, 2):
            while True:
                if 0 <= row < high and 0 <= column < wide and (row, column) not in used:
                    yield tuple(_wrapped(row + y, column + x, high, wide) for y, x in UTAH)
                row, column = row + down, column - down
                if (row < 0 or column >= wide) if down < 0 else (row >= high or column < 0):
                    break
            row, column = (row + 1, column + 3) if down < 0 else (row + 3, column + 1)


def _corner(row: int, column: int, high: int, wide: int) -> tuple[Place, ...]:
    """Of the word that is spread over the corners before that diagonal, if one is."""
    if column == 0 and row == high:
        return CORNERS[0]
    if column == 0 and row == high - 2 and wide % 4:
        return CORNERS[1]
    if column == 0 and row == high - 2 and wide % 8 == 4:
        return CORNERS[2]
    return CORNERS[3] if column == 2 and row == high + 4 and not wide % 8 else ()


def _wrapped(row: int, column: int, high: int, wide: int) -> Place:
    """What juts out goes on at the opposite side."""
    if row < 0:
        row, column = row + high, column + 4 - (high + 4) % 8
    if column < 0:
        row, column = row + 4 - (wide + 4) % 8, column + wide
    return row % high, column % wide
