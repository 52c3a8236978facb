"""The journal goes to a real systemd-journal-remote over TLS, and all of it arrives, once, though
the link was cut."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from .guest import Guest
from .machine import until
from .orders import Bag, demo_bags

HUB = "10.9.0.2"
FOLDER = "/etc/hil"
KEYS = f"""
set -e; mkdir -p {FOLDER}; cd {FOLDER}; export RANDFILE=/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=ca \\
  -keyout ca.key -out ca.crt
for name in hub station; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$name \\
    -keyout $name.key -out $name.csr
  echo "subjectAltName=IP:{HUB}" >$name.ext
  openssl x509 -req -in $name.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 \\
    -extfile $name.ext -out $name.crt
done
chmod 644 *.key
"""
# Debian builds systemd without GnuTLS: its hub cannot check a station's certificate (--trust),
# stations check the hub's
LINK = f"""
set -e; ip netns add hub; ip link add wire type veth peer name wire netns hub
ip address add 10.9.0.1/24 dev wire; ip link set wire up
ip -n hub address add {HUB}/24 dev wire; ip -n hub link set wire up; ip -n hub link set lo up
mkdir -p /var/log/hub
systemd-run --quiet --unit=hub -p NetworkNamespacePath=/run/netns/hub \\
  /lib/systemd/systemd-journal-remote \\
  --listen-https=19532 --split-mode=none --output=/var/log/hub/hub.journal \\
  --key={FOLDER}/hub.key --cert={FOLDER}/hub.crt
"""
UPLOAD = f"""[Upload]
URL=https://{HUB}:19532
ServerKeyFile={FOLDER}/station.key
ServerCertificateFile={FOLDER}/station.crt
TrustedCertificateFile={FOLDER}/ca.crt
"""
ARRIVES_S = 120.0  # RestartSec of the upload, and TCP's patience after the link is back
CUT_S = 20


def test_every_line_arrives_once_with_its_fields_though_the_link_was_cut(scanner: Guest) -> None:
    bags = demo_bags()
    scanner.run(KEYS)
    scanner.run(LINK)
    scanner.put("/etc/systemd/journal-upload.conf", UPLOAD)
    scanner.run("systemctl start systemd-journal-upload")
    pass_one(scanner, bags)
    until(lambda: len(arrived(scanner)) >= 1, "a match at the hub", ARRIVES_S, 1.0)

    scanner.run("ip link set wire down")
    for _ in range(3):
        pass_one(scanner, bags)
    scanner.run(f"sleep {CUT_S}")
    scanner.run("ip link set wire up")
    pass_one(scanner, bags)
    until(lambda: len(arrived(scanner)) >= 5, "all matches at the hub", ARRIVES_S, 1.0)

    here, there = told(scanner.journal("SAMEBAG_EVENT=match")), told(arrived(scanner))
    assert there == here
    assert set(here.values()) == {1}


def pass_one(guest: Guest, bags: Iterator[Bag]) -> None:
    bag = next(bags)
    guest.lone("green", guest.scan(bag.waybill, bag.cargo_list))


def arrived(guest: Guest) -> list[dict[str, str]]:
    """The matches that the hub has."""
    lines = guest.run(
        "journalctl --no-pager --file /var/log/hub/hub.journal -o json SAMEBAG_EVENT=match",
        ok=(0, 1),
    )
    return [json.loads(line) for line in lines.splitlines() if line.startswith("{")]


def told(entries: list[dict[str, str]]) -> Counter[tuple[tuple[str, str], ...]]:
    """How often each entry is there, with every field that we gave it."""
    named = ("MESSAGE", "MESSAGE_ID", "PRIORITY", "_BOOT_ID", "__REALTIME_TIMESTAMP")
    return Counter(
        tuple(sorted((k, v) for k, v in entry.items() if k in named or k.startswith("SAMEBAG_")))
        for entry in entries
    )
