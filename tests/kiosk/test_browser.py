"""What the display's browser is told: one page, and a watch over it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from samebag.cli import main
from samebag.kiosk import browser
from samebag.kiosk.shown import FIRST_S, PATIENCE_S, PageWatch
from samebag.settings import Settings, SettingsError, load

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = (SYSTEMD / "samebag-kiosk.service").read_text()
POLICY = json.loads((SYSTEMD / "kiosk-policy.json").read_text())


def settings(tmp_path: Path, web: str) -> Settings:
    (tmp_path / "settings.toml").write_text(f"[web]\n{web}\n")
    return load(tmp_path / "settings.toml")


@pytest.mark.parametrize("listen", ["127.0.0.1:8642", "localhost:9000", "[::1]:8642"])
def test_the_policy_lets_the_browser_go_to_the_page_of_any_own_address_and_to_its_first_page(
    tmp_path: Path, listen: str
) -> None:
    page = browser.address(settings(tmp_path, f'listen = "{listen}"'))
    assert page == f"http://{listen}/kiosk"
    # a rule of the policy that names no port holds for all
    without_port = re.sub(r":\d+/", "/", page)
    first = browser.command("chromium", Path("/run/samebag-kiosk"))[-1]
    assert {without_port, first} <= set(POLICY["URLAllowlist"])
    assert POLICY["NewTabPageLocation"] == first
    assert "*" in POLICY["URLBlocklist"]


@pytest.mark.parametrize(
    "web",
    [
        'listen = "0.0.0.0:8642"',
        'listen = "station-1.local:8642"',
        f'token_sha256 = "{"0" * 64}"',
        'certificate = "/a.pem"',
    ],
)
def test_pages_that_ask_for_more_than_an_address_are_refused_with_the_cure(
    tmp_path: Path, web: str
) -> None:
    with pytest.raises(SettingsError, match=r"web\.listen = '.*must be 127\.0\.0\.1:PORT"):
        browser.address(settings(tmp_path, web))


def test_the_first_page_stays_until_it_is_told_where_to_go(tmp_path: Path) -> None:
    browser.put_starting(tmp_path)
    html = (tmp_path / browser.STARTING).read_text(encoding="utf-8")
    assert "正在启动" in html and "Starting" in html and browser.READY in html
    assert (tmp_path / browser.READY).read_text() == ""
    browser.leave_for("http://127.0.0.1:8642/kiosk", tmp_path)
    assert (
        tmp_path / browser.READY
    ).read_text() == 'location.replace("http://127.0.0.1:8642/kiosk");\n'


def test_a_page_is_lost_when_the_pages_answer_and_nobody_looks_for_long() -> None:
    watch = PageWatch(0.0)
    assert not watch.lost(answers=True, shown=False, now_s=FIRST_S)  # it has not been there yet
    assert watch.lost(answers=True, shown=False, now_s=FIRST_S + 1)
    for well in ({"answers": True, "shown": True}, {"answers": False, "shown": False}):
        assert not watch.lost(**well, now_s=500.0)
        assert not watch.lost(answers=True, shown=False, now_s=500.0 + PATIENCE_S)
        assert watch.lost(answers=True, shown=False, now_s=501.0 + PATIENCE_S)


def test_it_is_started_by_its_unit_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    assert main(["kiosk"]) == 1
    assert "sudo make install-kiosk" in capsys.readouterr().err


def test_the_unit_has_what_closes_the_ways_out() -> None:
    # without -s, which lets Ctrl+Alt+F2 change to a console: cage(1)
    assert "\nExecStart=/usr/bin/cage -d -- /opt/samebag/bin/samebag kiosk\n" in UNIT
    assert set(re.findall(r"(?m)^IPAddress.*$", UNIT)) == {
        "IPAddressDeny=any",
        "IPAddressAllow=localhost",
    }
