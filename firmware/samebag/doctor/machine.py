"""Checks of the computer: station process, clock, power, heat, versions, and what has to be
installed."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from ctypes.util import find_library
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from samebag.core.words import Words
from samebag.doctor.finding import RESTART, Examined, Finding, bad, ok, plain, unknown
from samebag.label.typeface import FontMissing, typeface

MACHINES = ("aarch64", "x86_64")  # 64-bit only: 32-bit Raspberry Pi OS lacks wheels of the decoders
# raspberrypi.com, "Frequency management and thermal control": the firmware slows the Pi from 80 on
HOT_C = 80.0
# soc/soc:firmware/get_throttled, raspberrypi/linux#2397; the Pi 5 has soc@…
THROTTLED = "/sys/devices/platform"
LIBRARIES = {  # module: distribution
    "cv2": "opencv-python-headless",
    "cysystemd": "cysystemd",
    "evdev": "evdev",
    "gpiozero": "gpiozero",
    "lgpio": "lgpio",
    "pyudev": "pyudev",
    "pyzbar": "pyzbar",
    "zxingcpp": "zxing-cpp",
}
TEXT_DOTS = 24
STATION = Words("工位", "station")
CLOCK = Words("时钟", "clock")
POWER = Words("供电", "power")
HEAT = Words("温度", "heat")
VERSIONS = Words("版本", "versions")
BOARD = Words("主板", "board")
SOFTWARE = Words("软件库", "libraries")
FONT = Words("标签字体", "label font")


def station(case: Examined) -> Iterator[Finding]:
    if case.running is None:
        cure = Words(
            "sudo systemctl start samebag；起不来的原因见 journalctl -u samebag",
            "sudo systemctl start samebag; journalctl -u samebag tells why not",
        )
        yield unknown(STATION, Words("未运行", "not running"), cure=cure)
        return
    pid = case.running.pid
    if case.running.stopped:
        value = Words(f"进程 {pid} 已暂停", f"process {pid} is stopped")
        yield bad(STATION, value, rule=Words("必须在运行", "must run"), cure=RESTART)
    else:
        yield ok(STATION, Words(f"运行中，进程 {pid}", f"running, process {pid}"))


def clock(case: Examined) -> Iterator[Finding]:
    if case.host.clock_synchronised():
        yield ok(CLOCK, Words("已校准", "synchronised"))
    elif case.host.at("/sys/class/rtc/rtc0").exists():
        yield unknown(
            CLOCK,
            Words(
                "靠板上自带的时钟，没有时间服务器担保",
                "kept by the board's own clock; no time server vouches for it",
            ),
            cure=Words(
                "请与手表核对（date），或接上网络后 sudo timedatectl set-ntp true",
                "compare it with a watch (date), or connect the network and sudo"
                " timedatectl set-ntp true",
            ),
        )
    else:
        yield bad(
            CLOCK,
            Words(
                "未校准，板上也没有自带的时钟",
                "not synchronised, and this board has no clock of its own",
            ),
            rule=Words(
                "必须由时间服务器校准：核对日志的时间证明何时发出了什么",
                "must be set by a time server: the ledger's times prove what was shipped when",
            ),
            cure=Words(
                "接上网络；sudo timedatectl set-ntp true",
                "connect the network; sudo timedatectl set-ntp true",
            ),
        )


def power(case: Examined) -> Iterator[Finding]:
    """Bits of get_throttled: 0 too little voltage, 1-3 slowed down; 16 and 17-19 the same since the
    start."""
    files = sorted(case.host.at(THROTTLED).glob("soc*/soc*:firmware/get_throttled"))
    try:
        bits = int(files[0].read_text(), 16) if files else None
    except (OSError, ValueError):
        bits = None
    if bits is None:
        value = Words("只有树莓派能读出", "only a Raspberry Pi tells")
        how = "vcgencmd get_throttled"
        yield unknown(
            POWER,
            value,
            cure=Words(f"换了内核的树莓派：{how}", f"on a Pi with another kernel: {how}"),
        )
    elif bits & 1:
        yield _too_little(
            Words(f"现在电压过低（{bits:#x}）", f"too little voltage now ({bits:#x})")
        )
    elif bits & 1 << 16:
        value = Words(
            f"启动以来电压曾过低（{bits:#x}）",
            f"had too little voltage since the start ({bits:#x})",
        )
        yield _too_little(value)
    else:
        yield ok(
            POWER,
            Words(f"启动以来电压足够（{bits:#x}）", f"enough voltage since the start ({bits:#x})"),
        )


def _too_little(value: Words) -> Finding:
    return bad(
        POWER,
        value,
        rule=Words("电压必须从不过低", "must never have too little voltage"),
        cure=Words(
            "请用树莓派原装电源和短线；灯和打印机另接电源",
            "use the Pi's own power supply and a short cable; give lamps and printer a"
            " supply of their own",
        ),
    )


def heat(case: Examined) -> Iterator[Finding]:
    zones = sorted(case.host.at("/sys/class/thermal").glob("thermal_zone*/temp"))
    found = [
        int(text) / 1000
        for zone in zones
        if (text := case.host.said(case.host.own(zone))).isdecimal()
    ]
    if not found:
        yield unknown(
            HEAT,
            Words("这台机器读不出", "this machine does not tell"),
            cure=Words("请摸一摸是否烫手", "feel whether it is too hot to touch"),
        )
    elif max(found) >= HOT_C:
        yield bad(
            HEAT,
            plain(f"{max(found):.0f} °C"),
            rule=Words(
                f"必须低于 {HOT_C:g} °C，否则树莓派会变慢",
                f"must be less than {HOT_C:g} °C, or the Pi slows down",
            ),
            cure=Words(
                "请让外壳通风或加散热片，并远离灯",
                "give the case air or a heat sink, and keep it off the lamps",
            ),
        )
    else:
        yield ok(HEAT, plain(f"{max(found):.0f} °C"))


def versions(case: Examined) -> Iterator[Finding]:
    host = case.host
    board = host.said("/proc/device-tree/model") or platform.machine()
    lines = host.said("/etc/os-release").splitlines()
    system = next(
        (line.partition("=")[2].strip('"') for line in lines if line.startswith("PRETTY_NAME=")),
        "Linux",
    )
    own = f"samebag {_version('samebag')}, Python {platform.python_version()}"
    yield ok(VERSIONS, plain(f"{own}, {system}, {platform.release()}"))
    if platform.machine() in MACHINES:
        yield ok(BOARD, plain(board))
    else:
        yield bad(
            BOARD,
            plain(f"{board}, {platform.machine()}"),
            rule=Words(f"必须是 {' 或 '.join(MACHINES)}", f"must be {' or '.join(MACHINES)}"),
            cure=Words("请刷写 64 位的 Raspberry Pi OS", "flash the 64-bit Raspberry Pi OS"),
        )


def libraries(case: Examined) -> Iterator[Finding]:
    missing = [name for module, name in LIBRARIES.items() if find_spec(module) is None]
    missing += [] if find_library("zbar") else ["libzbar0"]
    if missing:
        names = ", ".join(missing)
        yield bad(
            SOFTWARE,
            Words(f"没有安装 {names}", f"{names} not installed"),
            rule=Words("必须齐全", "must all be there"),
            cure=Words(
                "请重新安装 Samebag：sudo make install", "install Samebag again: sudo make install"
            ),
        )
    else:
        shown = ("evdev", "gpiozero", "lgpio", "zxing-cpp")
        yield ok(SOFTWARE, plain(", ".join(f"{name} {_version(name)}" for name in shown)))


def font(case: Examined) -> Iterator[Finding]:
    try:
        typeface(TEXT_DOTS)
    except FontMissing:
        yield bad(
            FONT,
            Words("没有安装", "none installed"),
            rule=Words("必须有中文字", "must have Chinese letters"),
            cure=plain("sudo apt install fonts-wqy-microhei"),
        )
    else:
        yield ok(FONT, Words("有中文字", "has Chinese letters"))


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # Debian's packages of C libraries come without
        return "–"
