"""Checks of the computer: station process, clock, power, heat, versions, and what has to be installed."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from ctypes.util import find_library
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from samebag.doctor.finding import Case, Finding, bad, ok, unknown
from samebag.label.typeface import FontMissing, typeface

MACHINES = ("aarch64", "x86_64")  # 64-bit only: 32-bit Raspberry Pi OS lacks wheels of the decoders
HOT_C = 80.0  # raspberrypi.com, "Frequency management and thermal control": the firmware slows the Pi from 80 on
THROTTLED = "/sys/devices/platform"  # soc/soc:firmware/get_throttled, raspberrypi/linux#2397; the Pi 5 has soc@…
LIBRARIES = {  # module: distribution
    "cv2": "opencv-python-headless",
    "cysystemd": "cysystemd",
    "escpos": "python-escpos",
    "evdev": "evdev",
    "gpiozero": "gpiozero",
    "lgpio": "lgpio",
    "pyudev": "pyudev",
    "pyzbar": "pyzbar",
    "zxingcpp": "zxing-cpp",
}
POWER = "use the Pi's own power supply and a short cable; give lamps and printer a supply of their own"
TEXT_DOTS = 24


def station(case: Case) -> Iterator[Finding]:
    if case.running is None:
        yield unknown(
            "station", "not running", cure="sudo systemctl start samebag; journalctl -u samebag tells why not"
        )
    elif case.running.stopped:
        yield bad(
            "station",
            f"process {case.running.pid} is stopped",
            rule="must run",
            cure="sudo systemctl restart samebag",
        )
    else:
        yield ok("station", f"running, process {case.running.pid}")


def clock(case: Case) -> Iterator[Finding]:
    if case.host.clock_synchronised():
        yield ok("clock", "synchronised")
    elif case.host.at("/sys/class/rtc/rtc0").exists():
        yield unknown(
            "clock",
            "kept by the board's own clock; no time server vouches for it",
            cure="compare it with a watch (date), or connect the network and sudo timedatectl set-ntp true",
        )
    else:
        yield bad(
            "clock",
            "not synchronised, and this board has no clock of its own",
            rule="must be set by a time server: the ledger's times prove what was shipped when",
            cure="connect the network; sudo timedatectl set-ntp true",
        )


def power(case: Case) -> Iterator[Finding]:
    """Bits of get_throttled: 0 too little voltage, 1-3 slowed down; 16 and 17-19 the same since the start."""
    files = sorted(case.host.at(THROTTLED).glob("soc*/soc*:firmware/get_throttled"))
    try:
        bits = int(files[0].read_text(), 16) if files else None
    except (OSError, ValueError):
        bits = None
    rule = "must never have too little voltage"
    if bits is None:
        yield unknown("power", "only a Raspberry Pi tells", cure="on a Pi with another kernel: vcgencmd get_throttled")
    elif bits & 1:
        yield bad("power", f"too little voltage now ({bits:#x})", rule=rule, cure=POWER)
    elif bits & 1 << 16:
        yield bad("power", f"had too little voltage since the start ({bits:#x})", rule=rule, cure=POWER)
    else:
        yield ok("power", f"enough voltage since the start ({bits:#x})")


def heat(case: Case) -> Iterator[Finding]:
    zones = sorted(case.host.at("/sys/class/thermal").glob("thermal_zone*/temp"))
    found = [int(text) / 1000 for zone in zones if (text := case.host.said(case.host.own(zone))).isdecimal()]
    if not found:
        yield unknown("heat", "this machine does not tell", cure="feel whether it is too hot to touch")
    elif max(found) >= HOT_C:
        yield bad(
            "heat",
            f"{max(found):.0f} °C",
            rule=f"must be less than {HOT_C:g} °C, or the Pi slows down",
            cure="give the case air or a heat sink, and keep it off the lamps",
        )
    else:
        yield ok("heat", f"{max(found):.0f} °C")


def versions(case: Case) -> Iterator[Finding]:
    host = case.host
    board = host.said("/proc/device-tree/model") or platform.machine()
    lines = host.said("/etc/os-release").splitlines()
    system = next((line.partition("=")[2].strip('"') for line in lines if line.startswith("PRETTY_NAME=")), "Linux")
    yield ok(
        "versions", f"samebag {_version('samebag')}, Python {platform.python_version()}, {system}, {platform.release()}"
    )
    if platform.machine() in MACHINES:
        yield ok("board", board)
    else:
        yield bad(
            "board",
            f"{board}, {platform.machine()}",
            rule=f"must be {' or '.join(MACHINES)}",
            cure="flash the 64-bit Raspberry Pi OS",
        )


def libraries(case: Case) -> Iterator[Finding]:
    missing = [name for module, name in LIBRARIES.items() if find_spec(module) is None]
    missing += [] if find_library("zbar") else ["libzbar0"]
    if missing:
        yield bad(
            "libraries",
            f"{', '.join(missing)} not installed",
            rule="must all be there",
            cure="install Samebag again: sudo make install",
        )
    else:
        yield ok(
            "libraries", ", ".join(f"{name} {_version(name)}" for name in ("evdev", "gpiozero", "lgpio", "zxing-cpp"))
        )


def font(case: Case) -> Iterator[Finding]:
    try:
        typeface(TEXT_DOTS)
    except FontMissing:
        yield bad(
            "label font", "none installed", rule="must have Chinese letters", cure="sudo apt install fonts-wqy-microhei"
        )
    else:
        yield ok("label font", "has Chinese letters")


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # Debian's packages of C libraries come without
        return "(version unknown)"
