"""``make kiosk-test``: the kiosk's own unit under a real systemd, cage on a display of X's, and
Debian's Chromium.

Keys are not tried: on a station udev keeps them from cage (systemd/kiosk.rules), and here is no
udev.
"""

from __future__ import annotations

import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

MACHINE = Path(__file__).parents[2] / ".ci" / "kiosk"
TAPS = [(x, y) for x in range(40, 1024, 118) for y in range(8, 768, 94)]
pytestmark = pytest.mark.timeout(300)


class Machine:
    """A systemd that was just booted; ``folder`` is its /in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = subprocess.Popen([MACHINE, folder, sysconfig.get_path("purelib")])
        self.until(self._is_up, 60)

    def __call__(self, command: str) -> str:
        """What a shell within says; "" when it fails."""
        spawned = (self.folder / "machine").read_text().strip()
        leader = Path(f"/proc/{spawned}/task/{spawned}/children").read_text().split()[0]
        enter = [
            "nsenter",
            "-t",
            leader,
            "-m",
            "-u",
            "-i",
            "-n",
            "-p",
            "-C",
            "-r",
            "-w",
            "sh",
            "-c",
            command,
        ]
        ran = subprocess.run(enter, capture_output=True, text=True, check=False, timeout=60)
        return ran.stdout.strip() if ran.returncode == 0 else ""

    def until(self, holds: Callable[[], object], within_s: float) -> None:
        end_s = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < end_s, self("journalctl -b --no-pager | tail -40")
            time.sleep(0.5)

    def picture(self, name: str) -> Image.Image:
        """Of the display, once nothing moves on it."""
        before = None
        while True:
            display = "XDG_RUNTIME_DIR=$PWD WAYLAND_DISPLAY=$(ls wayland-? | head -1)"
            self(f"cd /run/samebag-kiosk; {display} grim /in/{name}.png")
            now = Image.open(self.folder / f"{name}.png").convert("RGB")
            if before and now.tobytes() == before.tobytes():
                return now
            before = now
            time.sleep(0.5)

    def shows_page(self) -> bool:
        """By the stream that its browser holds, which keeps its own port for as long."""
        first = self._streams()
        time.sleep(6)  # what is kept alive only, uvicorn closes after 5 s
        return bool(first & self._streams())

    def restarts(self) -> int:
        return int(self("systemctl show -P NRestarts samebag-kiosk"))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(30)

    def _is_up(self) -> bool:
        return (self.folder / "machine").exists() and self("systemctl is-system-running") in (
            "running",
            "degraded",
        )

    def _streams(self) -> set[str]:
        rows = [line.split() for line in self("cat /proc/net/tcp").splitlines()]
        user = self("id -u samebag-kiosk")
        return {
            row[1] for row in rows if row[2].endswith(":21C2") and row[3] == "01" and row[7] == user
        }


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = Machine(tmp_path_factory.mktemp("kiosk"))
    made("systemctl start display samebag-kiosk")
    yield made
    made.close()


@pytest.fixture
def page(machine: Machine) -> Image.Image:
    """What a display shows where the station is off: nothing on it moves."""
    machine("systemctl start samebag-web; DISPLAY=:9 xdotool mousemove 1023 767")
    machine.until(machine.shows_page, 60)
    return machine.picture("page")


def test_it_says_starting_until_the_pages_answer_and_then_shows_them(machine: Machine) -> None:
    machine.until(lambda: machine("ls /run/samebag-kiosk/wayland-?"), 30)
    machine.until(lambda: machine.picture("starting").getpixel((5, 5)) == (0x33, 0x38, 0x3C), 60)
    starting = machine.picture("starting")
    machine("systemctl start samebag-web")
    machine.until(machine.shows_page, 60)
    assert machine.picture("page").tobytes() != starting.tobytes()


@pytest.mark.parametrize("button", [1, 2, 3, 8, 9])
def test_no_tap_leads_out(machine: Machine, page: Image.Image, button: int) -> None:
    """1 is a finger's; the others a mouse has: its menu, back and forth."""
    before = machine.restarts()
    taps = "".join(f"mousemove {x} {y} click {button} " for x, y in TAPS)
    held = (
        f"mousemove 500 400 mousedown {button} sleep 1.5 mousemove 100 400 sleep 0.2"
        f" mouseup {button}"
    )
    machine(f"DISPLAY=:9 xdotool {taps} {held} mousemove 1023 767")
    assert machine.picture(f"tapped-{button}").tobytes() == page.tobytes()
    assert machine.restarts() == before
    assert machine.shows_page()


@pytest.mark.parametrize(
    "killed", ["-f 'chromium.*type=renderer'", "-x cage", "-f '^/usr/lib/chromium/chromium --show'"]
)
def test_what_is_killed_comes_back(machine: Machine, page: Image.Image, killed: str) -> None:
    before = machine.restarts()
    machine(f"pkill -KILL -u samebag-kiosk {killed}")
    machine.until(lambda: machine.restarts() > before, 60)
    machine.until(machine.shows_page, 60)
    assert machine.picture("back").tobytes() == page.tobytes()


def test_pages_that_go_and_come_cost_no_restart(machine: Machine, page: Image.Image) -> None:
    before = machine.restarts()
    machine("systemctl stop samebag-web")
    time.sleep(6)
    assert machine.picture("offline").tobytes() != page.tobytes()
    machine("systemctl start samebag-web")
    machine.until(machine.shows_page, 60)
    assert machine.restarts() == before


def test_the_unit_finds_a_compositor_of_its_own_without_any_display_server(
    machine: Machine,
) -> None:
    """wlroots' headless backend, which is closest to a Pi's own display driver."""
    machine("mkdir /run/systemd/system/samebag-kiosk.service.d")
    lines = "[Service]\nEnvironment=WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1\n"
    machine(f"printf '{lines}' >/run/systemd/system/samebag-kiosk.service.d/headless.conf")
    machine("systemctl daemon-reload; systemctl stop display; systemctl restart samebag-kiosk")
    machine.until(machine.shows_page, 60)
    assert machine.picture("headless").size == (1280, 720)
