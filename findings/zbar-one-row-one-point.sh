#!/bin/sh
# Guessed: a decoder that reads a linear code says where it lies: two ends at least.
# So:      ZBar collects the rows on which it read it. Where one row alone was read the location is one point, the end of
#          that row: polygon of one corner, rectangle of 0 x 0. Of a label half in glare that is what it often says.
# Version: pyzbar 0.1.9 (PyPI), libzbar 0.23.92 (Debian 12); 2026-11-30.
# Why:     who follows a label by its box, asks whether two boxes are one print, or whether its pixels changed, has no
#          pixel to look at: the code is read and yet never reported, or counted as a second label.
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

print("pyzbar", version("pyzbar"))
made = np.array(zxingcpp.create_barcode("RB000000005CN", zxingcpp.BarcodeFormat.Code128).to_image(scale=3))
made = np.pad(made[..., 0] if made.ndim == 3 else made, 40, constant_values=255)
row = made[made.shape[0] // 2]


def found(rows):
    frame = np.full((200, row.size), 255, np.uint8)
    frame[100 : 100 + rows] = row
    (code,) = pyzbar.decode(frame, symbols=[pyzbar.ZBarSymbol.CODE128])
    return code


for rows in (1, 2, 6):
    print(f"{rows} clear rows:", found(rows).data.decode(), tuple(found(rows).rect), [tuple(p) for p in found(rows).polygon])
one = found(1)
assert one.data == b"RB000000005CN" and len(one.polygon) == 1 and (one.rect.width, one.rect.height) == (0, 0)
assert found(2).rect.width > 0
PY
