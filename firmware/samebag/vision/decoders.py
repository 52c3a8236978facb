"""The two libraries that find codes, behind one small interface. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pyzbar import pyzbar
from zxingcpp import Barcode, BarcodeFormat, Binarizer, TextMode, read_barcodes

from samebag.core.events import Box
from samebag.vision.geometry import Gray, around, clockwise
from samebag.vision.matrices.halves import is_half, said_beside

BARS = frozenset({"code128", "code39", "codabar", "itf", "databar"})
MATRICES = frozenset({"qr", "datamatrix", "aztec", "maxicode"})
STACKED = frozenset({"pdf417", "databar"})  # these have rows
GOODS = frozenset({"ean"})  # read only to know that they are no labels
# no check character: a part of the bars, or other bars, may pass for a code
UNCHECKED = frozenset({"codabar", "itf"})
# characters; carriers print 12 at least: DHL's Identcode, Yamato's 12 digits and two letters
LEAST_UNCHECKED = 8
_FORMATS = {
    "code128": BarcodeFormat.Code128,
    "code39": BarcodeFormat.Code39Std,  # Code39 would read "PO/A" as the extended "PO!"
    "codabar": BarcodeFormat.Codabar,
    "itf": BarcodeFormat.ITF,
    "databar": BarcodeFormat.DataBar,
    "pdf417": BarcodeFormat.PDF417,
    "qr": BarcodeFormat.QRCodeModel2,  # QRCode would admit Micro QR and its phantom texts
    "datamatrix": BarcodeFormat.DataMatrix,
    "aztec": BarcodeFormat.AztecCode,  # Aztec would admit runes, three digits without a length
    "maxicode": BarcodeFormat.MaxiCode,
    "ean": BarcodeFormat.EANUPC,
}
_SYMBOLOGIES = {
    BarcodeFormat.Code128: "code128",
    BarcodeFormat.Code39: "code39",
    BarcodeFormat.Codabar: "codabar",
    BarcodeFormat.ITF: "itf",
    BarcodeFormat.DataBar: "databar",
    BarcodeFormat.PDF417: "pdf417",
    BarcodeFormat.QRCode: "qr",
    BarcodeFormat.DataMatrix: "datamatrix",
    BarcodeFormat.Aztec: "aztec",
    BarcodeFormat.MaxiCode: "maxicode",
    BarcodeFormat.EANUPC: "ean",
}
_ZBARS = {"code128": "CODE128", "code39": "CODE39", "codabar": "CODABAR", "itf": "I25"}
_OF_ZBAR = {name: symbology for symbology, name in _ZBARS.items()}
_HEADINGS_DEG = {"UP": 0.0, "RIGHT": 90.0, "DOWN": 180.0, "LEFT": 270.0}


class DecodeError(Exception):
    """A decoder refused a frame. The message names decoder and fault."""


@dataclass(frozen=True, slots=True)
class CodeReading:
    """What one decoder says; not yet confirmed. Without text: a matrix that was found but is
    torn."""

    text: str
    symbology: str
    box: Box
    modules: int = 0  # a side, of a torn QR


class Decoder(Protocol):
    """A library that finds codes. ``gray`` is a C-contiguous array that is not empty."""

    @property
    def name(self) -> str: ...
    def read(self, gray: Gray) -> list[CodeReading]: ...


@dataclass(frozen=True, slots=True)
class ZXing:
    """zxing-cpp: quick on whole frames, and the only one whose QR text is right in Chinese."""

    symbologies: frozenset[str]
    turned: bool = True  # looks along columns too
    binarizer: Binarizer = Binarizer.LocalAverage
    name: str = "zxing"

    def read(self, gray: Gray) -> list[CodeReading]:
        return [r for r in self.find(gray) if r.text]

    def find(self, gray: Gray) -> list[CodeReading]:
        """What is read and what is torn."""
        if not self.symbologies:  # zxing takes none for all
            return []
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
        return [_reading(b) for b in found if b.symbology in _SYMBOLOGIES and not _is_made_up(b)]


def _is_made_up(barcode: Barcode) -> bool:
    return _SYMBOLOGIES[barcode.symbology] in UNCHECKED and len(barcode.text) < LEAST_UNCHECKED


def _reading(barcode: Barcode) -> CodeReading:
    symbology, box = _SYMBOLOGIES[barcode.symbology], _corners(barcode)
    if barcode.valid:
        return CodeReading("" if is_half(barcode) else barcode.text, symbology, box)
    version = str(said_beside(barcode).get("Version", ""))
    is_qr = symbology == "qr" and version.isdigit()
    # ISO/IEC 18004, 7.3.1
    return CodeReading("", symbology, box, 17 + 4 * int(version) if is_qr else 0)


def _corners(barcode: Barcode) -> Box:
    at = barcode.position
    corners = tuple(
        (float(p.x), float(p.y))
        for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    )
    return clockwise(corners)


@dataclass(frozen=True, slots=True)
class ZBar:
    """libzbar, for bars only: its QR reader aborts the process (pyzbar#143, #158) and garbles
    Chinese."""

    symbologies: frozenset[str]
    name: str = "zbar"

    def read(self, gray: Gray) -> list[CodeReading]:
        height, width = gray.shape
        # naming the symbols keeps DataBar and PDF417 off, which print assertions to stderr
        # (mchehab/zbar#177)
        symbols = [pyzbar.ZBarSymbol[_ZBARS[s]] for s in self.symbologies if s in _ZBARS]
        try:
            found = pyzbar.decode((gray.tobytes(), width, height), symbols=symbols)
        except pyzbar.PyZbarError as err:
            raise DecodeError(f"zbar: {err}") from err
        # pyzbar knows no name for what libzbar found, as for a structured append; others read on
        except ValueError:
            return []
        known = (
            d for d in found if d.data and d.type in _OF_ZBAR and d.orientation in _HEADINGS_DEG
        )
        return [
            CodeReading(
                _text(d.data), _OF_ZBAR[d.type], around(d.polygon, _HEADINGS_DEG[d.orientation])
            )
            for d in known
        ]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
