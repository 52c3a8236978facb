#!/bin/sh
# Guessed: segno.make() of a short order number gives a QR code, which every reader of QR codes reads.
# So:      it gives the smallest symbol there is, and for up to some twenty characters that is a Micro QR Code, another
#          symbology: ZBar has none, and zxing-cpp asked for QR Code Model 2 finds nothing. segno.make_qr() gives the other.
# Version: segno 1.6.6, zxing-cpp 3.1.1, pyzbar 0.1.9 (PyPI), libzbar 0.23.92 (Debian 12); 2026-11-30.
# Why:     a store that prints its own lists has a code on them that the station never sees; those of long numbers are seen.
# Needs:   libzbar0 of Debian 12, where pyzbar looks for its library.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  segno==1.6.6 zxing-cpp==3.1.1 pyzbar==0.1.9 numpy==2.3.5 pillow==12.0.0
"$folder/venv/bin/python" - <<'PY'
import io
from importlib.metadata import version

import numpy as np
import segno
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

print({name: version(name) for name in ("segno", "zxing-cpp", "pyzbar")})


def read(symbol):
    drawn = io.BytesIO()
    symbol.save(drawn, kind="png", scale=6, border=4)
    frame = np.array(Image.open(drawn).convert("L"))
    by_zxing = [code.text for code in zxingcpp.read_barcodes(frame, formats=zxingcpp.BarcodeFormat.QRCodeModel2)]
    return by_zxing, [code.data.decode() for code in pyzbar.decode(frame)]


for number in ("1001", "A-1001", "LX000000004CN"):
    small, full = segno.make(number), segno.make_qr(number)
    print(f"{number:14} make(): {small.designator:5} {read(small)}   make_qr(): {full.designator:5} {read(full)}")
    assert small.is_micro and read(small) == ([], [])
    assert not full.is_micro and read(full) == ([number], [number])
PY
