"""What the packer is told, in Chinese and English: what it is, why, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from samebag.core import symbologies
from samebag.core.codes.badges import Badge
from samebag.core.codes.own_codes import held_in, list_code_in
from samebag.core.codes.rules import nameless
from samebag.core.events import DeviceBack, DeviceLost
from samebag.core.labels import WHOLE_OR_NOT, Command, Kind, split_number
from samebag.core.parcel_checks import Objection, ParcelCheck
from samebag.core.parcels import Parcel, Standing
from samebag.core.symbologies import NAMES
from samebag.core.verdicts import (
    GiveNotice,
    LabelRead,
    NoticeKind,
    Proof,
    TellWait,
    Verdict,
    VerdictKind,
    Waits,
)
from samebag.core.words import LIST, Words
from samebag.ports import JobMoved, JobState, Passed, PrintJob, ScanRefused
from samebag.words.faults import CURES, DEVICES, in_chinese

JOB_STATES: Mapping[JobState, str] = {
    JobState.QUEUED: "等待打印",
    JobState.SENDING: "正在打印",
    JobState.SENT: "已发给打印机",
    JobState.CONFIRMED: "已打印",
    JobState.ASKED: "待打包员确认",
    JobState.REPLACED: "改打副本",
    JobState.WITHDRAWN: "不打印",
}
KIND_WORDS: Mapping[Kind, Words] = {
    Kind.WAYBILL: Words("面单", "waybill"),
    Kind.CARGO_LIST: LIST,
    Kind.MERGED: Words("合并标签", "merged label"),
    Kind.UNKNOWN: Words("不明条码", "unknown code"),
}
PROOF_WORDS: Mapping[Proof, Words] = {
    Proof.ONE_FRAME: Words("同一画面", "one frame"),
    Proof.SCANNER_CAMERA: Words("扫描枪和摄像头", "hand scanner and camera"),
    Proof.SCANNER_TWICE: Words("扫描枪两次", "hand scanner twice"),
    Proof.CAMERA: Words("摄像头先后读到", "camera over time"),
}
READY = Words("请放上包裹", "Put a bag down")
ONCE_MORE = Words("请先处理另一袋，再扫一次", "Scan it once more when the other bag is done")
SCAN_AGAIN = Words("请重新扫描", "Scan again")
CLEARED = Words("已确认，请放下一袋", "Cleared: go on with the next bag")
CROWDED = Words("台面有两个包裹：请清空台面", "Two bags: clear the table, then put one down")
BARE_UNKNOWN = Words(
    "摄像头还没学会空台面：请清空台面几秒；画面里没有东西时，按确认键",
    "The camera has not learnt the bare table: clear it for some seconds; with"
    " nothing in view, press the button",
)
UNPROVEN = Words(
    "开班自检：请扫“√ 正确”卡，再扫“× 错误”卡，然后确认",
    "Prove the lamps: scan the GOOD card, then the BAD one, then acknowledge",
)
PROVEN = Words("自检完成", "Red, green and buzzer are proven: go on")
SUPERVISOR_FIRST = Words("请先扫描班长工牌", "Scan a supervisor's badge first")
BADGE_REFUSED = Words(
    "不是本工位的工牌：请用 samebag commands 重新打印",
    "Not a badge of this station: have it printed again with samebag commands",
)
BADGE_REVOKED = Words("此工牌已停用：请换新工牌", "This badge counts no more: ask for a new one")
NOTHING_TO_REPRINT = Words("没有可补打的标签", "No label to print again")

STOPPED_PRINTING = "the station stopped while it printed"  # a reason
# reason, cure
NO_RECORD = (
    "the book lacks its parcel",
    f"import its order file, then scan {Command.PRINT_AGAIN.value}",
)
NOT_KEPT = (  # reason, cure
    "what its bag was matched with is not kept any more",
    f"whole: scan {Command.LABEL_IS_THERE.value}; missing: ask a supervisor",
)
MEANWHILE = {  # reason, cure: of a label that was still to be printed
    Standing.CANCELLED: (
        "its order was cancelled after its bag passed",
        "do not ship; take the bag out and put the goods back",
    ),
    Standing.CHANGED: (
        "its order changed after its bag passed",
        "do not ship; take the bag out and print its labels again in the ERP",
    ),
}
LEDGER_ACCEPTED = Words(
    "缺的核对日志已放弃：接着用现有的", "What the ledger lacks is given up: it goes on as it is"
)
LEDGER_LACKS_NOTHING = Words(
    "核对日志不缺什么；若刚被换掉，请先重启工位",
    "The ledger lacks nothing; if it was just replaced, restart the station",
)
NOTHING_ASKED = Words("没有待确认的标签", "No label is asked about")


def of_fault(event: DeviceLost) -> Words:
    device, cure = DEVICES.get(event.device, event.device), CURES.get(event.cure)
    zh = f"{device}故障：{cure or f'{in_chinese(event.reason)}：{in_chinese(event.cure)}'}"
    return Words(zh, f"{event.device} lost: {event.reason}: {event.cure}")


def of_refused(scan: ScanRefused) -> Words:
    return (
        Words(in_chinese(scan.cure), scan.cure[0].upper() + scan.cure[1:])
        if scan.cure
        else SCAN_AGAIN
    )


def of_back(event: DeviceBack) -> Words:
    return Words(f"{DEVICES.get(event.device, event.device)}已恢复", f"{event.device} is back")


def of_job(event: JobMoved, job: PrintJob | None) -> Words:
    label = f"{event.number} ({job.parcel})" if job else str(event.number)
    if event.state is JobState.WITHDRAWN:
        return not_printed(label, event.reason, event.cure)
    if event.state is not JobState.ASKED:
        return Words(f"标签 {label}：{JOB_STATES[event.state]}", f"label {label}: {event.state}")
    cure = event.cure or WHOLE_OR_NOT
    return Words(
        f"标签 {label} 打印出来了吗？{in_chinese(event.reason)}：{in_chinese(cure)}",
        f"Did label {label} come out? {event.reason}: {cure}",
    )


def not_printed(label: str, reason: str, cure: str) -> Words:
    return Words(
        f"标签 {label} 不打印：{in_chinese(reason)}：{in_chinese(cure)}",
        f"Label {label} is not printed: {reason}: {cure}",
    )


def of_probation(until: str, *, has_camera: bool) -> Words:
    if not until:
        return Words("订单文件试用期结束", "The order file's probation is over")
    if not has_camera:
        return Words(
            f"订单文件已变更：{until} 前请逐袋核对",
            f"The order file has changed: look twice until {until}",
        )
    return Words(
        f"订单文件已变更：{until} 前两个标签须同时在画面中",
        f"The order file has changed: until {until} a bag is green only with both labels"
        " in one view",
    )


def of_badge(badge: Badge, *, logged_in: bool) -> Words:
    if badge.supervisor:
        return Words(f"班长 {badge.name}：请扫描命令", f"Supervisor {badge.name}: scan a command")
    if logged_in:
        return Words(f"{badge.name} 已登录", f"{badge.name} packs now")
    return Words(f"{badge.name} 已退出", f"{badge.name} logged out")


def stick_it_on(words: Words) -> Words:
    """A match whose bag is sealed only when its new label was seen on it."""
    zh, en = f"{words.zh}：请贴上新标签并扫描", f"{words.en}: stick its new label on and scan it"
    return Words(zh, en, words.digits)


FINDINGS: Mapping[ParcelCheck, Words] = {
    ParcelCheck.GOODS: Words(
        "{rule} 不收 {has}：请换物流", "{rule} does not carry {has}: choose another service"
    ),
    ParcelCheck.WEIGHT: Words(
        "{has} 超重，限 {rule}：请分包",
        "{has}, must be {rule} at most: split it, or change the service",
    ),
    ParcelCheck.COUNTRY: Words(
        "{rule} 不发 {has}：请换物流", "{rule} does not serve {has}: choose another service"
    ),
    ParcelCheck.DIGIT: Words(
        "运单号 {has} 可能印错，请班长核对",
        "{has}: its check digit must be {rule}: see the number in the ERP",
    ),
    ParcelCheck.CARRIER: Words(
        "平台不认可物流商 {has}", "AliExpress does not recognise {has}: ask a supervisor"
    ),
    ParcelCheck.LATE: Words(
        "已过发货期限 {has}：请先处理", "the ship-by date {has} has passed: ask a supervisor"
    ),
    ParcelCheck.NOTE: Words("买家有留言：请先看", "the buyer left a note: read it first"),
}


def with_finding(words: Words, found: Objection) -> Words:
    said = FINDINGS[found.check].filled(has=found.has, rule=found.rule)
    return Words(f"{words.zh}；{said.zh}", f"{words.en}; {said.en}", words.digits)


def of_notice(notice: GiveNotice, passed: Passed | None, picture: str) -> Words:
    """``passed`` and ``picture`` tell when and where a parcel to call back left."""
    names = "、".join(notice.parcels)
    match notice.notice:
        case NoticeKind.CROWDED:
            return CROWDED
        case NoticeKind.BARE_UNKNOWN:
            return BARE_UNKNOWN
        case NoticeKind.PROVEN:
            return PROVEN
        case NoticeKind.NAMELESS:
            return _of_nameless(notice.labels[0].code)
        case NoticeKind.SEALED:
            return Words(f"已复核：{names}", f"Sealed: {names}")
        case NoticeKind.UNSEALED:
            return Words(
                f"{names} 未确认新标签：请先扫描其新标签，再重放包裹",
                f"{names} left without its new label: scan that label first, then put the bag back",
            )
        case NoticeKind.WANTED:
            return _of_wanted(notice)
        case NoticeKind.RECALL:
            return _of_recall(names, passed, picture)
        case NoticeKind.ROLL_SLIPPED if notice.places:
            first, last = notice.places
            return Words(
                f"整卷标签串位：请检查第 {first} 至 {last} 张",
                f"The roll of labels slipped: check labels {first} to {last} of the print order",
            )
    if notice.places:
        return Words("串位的标签已全部核对", "The labels of the slipped roll have all passed")
    return Words(f"已找齐：{names}", f"Settled: {names}") if names else CLEARED


def _of_recall(names: str, passed: Passed | None, picture: str) -> Words:
    zh, en = "通过", ""
    if passed:
        zh = f"{_where(passed)}通过 #{passed.bag} {picture}"
        en = f" {_when(passed)} {passed.station} #{passed.bag} {picture}"
    zh = f"追回 {names}：已{zh.rstrip()}，请追回该包裹"
    return Words(zh, f"Recall {names}: it passed{en}: fetch that parcel back")


def _of_nameless(code: str) -> Words:
    kind = nameless(code)
    zh, en = (kind.says_zh, f"{kind.carrier} {kind.name}") if kind else ("", "code")
    return Words(
        f"这是{zh}，不是单号：请扫描运单号的条码",
        f"A {en}, which names no parcel: scan the bar code of the tracking number",
    )


def _when(passed: Passed) -> str:
    return passed.wall_time[:19].replace("T", " ")


def _where(passed: Passed) -> str:
    """In Chinese, as it stands before 通过; to the minute, as a packer reads it."""
    return f"于 {_when(passed)[5:16]} 在 {passed.station} 工位"


def _of_wanted(notice: GiveNotice) -> Words:
    names, bags = " / ".join(notice.parcels), ", ".join(f"#{bag}" for bag in notice.bags)
    if not notice.parcels:
        return Words(
            "另一袋已发走：请看追回的提示",
            "Nothing to look for: those parcels have left, see the recall",
        )
    if not notice.look_for:
        return Words(
            f"错贴的袋都找到了（{bags}）：请互换标签",
            f"All their labels are on bags {bags}: exchange them",
        )
    zh = " 或".join(
        f"{KIND_WORDS[look.kind].zh} {look.code or look.parcel}" for look in notice.look_for
    )
    en = " or ".join(
        f"{KIND_WORDS[look.kind].en} {look.code or look.parcel}" for look in notice.look_for
    )
    return Words(f"寻找 {names}：请找出带有{zh} 的袋", f"Wanted {names}: find the bag with {en}")


def _of_proof(verdict: Verdict) -> Words:
    if verdict.kind is VerdictKind.MATCH:
        return Words(
            "测试卡：绿灯亮、一声响？", "Proof card: is the green lamp lit, and was there one beep?"
        )
    return Words(
        "测试卡：红灯亮、长响？确认后完成", "Proof card: red lamp and long beeps? Then acknowledge"
    )


WAITS: Mapping[Waits, Words] = {  # what it is, and what the packer does now
    Waits.WAYBILL: Words(
        "还缺面单：请扫描，或朝上放好", "The waybill is missing: scan it, or turn it up"
    ),
    Waits.CARGO_LIST: Words(
        "还缺配货单：请扫描，或朝上放好", "The cargo list is missing: scan it, or turn it up"
    ),
    Waits.SAME_CODE: Words(
        "两个标签同一个号码，分不清是不是两张纸：先放一边；请班长让 ERP 在配货单上印订单号",
        "Both labels bear the same code, so two sheets cannot be told from one: set the bag aside;"
        " have the ERP print the order number on the list",
    ),
    Waits.ONE_PARCEL: Words(
        "这些标签可能是几个包裹的：请再扫这袋上别的条码",
        "These labels fit several parcels: scan the other codes on the bag too",
    ),
    Waits.READINGS: Words(
        "这个条码可能是几个包裹的单号：请再扫面单上别的条码",
        "This code can be read as the number of several parcels: scan another code of"
        " that label too",
    ),
    Waits.TWO_BAGS: Words(
        "台面上有过两袋：请清空台面，再放一袋",
        "Two bags lay side by side: clear the table, then put one down",
    ),
    Waits.LAST_BAG: Words(
        "上一袋还在台面上：请先拿走", "The bag before still lies there: take it away"
    ),
    Waits.RED_BAG: Words(
        "拦下的袋还没处理：先确认，再拿走",
        "The bag on hold comes first: acknowledge it, then take it away",
    ),
    Waits.DEVICE: Words(
        "设备故障：先排除，才能放行", "A device is at fault: nothing is green until it is over"
    ),
    Waits.PROOF_CARDS: Words(
        "开班自检还没做完：请扫“√ 正确”卡和“× 错误”卡",
        "The lamps are not proven yet: show the proof cards",
    ),
    Waits.DISK: Words(
        "正在保存上一袋的结果：请稍候", "The bag before is being written to disk: wait"
    ),
    Waits.IN_HAND: Words(
        "这袋是拿在手里扫的：放到台面后，请再扫一次两个标签",
        "Scanned in the hand: once the bag lies there, scan both labels again",
    ),
    Waits.ONE_VIEW: Words(
        "两个标签要同时在画面里：请都朝上放好，手拿开",
        "Both labels must be in one view: turn both up and take your hands away",
    ),
    Waits.FRESH_VIEW: Words(
        "摄像头没有新画面：请稍候；一直这样就叫技术员",
        "The camera has no fresh view: wait; if it lasts, call a technician",
    ),
    Waits.IN_VIEW: Words(
        "画面里没有这袋的标签：请放到摄像头下，标签朝上",
        "None of its labels is in view: lay the bag under the camera, labels up",
    ),
    Waits.FOREIGN_LABEL: Words(
        "读到了另一个包裹的{labels}：请把袋拿起来，等台面空了再放下",
        "{labels} of another parcel was read: take the bag up until the table is empty,"
        " then lay it down again",
    ),
    Waits.GLIMPSE: Words(
        "好像看到另一个包裹的{labels}：请稍候；旁边有别的袋就拿开",
        "{labels} of another parcel was glimpsed: wait; if another bag lies there, take it away",
    ),
    Waits.STRANGER: Words(
        "旁边有系统里没有的单号 {codes}：请拿开；若在这袋上，请找班长",
        "A number that the book lacks lies there too, {codes}: take it away; if it is"
        " on this bag, call a supervisor",
    ),
    Waits.SETTLING: Words("正在看台面上还有什么：请稍候", "Looking at what else lies there: wait"),
    Waits.SECOND_VIEW: Words("再看一眼：请别动", "One more look: keep still"),
}


def of_symbology(symbology: str) -> Words:
    """What the camera sees and does not read; for technicians."""
    name = NAMES.get(symbology, symbology)
    return Words(f"有一个 {name}，没有读取", f"{name} lies there and is not read")


def cure_of_symbology(symbology: str) -> Words:
    if cure := symbologies.cure(symbology):
        return Words(f"如需读取，请设置 {cure}", f"switch it on if a label needs it: {cure}")
    return Words(
        "摄像头不能读取：请用旁边的条码", "no camera here reads it: use the bar code beside it"
    )


def of_wait(wait: TellWait) -> Words:
    """They come several a bag, before its green: most are ready-made."""
    words = WAITS[wait.waits]
    return _with_labels(words, wait.labels) if "{" in words.en else words


def _with_labels(words: Words, labels: tuple[LabelRead, ...]) -> Words:
    zh, en = _named(labels)
    codes = ", ".join(label.code for label in labels)
    said = words.en.format(labels=en or "a label", codes=codes)
    return Words(words.zh.format(labels=zh or "标签", codes=codes), said[0].upper() + said[1:])


def _named(labels: Iterable[LabelRead]) -> tuple[str, str]:
    """Kinds and codes, in Chinese and English."""
    zh = "、".join(f"{KIND_WORDS[label.kind].zh} {label.code}" for label in labels)
    return zh, ", ".join(f"{KIND_WORDS[label.kind].en} {label.code}" for label in labels)


def _of_match(name: str, parcel: Parcel | None) -> Words:
    if parcel is None:
        return Words(f"通过：{name}", f"Match: {name}")
    count, digits = (
        sum(item.quantity for item in parcel.items),
        split_number(parcel.tracking_number)[1],
    )
    items = f"{count} item{'' if count == 1 else 's'}"
    return Words(
        f"通过：{name} {parcel.country}，{count} 件",
        f"Match: {name} {parcel.country}, {items}",
        digits,
    )


def _of_duplicate(name: str, parcel: Parcel | None, passed: Passed | None) -> Words:
    if parcel and parcel.standing is Standing.SHIPPED and not passed:
        return Words(
            f"订单文件显示已发货：{name}：不要发出，请找班长",
            f"Shipped already, says the order file: {name}: do not ship; call a supervisor",
        )
    zh, en = (_where(passed), f" {_when(passed)} {passed.station}") if passed else ("", "")
    return Words(
        f"重复：{name} 已{zh}通过：不要发出，请找班长",
        f"Duplicate: {name} already passed{en}: do not ship; call a supervisor",
    )


def _of_cancelled(name: str, parcel: Parcel | None) -> Words:
    if parcel and parcel.standing is Standing.VANISHED:
        return Words(
            f"最新订单文件中没有：{name}：不要发出，货物放回货架",
            f"Not in the newest order file: {name}: do not ship; put the goods back",
        )
    return Words(
        f"已取消：{name}：不要发出，货物放回货架",
        f"Cancelled: {name}: do not ship; put the goods back",
    )


def of_verdict(verdict: Verdict, parcel: Parcel | None, passed: Passed | None) -> Words:
    """``parcel`` is the record of ``verdict.parcel``; ``passed`` tells when and where a duplicate
    left."""
    codes, read = _named(verdict.labels)
    name = verdict.parcel or " / ".join(verdict.parcels)
    if verdict.proves:
        return _of_proof(verdict)
    match verdict.kind:
        case VerdictKind.MATCH:
            return _of_match(name, parcel)
        case VerdictKind.MISMATCH:
            return Words(
                f"贴错！{codes} 不是同一个包裹的（{name}）：不要发出，请找出贴错的另一袋",
                f"MISMATCH: {read} are not one parcel's ({name}): do not ship; find the"
                " bag with the other labels",
            )
        case VerdictKind.DUPLICATE if any(label.kind is Kind.MERGED for label in verdict.labels):
            return Words(
                f"旧标签或复印件：{codes}：不要发出，请找班长",
                f"Not a fresh merged label: {read} is an old copy or was used already:"
                " do not ship; call a supervisor",
            )
        case VerdictKind.DUPLICATE:
            return _of_duplicate(name, parcel, passed)
        case VerdictKind.CANCELLED:
            return _of_cancelled(name, parcel)
        case VerdictKind.CHANGED:
            return Words(
                f"订单已变更：{name}：请重新打印标签",
                f"Changed: {name}: print its labels again in the ERP",
            )
        case VerdictKind.BARRED:
            return Words(f"暂不可发：{name}", f"Held: {name}: do not ship like this")
        case VerdictKind.UNKNOWN:
            return Words(
                f"系统里没有此单号：{codes}：请找班长",
                f"Unknown: {read}: not in the book: ask a supervisor",
            )
        case VerdictKind.INCOMPLETE if {label.kind for label in verdict.labels} >= {
            Kind.WAYBILL,
            Kind.CARGO_LIST,
        }:
            return Words(
                f"未确认：{codes}：请重新读取",
                f"Not verified: {read}: put the bag back and read both again",
            )
        case VerdictKind.INCOMPLETE:
            return Words(
                f"不完整：只读到{codes}：请重新放上，标签朝上",
                f"Incomplete: only {read} was read: put the bag back, labels up",
            )


# ---- papers of our own, which are no label of a bag

MERGED_LIST = Words(
    "这是合并标签上的配货单号，不算配货单：请扫配货单，或合并标签的二维码",
    "The list's number on a merged label, no cargo list: scan the cargo list, or the"
    " merged label's QR code",
)


def of_own_paper(code: str) -> Words | None:
    """What was scanned, where it is a merged label's list code or the slip of a bag on hold; None
    for all else."""
    if held := held_in(code):
        return Words(
            f"这是异常袋 #{held.bag}（工位"
            f" {held.station}）的单子，不是标签：处理好后，请扫这袋的面单和配货单",
            f"The slip of held bag #{held.bag} ({held.station}), no label: once it is"
            " put right, scan both its labels",
        )
    return MERGED_LIST if list_code_in(code) else None
