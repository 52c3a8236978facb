"""Lights, sounds, prints and scans before somebody's eyes, with the station's own adapters. No
station may run.

Green is never lit alone: alone it means a match, and a bag may lie on the table.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import NoReturn

from samebag.core.codes.merged import merged_code
from samebag.core.events import CodeScanned, CommandGiven, DeviceLost
from samebag.core.parcels import Item, Parcel
from samebag.core.verdicts import ShowSignal, Signal
from samebag.core.words import Words
from samebag.devices.printer.faults import PrinterError
from samebag.devices.printer.probe import class_of, probe
from samebag.devices.printer.transport import open_line
from samebag.doctor.finding import Finding, bad, ok, passed_on, unknown
from samebag.label.profiles import PrinterProfile, profiles
from samebag.ports import (
    JobMoved,
    JobState,
    Printer,
    PrintJob,
    Scanner,
    ScanRefused,
    Signals,
    StationEvent,
)

Ask = Callable[[Words], bool | None]  # a yes-or-no question; None where nobody is there to answer

PRINT_S = 60.0  # ours: waking up, printing, cutting and a printer's slowest answer
SCAN_S = 30.0  # ours: to take the label and the scanner into the hands
PARCEL = Parcel(
    "TEST",
    "SAMEBAG-TEST-0123456789",
    items=(Item("TEST", "测试标签 test label", "不要贴 do not stick on", 1),),
)
NUMBER = 9999
TEST_KEY = b""  # nobody's: a test label seals no bag
LAMPS = Words("灯", "lamps")
ANSWERS = Words("打印机回答", "printer answers")
TEST_LABEL = Words("测试标签", "test label")
SCAN = Words("扫描", "scan")
# what a printer can prove at most
DONE = {
    JobState.SENT: "已发送",
    JobState.CONFIRMED: "已确认打印",
}
ASK_AGAIN = Words(
    "请在终端运行 samebag doctor --exercise 并回答",
    "run samebag doctor --exercise at a terminal, and answer",
)
US_KEYBOARD = Words(
    "请把扫描枪设为美式键盘、以 Enter 结尾，或设为 USB"
    " 串口；设置条码在其说明书中：samebag doctor --setup",
    "set the scanner to US keyboard with Enter as suffix, or to USB serial; its"
    " manual has the barcodes:"
    " samebag doctor --setup",
)


@dataclass(frozen=True, slots=True)
class Step:
    thing: Words
    signal: ShowSignal
    rule: Words


STEPS = (
    Step(
        Words("红灯", "red lamp"),
        ShowSignal(Signal.MISMATCH, quiet=True),
        Words("红灯必须常亮", "red must be lit steadily"),
    ),
    Step(
        Words("绿灯", "green lamp"),
        ShowSignal(Signal.CROWDED),
        Words("两灯必须一起慢闪", "both lamps must go on and off slowly, together"),
    ),
    Step(
        Words("蜂鸣器", "buzzer"),
        ShowSignal(Signal.FAULT),
        Words("必须响一秒，两灯快闪", "it must sound for a second, with both lamps flickering"),
    ),
)


def shown(signals: Signals, ask: Ask) -> Iterator[Finding]:
    """Ends with the first lamp that is not seen: with red dead, green would be lit alone."""
    for step in STEPS:
        signals.show(step.signal)
        seen = ask(_asked(step.thing, step.rule))
        signals.show(ShowSignal(Signal.OFF))
        yield _judged(step, seen)
        if seen is False:
            return


def _asked(thing: Words, rule: Words) -> Words:
    return Words(f"{thing.zh}：{rule.zh}。是这样吗？", f"{thing.en}: {rule.en}. Is it so?")


def _judged(step: Step, seen: bool | None) -> Finding:
    if seen is None:
        return unknown(
            step.thing, Words("演示过了；没有人回答", "was shown; nobody was asked"), cure=ASK_AGAIN
        )
    if seen:
        return ok(step.thing, Words("正确", "as it must be"))
    cure = Words(
        "请检查它的线、电阻、晶体管和 BCM 引脚（[signals]）：hardware/README.md",
        "check its wire, resistor, transistor and BCM pin ([signals]): hardware/README.md",
    )
    return bad(step.thing, Words("不正确", "not as it must be"), rule=step.rule, cure=cure)


class _NoSpool:
    """The test label's job is nowhere on disk."""

    def move(self, number: int, state: JobState, reason: str = "") -> None:
        return

    def copy(self, number: int) -> NoReturn:
        raise AssertionError("nobody answers for the test label, so it is never printed again")


def printed(printer: Printer, last: JobState, wall_time: str, ask: Ask) -> Finding:
    """``printer`` must not be started yet; the caller closes it. ``last`` is how far it can prove a
    job."""
    heard: queue.SimpleQueue[StationEvent] = queue.SimpleQueue()
    printer.start(heard.put, _NoSpool())
    printer.submit(PrintJob(NUMBER, 0, PARCEL.name, 1, JobState.QUEUED, wall_time), PARCEL)
    rule = Words("必须打印出来，完整清晰", "must be printed, whole and clean")
    try:
        while True:
            match heard.get(timeout=PRINT_S):
                case JobMoved(state=state) if state is last:
                    return _looked_at(state, ask, rule)
                case (
                    JobMoved(state=JobState.ASKED, reason=reason, cure=cure)
                    | DeviceLost(reason=reason, cure=cure)
                ):
                    return bad(TEST_LABEL, passed_on(reason), rule=rule, cure=passed_on(cure))
    except queue.Empty:
        return bad(
            TEST_LABEL,
            Words(f"{PRINT_S:g} 秒没有消息", f"no word for {PRINT_S:g} s"),
            rule=rule,
            cure=Words(
                "请看打印机的指示灯；关机再开机",
                "look at the printer's lamps; switch it off and on",
            ),
        )


def _looked_at(state: JobState, ask: Ask, rule: Words) -> Finding:
    clean = ask(
        _asked(
            TEST_LABEL,
            Words("必须完整，条码和文字清晰", "it must be whole, with sharp bars and letters"),
        )
    )
    zh = DONE[state]
    if clean is None:
        value = Words(f"{zh}；没有人回答是否清晰", f"{state}; nobody was asked whether it is clean")
        return unknown(TEST_LABEL, value, cure=ASK_AGAIN)
    if clean:
        return ok(TEST_LABEL, Words(f"{zh}，完整清晰", f"{state}, whole and clean"))
    cure = Words(
        "请用酒精擦打印头；纸卷热敏面朝打印头装；检查 printer.profile",
        "clean the head with alcohol; put the roll in with its thermal side to the"
        " head; check printer.profile",
    )
    return bad(
        TEST_LABEL, Words(f"{zh}，但不清晰", f"{state}, but not clean"), rule=rule, cure=cure
    )


def answering(address: str, profile: PrinterProfile) -> Finding:
    """Whether the printer, which must be free, is of the class that the settings say."""
    rule = Words(
        f"必须像配置 {profile.name} 那样回答", f"must answer as profile {profile.name} has it"
    )
    stop_fd = os.eventfd(0)
    try:
        with closing(open_line(address, stop_fd)) as line:
            found = probe(line)
    except PrinterError as err:
        return bad(ANSWERS, passed_on(err.reason), rule=rule, cure=passed_on(err.cure))
    finally:
        os.close(stop_fd)
    value = (
        Words(f"回答：{found}", f"answers {found}")
        if str(found)
        else Words("什么都不回答", "answers nothing")
    )
    name = class_of(found, profile, profiles())
    if name == profile.name:
        return ok(ANSWERS, value)
    cure = Words(f'请在设置中写 printer.profile = "{name}"', f'set printer.profile = "{name}"')
    return bad(ANSWERS, value, rule=rule, cure=cure)


def scanned(scanner: Scanner, tell: Callable[[Words], None]) -> Finding:
    """Proves wire and keyboard layout at once. ``scanner`` must not be started yet; the caller
    closes it."""
    right = merged_code(PARCEL.name, NUMBER, 1, TEST_KEY), PARCEL.tracking_number
    heard: queue.SimpleQueue[StationEvent] = queue.SimpleQueue()
    scanner.start(heard.put)
    tell(
        Words(
            f"扫描：请在 {SCAN_S:g} 秒内用扫描枪扫测试标签上的一个码。",
            f"scan: scan a code of the test label with the hand scanner, within {SCAN_S:g} s.",
        )
    )
    try:
        while True:
            if found := _judged_scan(heard.get(timeout=SCAN_S), right):
                return found
    except queue.Empty:
        value = Words(f"{SCAN_S:g} 秒内没有扫描", f"nothing was scanned within {SCAN_S:g} s")
        return unknown(SCAN, value, cure=ASK_AGAIN)


def _judged_scan(event: StationEvent, right: tuple[str, str]) -> Finding | None:
    rule = Words(f"必须读出 {' 或 '.join(right)}", f"must read {' or '.join(right)}")
    match event:
        case CodeScanned(code=code) if code in right:
            return ok(SCAN, Words(f"{code}，与所印相符", f"{code}, as printed"))
        case CodeScanned(code=code):
            cure = Words(
                f"若扫的就是测试标签：{US_KEYBOARD.zh}",
                f"if that was the test label: {US_KEYBOARD.en}",
            )
            return bad(SCAN, Words(f"读到 {code!r}", f"read {code!r}"), rule=rule, cure=cure)
        case CommandGiven(command=command):
            cure = Words("请扫测试标签", "scan the test label")
            return bad(
                SCAN, Words(f"读到 {command.value}", f"read {command.value}"), rule=rule, cure=cure
            )
        case ScanRefused(reason=reason, cure=told):
            return bad(
                SCAN, passed_on(reason), rule=rule, cure=passed_on(told) if told else US_KEYBOARD
            )
        case DeviceLost(reason=reason, cure=lost_cure):
            return bad(SCAN, passed_on(reason), rule=rule, cure=passed_on(lost_cure))
    return None
