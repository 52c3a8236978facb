"""The two libraries that find codes, behind one small interface. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pyzbar import pyzbar
from zxingcpp import Barcode, BarcodeFormat, Binarizer, TextMode, read_barcodes

from samebag.core.events import Box
from samebag.vision.boxes import Gray, around, clockwise

BARS = frozenset({"code128", "code39"})
MATRICES = frozenset({"qr", "datamatrix"})
GOODS = frozenset({"ean"})  # read only to know that they are no labels
_FORMATS = {
    "code128": BarcodeFormat.Code128,
    "code39": BarcodeFormat.Code39,
    "qr": BarcodeFormat.QRCodeModel2,  # QRCode would admit Micro QR and its phantom texts
    "datamatrix": BarcodeFormat.DataMatrix,
    "ean": BarcodeFormat.EANUPC,
}
_SYMBOLOGIES = {
    BarcodeFormat.Code128: "code128",
    BarcodeFormat.Code39: "code39",
    BarcodeFormat.QRCode: "qr",
    BarcodeFormat.DataMatrix: "datamatrix",
    BarcodeFormat.EANUPC: "ean",
}
_HEADINGS_DEG = {"UP": 0.0, "RIGHT": 90.0, "DOWN": 180.0, "LEFT": 270.0}


class DecodeError(Exception):
    """A decoder refused a frame. The message names decoder and fault."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one decoder says; not yet confirmed. Without text: a matrix that was found but is torn."""

    text: str
    symbology: str
    box: Box
    modules: int = 0  # a side, of a torn QR


class Decoder(Protocol):
    """A library that finds codes. ``gray`` is a C-contiguous array that is not empty."""

    @property
    def name(self) -> str: ...
    def read(self, gray: Gray) -> list[Reading]: ...


@dataclass(frozen=True, slots=True)
class ZXing:
    """zxing-cpp: quick on whole frames, and the only one whose QR text is right in Chinese."""

    symbologies: frozenset[str]
    turned: bool = True  # looks along columns too
    binarizer: Binarizer = Binarizer.LocalAverage
    name: str = "zxing"

    def read(self, gray: Gray) -> list[Reading]:
        return [r for r in self.find(gray) if r.text]

    def find(self, gray: Gray) -> list[Reading]:
        """What is read and what is torn."""
        try:
            found = read_barcodes(
                gray,
                formats=tuple(_FORMATS[s] for s in self.symbologies),  # type: ignore[arg-type]  # its stub lacks tuples
                try_rotate=self.turned,
                try_downscale=False,  # reading at half size makes up texts
                try_invert=False,
                binarizer=self.binarizer,
                text_mode=TextMode.Plain,  # the default adds parentheses to GS1 texts
                return_errors=bool(self.symbologies & MATRICES),
            )
        except (ValueError, RuntimeError) as err:
            raise DecodeError(f"zxing: {err}") from err
        return [_reading(b) for b in found if b.symbology in _SYMBOLOGIES]


def _reading(barcode: Barcode) -> Reading:
    extra = barcode.extra if isinstance(barcode.extra, dict) else {}
    version = str(extra.get("Version", ""))
    modules = 17 + 4 * int(version) if version.isdigit() else 0  # ISO/IEC 18004, 7.3.1
    return Reading(barcode.text if barcode.valid else "", _SYMBOLOGIES[barcode.symbology], _corners(barcode), modules)


def _corners(barcode: Barcode) -> Box:
    at = barcode.position
    corners = tuple((float(p.x), float(p.y)) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
    return clockwise(corners)


@dataclass(frozen=True, slots=True)
class ZBar:
    """libzbar, for bars only: its QR reader aborts the process (pyzbar#143, #158) and garbles Chinese."""

    symbologies: frozenset[str]
    name: str = "zbar"

    def read(self, gray: Gray) -> list[Reading]:
        height, width = gray.shape
        # naming the symbols keeps DataBar and PDF417 off, which print assertions to stderr (mchehab/zbar#177)
        symbols = [pyzbar.ZBarSymbol[s.upper()] for s in self.symbologies & BARS]
        try:
            found = pyzbar.decode((gray.tobytes(), width, height), symbols=symbols)
        except pyzbar.PyZbarError as err:
            raise DecodeError(f"zbar: {err}") from err
        return [
            Reading(d.data.decode("utf-8", "replace"), d.type.lower(), around(d.polygon, _HEADINGS_DEG[d.orientation]))
            for d in found
            if d.data and d.orientation in _HEADINGS_DEG
        ]
