"""Mends code words by Reed-Solomon codes when some are known to be bad, and only with words to
spare. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from reedsolo import ReedSolomonError, RSCodec

Bits = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.intp]

SPARE_WORDS = 4  # in every block: of what is no such symbol one in 256^4 passes for one
TRIES = 4  # so many shares of the words are taken for bad, the least sure ones first


@dataclass(frozen=True, slots=True)
class Field:
    """The arithmetic of a symbology's Reed-Solomon codes."""

    polynomial: int
    first_root: int


@dataclass(frozen=True, slots=True)
class WordLayout:
    """Where a symbol of one kind holds its code words."""

    field: Field
    modules: (
        Ints  # words x 8: of each bit, from the highest, which module of the symbol, row by row
    )
    blocks: tuple[Ints, ...]  # of each block, which words
    checks: int  # words of each block


def mended(dark: Bits, sure: Floats, layout: WordLayout) -> Bits | None:
    """The modules with all words right, None where a block has too few to spare.

    ``sure`` says from 0 of each module how well it is known.
    """
    words = np.packbits(dark.ravel()[layout.modules], axis=1)[:, 0]
    sure_words = sure.ravel()[layout.modules].min(axis=1)
    for block in layout.blocks:
        right = _mended_block(words[block], sure_words[block], layout)
        if right is None:
            return None
        words[block] = right
    whole = dark.copy()
    whole.ravel()[layout.modules] = np.unpackbits(words[:, None], axis=1) > 0
    return whole


def taken_for_bad(checks: int) -> list[int]:
    """How many words of a block are, from try to try."""
    return [int(bad) for bad in np.linspace(0, checks - SPARE_WORDS, TRIES)]


def _mended_block(
    words: npt.NDArray[np.uint8], sure: Floats, layout: WordLayout
) -> npt.NDArray[np.uint8] | None:
    least_sure = np.argsort(sure, kind="stable")
    for bad in taken_for_bad(layout.checks):
        if (right := _corrected(words, least_sure[:bad].tolist(), layout)) is not None:
            return right
    return None


def _corrected(
    words: npt.NDArray[np.uint8], bad: Sequence[int], layout: WordLayout
) -> npt.NDArray[np.uint8] | None:
    try:
        _, right, _ = _codec(layout.field, layout.checks).decode(
            words.tobytes(), erase_pos=list(bad)
        )
    except ReedSolomonError:
        return None
    mended = np.frombuffer(bytes(right), np.uint8)
    wrong = np.count_nonzero(np.delete(mended != words, bad))
    return mended if 2 * wrong + len(bad) <= layout.checks - SPARE_WORDS else None


@cache
def _codec(field: Field, checks: int) -> RSCodec:
    return RSCodec(checks, fcr=field.first_root, prim=field.polynomial)
