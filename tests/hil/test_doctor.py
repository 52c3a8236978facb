"""samebag doctor on the installed station: beside the running one, and with the devices for
itself."""

from __future__ import annotations

import json
import re

from samebag.doctor.exercise import PARCEL

from .guest import SEEN_S, Guest
from .lamps import lit, spans
from .machine import until
from .paper import labels

OUT = "/run/doctor"
ANSWERS = "yes | head -n 4; sleep 600"  # what the terminal says, and that it stays open
# gpiozero asks the machine which Pi it is, as in the service's own drop-in (image/settle)
ON_A_PI = "mount --bind /usr/local/lib/samebag-hil/cpuinfo /proc/cpuinfo"


def test_beside_the_running_station_the_doctor_disturbs_nothing_and_says_what_it_may_not_ask(
    guest: Guest,
) -> None:
    before = guest.property("MainPID"), guest.journal("SAMEBAG_EVENT=device-lost")
    found = findings(guest.run("samebag doctor --json", ok=(1,)))
    # a small disk
    assert {thing for thing, finding in found.items() if finding["state"] == "bad"} == {
        "card space"
    }
    own = ("scanner in use", "printer in use", "camera in use", "GPIO in use", "GPIO pins")
    assert {found[thing]["state"] for thing in own} == {"ok"}
    for thing in ("printer status", "camera picture"):
        assert (found[thing]["state"], found[thing]["value"]) == (
            "unknown",
            "belongs to the running station",
        )
        assert "sudo systemctl stop samebag" in found[thing]["cure"]
    guest.lone("green", guest.show("bag-1"))
    assert (guest.property("MainPID"), guest.journal("SAMEBAG_EVENT=device-lost")) == before


def test_without_the_station_it_asks_every_device_and_proves_lamps_printer_and_scanner(
    guest: Guest,
) -> None:
    guest.run("systemctl stop samebag")
    guest.show("bag-1")
    doctor = f"{ON_A_PI}; samebag doctor --json --exercise"
    guest.run(
        f"{{ ({ANSWERS}) | setsid unshare --mount script -qfc '{doctor}' {OUT}; }}"
        " >/dev/null 2>&1 &"
    )
    until(
        lambda: "scan: scan a code" in said(guest), "the doctor to ask for a scan", SEEN_S * 3, 1.0
    )
    guest.settle()
    guest.scan(PARCEL.tracking_number)
    until(lambda: "scan" in findings(said(guest)), "the doctor to see it", SEEN_S, 1.0)
    found = findings(said(guest))
    asked = (
        "printer status",
        "camera reads",
        "red lamp",
        "green lamp",
        "buzzer",
        "test label",
        "scan",
    )
    assert {thing: found[thing]["state"] for thing in asked} == dict.fromkeys(asked, "ok")
    # alone it would be a match, and a bag lies there
    assert spans(lit(guest.pins()), "green") == []
    (codes,) = labels(guest, 1)
    assert PARCEL.tracking_number in codes


def said(guest: Guest) -> str:
    return guest.run(f"cat {OUT}", ok=(0, 1))


def findings(out: str) -> dict[str, dict[str, str]]:
    """By thing; a terminal has questions before and between them."""
    found = [json.loads(line) for line in re.findall(r"\{.*\}", out)]
    return {finding["thing"]: finding for finding in found}
