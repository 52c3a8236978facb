#!/bin/sh
# Guessed: what a scanner read is text, so journalctl -o json gives it as a string, and -o short prints it.
# So:      GS (0x1D), which parts the fields of a GS1 code, makes journalctl take the whole field for binary, though it is
#          UTF-8: JSON has it as a list of numbers, -o short as "[22B blob data]". Tab and line feed do not. A field of
#          more than 4,096 bytes is null in JSON, unless --all is given.
# Version: systemd 252 (252.39-1~deb12u2, Debian 12); 2026-11-30.
# Why:     who reads a station's journal from afar looks for the code that stands on the bag, and finds no such text; of a
#          field that holds a bag's whole story, nothing.
# Needs:   Debian 12 with journalctl; two more of its packages are unpacked in the temporary folder.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
apt-get download --quiet systemd-journal-remote=252.39-1~deb12u2 libmicrohttpd12=0.9.75-6 >log 2>&1 || { cat log; exit 1; }
for package in *.deb; do dpkg -x "$package" root; done
python3 - <<'PY'
import struct
from pathlib import Path

FIELDS = (b"010950110153000310AB\x1d77", b"a\tb", b"x" * 4097)
with Path("codes.export").open("wb") as out:
    for number, value in enumerate(FIELDS):
        out.write(b"__REALTIME_TIMESTAMP=%d\n" % (1_800_000_000_000_000 + number))
        out.write(b"__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%s\n" % (1 + number, b"0123456789abcdef" * 2))
        for name in (b"MESSAGE", b"CODE"):
            out.write(name + b"\n" + struct.pack("<Q", len(value)) + value + b"\n")
        out.write(b"\n")
PY
LD_LIBRARY_PATH=$(echo "$folder"/root/usr/lib/*-linux-gnu) \
  root/lib/systemd/systemd-journal-remote -o "$folder/codes.journal" codes.export >log 2>&1 || { cat log; exit 1; }
journalctl --version | head -1
journalctl --file codes.journal -o json >told.json 2>/dev/null
journalctl --file codes.journal -o json --all >all.json 2>/dev/null
journalctl --file codes.journal -o short --utc >short.txt 2>/dev/null
python3 - <<'PY'
import json
from pathlib import Path


def told(name):
    return [json.loads(line)["CODE"] for line in Path(name).read_text().splitlines()]


with_gs, with_tab, long = told("told.json")
first = Path("short.txt").read_text().splitlines()[0]
print("with GS  :", with_gs)
print("with tab :", repr(with_tab))
print("4,097 B  :", long, "- with --all:", len(told("all.json")[2]), "characters")
print("-o short :", first)
assert bytes(with_gs) == b"010950110153000310AB\x1d77" and with_tab == "a\tb"
assert long is None and told("all.json")[2] == "x" * 4097
assert first.endswith("[23B blob data]")
PY
