"""Checks of the label printer: there, which model, and by its own word paper in, cover closed and
no error."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from samebag.core.words import Words
from samebag.devices.printer.faults import PrinterError, PrinterOffline, PrinterSilent
from samebag.devices.printer.talk import Talk, Timing
from samebag.devices.printer.transport import first_usb, open_line
from samebag.doctor.finding import (
    Examined,
    Finding,
    bad,
    in_use,
    left_out,
    ok,
    passed_on,
    plain,
    unknown,
)
from samebag.doctor.nodes import access, held
from samebag.label.profiles import PrinterProfile, profiles
from samebag.settings import NONE

PRINTER = Words("打印机", "printer")
PROFILE = Words("打印机配置", "printer profile")
STATUS = Words("打印机状态", "printer status")
PLUGGED = Words(
    "必须插好、开机，并与设置相符", "must be plugged in, switched on and named by the settings"
)
READY = Words("必须就绪：有纸、盖已合、无错误", "must be ready: paper in, cover closed, no error")
NAMELESS = Words("没有说是什么型号", "does not say what it is")
# IEEE 1284-2000, 7.6: the device ID's keys
IEEE_1284 = re.compile(r"(MFG|MANUFACTURER|MDL|MODEL):([^;]*);")


def printer(case: Examined) -> Iterator[Finding]:
    address = case.settings.printer.address
    if address == NONE:
        yield left_out(PRINTER)
        return
    try:
        path = node(case, address)
    except PrinterError as err:
        yield bad(PRINTER, passed_on(err.reason), rule=PLUGGED, cure=passed_on(err.cure))
        return
    if path:  # one in the network shows by its status whether it is there
        said = model(case, path)
        yield ok(PRINTER, Words(f"{path}：{said.zh}", f"{path}: {said.en}"))
        yield access(case, PRINTER, [path])
        if holding := held(case, PRINTER, [path]):
            yield holding
    yield from _profiled(case, wire(address, path))


def node(case: Examined, address: str) -> Path | None:
    """The printer's device node, None on the network; PrinterOffline if it is not there."""
    kind, _, place = address.partition(":")
    if kind == "tcp":
        return None
    path = (
        Path(first_usb(case.host.at("/dev/usb")))
        if kind == "auto"
        else case.host.at(place.partition("?")[0])
    )
    if not path.exists():
        raise PrinterOffline(f"{path}: no such device")
    return path


def wire(address: str, path: Path | None) -> str:
    """The address to open, with ``auto`` and links followed."""
    kind, _, place = address.partition(":")
    _, mark, options = place.partition("?")
    return f"{'lp' if kind == 'auto' else kind}:{path}{mark}{options}" if path else address


def model(case: Examined, path: Path) -> Words:
    """What a USB printer calls itself."""
    said = IEEE_1284.findall(
        case.host.said(f"/sys/class/usbmisc/{path.resolve().name}/device/ieee1284_id")
    )
    name = " ".join(text.strip() for _, text in said)
    return plain(name) if name else NAMELESS


def _profiled(case: Examined, address: str) -> Iterator[Finding]:
    name, known, source = case.settings.printer.profile, ", ".join(profiles()), case.settings.source
    profile = profiles().get(name)
    if profile is None:
        yield bad(
            PROFILE,
            plain(name),
            rule=Words(f"必须是这些之一：{known}", f"must be one of {known}"),
            cure=Words(
                f"请改正 {source} 中的 printer.profile", f"correct printer.profile in {source}"
            ),
        )
        return
    width, per_mm = profile.width_dots, profile.dots_per_mm
    yield ok(
        PROFILE,
        Words(
            f"{name}：宽 {width} 点，每毫米 {per_mm} 点",
            f"{name}: {width} dots, {per_mm} a millimetre",
        ),
    )
    if not profile.status:
        yield unknown(
            STATUS,
            Words(
                f"配置 {name} 的打印机不会回答", f"a printer of profile {name} has no way to answer"
            ),
            cure=Words(
                "请看纸和盖；samebag doctor --exercise 会打印一张标签",
                "look at its paper and cover; samebag doctor --exercise prints a label",
            ),
        )
    elif case.running:
        yield in_use(STATUS)
    else:
        yield status(address, profile)


def status(address: str, profile: PrinterProfile) -> Finding:
    """Asks the printer itself, which must be free."""
    stop_fd = os.eventfd(0)
    try:
        with closing(open_line(address, stop_fd)) as line:
            Talk(line, profile, Timing()).look()
    except PrinterSilent as err:  # of which nothing is known, neither good nor bad
        return unknown(STATUS, passed_on(err.reason), cure=passed_on(err.cure))
    except PrinterError as err:
        return bad(STATUS, passed_on(err.reason), rule=READY, cure=passed_on(err.cure))
    finally:
        os.close(stop_fd)
    return ok(
        STATUS,
        Words(
            f"{address} 回答：有纸、盖已合、无错误",
            f"{address} answers: paper in, cover closed, no error",
        ),
    )
