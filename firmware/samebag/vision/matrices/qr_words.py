"""Where a QR code (ISO/IEC 18004, model 2) holds its code words, and what its format says. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from samebag.vision.matrices.code_words import Bits, Field, Floats, Ints, WordLayout
from samebag.vision.matrices.function_modules import function_modules

FIELD = Field(polynomial=0x11D, first_root=0)  # 7.5.2
LEVELS = "LMQH"
VERSIONS = range(1, 21)  # labels have no larger ones
# Table 9, of these versions: check words of a block, and blocks
CHECKS = {
    "L": "7 10 15 20 26 18 20 24 30 18 20 24 26 30 22 24 28 30 28 28",
    "M": "10 16 26 18 24 16 18 22 22 26 30 22 22 24 24 28 28 26 26 26",
    "Q": "13 22 18 26 18 24 18 22 20 24 28 26 24 20 30 24 28 28 26 30",
    "H": "17 28 22 16 22 28 26 26 24 28 24 28 22 24 24 30 28 28 26 28",
}
BLOCKS = {
    "L": "1 1 1 1 1 2 2 2 2 4 4 4 4 4 6 6 6 6 7 8",
    "M": "1 1 1 2 2 4 4 4 5 5 5 8 9 9 10 10 11 13 14 16",
    "Q": "1 1 2 2 4 4 6 6 8 8 8 10 12 16 12 17 16 18 21 20",
    "H": "1 1 2 4 4 4 5 6 8 8 11 11 16 16 18 16 19 21 25 25",
}
LEVEL_BITS = {"L": 0b01, "M": 0b00, "Q": 0b11, "H": 0b10}  # table 12
FORMAT_POLYNOMIAL, FORMAT_MASK = 0b10100110111, 0b101010000010010  # 7.9.1, annex C
# Figure 25, from the highest bit: of the copy about the upper left finder, and of the one below and
# beside the others
FORMAT_NEAR = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
FORMAT_FAR = [(-1 - k, 8) for k in range(7)] + [(8, -8 + k) for k in range(8)]
MOST_WRONG = 3  # of the fifteen bits of a copy; formats differ in seven


@dataclass(frozen=True, slots=True)
class Format:
    level: str
    mask: int


def layout_of(modules: int, level: str) -> WordLayout:
    """Of a symbol with so many modules a side."""
    return _layout((modules - 17) // 4, level)


def masked(modules: int, mask: int) -> Bits:
    """Which modules that mask turns over (table 10); function modules too."""
    i, j = np.indices((modules, modules))
    conditions = (
        (i + j) % 2,
        i % 2,
        j % 3,
        (i + j) % 3,
        (i // 2 + j // 3) % 2,
        i * j % 2 + i * j % 3,
        (i * j % 2 + i * j % 3) % 2,
        ((i + j) % 2 + i * j % 3) % 2,
    )
    return np.asarray(conditions[mask] == 0)


def format_of(darkness: Floats) -> Format | None:
    """The one that both copies together are most like, if one of them is near enough; above 0 is
    dark."""
    near, far = (darkness[tuple(np.transpose(places))] for places in (FORMAT_NEAR, FORMAT_FAR))
    codes, formats = _formats()
    likest = int((codes @ (near + far)).argmax())
    wrong = min(np.count_nonzero(codes[likest] * copy <= 0) for copy in (near, far))
    return formats[likest] if wrong <= MOST_WRONG else None


@cache
def _formats() -> tuple[Floats, list[Format]]:
    formats = [Format(level, mask) for level in LEVELS for mask in range(8)]
    codes = [[2 * (_format_bits(f) >> k & 1) - 1 for k in range(14, -1, -1)] for f in formats]
    return np.array(codes, np.float32), formats


def _format_bits(f: Format) -> int:
    data = LEVEL_BITS[f.level] << 3 | f.mask
    rest = data << 10
    for k in range(4, -1, -1):
        rest ^= (FORMAT_POLYNOMIAL << k) * (rest >> (10 + k) & 1)
    return (data << 10 | rest) ^ FORMAT_MASK


@cache
def _layout(version: int, level: str) -> WordLayout:
    modules = 17 + 4 * version
    order = _order(modules)
    words = order[: len(order) // 8 * 8].reshape(-1, 8)
    blocks, checks = (int(table[level].split()[version - 1]) for table in (BLOCKS, CHECKS))
    return WordLayout(FIELD, words, _blocks(len(words), blocks, checks), checks)


def _blocks(words: int, blocks: int, checks: int) -> tuple[Ints, ...]:
    """7.6: words are taken from each block in turn; the last ones may have one more."""
    short, longer = divmod(words - blocks * checks, blocks)
    data = [np.arange(short) * blocks + k for k in range(blocks)]
    for k in range(longer):
        data[blocks - longer + k] = np.append(data[blocks - longer + k], short * blocks + k)
    first = words - blocks * checks
    return tuple(np.append(d, first + np.arange(checks) * blocks + k) for k, d in enumerate(data))


def _order(modules: int) -> Ints:
    """7.7.3: in columns of two from the right, up and down in turn, past the upright timing."""
    used, order = _function(modules), []
    for k, right in enumerate([*range(modules - 1, 6, -2), 5, 3, 1]):
        rows = range(modules) if k % 2 else range(modules - 1, -1, -1)
        order += [row * modules + x for row in rows for x in (right, right - 1) if not used[row, x]]
    return np.array(order)


def _function(modules: int) -> Bits:
    """Modules that hold no data: 6.3, format and version."""
    used: Bits = np.asarray(function_modules(modules) != 0)
    used[8, :9] = used[:9, 8] = used[8, -8:] = used[-8:, 8] = True
    if modules >= 45:  # version 7
        used[:6, -11:-8] = used[-11:-8, :6] = True
    middles = _alignments(modules)
    for y in middles:
        for x in middles:
            if not used[y, x] or (
                6 in (x, y) and (x, y) not in ((6, 6), (6, middles[-1]), (middles[-1], 6))
            ):
                used[y - 2 : y + 3, x - 2 : x + 3] = True
    return used


def _alignments(modules: int) -> list[int]:
    """Rows and columns of the middles of alignment patterns (table E.1): evenly apart, but for the
    first gap."""
    version = (modules - 17) // 4
    if version == 1:
        return []
    gaps = version // 7 + 1
    apart = (version * 4 + gaps * 2 + 3) // (gaps * 2) * 2
    return [6, *(modules - 7 - apart * k for k in range(gaps - 1, -1, -1))]
