"""Gives memory back that only the start of a process needed."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path

# proc_pid_smaps(5): what is not as in the file
OWN = (
    "Anonymous:",
    "Private_Dirty:",
    "Shared_Dirty:",
    "Swap:",
)


def give_back() -> None:
    """Lets go of the pages of libraries; those still needed come back from the file by themselves
    (madvise(2)).

    Linking and importing touch most of OpenCV's and numpy's, reading a third of them.
    """
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    with Path("/proc/self/smaps").open(encoding="utf-8", errors="replace") as maps:
        areas = list(_as_in_their_files(maps))
    for first, end in areas:
        libc.madvise(first, end - first, mmap.MADV_DONTNEED)


def _as_in_their_files(smaps: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Addresses of what cannot be written to and never was: a page let go of anywhere else would
    lose its content.

    Not what is shared either: a camera's buffers are, and do not come back (SIGBUS).
    """
    area, is_file, own_kb = "", False, 0
    for line in smaps:
        head, *words = line.split()
        if not head.endswith(":"):
            area, own_kb = head, 0
            is_file = words[0] in ("r--p", "r-xp") and len(words) > 4 and words[4].startswith("/")
        elif head in OWN:
            own_kb += int(words[0])
        elif head == "VmFlags:" and is_file and not own_kb:  # the last line about an area
            first, _, end = area.partition("-")
            yield int(first, 16), int(end, 16)
