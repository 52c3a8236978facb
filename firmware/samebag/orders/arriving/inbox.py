"""The inbox: order files dropped into a folder are taken once they are whole, and put away with
what became of them."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from samebag.orders.reading.file_names import text_of
from samebag.orders.taking.outcome import ImportReport
from samebag.ports import OrderFileError
from samebag.words.chinese import translated

DONE, REFUSED = "done", "refused"
UNDER_WAY, AGAIN = ".taking", ".again"  # of this run, and of one that ended in the middle
# rsync, WinSCP, browsers, and what people agree upon
UNFINISHED = (
    ".part",
    ".filepart",
    ".crdownload",
    ".tmp",
)
QUIET_S = 10.0  # ours: where the kernel cannot tell, a file unchanged for so long is whole
NAME_BYTES = 255 - len("20240131-235959-.txt")  # NAME_MAX of Linux
DIED_TWICE = (
    "the import ended in the middle of this file twice: save it anew, as CSV"
    " if it is none, and drop it again"
)

Take = Callable[[Path], ImportReport]


@dataclass(frozen=True, slots=True)
class PutAway:
    """A file that was taken, wholly or in part, or refused: then ``report`` is None. It lies at
    ``path`` now.

    ``reasons`` of what was not taken are in a text file beside it; none if all was. So is why
    nothing of it may leave, and what was taken, but can never be green.
    """

    name: str
    path: Path
    report: ImportReport | None
    reasons: tuple[str, ...]


class Inbox:
    """One folder, whose one reader this is. ``take`` puts a file into the book, and may do so twice
    with one.

    A file is moved out of its sender's reach first, then taken, then put away: a stop in between
    takes it again.
    """

    def __init__(self, folder: Path, take: Take, *, now: Callable[[], float]) -> None:
        self._folder, self._take, self._now = folder, take, now
        for name in (DONE, REFUSED, UNDER_WAY, AGAIN):
            (folder / name).mkdir(exist_ok=True)
        self._given_up = set(_files(folder / AGAIN))
        self._stays: set[str] = set()  # what cannot even be put away
        for path in _files(folder / UNDER_WAY):
            path.rename(folder / AGAIN / path.name)

    def waiting(self) -> bool:
        """Whether files are there that are not put away: still being written, or come just now."""
        return bool(self._all() or self._odd())

    def take_next(self) -> PutAway | None:
        """Take the oldest whole file, None if there is none. StoreError, and the file waits for the
        next call."""
        path = next((path for path in self._all() if self._is_whole(path)), None)
        if path and path.parent == self._folder:
            path = path.rename(self._folder / UNDER_WAY / _short(text_of(path.name)))
            if not self._is_whole(path):  # opened again in between
                return None
        return self._put_away(path) if path else self._refuse_odd()

    def _refuse_odd(self) -> PutAway | None:
        """What is no file is said once, and goes to refused/: left here, it would start the import
        for ever."""
        path = next((path for path in self._odd() if self._is_quiet(path)), None)
        if path is None:
            return None
        reasons = (
            f"nothing of {text_of(path.name)} was taken: is {_kind(path)}: only files"
            " are taken: drop the file",
        )
        away = self._place(path, REFUSED)
        try:
            path.rename(away)
        except OSError:  # another file system is mounted there
            self._stays.add(path.name)
            away = path
        else:
            _write_text(away.with_name(f"{away.name}.txt"), reasons[0])
        return PutAway(text_of(path.name), away, None, reasons)

    def _odd(self) -> list[Path]:
        with os.scandir(self._folder) as entries:
            names = [
                entry.name
                for entry in entries
                if _is_meant(entry) and not entry.is_file(follow_symlinks=False)
            ]
        return [
            self._folder / name
            for name in sorted(names)
            if name not in self._stays | {DONE, REFUSED}
        ]

    def _all(self) -> list[Path]:
        """What an earlier run left comes first: a newer file must have the last word."""
        return [
            *_files(self._folder / AGAIN),
            *_files(self._folder / UNDER_WAY),
            *_files(self._folder),
        ]

    def _is_whole(self, path: Path) -> bool:
        """Whether nobody is writing it: only then does the kernel lease it for reading (fcntl(2),
        F_SETLEASE)."""
        try:
            with open(path, "rb", opener=_as_it_is) as file:
                fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)  # closing ends it
                return True
        except OSError as err:
            if err.errno in (errno.EAGAIN, errno.ENOENT):
                return False
            # not ours to open or to lease, or a file system without leases
            return self._is_quiet(path)

    def _is_quiet(self, path: Path) -> bool:
        changed = path.lstat()
        return not 0 <= self._now() - max(changed.st_mtime, changed.st_ctime) < QUIET_S

    def _put_away(self, path: Path) -> PutAway:
        report, reasons = self._result(path)
        away = self._place(path, REFUSED if reasons else DONE)
        warned = (
            (*report.warnings(), *(report.never_green.lines() if report.never_green else ()))
            if report
            else ()
        )
        if reasons or warned:
            text = "\n".join((*reasons, *warned))
            text = text.replace(str(path), str(away))  # it may name the file for a command
            # for whoever opens it
            _write_text(away.with_name(f"{away.name}.txt"), f"{text}\n\n{translated(text)}")
        return PutAway(path.name, path.rename(away), report, reasons)

    def _place(self, path: Path, where: str) -> Path:
        changed_s = min(max(0.0, path.lstat().st_mtime), self._now())
        short = _short(text_of(path.name))
        return self._folder / where / f"{datetime.fromtimestamp(changed_s):%Y%m%d-%H%M%S}-{short}"

    def _result(self, path: Path) -> tuple[ImportReport | None, tuple[str, ...]]:
        if path in self._given_up:
            return None, (f"nothing of {path.name} was taken: {DIED_TWICE}",)
        try:
            report = self._take(path)
        except OrderFileError as err:
            return None, (
                f"nothing of {path.name} was taken: {str(err).removeprefix(f'{path}: ')}",
            )
        return report, _rows_refused(path.name, report)


def _rows_refused(name: str, report: ImportReport) -> tuple[str, ...]:
    if not report.refused_rows:
        return ()
    head = (
        f"{name}: {report.refused_rows} rows were not taken, all others were: correct"
        " these and drop the file again"
    )
    more = report.refused_rows - len(report.refused)
    return (head, *map(str, report.refused), *([f"and {more} more rows"] if more else []))


def _files(folder: Path) -> list[Path]:
    """Regular files that somebody means to be taken, the one that was changed first first."""
    with os.scandir(folder) as entries:
        meant = [
            entry for entry in entries if entry.is_file(follow_symlinks=False) and _is_meant(entry)
        ]
    changed = {entry.name: entry.stat(follow_symlinks=False).st_mtime_ns for entry in meant}
    return [folder / name for name in sorted(changed, key=lambda name: (changed[name], name))]


def _is_meant(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and not entry.name.endswith(UNFINISHED)


def _kind(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "a link"
    return "a folder" if stat.S_ISDIR(mode) else "a pipe or device"


def _short(name: str) -> str:
    """The end of a name that would be too long with its date before it."""
    return name.encode()[-NAME_BYTES:].decode(errors="ignore")


def _as_it_is(path: str, flags: int) -> int:
    """No link is followed, no pipe waited for."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())  # or a power cut could leave the file refused without a word why
