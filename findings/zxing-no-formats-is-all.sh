#!/bin/sh
# Guessed: zxing-cpp told to look for no format at all (formats=() in Python) finds nothing.
# So:      an empty collection means every format, as the default does; "none" cannot be said.
# Version: zxing-cpp 3.1.1 (PyPI), Python 3.11; 2026-11-30.
# Why:     a station that filters the formats of a second look by what its settings have switched on, and ends up with
#          none, reads goods' EANs and whatever else lies there instead of nothing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check zxing-cpp==3.1.1 numpy==2.3.5
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import numpy as np
import zxingcpp

print("zxing-cpp", version("zxing-cpp"))
drawn = np.array(zxingcpp.create_barcode("4006381333931", zxingcpp.BarcodeFormat.EAN13).to_image(scale=3))
frame = np.pad(drawn[..., 0] if drawn.ndim == 3 else drawn, 40, constant_values=255)


def found(**formats):
    return [(str(code.format), code.text) for code in zxingcpp.read_barcodes(frame, **formats)]


print("formats=QRCode :", found(formats=zxingcpp.BarcodeFormat.QRCode))
print("formats=()     :", found(formats=()))
print("not given      :", found())
assert found(formats=zxingcpp.BarcodeFormat.QRCode) == []
assert found(formats=()) == found() != []
PY
