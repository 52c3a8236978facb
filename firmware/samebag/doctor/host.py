"""The computer as the doctor sees it: its files below a root that tests replace, its clocks, and
who holds what."""

from __future__ import annotations

import ctypes
import grp
import pwd
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from samebag.settings import Settings

USER = "samebag"  # systemd/samebag.service, User=
WORKER = "samebag.devices.camera.worker"
FileId = tuple[int, int]  # device and inode: the same file whatever the mount namespace calls it


def user_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_of(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def clock_synchronised() -> bool:
    """Whether any time service vouches for the clock, as timedatectl asks it too."""
    nothing_to_set = ctypes.create_string_buffer(512)  # struct timex has 208 bytes
    # TIME_ERROR, adjtimex(2); -1 in a sandbox
    return 0 <= int(ctypes.CDLL(None).adjtimex(nothing_to_set)) < 5


@dataclass(frozen=True, slots=True)
class Host:
    """``clock`` is monotonic, ``now`` the wall clock, both in seconds."""

    clock: Callable[[], float]
    now: Callable[[], float]
    root: Path = Path("/")
    user_of: Callable[[int], str] = user_of
    group_of: Callable[[int], str] = group_of
    clock_synchronised: Callable[[], bool] = clock_synchronised

    def at(self, place: str | Path) -> Path:
        """An absolute path of the host."""
        return self.root / str(place).lstrip("/")

    def own(self, path: Path) -> str:
        """The other way round: the path as the host itself has it."""
        return f"/{path.relative_to(self.root)}"

    def said(self, place: str | Path) -> str:
        """A small text file of the kernel's, "" where there is none."""
        try:
            return self.at(place).read_text(errors="replace").strip(" \n\0")
        except OSError:
            return ""


@dataclass(frozen=True, slots=True)
class Running:
    """A station at work. ``files`` are those that it and its camera worker have open, None if we
    may not know. ``starting`` is one that has not opened a ledger yet."""

    pid: int
    stopped: bool
    files: frozenset[FileId] | None
    starting: bool = False

    def has(self, path: Path) -> bool | None:
        return None if self.files is None else file_id(path) in self.files


def file_id(path: Path) -> FileId:
    found = path.stat()
    return found.st_dev, found.st_ino


def running_station(host: Host, settings: Settings) -> Running | None:
    """The station that may hold our devices: any but one that has its ledger elsewhere."""
    ledger = host.at(settings.ledger_path).resolve()
    processes = list(_processes(host.at("/proc")))
    for process in processes:
        if process.is_station:
            own = [process, *(p for p in processes if p.is_worker and p.parent == process.pid)]
            try:
                files = dict(_open_files(own))
            except PermissionError:
                return Running(process.pid, process.stopped, None)
            starting = ledger.name not in {file.name for file in files}
            if ledger in files or starting:
                return Running(process.pid, process.stopped, frozenset(files.values()), starting)
    return None


@dataclass(frozen=True, slots=True)
class _Process:
    folder: Path
    words: tuple[str, ...]
    state: str
    parent: int

    @property
    def pid(self) -> int:
        return int(self.folder.name)

    @property
    def stopped(self) -> bool:
        return self.state in "Tt"

    @property
    def is_station(self) -> bool:
        """``python3 …/samebag run`` or ``python3 -m samebag run``; not sudo or a shell with the
        same words."""
        program, *rest = self.words
        before = rest[: rest.index("run")] if "run" in rest else []
        return "python" in Path(program).name and any(
            Path(word).name == "samebag" for word in before
        )

    @property
    def is_worker(self) -> bool:
        return WORKER in self.words


def _processes(proc: Path) -> Iterator[_Process]:
    for folder in proc.glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            # proc(5): pid (name) state parent …; the name may hold anything
            state, parent, *_ = (
                (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            )
            yield _Process(folder, tuple(words), state, int(parent))


def _open_files(processes: list[_Process]) -> Iterator[tuple[Path, FileId]]:
    """By name; PermissionError if they are hidden from this user."""
    for process in processes:
        try:
            for link in (process.folder / "fd").iterdir():
                with suppress(FileNotFoundError):  # closed meanwhile
                    yield link.readlink(), file_id(link)
        except FileNotFoundError:  # it has ended meanwhile
            continue
