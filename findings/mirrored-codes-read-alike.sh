#!/bin/sh
# Guessed: a bar code seen in a mirror is unreadable, or its decoder says that it was mirrored.
# So:      zxing-cpp and ZBar read a Code 128 upside down and mirrored alike: the image below a mirroring edge comes with
#          orientation 0 (UP), as the label itself. Both read a mirrored QR code too; zxing-cpp's Python calls it turned by
#          90 degrees, ZBar says nothing. Neither has a field that tells.
# Version: zxing-cpp 3.1.1, pyzbar 0.1.9 (PyPI), libzbar 0.23.92 (Debian 12); 2026-11-30.
# Why:     a shiny table or a steel edge shows a second waybill. Two boxes of one code are no proof of two labels.
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

print("zxing-cpp", version("zxing-cpp"), "pyzbar", version("pyzbar"))


def drawn(kind):
    made = np.array(zxingcpp.create_barcode("RB000000005CN", kind).to_image(scale=3))
    return np.pad(made[..., 0] if made.ndim == 3 else made, 40, constant_values=255)


def said(picture):
    picture = np.ascontiguousarray(picture)
    (by_zxing,), (by_zbar,) = zxingcpp.read_barcodes(picture), pyzbar.decode(picture)
    return by_zxing.text, by_zxing.orientation, by_zbar.data.decode(), by_zbar.orientation


bars, square = drawn(zxingcpp.BarcodeFormat.Code128), drawn(zxingcpp.BarcodeFormat.QRCode)
print("Code 128                 ", said(bars))
print("mirrored by an edge below", said(bars[::-1]))
print("mirrored sideways        ", said(bars[:, ::-1]))
print("QR                       ", said(square))
print("QR mirrored              ", said(square[:, ::-1]))
assert said(bars) == said(bars[::-1]) == ("RB000000005CN", 0, "RB000000005CN", "UP")
assert said(bars[:, ::-1])[0] == said(square[:, ::-1])[0] == said(square[:, ::-1])[2] == "RB000000005CN"
(mirrored,) = zxingcpp.read_barcodes(np.ascontiguousarray(square[:, ::-1]))
assert mirrored.orientation == 90 and not [name for name in dir(mirrored) if "mirror" in name.lower()]
PY
