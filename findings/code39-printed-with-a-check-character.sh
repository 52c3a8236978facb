#!/bin/sh
# Guessed: python-barcode's Code 39 of PO1001 is read as PO1001: Code 39 needs no check character.
# So:      it appends one unless add_checksum=False is given. Readers do not strip it, as nothing in the symbol tells that it
#          is there: zxing-cpp and ZBar both read PO10018.
# Version: python-barcode 0.16.1, zxing-cpp 3.1.1, pyzbar 0.1.9 (PyPI), libzbar 0.23.92 (Debian 12); 2026-11-30.
# Why:     a list printed by such a script bears a code that is in no order file, one character longer than what a person
#          reads off the screen; its bags are unknown.
# Needs:   libzbar0 of Debian 12, where pyzbar looks for its library.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  'python-barcode[images]==0.16.1' zxing-cpp==3.1.1 pyzbar==0.1.9 numpy==2.3.5 pillow==12.0.0
"$folder/venv/bin/python" - <<'PY'
import io
from importlib.metadata import version

import barcode
import numpy as np
import zxingcpp
from barcode.writer import ImageWriter
from PIL import Image
from pyzbar import pyzbar

print({name: version(name) for name in ("python-barcode", "zxing-cpp", "pyzbar")})


def read(**options):
    drawn = io.BytesIO()
    barcode.Code39("PO1001", writer=ImageWriter(), **options).write(drawn)
    frame = np.array(Image.open(drawn).convert("L"))
    return [code.text for code in zxingcpp.read_barcodes(frame)], [code.data.decode() for code in pyzbar.decode(frame)]


print("as it is           :", read())
print("add_checksum=False :", read(add_checksum=False))
assert read() == (["PO10018"], ["PO10018"])
assert read(add_checksum=False) == (["PO1001"], ["PO1001"])
PY
