"""The station in its machine, and the hands and eyes around it: scan, show a bag, see the lamps,
read the journal."""

from __future__ import annotations

import base64
import itertools
import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from .lamps import Change, Lit, lit, spans, together
from .machine import Clock, Image, Machine, connected, until

# of the harness, see SEEN_S; a panicking kernel burns its watchdog's seconds at full speed
BOOT_S = 600.0
ANSWER_S = 180.0
CLEARLY_S = 0.6  # longer than any blink of both lamps, however late the second one is
FLASH_S = 0.1, 0.6  # a quarter of a second, and what an emulated processor adds
SEEN_S = 120.0  # of the harness: the machine's own seconds take up to ten of them on a busy host


class Failed(RuntimeError):
    """A command in the guest, or a call to the world around it, did."""


class Guest:
    """``boot`` or ``resume`` first, ``close`` last. Times are the guest's monotonic seconds."""

    def __init__(self, image: Image, folder: Path) -> None:
        self.image, self.machine = image, Machine(image, folder)
        self._numbers = itertools.count(1)
        self._changes: list[Change] = []
        self._port: Any = None

    # ---- its life

    def install(self) -> None:
        """Boot with the disks of a station that was just installed."""
        self.machine.lay_new()
        self.boot()

    def boot(self, clock: Clock = Clock.INSTRUCTIONS) -> None:
        """With the disks as they are."""
        self.machine.boot(clock)
        self.wait_for_boot()

    def boot_from(self, moment: str, clock: Clock) -> None:
        """With the disks as they were then, as after a power cut."""
        self.machine.lay(self.image.saved(moment))
        self.boot(clock)

    def resume(self, moment: str) -> None:
        self.machine.resume(self.image.saved(moment))
        self._connect()
        self.pins()

    def save(self, moment: str) -> None:
        self._disconnect()
        self.machine.save(self.image.saved(moment))

    def cut(self) -> None:
        """Pull the plug."""
        self._disconnect()
        self.machine.cut()

    def close(self) -> None:
        self.cut()

    def wait_for_boot(self) -> None:
        """Until the world around the station answers; what its pins did before was in another
        life."""
        self._disconnect()
        self._changes = []
        until(self._answers, "the guest to boot", BOOT_S, every_s=0.5)

    # ---- the world around the station

    def call(self, do: str, *args: object, within_s: float = ANSWER_S, **named: object) -> Any:
        """Failed if the world says so; TimeoutError if it says nothing."""
        number = next(self._numbers)
        self._port.settimeout(within_s)
        call = {"id": number, "do": do, "args": args, "named": named}
        self._port.sendall(json.dumps(call).encode() + b"\n")
        while True:
            try:
                line = self._lines.readline()
            except TimeoutError:  # a stream that timed out is never read again
                self._disconnect()
                self._connect()
                raise
            if not line:
                raise Failed(f"{do}: the machine is gone")
            answer = json.loads(line)
            if answer["id"] == number:
                break
        if "error" in answer:
            raise Failed(f"{do}{str(args)[:200]}: {answer['error']}")
        return answer["result"]

    def run(self, command: str, *, ok: tuple[int, ...] = (0,), within_s: float = ANSWER_S) -> str:
        """A shell command as root; what it printed."""
        done = self.call("run", command, within_s, within_s=within_s + 5)
        if done["code"] not in ok:
            raise Failed(f"{command}: exit code {done['code']}: {done['err']}{done['out']}")
        return str(done["out"])

    def now_s(self) -> float:
        return float(self.call("now_s"))

    def plug(self, device: str) -> float:
        return float(self.call("plug", device))

    def unplug(self, device: str) -> float:
        return float(self.call("unplug", device))

    def scan(self, *codes: str) -> float:
        """With the hand scanner; when the report was written that ends the last code."""
        typed: list[tuple[float, float]] = self.call("type", *(f"{code}\n" for code in codes))
        return typed[-1][1]

    def show(self, picture: str) -> float:
        """What lies under the camera from now on."""
        return float(self.call("show", picture))

    def fetch(self, path: str) -> bytes:
        return base64.b64decode(self.call("read", path))

    def put(self, path: str, content: str | bytes) -> None:
        raw = content.encode() if isinstance(content, str) else content
        self.call("write", path, base64.b64encode(raw).decode())

    # ---- what can be seen of it

    def pins(self) -> list[Change]:
        """Every change since the machine started."""
        self._changes += [Change(*change) for change in self.call("pins", len(self._changes))]
        return self._changes

    def lamps(self, since_s: float = 0.0) -> list[Lit]:
        return [state for state in lit(self.pins()) if state.at_s >= since_s]

    def lone(
        self, colour: str, since_s: float, *, clearly_s: float = CLEARLY_S, within_s: float = SEEN_S
    ) -> float:
        """When that lamp came on alone; TimeoutError if it does not."""
        found: list[float] = []

        def is_lit() -> bool:
            now_s = self.now_s()
            found[:] = [
                begun_s
                for begun_s, ended_s in spans(lit(self.pins()), colour)
                if begun_s >= since_s and (ended_s or now_s) - begun_s >= clearly_s
            ]
            return bool(found)

        until(is_lit, f"{colour} alone since {since_s:.3f}", within_s, every_s=0.1)
        return found[0]

    def flashes(self, since_s: float, count: int = 3, within_s: float = SEEN_S) -> None:
        """Both lamps together flash so many times, fast: a fault."""

        def do_flash() -> bool:
            flashed = [
                ended - begun
                for begun, ended in together(lit(self.pins()))
                if begun >= since_s and ended
            ]
            return sum(FLASH_S[0] < took < FLASH_S[1] for took in flashed) >= count

        until(do_flash, f"{count} flashes of both lamps", within_s, every_s=0.3)

    def settle(self) -> None:
        """A moment longer than the silence after which a scanner that was just opened is
        believed."""
        self.run("sleep 1")

    def journal(self, *match: str, unit: str = "samebag") -> list[dict[str, str]]:
        """The entries of this boot, as journald has their fields."""
        command = f"journalctl --no-pager -b -o json -u {unit} {' '.join(match)}"
        lines = self.run(command, within_s=SEEN_S / 2).splitlines()
        return [json.loads(line) for line in lines]

    def told(
        self, event: str, pattern: str = "", count: int = 1, within_s: float = SEEN_S
    ) -> dict[str, str]:
        """The entry of that event whose message matches, once so many came."""
        found: list[dict[str, str]] = []

        def is_told() -> bool:
            try:
                entries = self.journal(f"SAMEBAG_EVENT={event}")
            except (
                TimeoutError
            ):  # a starved guest is reset by its watchdog in mid boot, and the question with it
                self.wait_for_boot()
                return False
            found[:] = [entry for entry in entries if re.search(pattern, entry["MESSAGE"])]
            return len(found) >= count

        try:
            until(
                is_told, f"{event} {pattern!r} in the journal, {count} times", within_s, every_s=0.3
            )
        except TimeoutError as err:
            raise TimeoutError(f"{err}; it says:\n{self.messages()}") from None
        return found[count - 1]

    def messages(self) -> str:
        return "\n".join(
            entry["MESSAGE"] for entry in self.journal() if isinstance(entry["MESSAGE"], str)
        )

    def property(self, name: str, unit: str = "samebag") -> str:
        return self.run(f"systemctl show -P {name} {unit}").strip()

    def sql(self, question: str) -> list[list[Any]]:
        """Rows of the ledger."""
        script = (
            "import json,sqlite3,sys;"
            'db=sqlite3.connect("file:/var/lib/samebag/ledger.db?mode=ro",uri=True);'
            "print(json.dumps(db.execute(sys.argv[1]).fetchall()))"
        )
        rows: list[list[Any]] = json.loads(
            self.run(f"/opt/samebag/bin/python -c '{script}' \"{question}\"")
        )
        return rows

    def whole(self) -> str:
        """What samebag verify says of the ledger; Failed if it is not whole."""
        return self.run("/opt/samebag/bin/samebag verify")

    # ---- the wire

    def _connect(self) -> None:
        self._port = connected(self.machine.port)
        self._lines = self._port.makefile("rb")

    def _disconnect(self) -> None:
        if self._port:
            self._lines.close()
            self._port.close()
            self._port = None

    def _answers(self) -> bool:
        """A new connection for each try: what was said to a guest that does not listen yet is
        lost."""
        self._disconnect()
        if not self.machine.running():
            raise Failed(f"QEMU ended: {(self.machine.folder / 'qemu.log').read_text()}")
        self._connect()
        with suppress(TimeoutError, OSError, Failed, json.JSONDecodeError):
            self.call("now_s", within_s=2.0)
            return True
        return False
