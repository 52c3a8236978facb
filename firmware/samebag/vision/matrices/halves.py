"""Tells a half of a structured append from a whole code; zxing's Python hands out its text with no
sign of it. Pure.

Aztec and PDF417 say so beside the text. In QR and Data Matrix the first code word says it, and of
these there are only the modules as zxing sampled them, torn perhaps. So zxing itself mends them
once more: Reed-Solomon codes are linear, the sum of two symbols of one size is such a symbol too.
Added is the difference of two drawn ones, which turns the sign of structured append, and no other,
into the end of the text: of a half nothing is read then, and no error either.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from zxingcpp import (
    Barcode,
    BarcodeFormat,
    Binarizer,
    ErrorType,
    TextMode,
    create_barcode,
    read_barcodes,
)

from samebag.vision.geometry import Gray
from samebag.vision.matrices.datamatrix_words import placed
from samebag.vision.matrices.function_modules import function_modules

QUIET_MODULES, PAPER = 4, 255
# Pixels a module, and whether the symbol is known to fill the picture; the first alone settles 228
# of 240 drawn ones.
TRIES = ((2, True), (3, True), (3, False), (1, False), (4, True))
AZTEC_APPENDED = 6  # ISO/IEC 24778, annex F: symbology identifiers ]z6 and above
DATA_MATRICES = 48  # sizes, as drawers count them (ISO/IEC 16022, table 7, then ISO/IEC 21471)
# ISO/IEC 18004, table 2: the modes of digits 0001 and of letters 0010 differ by 0011, structured
# append's; 0000 ends. ISO/IEC 16022, 5.2.3: "A" is 66 and ")" 42, which differ by 104 as 233,
# structured append, does from 129, the end.
APPENDED = 233
APPENDED_MODE, DRAWN_MODE = 0b0011, 0b0001
DRAWN = {BarcodeFormat.QRCode: ("1", "A"), BarcodeFormat.DataMatrix: ("A", ")")}


def is_half(barcode: Barcode) -> bool:
    """Whether its text is but a part. So is, to be safe, that of a matrix whose modules zxing does
    not read again."""
    if barcode.symbology == BarcodeFormat.Aztec:
        return int(barcode.symbology_identifier[2:] or "0", 16) >= AZTEC_APPENDED
    if barcode.symbology == BarcodeFormat.PDF417:
        return "FileId" in said_beside(barcode)
    return barcode.symbology in DRAWN and _is_appended(barcode)


def said_beside(barcode: Barcode) -> dict[str, object]:
    """What zxing says of a symbol beside its text: version, level, unused error correction."""
    return barcode.extra if isinstance(barcode.extra, dict) else {}


def _is_appended(barcode: Barcode) -> bool:
    """Symbols without a torn module, which are most, are seen through quickly."""
    modules, kind = drawn_modules(barcode), _Kind.of(*_named(barcode))
    if barcode.symbology == BarcodeFormat.DataMatrix and modules.shape != kind.drawn.shape:
        modules = _mirrored(modules)
    if modules.shape[0] != modules.shape[1]:  # zxing does not say why it refuses an oblong one
        return _first_word(modules, kind) == APPENDED
    if said_beside(barcode)["UEC"] == 1 and not _may_be_appended(modules, kind):
        return False
    return _ends_at_once(modules, barcode)


def _may_be_appended(modules: Gray, kind: _Kind) -> bool:
    """As it lies, or as a mirror shows it."""
    if kind.symbology == BarcodeFormat.DataMatrix:
        return APPENDED in (_first_word(modules, kind), _first_word(_mirrored(modules), kind))
    return APPENDED_MODE in (_first_mode(modules, kind), _first_mode(modules.T, kind))


def _first_mode(qr: Gray, kind: _Kind) -> int:
    """By how it differs from that of the one drawn, which has the same mask."""
    differs = (qr[-2:, -2:] ^ kind.drawn[-2:, -2:])[
        ::-1, ::-1
    ].ravel() > 0  # from the lower right corner, leftwards
    return DRAWN_MODE ^ int("".join(map(str, differs.astype(int))), 2)


def _mirrored(data_matrix: Gray) -> Gray:
    return data_matrix[::-1, ::-1].T


def _first_word(data_matrix: Gray, kind: _Kind) -> int:
    """As sampled."""
    dark = data_matrix[~kind.fixed.all(1)][:, ~kind.fixed.all(0)] == 0
    word = 0
    for place in placed(*dark.shape)[0]:
        word = 2 * word + int(dark[place])
    return word


def _ends_at_once(sampled: Gray, barcode: Barcode) -> bool:
    kind = _Kind.of(*_named(barcode))
    for turned in (sampled, sampled.T, _mirrored(sampled)):  # a mirror shows QR and Data Matrix so
        symbol = np.where(kind.fixed, kind.drawn, turned ^ kind.added)
        for module_px, fills in TRIES:
            for found in _read(symbol, barcode, module_px, fills):
                if _is_mended(found):
                    return not found.bytes and not found.error
    return True


def _is_mended(barcode: Barcode) -> bool:
    """Whether its code words are right, be they a text or not."""
    return "UEC" in said_beside(barcode) and not (
        barcode.error and barcode.error.type == ErrorType.Checksum
    )


def _read(modules: Gray, barcode: Barcode, module_px: int, fills: bool) -> list[Barcode]:
    return read_barcodes(
        np.pad(modules, QUIET_MODULES, constant_values=PAPER)
        .repeat(module_px, 0)
        .repeat(module_px, 1),
        formats=barcode.symbology,  # type: ignore[arg-type]  # its stub lacks single formats
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
        binarizer=Binarizer.BoolCast,
        text_mode=TextMode.Plain,
        is_pure=fills,
        return_errors=True,
    )


def _named(barcode: Barcode) -> tuple[BarcodeFormat, str, str, str]:
    """Symbology, size, level of error correction and mask."""
    said = said_beside(barcode)
    size, level, mask = (str(said.get(key, "")) for key in ("Version", "ECLevel", "DataMask"))
    return BarcodeFormat(barcode.symbology), size, level, mask


@dataclass(frozen=True, slots=True)
class _Kind:
    """Of symbols of one size and level: one of them, the difference to another, and which modules
    are alike in all."""

    symbology: BarcodeFormat
    drawn: Gray
    added: Gray
    fixed: npt.NDArray[np.bool_]

    @staticmethod
    @cache
    def of(symbology: BarcodeFormat, size: str, level: str, mask: str) -> _Kind:
        """Both have that mask, which falls out of the difference."""
        is_qr = symbology == BarcodeFormat.QRCode
        version = int(size) if is_qr else _number_of(size)
        options: dict[str, object] = {"ecLevel": level, "dataMask": int(mask)} if is_qr else {}
        one, other = (
            drawn_modules(create_barcode(text, symbology, version=version, **options))
            for text in DRAWN[symbology]
        )
        fixed = function_modules(len(one)) != 0 if is_qr else _finders(one | other)
        return _Kind(symbology, one, one ^ other, fixed)


def _finders(light: Gray) -> npt.NDArray[np.bool_]:
    """The modules of a Data Matrix's finders: solid lines left and below each region, broken ones
    right and above."""
    left, below = _solid(light), _solid(_mirrored(light))[::-1]
    return np.asarray((below | np.roll(below, 1))[:, None] | (left | np.roll(left, -1)))


def _solid(light: Gray) -> npt.NDArray[np.bool_]:
    """Which columns are dark throughout, the one before being light and dark in turn; the first
    follows the last."""
    in_turn = (light > 0) == (np.arange(len(light)) % 2 == 0)[:, None]
    return np.asarray((light == 0).all(0) & np.roll(in_turn.all(0), 1))


@cache
def _number_of(size: str) -> int:
    """Of a Data Matrix with so many modules, as 12x26."""
    for number in range(1, DATA_MATRICES + 1):
        rows, columns = drawn_modules(
            create_barcode("A", BarcodeFormat.DataMatrix, version=number)
        ).shape
        if f"{rows}x{columns}" == size:
            return number
    raise ValueError(f"no Data Matrix has {size} modules")


def drawn_modules(barcode: Barcode) -> Gray:
    """Its modules, a pixel each."""
    return np.array(barcode.to_image(scale=1, add_quiet_zones=False))
