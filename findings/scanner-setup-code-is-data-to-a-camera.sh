#!/bin/sh
# Guessed: a hand scanner's setup barcode (Code 128 with FNC3, which tells the scanner to obey and to send nothing) says
#          nothing to a decoder of pictures, or at least looks other than data.
# So:      both decoders give its text as the text of a common Code 128. zxing-cpp has the same symbology identifier as for
#          data, ]C0, and tells it apart only in `extra`; ZBar does not tell it apart at all.
# Version: zxing-cpp 3.1.1, pyzbar 0.1.9 (PyPI), libzbar 0.23.92 (Debian 12); 2026-11-30.
# Why:     the sheet by which a technician sets the hand scanner lies on the table: the scanner sends nothing of it, and the
#          camera reports a code that no order has.
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


def told(**options):
    made = zxingcpp.create_barcode("SETTING1", zxingcpp.BarcodeFormat.Code128, **options)
    frame = np.array(made.to_image(scale=3, add_quiet_zones=True))
    (by_zxing,) = zxingcpp.read_barcodes(frame)
    (by_zbar,) = pyzbar.decode(frame, symbols=[pyzbar.ZBarSymbol.CODE128])
    return (by_zxing.text, by_zxing.symbology_identifier, by_zxing.extra), (by_zbar.data, by_zbar.type)


data, setup = told(), told(reader_init=True)
print("data :", *data)
print("setup:", *setup)
assert data == (("SETTING1", "]C0", None), (b"SETTING1", "CODE128"))
assert setup == (("SETTING1", "]C0", {"ReaderInit": True}), (b"SETTING1", "CODE128"))
PY
