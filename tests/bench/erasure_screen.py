"""Tells of a batch of damaged symbols which ones no try can mend, so that a million take minutes.
Pure.

All are worked on at once, by syndromes, erasures folded in (Forney) and Berlekamp and Massey: where
the shortest register is longer than the errors that a try may mend, the firmware's decoder has
nothing to mend either.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from samebag.vision.matrices import code_words as firmware
from samebag.vision.matrices.code_words import Field, WordLayout

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]


def may_be_mended(dark: Bools, sure: npt.NDArray[np.float32], layout: WordLayout) -> Bools:
    """Of each symbol; ``dark`` and ``sure`` are symbols x rows x columns."""
    count = len(dark)
    words = np.packbits(dark.reshape(count, -1)[:, layout.modules], axis=2)[:, :, 0]
    sure_words = sure.reshape(count, -1)[:, layout.modules].min(axis=2)
    may = np.ones(count, bool)
    for block in layout.blocks:
        may &= _block_may(words[:, block], sure_words[:, block], layout)
    return may


def _block_may(words: Bytes, sure: npt.NDArray[np.float32], layout: WordLayout) -> Bools:
    products, powers = _products(layout.field), _powers(layout.field)
    length, may = words.shape[1], np.zeros(len(words), bool)
    least_sure = np.argsort(sure, axis=1, kind="stable")
    syndromes = _syndromes(words, layout)
    for bad in firmware.taken_for_bad(layout.checks):
        rest = syndromes
        for column in range(bad):
            place = powers[length - 1 - least_sure[:, column]][:, None]
            rest = rest[:, 1:] ^ products[rest[:, :-1], place]
        may |= _register(rest, layout.field) <= (layout.checks - firmware.SPARE_WORDS - bad) // 2
    return may


def _syndromes(words: Bytes, layout: WordLayout) -> Bytes:
    products, powers = _products(layout.field), _powers(layout.field)
    from_end = np.arange(words.shape[1])[::-1]
    roots = np.arange(layout.field.first_root, layout.field.first_root + layout.checks)
    columns = [
        np.bitwise_xor.reduce(products[words, powers[root * from_end % 255]], axis=1)
        for root in roots
    ]
    return np.stack(columns, 1)


def _register(syndromes: Bytes, field: Field) -> npt.NDArray[np.intp]:
    """How long the shortest one is that makes them (Massey 1969)."""
    products, inverse = _products(field), _inverses(field)
    count, length = syndromes.shape
    register, before = (np.zeros((count, length + 2), np.uint8) for _ in range(2))
    register[:, 0] = before[:, 0] = 1
    size, divisor = np.zeros(count, int), np.ones(count, np.uint8)
    for step in range(length):
        before = np.roll(before, 1, axis=1)
        differs = np.bitwise_xor.reduce(
            products[register[:, : step + 1], syndromes[:, step::-1]], axis=1
        )
        longer = (differs > 0) & (2 * size <= step)
        changed = register ^ products[products[differs, inverse[divisor]][:, None], before]
        before = np.where(longer[:, None], register, before)
        divisor, size = np.where(longer, differs, divisor), np.where(longer, step + 1 - size, size)
        register = changed
    return size


@cache
def _powers(field: Field) -> Bytes:
    powers, value = np.zeros(255, np.uint8), 1
    for k in range(255):
        powers[k] = value
        value = value << 1 ^ (field.polynomial if value & 128 else 0)
    return powers


@cache
def _products(field: Field) -> Bytes:
    logs = np.zeros(256, int)
    logs[_powers(field)] = np.arange(255)
    products = _powers(field)[(logs[:, None] + logs) % 255]
    products[0], products[:, 0] = 0, 0
    return np.asarray(products, np.uint8)


@cache
def _inverses(field: Field) -> Bytes:
    return np.asarray((_products(field) == 1).argmax(axis=1), np.uint8)
