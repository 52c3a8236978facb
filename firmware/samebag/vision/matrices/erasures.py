"""Reads QR and Data Matrix that ink, glare or dead dots hide in part: what is not sure is an
erasure. Pure.

Other decoders take each module for dark or light. Here the least sure ones are taken for unknown,
and of words known to be bad a Reed-Solomon code mends twice as many (words.py). zxing then reads
the drawn symbol, with all words right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from zxingcpp import BarcodeFormat, Binarizer, create_barcode

from samebag.core.events import Box
from samebag.vision.decoders import CodeReading, ZXing
from samebag.vision.geometry import Gray, sides_px
from samebag.vision.matrices.bent import pulled, read_modules
from samebag.vision.matrices.code_words import Bits, mended
from samebag.vision.matrices.datamatrix_words import layout_of as data_matrix_layout
from samebag.vision.matrices.function_modules import Floats
from samebag.vision.matrices.grids import GridGuess, MatrixKind, fitted, middles, spread
from samebag.vision.matrices.guesses import data_matrix_guesses, qr_guesses
from samebag.vision.matrices.halves import drawn_modules
from samebag.vision.matrices.qr_words import Format, format_of, layout_of, masked
from samebag.vision.matrices.squares import cut_out, evened_patch, patch_px

ENLARGED = 2.0
MOST_PX = 320  # a side of a patch: the largest are looked at for modules of 2 px as they are
LEAST_LIKENESS = 0.6  # of what was read it was 0.66 and more, of print up to 0.56
MENDED = ("qr", "datamatrix")


@dataclass(frozen=True, slots=True)
class ErasureDecoders:
    """What reads the drawn symbols, of each symbology that is wanted."""

    of_drawn: dict[str, ZXing]

    @staticmethod
    def of(symbologies: frozenset[str]) -> ErasureDecoders:
        wanted = [s for s in MENDED if s in symbologies]
        binarizer = Binarizer.FixedThreshold
        return ErasureDecoders(
            {s: ZXing(frozenset({s}), turned=False, binarizer=binarizer) for s in wanted}
        )


def read_erased(gray: Gray, box: Box, decoders: ErasureDecoders) -> CodeReading | None:
    """What lies in the blob, if its words can be mended with some to spare."""
    patch = cut_out(gray, box, ENLARGED, MOST_PX)
    bright = np.asarray(evened_patch(patch), np.float32) / 127.5 - 1
    blob_px = max(sides_px(box)) * patch.scale
    for guess in _guesses(bright, blob_px, patch.scale, decoders.of_drawn):
        for modules in _modules(bright, guess):
            if text := text_of(modules, guess.kind, decoders):
                corners = tuple((float(x), float(y)) for x, y in guess.corners)
                return CodeReading(text, guess.kind.symbology, patch.in_frame(corners))
    return None


def text_of(bright: Floats, kind: MatrixKind, decoders: ErasureDecoders) -> str | None:
    """Of a symbol whose modules are so bright, from -1 to 1."""
    dark = _mended(bright, kind)
    return None if dark is None else read_modules(~dark, decoders.of_drawn[kind.symbology])


def erased_px(box: Box) -> float:
    """How many pixels its patch has, about."""
    return patch_px(box, ENLARGED, MOST_PX)


def _guesses(
    bright: Floats, blob_px: float, scale: float, symbologies: Collection[str]
) -> list[GridGuess]:
    """The likest first; a Data Matrix, which costs more, where no QR is."""
    found = _likely(bright, qr_guesses(bright, blob_px, scale)) if "qr" in symbologies else []
    if not found and "datamatrix" in symbologies:
        found = _likely(bright, data_matrix_guesses(bright, blob_px, scale))
    return found


def _likely(bright: Floats, guesses: list[GridGuess]) -> list[GridGuess]:
    found = [
        one
        for one in (fitted(bright, guess) for guess in guesses)
        if one.likeness >= LEAST_LIKENESS
    ]
    return sorted(found, key=lambda g: -g.likeness)


def _modules(bright: Floats, guess: GridGuess) -> Iterator[Floats]:
    """How bright each is, on the flat grid and as it bends."""
    rows, columns = guess.kind.wanted.shape
    grid = spread(guess.corners[None], middles(rows, columns)).reshape(2, rows, columns)
    return pulled(bright, grid, guess.kind.wanted, guess.module_px)


def _mended(bright: Floats, kind: MatrixKind) -> Bits | None:
    """The whole symbol, dark modules true, all of its words and finders right."""
    if kind.size:
        dark = mended(bright < 0, np.abs(bright), data_matrix_layout(kind.size))
        return None if dark is None else np.where(kind.wanted != 0, kind.wanted < 0, dark)
    form = format_of(-bright)
    return _mended_qr(bright, form) if form else None


def _mended_qr(bright: Floats, form: Format) -> Bits | None:
    layout, mask = layout_of(len(bright), form.level), masked(len(bright), form.mask)
    unmasked = mended((bright < 0) ^ mask, np.abs(bright), layout)
    if unmasked is None:
        return None
    drawn = _empty_qr((len(bright) - 17) // 4, form).copy()
    drawn.ravel()[layout.modules] = (unmasked ^ mask).ravel()[layout.modules]
    return drawn


@cache
def _empty_qr(version: int, form: Format) -> Bits:
    """One of that kind, for all its modules that hold no words."""
    drawn = create_barcode(
        "1", BarcodeFormat.QRCode, version=version, ecLevel=form.level, dataMask=form.mask
    )
    return np.asarray(drawn_modules(drawn) == 0)
