"""An import in a process of its own, held within memory and time: however it ends, that is one file
refused.

The parent opens neither file nor book, so what breaks on a hostile file (a library that aborts, a
loop without end, a table that fills the memory) breaks there alone. The book is then as after a
power cut: without the import.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn

from samebag.orders.taking.outcome import ImportReport
from samebag.ports import OrderFileError, StoreError

MOST_DATA_BYTES = 1 << 30  # ours: the largest import that is tested takes 190 MB
# ours: 200,000 AliExpress orders take 0.4 s a MB on a desk's machine
CPU_S, CPU_S_PER_MB = (
    60.0,
    15.0,
)
WALL_TIMES = 2.0  # as long by the clock: a station's packing has the machine first
CURE = "save it anew as CSV or in parts and import it again"
PR_SET_PDEATHSIG = 1  # linux/prctl.h
OOM_FIRST = "1000"  # proc(5), oom_score_adj: the kernel ends this one before any other

Progress = Callable[[float], None]


def apart(
    take: Callable[..., ImportReport],
    path: Path,
    *,
    progress: Progress | None = None,
    **how: object,
) -> ImportReport:
    """``take(path, **how)``, with its errors; OrderFileError, too, for whatever else it comes to.

    Not for a process with threads, nor with the book open.
    """
    ours, theirs = os.pipe()
    parent, child = os.getpid(), os.fork()
    if not child:
        os.close(ours)
        with os.fdopen(theirs, "wb") as told:
            _serve(told, parent, take, path, how)
    os.close(theirs)
    try:
        with os.fdopen(ours, "rb") as heard:
            while isinstance(said := _heard(heard), float):
                if progress:
                    progress(said)
        if said is None:
            raise how_ended(path, child)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if isinstance(said, Exception):
        raise said
    return said


def die_with(parent: int) -> None:
    """Called in a child: no import goes on for somebody who has ended."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def broken_by(path: Path, err: BaseException) -> OrderFileError:
    """For an error that no rule foresaw: its kind and place, as its words may hold a buyer's
    name."""
    if isinstance(err, MemoryError):
        return OrderFileError(f"{path}: takes more memory than {_most_bytes() >> 20} MB: {CURE}")
    place = traceback.extract_tb(err.__traceback__)[-1]
    where = f"{type(err).__name__} at {Path(place.filename).name}:{place.lineno}"
    return OrderFileError(f"{path}: its reader broke down ({where}): {CURE}")


def how_ended(path: Path, child: int) -> OrderFileError:
    """For a child that has said nothing more. It is still to be waited for."""
    ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    number = ended.si_status if ended and ended.si_code != os.CLD_EXITED else 0
    if number in (signal.SIGALRM, signal.SIGXCPU):
        seconds = _cpu_s(path)
        what = (
            f"is not read within {seconds:.0f} s of computing or"
            f" {seconds * WALL_TIMES:.0f} s by the clock"
        )
    elif number == signal.SIGKILL:
        what = "its reader was killed, as by a machine that has no memory left"
    elif number:
        what = f"its reader broke down ({signal.Signals(number).name})"
    else:
        what = "its reader ended without a word"
    return OrderFileError(f"{path}: {what}: {CURE}")


def _serve(
    told: IO[bytes],
    parent: int,
    take: Callable[..., ImportReport],
    path: Path,
    how: dict[str, object],
) -> NoReturn:
    said: ImportReport | Exception
    try:
        die_with(parent)
        _hold(path)
        said = take(path, progress=lambda part: _say(told, float(part)), **how)
    except (OrderFileError, StoreError) as err:
        said = err
    except BaseException as err:
        said = broken_by(path, err)
    with suppress(BrokenPipeError):
        _say(told, said)
    os._exit(0)


def _hold(path: Path) -> None:
    """Ctrl-C is the parent's to hear. No core is left, as it would hold what buyers wrote."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_DATA, _most_bytes())
    _limit(resource.RLIMIT_CPU, max(1, round(_cpu_s(path))))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_FIRST)
    signal.setitimer(signal.ITIMER_REAL, _cpu_s(path) * WALL_TIMES)


def _limit(what: int, most: int) -> None:
    """The soft limit only: a lower hard one, as for CPU, would kill where the soft one says why."""
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _most_bytes() -> int:
    """Half of a small machine."""
    return min(MOST_DATA_BYTES, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2)


def _cpu_s(path: Path) -> float:
    return CPU_S + CPU_S_PER_MB * path.stat().st_size / (1 << 20) if path.exists() else CPU_S


def _say(told: IO[bytes], what: float | ImportReport | Exception) -> None:
    pickle.dump(what, told)
    told.flush()


def _heard(heard: IO[bytes]) -> float | ImportReport | Exception | None:
    """None if the child has ended."""
    try:
        said: float | ImportReport | Exception = pickle.load(heard)
    except (EOFError, pickle.UnpicklingError):
        return None
    return said
