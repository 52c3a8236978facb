"""emupos, a printer emulator that is not ours, as one process with a printer for each of our
profiles."""

from __future__ import annotations

import contextlib
import io
import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from samebag.label.profiles import PrinterProfile

EMUPOS = Path(__file__).parents[2] / ".venv-emupos/bin/emupos"
API = "/api/v1/devices/"
PROFILE = """\
type: printer
name: {name}
dpi: 203
width_dots: {width_dots}
font_a: {{ width: 12, height: 24 }}
font_b: {{ width: 9, height: 17 }}
code_pages: {{ 0: PC437 }}
default_code_page: 0
drawer_sensor_open_level: high
"""


class Emupos:
    """The running emulator. Its printers are called as our profiles, with p in front."""

    def __init__(self, folder: Path, profiles: list[PrinterProfile]) -> None:
        self.ports = {profile.name: _free_port() for profile in profiles}
        self._folder = folder
        self._api = f"127.0.0.1:{_free_port()}"
        devices = [self._device(profile) for profile in profiles]
        api = {"host": "127.0.0.1", "port": int(self._api.rpartition(":")[2])}
        # JSON is YAML
        (folder / "emupos.yaml").write_text(
            json.dumps({"schema": 1, "api": api, "devices": devices}), "utf-8"
        )
        self.start()

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [EMUPOS, "run"], cwd=self._folder, stdout=log, stderr=log
            )
        until_s = time.monotonic() + 20
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until_s:
                raise RuntimeError(f"emupos does not start: {(self._folder / 'log').read_text()}")
            time.sleep(0.1)

    def kill(self) -> None:
        """The power goes."""
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        """Connections stay, answers do not come."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def address(self, name: str) -> str:
        return f"tcp:127.0.0.1:{self.ports[name]}"

    def fault(self, name: str, fault: str, active: bool = True) -> None:
        self._call("PUT" if active else "DELETE", f"p{name}/faults/{fault}")

    def pictures(self, name: str) -> list[Image.Image]:
        """What came out of that printer, oldest first."""
        receipts: list[dict[str, Any]] = json.loads(self._call("GET", f"p{name}/receipts"))
        return [
            Image.open(io.BytesIO(self._call("GET", f"p{name}/receipts/{receipt['id']}/image")))
            for receipt in reversed(receipts)
        ]

    def _device(self, profile: PrinterProfile) -> dict[str, object]:
        text = PROFILE.format(name=profile.name, width_dots=profile.width_dots)
        (self._folder / f"{profile.name}.yaml").write_text(text, "utf-8")
        return {
            "id": f"p{profile.name}",
            "type": "printer",
            "profile": f"./{profile.name}.yaml",
            "connections": [{"tcp": {"port": self.ports[profile.name]}}],
            "receipts_dir": "./receipts",
        }

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            return bool(self._call("GET", ""))
        return False

    def _call(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(
            f"http://{self._api}{API}{path}".rstrip("/"), method=method
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            return bytes(answer.read())


@contextlib.contextmanager
def emupos(folder: Path, profiles: list[PrinterProfile]) -> Iterator[Emupos]:
    running = Emupos(folder, profiles)
    try:
        yield running
    finally:
        running.kill()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
