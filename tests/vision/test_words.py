import numpy as np
import pytest
from zxingcpp import BarcodeFormat, create_barcode

from samebag.vision.matrices import datamatrix_words, qr_words
from samebag.vision.matrices.code_words import SPARE_WORDS, Bits, WordLayout, mended
from samebag.vision.matrices.halves import drawn_modules

QR = [(version, level) for version in qr_words.VERSIONS for level in "LMQH"]
DATA_MATRICES = range(1, 49)  # as zxing numbers them


def _qr(version: int, level: str) -> tuple[Bits, WordLayout]:
    barcode = create_barcode(
        "ORD-48213" * version, BarcodeFormat.QRCode, version=version, ecLevel=level
    )
    dark = drawn_modules(barcode) == 0
    form = qr_words.format_of(np.where(dark, 1, -1).astype(np.float32))
    assert form is not None and form.level == level
    return dark ^ qr_words.masked(len(dark), form.mask), qr_words.layout_of(len(dark), level)


def _data_matrix(size: datamatrix_words.Size) -> tuple[Bits, WordLayout]:
    for number in DATA_MATRICES:
        dark = drawn_modules(create_barcode("48213", BarcodeFormat.DataMatrix, version=number)) == 0
        if dark.shape == (size.rows, size.columns):
            wanted = datamatrix_words.finders(size)
            assert (dark[wanted != 0] == (wanted[wanted != 0] < 0)).all()
            return dark, datamatrix_words.layout_of(size)
    raise AssertionError(size)


def _damaged(
    dark: Bits, layout: WordLayout, unsure: int, wrong: int, seed: int
) -> tuple[Bits, np.ndarray]:
    """In every block so many words are unsure, and as many others wrong that look sure."""
    rng, damaged, sure = np.random.default_rng(seed), dark.copy(), np.ones(dark.shape, np.float32)
    for block in layout.blocks:
        words = rng.permutation(block)[: unsure + wrong]
        for k, word in enumerate(words):
            hit = layout.modules[word][rng.permutation(8)[: rng.integers(1, 9)]]
            damaged.ravel()[hit] ^= True
            sure.ravel()[hit] = 0.1 if k < unsure else 1.0
    return damaged, sure


@pytest.mark.parametrize("symbol", [*QR, *datamatrix_words.SIZES], ids=str)
def test_words_known_to_be_bad_are_mended_up_to_the_spare_ones_in_every_size(
    symbol: tuple[int, str] | datamatrix_words.Size,
) -> None:
    dark, layout = _qr(*symbol) if isinstance(symbol, tuple) else _data_matrix(symbol)
    most = layout.checks - SPARE_WORDS
    damaged, sure = _damaged(dark, layout, most, 0, seed=1)
    whole = mended(damaged, sure, layout)
    assert whole is not None and (whole == dark).all()
    damaged, sure = _damaged(dark, layout, 0, most // 2, seed=2)
    whole = mended(damaged, sure, layout)
    assert whole is not None and (whole == dark).all()


@pytest.mark.parametrize(
    "symbol", [(1, "M"), (2, "M"), (4, "Q"), *datamatrix_words.SIZES[2:6]], ids=str
)
def test_one_bad_word_more_leaves_too_few_to_spare(
    symbol: tuple[int, str] | datamatrix_words.Size,
) -> None:
    dark, layout = _qr(*symbol) if isinstance(symbol, tuple) else _data_matrix(symbol)
    for seed in range(20):
        damaged, sure = _damaged(dark, layout, layout.checks - SPARE_WORDS + 1, 0, seed)
        assert mended(damaged, sure, layout) is None


def test_a_format_is_told_with_three_bits_of_both_copies_wrong_and_not_with_four() -> None:
    dark = (
        drawn_modules(create_barcode("ORD-48213", BarcodeFormat.QRCode, version=2, ecLevel="M"))
        == 0
    )
    darkness = np.where(dark, 1, -1).astype(np.float32)
    right = qr_words.format_of(darkness)
    for k in range(3):
        darkness[qr_words.FORMAT_NEAR[5 * k]] *= -1
        darkness[qr_words.FORMAT_FAR[4 * k]] *= -1
    assert right is not None and qr_words.format_of(darkness) == right
    darkness[qr_words.FORMAT_NEAR[1]] *= -1
    darkness[qr_words.FORMAT_FAR[1]] *= -1
    assert qr_words.format_of(darkness) is None
