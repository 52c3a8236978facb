"""The units: what they may reach, and that systemd takes them as they are written."""

from __future__ import annotations

import fnmatch
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from samebag.core.events import Device
from samebag.devices.scanner.keyboard import Keyboard
from samebag.devices.scanner.names import MAKERS
from samebag.devices.scanner.thread import ScannerGone
from samebag.orders.arriving.inbox import Inbox
from samebag.ports import OrderFileError

from .own_machine import OwnMachine
from .test_processes import NO_PROGRAM_OF_OURS, PROCESSES

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNITS = sorted(path for kind in ("service", "path", "timer") for path in SYSTEMD.glob(f"*.{kind}"))
DROP_INS = {  # which belongs to which of Debian's own units
    "samebag-getty.conf": "getty@tty1.service",
    "samebag-upload.conf": "systemd-journal-upload.service",
}
GROUPS = (
    "root",
    "gpio",
    "input",
    "dialout",
    "lp",
    "video",
    "tty",
    "disk",
    "kmem",
    "audio",
    "cdrom",
    "render",
    "sgx",
    "kvm",
)
SERIAL = {"ttyACM", "ttyUSB", "ttyAMA", "ttyS"}
# What a station may have to open for each device: the names that their drivers have in
# /proc/devices
CLASSES: Mapping[Device, set[str]] = {
    Device.SCANNER: {"input", *SERIAL},
    Device.CAMERA: {"video4linux", "media", "dma_heap"},
    Device.PRINTER: {"usb", *SERIAL},
    Device.SIGNALS: {"gpiochip"},
}


def systemd(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, command)], capture_output=True, text=True, check=False, timeout=50
    )


@pytest.mark.parametrize(
    ("unit", "most"),
    [*((process.unit, process.most) for process in PROCESSES), *NO_PROGRAM_OF_OURS.items()],
)
def test_what_a_service_could_do_to_the_machine_stays_small(unit: str, most: float) -> None:
    told = systemd(
        "systemd-analyze", "security", "--offline=true", "--no-pager", SYSTEMD / f"{unit}.service"
    ).stdout
    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", told)
    assert exposure, told
    assert float(exposure[1]) <= most


def test_the_intake_sees_what_is_dropped_now_and_the_pages_no_order_file() -> None:
    unit = (SYSTEMD / "samebag-intake.service").read_text()
    assert re.findall(
        r"(?m)^(?:TemporaryFileSystem|Bind\w+|ReadWritePaths|StateDirectory|InaccessiblePaths)=.*",
        unit,
    ) == [
        "TemporaryFileSystem=/var/lib/samebag:ro",
        "BindPaths=/var/lib/samebag/inbox",
        "InaccessiblePaths=-/var/lib/samebag/inbox/done -/var/lib/samebag/inbox/refused"
        " -/run/samebag",
    ]
    assert (
        "\nInaccessiblePaths=-/var/lib/samebag/inbox\n"
        in (SYSTEMD / "samebag-web.service").read_text()
    )


def test_no_device_of_a_station_is_shut_out() -> None:
    unit = (SYSTEMD / "samebag.service").read_text()
    assert set(re.findall(r"(?m)^DeviceAllow=char-(\w+) rw$", unit)) == set().union(
        *CLASSES.values()
    )
    assert set(CLASSES) == {device for device in Device if not device.is_file}
    assert "PrivateDevices" not in unit


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    for path in UNITS:
        text = re.sub(
            r"(?m)^(Exec\w+=-?)/(opt|usr/share|usr/bin/cage)\S*", r"\1/bin/true", path.read_text()
        )
        (tmp_path / path.name).write_text(text)
    for name, unit in DROP_INS.items():
        (tmp_path / f"{unit}.d").mkdir()
        (tmp_path / f"{unit}.d" / name).write_text((SYSTEMD / name).read_text())
        (tmp_path / unit).write_text("[Service]\nExecStart=/bin/true\n")
    checked = systemd(
        "systemd-analyze", "verify", *sorted(path for path in tmp_path.iterdir() if path.is_file())
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_what_wakes_a_service_is_enabled_and_the_purge_is_woken_each_night() -> None:
    (enabled,) = re.findall(r'(?m)^units="(.*)"$', (SYSTEMD / "install.sh").read_text())
    assert {path.name for path in UNITS if path.suffix != ".service"} <= set(enabled.split())
    assert re.search(
        r"(?m)^ExecStart=/opt/samebag/bin/samebag purge$",
        (SYSTEMD / "samebag-purge.service").read_text(),
    )
    (calendar,) = re.findall(
        r"(?m)^OnCalendar=(.*)$", (SYSTEMD / "samebag-purge.timer").read_text()
    )
    said = systemd(
        "systemd-analyze", "calendar", "--base-time=2026-11-22 12:00", "--iterations=2", calendar
    ).stdout
    assert re.findall(r"2026-11-\d\d 03:30", said) == ["2026-11-23 03:30", "2026-11-24 03:30"]


NAMES = [
    "a.csv",
    "A.CSV",
    "a.txt",
    "a.tsv",
    "a.xls",
    "a.XlsX",
    "a.csv.part",
    ".a.csv",
    "a.csv.tmp",
    "a.doc",
    "a",
    "a.xlsx~",
]


def test_no_file_wakes_the_import_that_it_would_leave_lying(tmp_path: Path) -> None:
    """The path unit would start it again at once, for ever."""
    globs = re.findall(
        r"(?m)^PathExistsGlob=/var/lib/samebag/inbox/(\S+)$",
        (SYSTEMD / "samebag-inbox.path").read_text(),
    )
    waking = {
        name
        for name in NAMES
        if not name.startswith(".") and any(fnmatch.fnmatchcase(name, g) for g in globs)
    }
    assert waking == {"a.csv", "A.CSV", "a.txt", "a.tsv", "a.xls", "a.XlsX"}
    for name in NAMES:
        (tmp_path / name).touch()

    def refuse(path: Path) -> None:
        raise OrderFileError(f"{path}: no")

    inbox = Inbox(tmp_path, refuse, now=lambda: 0.0)  # type: ignore[arg-type]  # never returns
    while inbox.take_next():
        pass
    assert waking.isdisjoint(path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("product", "is_scanner"),
    [
        ("Honeywell_Scanning_and_Mobility_1900", True),
        ("Symbol_Technologies__Inc__2008_Symbol_Bar_Code_Scanner_S_N:1", True),
        ("Newland_Auto-ID_NLS-HR22", True),
        ("NT_USB_Keyboard_BarCode_123", True),
        ("WIT_Electron_Company_WIT_122-UFS_V2.03", True),
        ("SM_SM-2D_PRODUCT_HID_KBW_APP-000000000", True),
        ("HIL_HIL_Barcode_SCANNER_SCN0001", True),
        ("USBScn_Chip_USBScn_Module", True),
        ("NLS_IOTC_PRDs_HID_KBW", True),
        ("NEWTOLOGIC_NT4010S", True),
        ("The_Code_Corporation_Code_Reader_1400", True),
        ("Logitech_USB_Receiver", False),
        ("Raspberry_Pi_Ltd_Pi_500_Keyboard", False),
    ],
)
def test_udev_and_the_station_call_the_same_things_a_scanner(
    product: str, is_scanner: bool, tmp_path: Path
) -> None:
    words = re.findall(r'ENV\{ID_SERIAL\}=="([^"]+)"', (SYSTEMD / "samebag.rules").read_text())
    globs = "|".join(words).split("|")
    assert any(fnmatch.fnmatchcase(product, g) for g in globs) == is_scanner
    (tmp_path / "event7").touch()
    (tmp_path / f"usb-{product}-event-kbd").symlink_to(tmp_path / "event7")
    try:
        found = Keyboard("auto", clock=lambda: 0.0, by_id=tmp_path, sysfs=tmp_path).paths()
    except ScannerGone:
        found = []
    assert bool(found) == is_scanner


def test_udev_and_the_station_know_the_same_makers_of_scanners() -> None:
    (makers,) = re.findall(
        r'"usb", ENV\{ID_VENDOR_ID\}=="([^"]+)"', (SYSTEMD / "samebag.rules").read_text()
    )
    assert makers.split("|") == sorted(MAKERS)


def test_udev_takes_every_rule(own_machine: OwnMachine) -> None:
    rules = (
        "mount -t tmpfs none /etc/udev/rules.d; cp samebag.rules /etc/udev/rules.d/70-samebag.rules"
    )
    groups = "mount --bind groups /etc/group"
    (own_machine.folder / "groups").write_text(
        "".join(f"{name}:x:{900 + n}:\n" for n, name in enumerate(GROUPS))
    )
    said = own_machine(
        f"cp {SYSTEMD}/samebag.rules .; {rules}; {groups}; udevadm test"
        " /devices/virtual/mem/null 2>&1"
    )
    about = [line for line in said.splitlines() if "70-samebag.rules" in line]
    assert [line.partition(":")[0] for line in about] == ["Reading rules file"], about


def test_the_user_has_the_groups_of_the_unit_and_the_inbox_those_who_drop_files(
    own_machine: OwnMachine,
) -> None:
    said = own_machine(
        f"""mkdir -p root/etc
        systemd-sysusers --root=$PWD/root {SYSTEMD}/samebag.sysusers
        systemd-tmpfiles --root=$PWD/root --create {SYSTEMD}/samebag.tmpfiles
        cat root/etc/gshadow; echo ----
        cd root/var/lib/samebag; stat -c '%a %n' . inbox inbox/done inbox/refused"""
    )
    groups, _, folders = said.partition("----\n")
    lines = dict(line.rsplit(":", 1) for line in groups.splitlines())
    members = {group.split(":")[0] for group, who in lines.items() if "samebag" in who.split(",")}
    readers = {
        group.split(":")[0] for group, who in lines.items() if "samebag-web" in who.split(",")
    }
    assert readers == {"samebag", "systemd-journal"}
    assert {
        group.split(":")[0] for group, who in lines.items() if "samebag-intake" in who.split(",")
    } == {"samebag"}
    wanted = re.search(r"(?m)^SupplementaryGroups=(.*)$", (SYSTEMD / "samebag.service").read_text())
    assert wanted
    assert members == set(wanted[1].split())
    assert folders.split("\n")[:4] == [
        "750 .",
        "2770 inbox",
        "2750 inbox/done",
        "2750 inbox/refused",
    ]
