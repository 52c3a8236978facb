"""From the last report of a scan to the pin, and where the time goes; all times are the kernel's
own."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from .guest import Guest
from .lamps import GREEN

TRACE = "/sys/kernel/tracing/instances/latency"
EVENTS = "hil:evdev syscalls:sys_exit_read syscalls:sys_enter_fdatasync syscalls:sys_exit_fdatasync"
_LINE = re.compile(r"^\s*(.*)-\d+ +\[\d+\] \S+ +([0-9.]+): (\w+)")
STEPS = ("kernel", "evdev", "rules", "commit", "pin")


@dataclass(frozen=True, slots=True)
class Traced:
    """When each thing happened, in seconds, rising."""

    evdev: list[float]
    read: list[float]
    commit_begun: list[float]
    commit_ended: list[float]


def report(guest: Guest, last_s: Sequence[float]) -> None:
    """Prints and keeps the figure: for each bag, when the report was written that ends its last
    code."""
    traced = read(guest)
    green_s = [
        c.at_s
        for c in guest.pins()
        if (c.pin, c.kind, c.word, c.level) == (GREEN, "value", "set", 1)
    ]
    splits = [split(at_s, after(green_s, at_s), traced) for at_s in last_s]
    rows = [("last HID report -> green pin", [sum(steps) for steps in splits])]
    rows += [(step, [steps[at] for steps in splits]) for at, step in enumerate(STEPS)]
    lines = [
        f"{name:30} median {median(taken) * 1e3:7.2f} ms   p99 {p99(taken) * 1e3:7.2f} ms"
        for name, taken in rows
    ]
    text = "\n".join(
        [f"{len(splits)} bags, one emulated x86-64 processor, 1 instruction = 1 ns:", *lines, ""]
    )
    Path(".hil/latency.txt").write_text(text)
    print(f"\n{text}")


def trace(guest: Guest) -> None:
    guest.run(
        f"mkdir {TRACE}; cd {TRACE}; echo mono >trace_clock; echo 16384 >buffer_size_kb;"
        "echo 'p:hil/evdev evdev_events' >>/sys/kernel/tracing/kprobe_events;"
        f"for event in {EVENTS}; do echo $event >>set_event; done;"
        """echo 'comm == "samebag" && ret > 0' >events/syscalls/sys_exit_read/filter"""
    )


def read(guest: Guest) -> Traced:
    times: dict[str, list[float]] = {
        "evdev": [],
        "sys_read": [],
        "sys_fdatasync": [],
        "sys_fdatasync_exit": [],
    }
    for line in guest.run(f"cat {TRACE}/trace").splitlines():
        if found := _LINE.match(line):
            name = found[3] + ("_exit" if found[3] == "sys_fdatasync" and "->" in line else "")
            times.setdefault(name, []).append(float(found[2]))
    return Traced(
        times["evdev"], times["sys_read"], times["sys_fdatasync"], times["sys_fdatasync_exit"]
    )


def split(report_s: float, green_s: float, traced: Traced) -> tuple[float, ...]:
    """Seconds of each of STEPS."""
    evdev_s = after(traced.evdev, report_s)
    read_s = after(traced.read, evdev_s)
    commit_s = after(traced.commit_begun, read_s)
    committed_s = before(traced.commit_ended, green_s)
    moments = (report_s, evdev_s, read_s, commit_s, committed_s, green_s)
    assert list(moments) == sorted(moments)
    return tuple(later - earlier for earlier, later in pairwise(moments))


def after(times: Sequence[float], at_s: float) -> float:
    return times[bisect_left(times, at_s)]


def before(times: Sequence[float], at_s: float) -> float:
    return times[bisect_left(times, at_s) - 1]


def p99(taken: Sequence[float]) -> float:
    return sorted(taken)[len(taken) * 99 // 100]
