"""Checks of the GPIO pins that drive lamps and buzzer: the header's chip, and that nothing else
holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import asdict

from samebag.core.words import Words
from samebag.devices.lamps.gpio_chips import Chip, gpio_chips
from samebag.doctor.finding import AS_ROOT, RESTART, Examined, Finding, bad, ok, plain, unknown
from samebag.doctor.nodes import access, held

# Pi 0-3, 4 and 5: drivers/pinctrl of Linux
HEADERS = (
    "pinctrl-bcm2835",
    "pinctrl-bcm2711",
    "pinctrl-rp1",
)

CHIP = Words("GPIO 芯片", "GPIO chip")
NODE = Words("GPIO 设备", "GPIO")
PINS = Words("GPIO 引脚", "GPIO pins")
NAMES = {"green": "绿灯", "red": "红灯", "buzzer": "蜂鸣器", "button": "按钮"}  # as in [signals]


def pins(case: Examined) -> Iterator[Finding]:
    try:
        chips = gpio_chips(case.host.at("/dev"))
    except PermissionError:
        yield unknown(CHIP, Words("本用户无权查询", "this user may not ask for it"), cure=AS_ROOT)
        return
    yield from of_chips(case, chips)


def of_chips(case: Examined, chips: Sequence[Chip]) -> Iterator[Finding]:
    known = ", ".join(HEADERS)
    if not chips:
        yield bad(
            CHIP,
            Words("没有", "none"),
            rule=Words(f"必须是 {known} 之一", f"must be one of {known}"),
            cure=Words("请在树莓派上运行工位", "run the station on a Raspberry Pi"),
        )
        return
    chip = next((chip for chip in chips if chip.label in HEADERS), chips[0])
    name = f"{chip.path.name}: {chip.label}"
    if chip.label in HEADERS:
        yield ok(CHIP, plain(name))
    else:
        yield unknown(
            CHIP,
            Words(
                f"{name}，不是树莓派的引脚（{known}）",
                f"{name}, which is no Raspberry Pi's header ({known})",
            ),
            cure=Words(
                "samebag doctor --exercise 会显示灯是否接在上面",
                "samebag doctor --exercise shows whether the lamps hang on it",
            ),
        )
    yield access(case, NODE, [chip.path])
    if holding := held(case, NODE, [chip.path]):
        yield holding
    yield _taken(case, chip)


def _taken(case: Examined, chip: Chip) -> Finding:
    """Beside a running station all pins must be taken, else none."""
    pins = {
        name.removesuffix("_pin"): pin
        for name, pin in asdict(case.settings.signals).items()
        if "_pin" in name
    }
    users = {
        Words(f"{NAMES[name]} {pin}", f"{name} {pin}"): chip.user_of(pin)
        for name, pin in pins.items()
    }
    wrong = {pin: user for pin, user in users.items() if bool(user) != bool(case.running)}
    if not wrong:
        zh, en = "、".join(pin.zh for pin in users), ", ".join(pin.en for pin in users)
        taken = (
            Words("由运行中的工位占用", "taken by the running station")
            if case.running
            else Words("空闲", "free")
        )
        return ok(PINS, Words(f"{zh}：{taken.zh}", f"{en}: {taken.en}"))
    value = Words(
        "、".join(
            f"{pin.zh} {f'被 {user} 占用' if user else '空闲'}" for pin, user in wrong.items()
        ),
        ", ".join(
            f"{pin.en} {f'taken by {user}' if user else 'free'}" for pin, user in wrong.items()
        ),
    )
    if case.running:
        rule = Words("必须由运行中的工位占用", "must be taken by the running station")
        return bad(PINS, value, rule=rule, cure=RESTART)
    return bad(
        PINS,
        value,
        rule=Words("没有工位运行时必须空闲", "must be free while no station runs"),
        cure=Words(
            "请结束那个程序，从 config.txt 去掉它的 dtoverlay，或在 [signals] 中改用别的引脚",
            "end that program, take its dtoverlay out of config.txt, or name another"
            " pin under [signals]",
        ),
    )
