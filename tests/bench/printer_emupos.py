"""``make bench-printer``, second part: faults at bytes of a whole label on emupos, a printer that
is not ours.

A relay between the station and emupos counts the job's bytes and at one of them takes the paper,
opens the cover, cuts the connection for good or holds the answers back. Judged by emupos' pictures.
"""

from __future__ import annotations

import contextlib
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from samebag.label.profiles import PrinterProfile
from samebag.ports import JobState
from tests.devices.printer_emupos import Emupos, emupos
from tests.devices.printer_world import PARCEL, QUICK, MemorySpool, counter
from tests.devices.test_printer_emupos import PROFILES, names

PATIENT = replace(QUICK, answer_s=2.0, settle_s=1.0, stall_s=5.0, pause_s=2.0, grace_s=5.0)
FAULTS = ("paper-out", "cover-open", "power cut", "lag")
FAULT_S = 3.0
LAG_S = 1.0
PIECES = 3  # of a label, where it happens
ENDS = JobState.SENT, JobState.CONFIRMED, JobState.ASKED


class Relay:
    """One connection at a time, from the station to emupos; ``trap`` springs when so many bytes
    have gone through."""

    def __init__(self, port: int) -> None:
        self.trap: tuple[int, Callable[[], None]] | None = None
        self.lag_s = 0.0
        self.cut = False
        self._port = port
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"tcp:127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            if select.select([self._listener], [], [], 0.02)[0]:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                with near, far, contextlib.suppress(OSError):
                    self._carry(near, far)

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        while not self._closing.is_set() and not self.cut:
            for ready in select.select([near, far], [], [], 0.02)[0]:
                more = ready.recv(self._room() if ready is near else 4096)
                if not more:
                    return
                if ready is far:
                    time.sleep(self.lag_s)
                (far if ready is near else near).sendall(more)
                if ready is near:
                    self._count(len(more))
        self.cut = False

    def _room(self) -> int:
        return max(1, min(4096, self.trap[0])) if self.trap else 4096

    def _count(self, size: int) -> None:
        if self.trap:
            left, spring = self.trap[0] - size, self.trap[1]
            self.trap = (left, spring) if left > 0 else None
            if left <= 0:
                spring()


@dataclass(frozen=True, slots=True)
class Case:
    profile: PrinterProfile
    fault: str
    at: int


def play(case: Case, running: Emupos) -> str:
    """The first label's end, or what is wrong."""
    name, before = case.profile.name, len(running.pictures(case.profile.name))
    relay, spool = Relay(running.ports[name]), MemorySpool()

    def over() -> None:
        relay.lag_s = 0.0
        if case.fault in ("paper-out", "cover-open"):
            running.fault(name, case.fault, active=False)

    def spring() -> None:
        threading.Timer(FAULT_S, over).start()
        if case.fault == "power cut":
            relay.cut = True
        elif case.fault == "lag":
            relay.lag_s = LAG_S
        else:
            running.fault(name, case.fault)

    def arm(state: JobState) -> None:
        if state is JobState.SENDING:
            spool.before = lambda state: None
            relay.trap = (case.at, spring)

    spool.before = arm
    with counter(relay.address, case.profile, spool, PATIENT) as station:
        station.submit(1)
        ended = station.until_moved(1, *ENDS).state
        if ended is JobState.SENT and case.profile.proves:
            ended = station.until_moved(1, JobState.CONFIRMED, JobState.ASKED).state
        at_end = running.pictures(name)[before:]
        time.sleep(FAULT_S)
        relay.trap = None
        over()
        if ended is JobState.ASKED:
            station.answer(1, came_out=False)
        else:
            station.submit(2, PARCEL)
        last = JobState.CONFIRMED if case.profile.proves else JobState.SENT
        then = station.until_moved(2, last, JobState.ASKED).state
    relay.close()
    if ended is JobState.CONFIRMED and "SB1|P-1|1|1" not in names(at_end):
        return "WRONG: confirmed and not there"
    names(running.pictures(name)[before:])  # none twice
    return f"{ended}, then {then}"


def cases(job_bytes: int) -> Iterator[Case]:
    for profile in PROFILES:
        for fault in FAULTS:
            for piece in range(PIECES):
                yield Case(profile, fault, 1 + piece * job_bytes // PIECES)


def main() -> None:
    wrong = 0
    with TemporaryDirectory() as folder, emupos(Path(folder), PROFILES) as running:
        for case in cases(job_bytes=int(sys.argv[1]) if len(sys.argv) > 1 else 12_000):
            said = play(case, running)
            wrong += said.startswith("WRONG")
            print(f"{case.profile.name} {case.fault} at {case.at}: {said}", flush=True)
    print(f"{wrong} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
