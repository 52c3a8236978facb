"""The readers that the reading bench compares: what a user would otherwise pick, the prototype, and
Samebag."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import cv2
from PIL import Image
from pyzbar.pyzbar import ZBarSymbol
from pyzbar.pyzbar import decode as zbar_decode
from zxingcpp import BarcodeFormat, TextMode, read_barcodes

from samebag.core.symbologies import ALL, DEFAULT
from samebag.vision.reader import Reader, Seen
from tests.bench.reading_frames import Gray

Read = Callable[[Gray, float], set[str]]  # a frame and its time in seconds; the texts read
Readers = dict[str, Callable[[], Read]]  # by name; each call gives one that remembers nothing
PYZBAR, SAMEBAG = "pyzbar", "**Samebag**"


def for_stills(reading: Path) -> Readers:
    return {**_peers(reading), SAMEBAG: _still}


def for_sequences(reading: Path) -> Readers:
    """The peers read every frame afresh; Samebag remembers."""
    return {**_peers(reading), SAMEBAG: _live}


def for_pictures() -> Readers:
    """All peers that are installed, also those that nobody would pick for bags."""
    return {
        PYZBAR: lambda: _pyzbar,
        "zxing-cpp": lambda: _zxing,
        "zxing-cpp, tuned": lambda: _tuned_zxing,
        "OpenCV QR": _opencv_qr,
        "OpenCV bars": _opencv_bars,
        **{name: fresh for name, module, fresh in _OTHERS if find_spec(module)},
        SAMEBAG: _still,
    }


def for_false_reads() -> Readers:
    """With every symbology that they can have on."""
    return {"zxing-cpp": lambda: _zxing, SAMEBAG: lambda: _still(ALL)}


def _peers(reading: Path) -> Readers:
    peers: Readers = {PYZBAR: lambda: _pyzbar, "zxing-cpp": lambda: _zxing}
    if (reading / "prototype.py").exists():
        peers["prototype"] = lambda: _prototype(reading)
    return peers


def _pyzbar(gray: Gray, at_s: float) -> set[str]:
    found = zbar_decode(gray, symbols=[ZBarSymbol.CODE128, ZBarSymbol.QRCODE])
    return {code.data.decode("utf-8", "replace") for code in found}


def _zxing(gray: Gray, at_s: float) -> set[str]:
    """All defaults: every format."""
    return {code.text for code in read_barcodes(gray)}


def _tuned_zxing(gray: Gray, at_s: float) -> set[str]:
    """The three formats that labels have, with all that it can try."""
    found = read_barcodes(
        gray,
        formats=(BarcodeFormat.Code128, BarcodeFormat.QRCodeModel2, BarcodeFormat.DataMatrix),  # type: ignore[arg-type]  # its stub lacks tuples
        text_mode=TextMode.Plain,
    )
    return {code.text for code in found}


def _opencv_qr() -> Read:
    detector = cv2.QRCodeDetectorAruco()
    return lambda gray, at_s: {text for text in detector.detectAndDecodeMulti(gray)[1] if text}


def _opencv_bars() -> Read:
    detector = cv2.barcode.BarcodeDetector()
    return lambda gray, at_s: {text for text in detector.detectAndDecodeMulti(gray)[1] if text}


def _rxing() -> Read:
    read = import_module("pyrxing").read_barcodes
    return lambda gray, at_s: {code.text for code in read(Image.fromarray(gray))}


def _quirc() -> Read:
    decoder = import_module("deqr").QuircDecoder()

    def read(gray: Gray, at_s: float) -> set[str]:
        found = decoder.decode(gray.copy(), convert_data=False)  # it writes into the picture
        parts = (b"".join(entry.data for entry in code.data_entries) for code in found)
        return {part.decode("utf-8", "replace") for part in parts}

    return read


_OTHERS = (("rxing", "pyrxing", _rxing), ("quirc", "deqr", _quirc))  # by the names of their modules


def _prototype(reading: Path) -> Read:
    if str(reading) not in sys.path:
        sys.path.append(str(reading))
    read = import_module("prototype").final(True)
    return lambda gray, at_s: {text for text, _, _ in read(gray)}


def _still(symbologies: frozenset[str] = DEFAULT) -> Read:
    reader = Reader(symbologies)
    return lambda gray, at_s: _texts(reader.still(gray))


def _live() -> Read:
    reader = Reader()
    return lambda gray, at_s: _texts(reader.frame(gray, at_s))


def _texts(seen: Seen) -> set[str]:
    return {sighting.code for sighting in seen.sightings}
