#!/bin/sh
# Guessed: pyzbar gives what it can read of a picture, and nothing for a symbol that it cannot.
# So:      one QR code that is a part of a sequence (structured append) makes decode() raise ValueError, and all other codes
#          of the picture are lost with it: ZBar reports such a part with no direction, which pyzbar's enumeration lacks.
#          zxing-cpp reads the part's text as if it were a code of its own.
# Version: pyzbar 0.1.9, libzbar 0.23.92 (Debian 12), zxing-cpp 3.1.1, segno 1.6.6 (PyPI); 2026-11-30.
# Why:     a flyer with such a code beside the bag takes the waybill away, or stops a loop that expects no exception.
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


def drawn(symbol):
    png = io.BytesIO()
    symbol.save(png, kind="png", scale=6, border=8)
    picture = np.array(Image.open(png).convert("L"))
    return np.pad(picture, ((0, 600 - len(picture)), (0, 0)), constant_values=255)


waybill = drawn(segno.make_qr("LX000000004CN"))
part = drawn(segno.make_sequence("one half of a text, and the other half of it", symbol_count=2)[0])
both = np.hstack([waybill, part])
print("waybill alone, pyzbar  :", [code.data.decode() for code in pyzbar.decode(waybill)])
try:
    told = [code.data.decode() for code in pyzbar.decode(both)]
except ValueError as error:
    told = f"ValueError: {error}"
print("with the part, pyzbar  :", told)
parts = [code.text for code in zxingcpp.read_barcodes(both)]
print("with the part, zxing   :", parts)
assert [code.data for code in pyzbar.decode(waybill)] == [b"LX000000004CN"]
assert isinstance(told, str) and "not a valid ZBarOrientation" in told
assert sorted(parts) == ["LX000000004CN", "one half of a text, an"]
PY
