"""The station's own display: is it there, and does it show the packer's page."""

from __future__ import annotations

import pytest

from samebag.doctor import screen
from samebag.doctor.finding import CheckState
from samebag.kiosk import shown

from .computer import Computer, English, by_thing

KIOSK_UID, PORT = 992, 8642
HEAD = (
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt  "
    " uid  timeout inode\n"
)


def connection(port: int = PORT, state: str = "01", uid: int = KIOSK_UID) -> str:
    """A line of /proc/net/tcp, as Linux 6.1 writes it."""
    return (
        f"   4: 0100007F:D080 0100007F:{port:04X} {state} 00000000:00000000 00:00000000"
        f" 00000000   {uid}"
        "        0 65120 2 00000000618d9dcc 20 4 29 18 -1\n"
    )


def plug_display(computer: Computer) -> None:
    computer.put("/sys/class/drm/card0-HDMI-A-1/status", "disconnected\n")
    computer.put("/sys/class/drm/card1-DSI-1/status", "connected\n")


def looked(computer: Computer, settings: str = "") -> English:
    case = computer.case(
        settings, user_of=lambda uid: shown.USER if uid == KIOSK_UID else "samebag-web"
    )
    return by_thing(screen.screen(case))["screen"]


@pytest.fixture
def kiosk(computer: Computer) -> Computer:
    plug_display(computer)
    computer.link(screen.ENABLED, "/usr/lib/systemd/system/samebag-kiosk.service")
    return computer


def test_a_station_may_do_without_and_a_display_that_shows_nothing_is_told(
    computer: Computer,
) -> None:
    assert (looked(computer).state, looked(computer).value) == (CheckState.OK, "none")
    plug_display(computer)
    found = looked(computer)
    assert (found.state, found.cure) == (CheckState.UNKNOWN, "sudo make install-kiosk")
    assert found.value.startswith("DSI-1 has a display")


def test_a_kiosk_without_a_display_is_bad(computer: Computer) -> None:
    computer.link(screen.ENABLED, "/usr/lib/systemd/system/samebag-kiosk.service")
    assert (looked(computer).state, looked(computer).value) == (
        CheckState.BAD,
        "no display is connected",
    )


@pytest.mark.parametrize("table", shown.TABLES)
def test_the_page_is_shown_while_the_kiosk_holds_its_stream(kiosk: Computer, table: str) -> None:
    kiosk.put(table, HEAD + connection(uid=993) + connection())
    found = looked(kiosk)
    assert (found.state, found.value) == (CheckState.OK, "DSI-1 shows the packer's page")


@pytest.mark.parametrize(
    "other", [connection(uid=993), connection(port=631), connection(state="06"), ""]
)
def test_nobody_elses_connection_counts_and_none_that_is_over(kiosk: Computer, other: str) -> None:
    kiosk.put("/proc/net/tcp", HEAD + other)
    found = looked(kiosk)
    assert (found.state, found.value) == (CheckState.BAD, "DSI-1 does not show the packer's page")


def test_pages_that_want_a_token_cannot_be_shown(kiosk: Computer) -> None:
    found = looked(kiosk, '[web]\nlisten = "192.0.2.7:8642"\n')
    assert (found.state, found.rule) == (
        CheckState.BAD,
        "this machine must get the pages without a token",
    )
