#!/bin/sh
# Guessed: two decoders that both read a Code 39 symbol say the same text.
# So:      "/" and "A" together are also the sign "!" of full ASCII Code 39, and nothing in the symbol tells which is
#          meant. zxing-cpp, asked for Code 39, takes it for full ASCII wherever it can be; ZBar never does. Only
#          Code39Std makes zxing-cpp say what is printed below the bars.
# Version: zxing-cpp 3.1.1, pyzbar 0.1.9 (PyPI), libzbar 0.23.92 (Debian 12); 2026-11-30.
# Why:     order numbers such as PO/A12345 stand on cargo lists as Code 39: one decoder's text is in the book, the other's
#          is not, and two decoders that should confirm each other never do.
# Needs:   libzbar0 of Debian 12, where pyzbar looks for its library.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check zxing-cpp==3.1.1 pyzbar==0.1.9 numpy==2.3.5
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import numpy as np
import zxingcpp
from pyzbar import pyzbar
from zxingcpp import BarcodeFormat

print("zxing-cpp", version("zxing-cpp"), "pyzbar", version("pyzbar"))
made = np.array(zxingcpp.create_barcode("PO/A12345", BarcodeFormat.Code39Std).to_image(scale=3))
frame = np.pad(made[..., 0] if made.ndim == 3 else made, 40, constant_values=255)


def by_zxing(kind):
    return [code.text for code in zxingcpp.read_barcodes(frame, formats=kind)]


by_zbar = [code.data.decode() for code in pyzbar.decode(frame, symbols=[pyzbar.ZBarSymbol.CODE39])]
print("zxing-cpp, Code39   :", by_zxing(BarcodeFormat.Code39))
print("zxing-cpp, Code39Std:", by_zxing(BarcodeFormat.Code39Std))
print("ZBar                :", by_zbar)
assert by_zxing(BarcodeFormat.Code39) == ["PO!12345"]
assert by_zxing(BarcodeFormat.Code39Std) == by_zbar == ["PO/A12345"]
PY
