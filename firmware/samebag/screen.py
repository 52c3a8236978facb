"""What the packer is told, in Chinese and English: what it is, why, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samebag.core.events import DeviceBack, DeviceLost
from samebag.core.labels import Command, Kind
from samebag.core.parcels import Parcel
from samebag.core.reads import Read
from samebag.core.verdicts import NoticeKind, Verdict, VerdictKind
from samebag.ports import JobMoved, JobState, Passed, PrintJob


@dataclass(frozen=True, slots=True)
class Words:
    """One message. ``digits`` are shown as large as they fit: the last four of the tracking number."""

    zh: str
    en: str
    digits: str = ""


KIND_WORDS: Mapping[Kind, tuple[str, str]] = {
    Kind.WAYBILL: ("面单", "waybill"),
    Kind.CARGO_LIST: ("装箱单", "cargo list"),
    Kind.UNKNOWN: ("未知条码", "unknown code"),
}
READY = Words("请放上包裹", "Put a bag down")
SCAN_AGAIN = Words("请重新扫描", "Scan again")
CLEARED = Words("已清除，请继续", "Cleared: go on with the next bag")
CROWDED = Words("台面有两个包裹：请清空台面", "Two bags: clear the table, then put one down")
NOTICES: Mapping[NoticeKind, Words] = {NoticeKind.CROWDED: CROWDED, NoticeKind.CLEARED: CLEARED}


STOPPED_PRINTING = "the station stopped while it printed"  # a reason
NO_RECORD = "the book lacks its parcel", f"import its order file, then scan {Command.PRINT_AGAIN.value}"  # reason, cure
NOTHING_ASKED = Words("没有待确认的标签", "No label is asked about")
DEVICES: Mapping[str, str] = {
    "scanner": "扫描枪",
    "camera": "相机",
    "printer": "打印机",
    "ledger": "存储卡",
    "evidence": "存储卡",
    "book": "订单库",
    "signals": "灯和蜂鸣器",
}


def of_fault(event: DeviceLost) -> Words:
    device = DEVICES.get(event.device, event.device)
    return Words(f"{device}故障：{event.reason}", f"{event.device} lost: {event.reason}: {event.cure}")


def of_back(event: DeviceBack) -> Words:
    return Words(f"{DEVICES.get(event.device, event.device)}已恢复", f"{event.device} is back")


def of_job(event: JobMoved, job: PrintJob | None) -> Words:
    label = f"{event.number} ({job.parcel})" if job else str(event.number)
    if event.state is not JobState.ASKED:
        return Words(f"标签 {label}：{event.state}", f"label {label}: {event.state}")
    cure = (
        event.cure or f"whole: scan {Command.LABEL_IS_THERE.value}; missing or torn: scan {Command.PRINT_AGAIN.value}"
    )
    return Words(f"标签 {label} 打印出来了吗？{event.reason}", f"Did label {label} come out? {event.reason}: {cure}")


def of_reads(reads: tuple[Read, ...]) -> Words:
    """Which label is still missing; both may have been read and something else be waited for."""
    kinds = {read.label.kind for read in reads}
    if kinds == {Kind.WAYBILL}:
        return Words("还缺装箱单", "Waybill read: the cargo list is missing")
    if kinds == {Kind.CARGO_LIST}:
        return Words("还缺面单", "Cargo list read: the waybill is missing")
    return Words("请稍候", "Both labels read: wait")


def of_verdict(verdict: Verdict, parcel: Parcel | None, passed: Passed | None) -> Words:
    """``parcel`` is the record of ``verdict.parcel``; ``passed`` tells when and where a duplicate left."""
    codes = "、".join(f"{KIND_WORDS[label.kind][0]} {label.code}" for label in verdict.labels)
    read = ", ".join(f"{KIND_WORDS[label.kind][1]} {label.code}" for label in verdict.labels)
    name = verdict.parcel or " / ".join(verdict.parcels)
    match verdict.kind:
        case VerdictKind.MATCH:
            if parcel is None:
                return Words(f"一致：{name}", f"Match: {name}")
            count, digits = sum(item.quantity for item in parcel.items), parcel.tracking_number[-4:]
            items = f"{count} item{'' if count == 1 else 's'}"
            return Words(
                f"一致：{name} {parcel.country}，{count} 件", f"Match: {name} {parcel.country}, {items}", digits
            )
        case VerdictKind.MISMATCH:
            return Words(
                f"不一致！{codes} 不是同一个包裹（{name}）：不要发出，请找出贴错的另一袋",
                f"MISMATCH: {read} are not one parcel's ({name}): do not ship; find the bag with the other labels",
            )
        case VerdictKind.DUPLICATE:
            when = f"{passed.wall_time[:19].replace('T', ' ')} {passed.station}" if passed else ""
            return Words(
                f"重复：{name} 已于 {when} 通过：不要发出，请找班长",
                f"Duplicate: {name} already passed {when}: do not ship; call a supervisor",
            )
        case VerdictKind.CANCELLED:
            return Words(f"已取消：{name}：不要发出", f"Cancelled: {name}: do not ship; put the goods back")
        case VerdictKind.CHANGED:
            return Words(f"订单已变更：{name}：请重新打印标签", f"Changed: {name}: print its labels again in the ERP")
        case VerdictKind.UNKNOWN:
            return Words(
                f"未知：{codes}：请导入订单文件或找班长", f"Unknown: {read}: import the order file or ask a supervisor"
            )
        case VerdictKind.INCOMPLETE if {label.kind for label in verdict.labels} >= {Kind.WAYBILL, Kind.CARGO_LIST}:
            return Words(f"未确认：{codes}：请重新读取", f"Not verified: {read}: put the bag back and read both again")
        case VerdictKind.INCOMPLETE:
            return Words(f"不完整：只读到 {codes}", f"Incomplete: only {read} was read: put the bag back, labels up")
