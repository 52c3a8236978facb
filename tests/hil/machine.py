"""One QEMU machine without KVM: started or resumed, stopped, saved, and its plug pulled."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

MEMORY_MB = 1536
PATIENCE_S = 30.0
KERNEL_WORDS = (
    "root=/dev/vda rw console=ttyS0 quiet systemd.show_status=0"
    " systemd.journald.forward_to_console=1"
    " systemd.journald.max_level_console=info panic=0 modprobe.blacklist=iTCO_wdt mitigations=off"
    " tsc=reliable random.trust_cpu=on"
)


class Clock(Enum):
    """What the machine's time is, as QEMU's options."""

    # one instruction takes 1 ns, as on a processor of 1 GHz, however busy the host is
    INSTRUCTIONS = ("-accel", "tcg,thread=single", "-icount", "shift=0", "-smp", "1")
    # the host's: for a kernel that only waits in a PAUSE loop, of which counting makes minutes
    HOST = ("-accel", "tcg,thread=multi", "-smp", "2")


@dataclass(frozen=True, slots=True)
class Saved:
    """A machine as it was at one moment: its memory and what its disks had become by then."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "root.qcow2"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def memory(self) -> Path:
        return self.folder / "memory"


@dataclass(frozen=True, slots=True)
class Image:
    """What one installed station consists of, and the moments of its life that were saved, by
    name."""

    folder: Path

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinux"

    @property
    def initrd(self) -> Path:
        return self.folder / "initrd"

    @property
    def disk(self) -> Path:
        return self.folder / "root.ext4"

    def saved(self, name: str) -> Saved:
        return Saved(self.folder / name)


class Qmp:
    """QEMU's own protocol, one client at a time. qemu: docs/interop/qmp-spec.txt"""

    def __init__(self, path: Path) -> None:
        self._socket = connected(path)
        self._file = self._socket.makefile("rw")
        self._file.readline()  # the greeting
        self.ask("qmp_capabilities")

    def ask(self, command: str, **arguments: object) -> Any:
        self._file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._file.flush()
        while True:
            answer = json.loads(self._file.readline())
            if "error" in answer:
                raise RuntimeError(f"QEMU refuses {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Machine:
    """``folder`` is its own: disks, sockets and the serial log are made there."""

    def __init__(self, image: Image, folder: Path) -> None:
        self.folder, self._image = folder, image
        folder.mkdir(parents=True, exist_ok=True)
        self.serial, self.port = folder / "serial.log", folder / "port"
        self.root, self.data = folder / "root.qcow2", folder / "data"
        self.paper = folder / "paper"  # what came out of the printer: no power cut takes it back
        self._process: subprocess.Popen[bytes] | None = None

    def lay_new(self) -> None:
        """The disks of a station that was just installed."""
        self._overlay(self._image.disk, "raw")
        self.data.unlink(missing_ok=True)
        subprocess.run(
            ["mke2fs", "-q", "-t", "ext4", "-L", "samebag", self.data, "192M"],
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def lay(self, moment: Saved) -> None:
        """The disks as they were then."""
        self._overlay(moment.root, "qcow2")
        subprocess.run(["cp", "--sparse=always", moment.data, self.data], check=True)

    def boot(self, clock: Clock) -> None:
        """With the disks as they are."""
        self._start(*clock.value)

    def resume(self, moment: Saved) -> None:
        self.lay(moment)
        self._start(*Clock.INSTRUCTIONS.value, "-incoming", f"exec:cat {moment.memory}")
        until(
            lambda: self._status() in ("paused", "running"), "the machine to be loaded", PATIENCE_S
        )
        self.qmp.ask("cont")

    def save(self, moment: Saved) -> None:
        """The machine ends; it goes on wherever it is resumed."""
        moment.folder.mkdir()
        self.qmp.ask("stop")
        self.qmp.ask("migrate-set-parameters", **{"max-bandwidth": 4 << 30})
        self.qmp.ask("migrate", uri=f"exec:cat > {moment.memory}")
        until(
            lambda: self.qmp.ask("query-migrate")["status"] in ("completed", "failed"),
            "the memory",
            PATIENCE_S,
        )
        self.cut()
        shutil.move(self.root, moment.root)
        shutil.move(self.data, moment.data)

    def cut(self) -> None:
        """The plug is pulled: what the guest has not flushed is lost, as its disks have no cache of
        the host's."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self.qmp.close()
            self._process = None

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _status(self) -> str:
        return str(self.qmp.ask("query-status")["status"])

    def _overlay(self, below: Path, kind: str) -> None:
        self.root.unlink(missing_ok=True)
        create = [
            "qemu-img",
            "create",
            "-q",
            "-f",
            "qcow2",
            "-F",
            kind,
            "-b",
            str(below.resolve()),
            str(self.root),
        ]
        subprocess.run(create, check=True)

    def _start(self, *more: str) -> None:
        qmp = self.folder / "qmp"
        for left in (qmp, self.port):
            left.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [*self._command(qmp), *more],
            stdin=subprocess.DEVNULL,
            stdout=(self.folder / "qemu.log").open("ab"),
            stderr=subprocess.STDOUT,
        )
        self.qmp = Qmp(qmp)

    def _command(self, qmp: Path) -> list[str]:
        """qemu-system(1). The watchdog is the one of Debian's kernel that resets; the port is how
        the harness talks."""
        words = f"""qemu-system-x86_64 -M q35 -cpu max -m {MEMORY_MB}
            -nographic -nodefaults -no-user-config
            -kernel {self._image.kernel} -initrd {self._image.initrd}
            -drive file={self.root},if=virtio,format=qcow2,cache=none
            -drive file={self.data},if=virtio,format=raw,cache=none
            -device virtio-rng-pci -device virtio-serial-pci -device i6300esb -action watchdog=reset
            -chardev socket,id=port,path={self.port},server=on,wait=off
            -device virtserialport,chardev=port,name=hil
            -chardev file,id=paper,path={self.paper},append=on
            -device virtserialport,chardev=paper,name=paper
            -chardev file,id=serial,path={self.serial},append=on -serial chardev:serial
            -qmp unix:{qmp},server=on,wait=off"""
        return [*words.split(), "-append", KERNEL_WORDS]


def connected(path: Path) -> socket.socket:
    """To a socket that may be made only a moment later."""
    client = socket.socket(socket.AF_UNIX)

    def is_there() -> bool:
        with suppress(FileNotFoundError, ConnectionRefusedError):
            client.connect(str(path))
            return True
        return False

    until(is_there, str(path), PATIENCE_S)
    return client


def until(done: Callable[[], bool], what: str, within_s: float, every_s: float = 0.05) -> None:
    """Returns when it is so; TimeoutError names what did not come."""
    until_s = time.monotonic() + within_s
    while not done():
        if time.monotonic() > until_s:
            raise TimeoutError(f"waited {within_s:g} s for {what}")
        time.sleep(every_s)
