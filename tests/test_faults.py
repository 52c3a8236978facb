"""What devices and files say of their faults has Chinese, and the Chinese is of what they really
say."""

from __future__ import annotations

import ast
import errno
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import samebag
from samebag.core.events import DeviceLost
from samebag.devices.printer.faults import PaperOut
from samebag.devices.printer.status import FAULTS
from samebag.devices.printer.thread import LOOK
from samebag.devices.scanner.thread import AUTO, absent, unreadable
from samebag.ports import DeviceError, JobMoved, JobState
from samebag.words import screen
from samebag.words.faults import CURES, in_chinese

FIRMWARE = Path(samebag.__file__).parent
CALLS = re.compile(
    r"Device(Error|Lost)|(Scanner|Paper|Source|Worker|Printer)[A-Z]\w+|CoverOpen|"
    r"EvidenceError|AddressError|Unsaved|Fault"
    r"|absent|refuse|lost|_report_lost"
)
NAMES = re.compile(r"reason|(usual_|broken_|CUTTER)?_?(cure|CURE)|PLUG_IN|RESTARTED|LOOK")
CHINESE = re.compile("[\u4e00-\u9fff]")


def said() -> Iterator[str]:
    """What devices/ and store/ write down as reasons and cures, and a few names; with {} for what
    differs."""
    for path in [*FIRMWARE.glob("devices/**/*.py"), *FIRMWARE.glob("store/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                    if CALLS.fullmatch(name):
                        yield from map(text, node.args)
                    yield from (
                        text(k.value) for k in node.keywords if NAMES.fullmatch(k.arg or "")
                    )
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if NAMES.fullmatch(name):
                    yield text(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if (
                    NAMES.fullmatch(name)
                ):
                    yield text(value)
    yield from (f"printer: {reason}" for *_, reason, _ in FAULTS)
    yield from (cure for *_, cure in FAULTS)


def text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=parts):
            return "".join(text(part) if isinstance(part, ast.Constant) else "{}" for part in parts)
    return ""


def test_every_reason_and_cure_that_is_written_down_has_chinese() -> None:
    sentences = {each for each in said() if " " in re.sub(r"\w*\{\}:?", "", each).strip()} - {
        "{} plugged in"
    }
    assert len(sentences) > 80
    sentences |= {absent(AUTO).reason, absent("serial:/dev/ttyACM0").reason}
    assert {
        each for each in sentences if not CHINESE.search(in_chinese(each.replace("{}", "X")))
    } == set()


def test_what_a_packer_can_do_about_a_fault_is_said_by_some_device() -> None:
    sources = "".join(path.read_text("utf-8") for path in FIRMWARE.glob("[ds]*/**/*.py"))
    written = re.sub(r'"\s+f?"', "", sources)
    assert [cure for cure in CURES if f'"{cure}"' not in written] == []


def test_the_family_of_errors_is_drawn_whole() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in FIRMWARE.rglob("*.py"))
    parents = dict(re.findall(r"(?m)^class (\w+)\((\w+)\):", sources))
    family = {"SettingsError", "DeviceError", "StoreError", "OrderFileError"}
    while born := {name for name, parent in parents.items() if parent in family} - family:
        family |= born
    assert len(family) > 15
    assert (
        sorted(name for name in family if not re.search(rf"\b{name}\b", str(DeviceError.__doc__)))
        == []
    )


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("printer: no paper", "打印机：缺纸"),
        ("camera v4l2:0: no such device", "摄像头 v4l2:0：设备不存在"),
        (
            "tcp:10.0.0.9:9100: took 40 of 96 bytes and stopped",
            "tcp:10.0.0.9:9100：收了 40/96 字节后停下",
        ),
        (
            "pins 17, 27 of gpiochip0 cannot be switched off: cut the lamps' power",
            "gpiochip0 的引脚 17, 27 关不掉：请切断灯的电源",
        ),
        (
            f"{PaperOut.usual_cure}; {LOOK}",
            "请装入新纸卷，合上盖子；再看标签是否打印出来；"
            "完整：扫 SAMEBAG-LABEL-IS-THERE，没有或破损：扫 SAMEBAG-PRINT-AGAIN",
        ),
        (
            "the scanner is set to German or UK keyboard: it sent '/' for '-'",
            "扫描枪设成了德语或英式键盘：把 '-' 发成了 '/'",
        ),
        ("disk I/O error", "disk I/O error"),
    ],
)
def test_what_differs_stands_in_its_place_and_foreign_words_stay(
    english: str, chinese: str
) -> None:
    assert in_chinese(english) == chinese


def test_a_packer_is_told_what_to_do_and_a_technician_why_too() -> None:
    no_paper = DeviceLost("printer", "lp0: no paper", PaperOut.usual_cure, 0.0)
    assert screen.of_fault(no_paper).zh == "打印机故障：请装入新纸卷，合上盖子"
    held = unreadable("/dev/input/by-id/x", OSError(errno.EBUSY, ""), "input")
    said = screen.of_fault(DeviceLost("scanner", held.reason, held.cure, 0.0)).zh
    assert (
        said == "扫描枪故障：扫描枪 /dev/input/by-id/x 被其他程序占用：请停止该程序；用"
        " fuser -v /dev/... 可查出"
    )
    assert (
        screen.of_fault(DeviceLost("camera", "v4l2:9: odd", "ask us", 0.0)).zh
        == "摄像头故障：v4l2:9: odd：ask us"
    )


@pytest.mark.parametrize(
    ("reason", "cure"),
    [
        ("lp0: no paper", f"{PaperOut.usual_cure}; {LOOK}"),
        (screen.STOPPED_PRINTING, ""),
        screen.NO_RECORD,
        screen.NOT_KEPT,
    ],
)
def test_who_is_asked_about_a_label_is_told_what_to_scan_in_both_languages(
    reason: str, cure: str
) -> None:
    asked = screen.of_job(JobMoved(7, JobState.ASKED, 0.0, reason, cure), None)
    zh, en = (re.findall(r"SAMEBAG-[A-Z-]+", said) for said in (asked.zh, asked.en))
    assert zh == en != []
    assert not re.search("[a-z]{3,} [a-z]", asked.zh)
