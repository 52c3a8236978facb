"""What devices and files say of their faults, in Chinese. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from samebag.core.events import Device

DEVICES: Mapping[str, str] = {device.value: device.zh for device in Device}
KEYBOARDS: Mapping[str, str] = {"French": "法语", "German": "德语", "UK": "英式", "Czech": "捷克语"}
# What packers and supervisors can do themselves: said without the reason.
CURES: Mapping[str, str] = {
    "put in a new roll and close the cover": "请装入新纸卷，合上盖子",
    "close the cover until it clicks": "请合上盖子，直到咔嗒一声",
    "check that the printer is switched on and plugged in": "请检查打印机的电源和连接线",
    "look at the printer's lamps: paper, cover, power; switch it off and on": (
        "请看打印机的指示灯：纸、盖、电源；然后关机再开机"
    ),
    "look at the printer's lamps: paper, cover, power; if all is well, its profile is"
    " wrong: call a technician": (
        "请看打印机的指示灯：纸、盖、电源；都正常则打印机配置不对，请叫技术员"
    ),
    "switch the printer off and on; if that does not help, call a technician": (
        "请把打印机关机再开机；仍不行请叫技术员"
    ),
    "open the cover, take out the jammed paper, close it; switch the printer off and on": (
        "请打开盖子，取出卡住的纸，合上盖子，然后关机再开机"
    ),
    "plug it in, or name the right one in the settings": "请插好扫描枪",
    "pull its trigger; if it stays away, charge it": "请扣一下扫描枪的扳机；仍无反应请充电",
    "let it go, or plug it in again": "请松开按键，或重新插拔扫描枪",
    "plug the camera in again": "请重新插好摄像头",
    "plug the camera in again, or correct the address in settings": "请重新插好摄像头",
    "check the ribbon cable": "请检查摄像头的排线",
    "none needed, it is started again": "正在自动重新启动，无需处理",
    "none needed, the worker is started again; if this comes back, restart the station": (
        "正在自动重新启动；反复出现请重启工位"
    ),
    "free space on the card, or put in a larger one": "存储卡已满，请叫技术员清理",
    "free disk space, or make the folder writable for samebag": "存储卡已满或不可写，请叫技术员",
    "the card cannot be read or written: free space on it, or replace it": (
        "存储卡读写失败，请叫技术员更换"
    ),
    "call a technician": "请叫技术员",
}
# Reasons, and cures that are a technician's. {} stands for what differs; the first that fits
# counts.
REASONS: Mapping[str, str] = {
    "no hand scanner is plugged in": "没有插上扫描枪",
    "hand scanner {} is not plugged in": "扫描枪 {} 没有插上",
    "{} hand scanners are plugged in": "插了 {} 把扫描枪",
    "none": "无",
    "name one in the settings: {}": "请在设置中指定一把：{}",
    "plug it in, or name it in the settings (keyboards here: {})": (
        "请插好扫描枪，或在设置中指定（现有键盘：{}）"
    ),
    "a key of hand scanner {} is held down": "扫描枪 {} 有按键被按住",
    "another program holds hand scanner {}": "扫描枪 {} 被其他程序占用",
    "stop it; `fuser -v /dev/...` names it": "请停止该程序；用 fuser -v /dev/... 可查出",
    "hand scanner {} may not be read": "无权读取扫描枪 {}",
    "add the station's user to the group {}": "请把工位的用户加入 {} 组",
    "hand scanner {} cannot be opened ({})": "打不开扫描枪 {}（{}）",
    "check its address in the settings": "请检查设置中的地址",
    "hand scanner {} is asleep, switched off or out of reach": "扫描枪 {} 休眠、关机或太远",
    "scanner {}: must be auto, a link below /dev/input/by-id (event numbers change at each start),"
    " bluetooth:AA:BB:CC:DD:EE:FF, or serial:/dev/serial/by-id/…": (
        "扫描枪 {}：必须是 auto、/dev/input/by-id 下的链接（event 编号每次启动都会变）、"
        "bluetooth:AA:BB:CC:DD:EE:FF 或 serial:/dev/serial/by-id/…"
    ),
    "scanner {}: must be like serial:/dev/ttyACM0 or serial:/dev/ttyUSB0?baud=9600": (
        "扫描枪 {}：必须形如 serial:/dev/ttyACM0 或 serial:/dev/ttyUSB0?baud=9600"
    ),
    "the computer was too slow for the scanner and lost keys: scan again": (
        "电脑太慢，漏了按键：请重新扫描"
    ),
    "character {} after {} is not ASCII text: scan again": (
        "{1} 之后的字符 {0} 不是 ASCII：请重新扫描"
    ),
    "code {}… is longer than {} characters": "条码 {}… 超过 {} 个字符",
    "incomplete scan {}: no Enter or Tab came: scan again": (
        "扫描 {} 不完整：没有收到 Enter 或 Tab：请重新扫描"
    ),
    "scan the same code again; if it is always so, set the scanner's suffix to Enter (CR)": (
        "请把同一个条码再扫一次；总是这样，请把扫描枪的后缀设为 Enter（CR）"
    ),
    "the scanner is set to {} keyboard: it sent {} for {}": (
        "扫描枪设成了{0}键盘：把 {2} 发成了 {1}"
    ),
    "set the scanner to US keyboard: scan that barcode of its manual": (
        "请把扫描枪设为美式键盘：扫其说明书中的“美式键盘”设置条码"
    ),
    "the scanner was unplugged in the middle of a scan": "扫到一半时扫描枪被拔下",
    "the scan began before the scanner was open: scan again": "扫描早于扫描枪就绪：请重新扫描",
    "key {} has no place in a code: set the scanner to US keyboard, then scan again": (
        "按键 {} 不属于条码：请把扫描枪设为美式键盘，再扫描"
    ),
    "{}: no paper": "{}：缺纸",
    "{}: cover open": "{}：盖打开",
    "{}: the cutter is stuck": "{}：切刀卡住",
    "{}: unrecoverable error": "{}：不可恢复错误",
    "{}: the head is too hot": "{}：打印头过热",
    "wait a minute; it goes on by itself": "请等一分钟，会自动继续",
    "{}: recoverable error": "{}：可恢复错误",
    "{}: error": "{}：出错",
    "{}: offline": "{}：脱机",
    "press the printer's FEED or ONLINE button": "请按打印机的进纸键或联机键",
    "{}: no answer to DLE EOT {}": "{}：DLE EOT {} 没有回答",
    "{}: stopped taking bytes": "{}：不再接收数据",
    "{}: never stops sending": "{}：一直不停地发送数据",
    "{}: took {} of {} bytes and stopped": "{}：收了 {}/{} 字节后停下",
    "{}: takes no bytes for {} s": "{}：{} 秒不接收数据",
    "{}: the last bytes did not leave": "{}：最后的数据没有发出",
    "{}: did not confirm within {} s": "{}：{} 秒内没有确认",
    "{}: the printer hung up": "{}：打印机断开了连接",
    "{}: the connection broke": "{}：连接中断",
    "{}/lp*: no USB printer there": "{}/lp*：没有 USB 打印机",
    "{}: not allowed": "{}：无权使用",
    "add the station's user to group lp (USB) or dialout (serial)": (
        "请把工位的用户加入 lp 组（USB）或 dialout 组（串口）"
    ),
    "{}: in use by another program": "{}：被其他程序占用",
    "stop that program: CUPS, or another samebag": "请停止该程序：CUPS，或另一个 samebag",
    "printer address serial:{}: only ?baud=NUMBER and &flow=rtscts or none are understood": (
        "打印机地址 serial:{}：只支持 ?baud=数字 和 &flow=rtscts 或 none"
    ),
    "printer address {}: not understood": "打印机地址 {}：看不懂",
    "printer address {}: {}": "打印机地址 {}：{}",
    "use auto, lp:/dev/usb/lp0, tcp:HOST:9100 or serial:/dev/ttyUSB0?baud=115200": (
        "请用 auto、lp:/dev/usb/lp0、tcp:HOST:9100 或 serial:/dev/ttyUSB0?baud=115200"
    ),
    "{}; look whether the label came out; {}": "{}；再看标签是否打印出来；{}",
    "look whether the label came out; {}": "请看标签是否打印出来；{}",
    "whole: scan {}, missing or torn: scan {}": "完整：扫 {}，没有或破损：扫 {}",
    "the label waits until the station can write to its disk again": "标签等着，存储卡能写后再打印",
    "the label cannot be drawn: {}": "标签画不出来：{}",
    "the station stopped while it printed": "打印时工位停了",
    "the book lacks its parcel": "订单库中没有它的包裹",
    "import its order file, then scan {}": "请导入其订单文件，再扫 {}",
    "what its bag was matched with is not kept any more": "核对时的记录已不保留",
    "whole: scan {}; missing: ask a supervisor": "完整：扫 {}；没有：请找班长",
    "its order was cancelled after its bag passed": "包裹通过后订单已取消",
    "do not ship; take the bag out and put the goods back": "不要发出，请取出包裹，货物放回货架",
    "its order changed after its bag passed": "包裹通过后订单已变更",
    "do not ship; take the bag out and print its labels again in the ERP": (
        "不要发出，请取出包裹，在 ERP 中重新打印面单和配货单"
    ),
    "{}: Connection refused": "{}：连接被拒绝",
    "{}: Connection timed out": "{}：连接超时",
    "{}: timed out": "{}：连接超时",
    "{}: No route to host": "{}：网络不通",
    "{}: No such file or directory": "{}：设备不存在",
    "{}: no such device": "{}：设备不存在",
    "{}: no picture for {} s": "{}：{} 秒没有画面",
    "{}: no picture": "{}：没有画面",
    "name a camera, or a recording that has pictures": "请指定摄像头，或有画面的录像",
    "{}: the same picture for {} s": "{}：画面 {} 秒不动",
    "{}: gives no pictures, or another program has it": "{}：没有画面，或被其他程序占用",
    "{}: stopped giving pictures": "{}：不再给出画面",
    "{}: gives {}x{} pixels, must be {}x{} or more": "{}：画面 {}x{} 像素，必须不小于 {}x{}",
    "set a smaller size in settings, or use another camera": "请在设置中改小画面，或换摄像头",
    "camera = {}: must be auto, v4l2:DEVICE, picamera:NUMBER or file:PATH": (
        "camera = {}：必须是 auto、v4l2:设备、picamera:编号 或 file:路径"
    ),
    "correct settings": "请改正设置",
    "camera file:{}: {}": "摄像头 file:{}：{}",
    "correct the address": "请改正地址",
    "check the ribbon cable and its address in settings": "请检查摄像头的排线和设置中的地址",
    "apt install python3-picamera2, in a venv with system site packages": (
        "apt install python3-picamera2，venv 须能用系统的包"
    ),
    "remove that picture": "请移走这张图片",
    "camera worker: taking pictures failed": "摄像头进程：取画面失败",
    "camera worker hangs: silent for {} s": "摄像头进程停住：{} 秒没有动静",
    "camera worker floods: more than {} lines a second or no line end": (
        "摄像头进程失控：每秒超过 {} 行，或没有换行"
    ),
    "camera worker talks nonsense: {}: {}": "摄像头进程的话看不懂：{}：{}",
    "camera worker closed its output": "摄像头进程关闭了输出",
    "camera worker was ended by signal {} ({})": "摄像头进程被信号 {}（{}）终止",
    "camera worker ended by itself with status {}": "摄像头进程自行结束，状态 {}",
    "camera worker cannot start: {}": "摄像头进程起不来：{}",
    "camera worker: {}": "摄像头进程：{}",
    "evidence of bag {} is lost: {} pictures wait for the disk already": (
        "袋 {} 的证据照片丢失：已有 {} 张在等存储卡"
    ),
    "free disk space, or replace the card": "请清理或更换存储卡",
    "evidence quota = {} bytes: one picture has {}": "证据照片配额 {} 字节：一张就有 {} 字节",
    "set a larger quota": "请加大配额",
    "evidence: frame of {} cannot be written as JPEG": "证据照片：{} 的画面写不成 JPEG",
    "restart the station": "请重启工位",
    "espeak-ng: is not installed: apt install espeak-ng": (
        "espeak-ng：没有安装：请运行 apt install espeak-ng"
    ),
    "espeak-ng: {}: apt install espeak-ng": "espeak-ng：{}：请安装：apt install espeak-ng",
    "evidence {}: cannot be read back: {}": "证据照片 {}：写后读不出：{}",
    "replace the card": "请更换存储卡",
    "evidence {}: {}": "证据照片 {}：{}",
    "GPIO pins cannot be opened ({}): they need a Raspberry Pi and a user in the group gpio": (
        "打不开 GPIO 引脚（{}）：要有树莓派，用户要在 gpio 组"
    ),
    "GPIO pins {} cannot be opened ({}): they need a Raspberry Pi, a user in the group gpio,"
    " and no other program on them": (
        "打不开 GPIO 引脚 {}（{}）：要有树莓派，用户要在 gpio 组，且没有其他程序占用"
    ),
    "lamps cannot be switched ({}): check the wiring, restart the station": (
        "灯开关不了（{}）：请检查接线，重启工位"
    ),
    "pins {} of gpiochip{} cannot be switched off: cut the lamps' power": (
        "gpiochip{1} 的引脚 {0} 关不掉：请切断灯的电源"
    ),
    # a ledger that is not the one written last
    "the station's note": "工位的记录",
    "the book": "订单库",
    "the journal": "日志",
    "the ledger is gone: {} knows of {} entries, up to bag {}": (
        "核对日志不见了：{}记得有 {} 条，到第 {} 袋"
    ),
    "the ledger is an older one: it ends at entry {}, {} knows of {}": (
        "核对日志是旧的：只到第 {} 条，{}记得有 {} 条"
    ),
    "the ledger is another one: its entry {} is not the one that {} knows": (
        "核对日志不是原来的：第 {} 条与{}记得的不同"
    ),
    "the ledger is another one: its entry {} bears no stamp of this station": (
        "核对日志不是原来的：第 {} 条没有本工位的印记"
    ),
    "{}: {}: bring the right file back; to give up what is lost, move {} away": (
        "{}：{}：请放回正确的文件；确认放弃所缺内容，请移走 {}"
    ),
    "the ledger was cut: it ends at entry {}, it had {}": (
        "核对日志被截短：只到第 {} 条，曾有 {} 条"
    ),
    "the ledger is an older one: it knows of {} labels, but label {} was printed": (
        "核对日志是旧的：只知道 {} 张标签，但第 {} 张已打印"
    ),
    "the station's note of the ledger is gone: nothing here tells whether entries are missing": (
        "工位对核对日志的记录不见了：无法判断核对日志是否缺条目"
    ),
    "{}: is no note of a ledger: keep it, and ask a supervisor": (
        "{}：不是核对日志的记录：请保留，并找班长"
    ),
    "{}: {}: let the station read and write its folder": "{}：{}：请让工位能读写其目录",
    "{}: the ledger was replaced while the station ran": "{}：工位运行时核对日志被换掉",
    "the ledger was replaced while the station ran": "工位运行时核对日志被换掉",
    "restart the station: it says then what is missing, and asks a supervisor": (
        "请重启工位：它会说缺什么，并请班长确认"
    ),
    "bring the right file back and restart the station; else a supervisor: scan the"
    " badge, then SAMEBAG-ACCEPT-LEDGER;"
    " what only the missing entries know may pass a second time": (
        "请放回正确的核对日志并重启工位；找不回则由班长扫描工牌，再扫描 SAMEBAG-ACCEPT-LEDGER；"
        "只有缺的条目知道的包裹可能再次通过"
    ),
    "close the other program that has this file open": "请关闭打开此文件的其他程序",
    "the card or the file is write-protected: check its rights, then the card": (
        "存储卡或文件写保护：请先查权限，再查存储卡"
    ),
    "check that the folder exists and that Samebag may write there": (
        "请检查目录是否存在，Samebag 是否可写"
    ),
    "move the file away and import the order files again; the ledger is not touched": (
        "请移走该文件，重新导入订单文件；核对日志不受影响"
    ),
    "move it away together with its -wal file and keep both: they are the evidence;"
    " then start again": ("请连同 -wal 文件一起移走并妥善保存：它们是证据；然后重新启动"),
}


def in_chinese(said: str) -> str:
    """The text itself where it has no Chinese: what the system or a library says."""
    if said in CURES:
        return CURES[said]
    for english, chinese in REASONS.items():
        parts = english.split("{}")
        if not (said.startswith(parts[0]) and said.endswith(parts[-1])):
            continue  # the loop asks: all patterns would take it some 10 ms to compile
        if found := re.fullmatch("(.+?)".join(map(re.escape, parts)), said):
            return chinese.format(*map(_named, found.groups()))
    return said


def _named(said: str) -> str:
    """A part: ``printer``, ``camera v4l2:0``, ``German or UK``, or the fault's own cure before what
    is to be done."""
    countries = said.split(" or ")
    if all(country in KEYBOARDS for country in countries):
        return "或".join(KEYBOARDS[country] for country in countries)
    device, space, rest = said.partition(" ")
    return f"{DEVICES[device]}{space}{rest}" if device in DEVICES else in_chinese(said)
