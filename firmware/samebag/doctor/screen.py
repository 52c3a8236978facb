"""Check of the station's own display: is one plugged in, and does it show the packer's page."""

from __future__ import annotations

from collections.abc import Iterator

from samebag.core.words import Words
from samebag.doctor.finding import Examined, Finding, bad, ok, plain, unknown
from samebag.kiosk import browser, shown
from samebag.settings import SettingsError

SCREEN = Words("显示屏", "screen")
UNIT = "samebag-kiosk.service"
ENABLED = f"/etc/systemd/system/multi-user.target.wants/{UNIT}"
CONNECTORS = "/sys/class/drm"
MUST_SHOW = Words("必须显示打包页面", "must show the packer's page")


def screen(case: Examined) -> Iterator[Finding]:
    displays = _displays(case)
    if not case.host.at(ENABLED).is_symlink():
        yield _not_used(displays)
    elif not displays:
        yield bad(
            SCREEN,
            Words("没有接显示屏", "no display is connected"),
            rule=MUST_SHOW,
            cure=Words(
                "请在树莓派开机前接好并打开显示屏；不用显示屏：sudo make uninstall-kiosk",
                "plug it in and switch it on before the Pi starts; without a display:"
                " sudo make uninstall-kiosk",
            ),
        )
    else:
        yield _used(case, " ".join(displays))


def _displays(case: Examined) -> list[str]:
    """The connectors with a display, as the kernel names them: HDMI-A-1, DSI-1."""
    found = sorted(case.host.at(CONNECTORS).glob("card*-*/status"))
    names = {path.parent.name.partition("-")[2]: path for path in found}
    return [
        name for name, path in names.items() if case.host.said(case.host.own(path)) == "connected"
    ]


def _not_used(displays: list[str]) -> Finding:
    if not displays:
        return ok(SCREEN, Words("没有", "none"))
    names = " ".join(displays)
    value = Words(
        f"{names} 接着显示屏，不显示打包页面",
        f"{names} has a display, which does not show the packer's page",
    )
    return unknown(SCREEN, value, cure=plain("sudo make install-kiosk"))


def _used(case: Examined, names: str) -> Finding:
    try:
        browser.address(case.settings)
    except SettingsError:
        return _shut(case.settings.web.listen)
    if _holds_stream(case):
        return ok(SCREEN, Words(f"{names} 显示打包页面", f"{names} shows the packer's page"))
    cure = Words(
        "sudo systemctl restart samebag-web samebag-kiosk；原因见 journalctl -u samebag-kiosk",
        "sudo systemctl restart samebag-web samebag-kiosk; journalctl -u samebag-kiosk tells why",
    )
    value = Words(f"{names} 不显示打包页面", f"{names} does not show the packer's page")
    return bad(SCREEN, value, rule=MUST_SHOW, cure=cure)


def _shut(listen: str) -> Finding:
    return bad(
        SCREEN,
        Words(
            f"页面在 {listen}，或要密码、证书",
            f"the pages are at {listen}, or want a token or a certificate",
        ),
        rule=Words(
            "本机必须不用密码就能打开页面", "this machine must get the pages without a token"
        ),
        cure=Words(
            '设置 web.listen = "127.0.0.1:8642"，并去掉密码和证书',
            'set web.listen = "127.0.0.1:8642", without token and certificate',
        ),
    )


def _holds_stream(case: Examined) -> bool:
    port, user_of = browser.port(case.settings), case.host.user_of
    owners = [
        owner for table in shown.TABLES for owner in shown.watchers(case.host.said(table), port)
    ]
    return any(user_of(owner) == shown.USER for owner in owners)
