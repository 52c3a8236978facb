#!/bin/sh
# Guessed: python-escpos' text() encodes each character for a code page that the printer's profile has, as it does for
#          "Größe" and "€", and switches with ESC t in between.
# So:      one character that no code page has, such as a Chinese one, makes it send the whole text as GB 18030 and no command
#          before it, with every profile. Letters such as ö and ß are then four bytes each, two of them digits: a printer
#          that knows GBK prints "0", "2" and "8" among signs, one that knows no Chinese prints none of it. Nothing is raised.
# Version: python-escpos 3.1 (PyPI); 2026-11-30.
# Why:     a merged label with the goods in Chinese and a German attribute on one line is right in every test without both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-escpos==3.1
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from escpos.printer import Dummy

print("python-escpos", version("python-escpos"))


def sent(text, profile):
    printer = Dummy(profile=profile)
    printer.text(text)
    return printer.output


for profile in ("default", "TM-T88III", "POS-5890"):
    german, both = sent("Größe", profile), sent("Größe 手机", profile)
    print(f"{profile:10} German: {german!r:40} both: {both!r}")
    assert b"\x1bt" in german and b"\x1bt" not in both and b"\x1c&" not in both
    assert both == "Größe 手机".encode("gb18030")
    assert "ö".encode("gb18030") == b"\x810\x8b2" and b"\x810\x8b2" in both
PY
