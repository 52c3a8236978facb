"""What the station tells the journal and systemd: one line an event, with fields; the catalog
explains its id."""

from __future__ import annotations

import logging
import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Priority(IntEnum):
    """syslog(3), as journald takes it."""

    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6


class JournalEvent(StrEnum):
    """SAMEBAG_EVENT. Verdicts and notices have the words of VerdictKind and NoticeKind."""

    STARTED = "started"
    STOPPED = "stopped"
    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    CANCELLED = "cancelled"
    CHANGED = "changed"
    BARRED = "barred"
    WARNED = "warned"
    INCOMPLETE = "incomplete"
    CROWDED = "crowded"
    BARE_UNKNOWN = "bare-unknown"
    NAMELESS = "nameless"
    CLEARED = "cleared"
    WANTED = "wanted"
    RECALL = "recall"
    ROLL_SLIPPED = "roll-slipped"
    SEALED = "sealed"
    UNSEALED = "unsealed"
    PROVEN = "proven"
    UNPROVEN = "unproven"
    WAITS = "waits"
    BADGE = "badge"
    DEVICE_LOST = "device-lost"
    DEVICE_BACK = "device-back"
    SCAN_REFUSED = "scan-refused"
    SYMBOLOGY_OFF = "symbology-off"
    JOB_MOVED = "job-moved"
    JOB_ASKED = "job-asked"
    JOB_WITHDRAWN = "job-withdrawn"
    EVIDENCE = "evidence"
    STORE_FAULT = "store-fault"
    ORDERS_TAKEN = "orders-taken"
    ORDERS_REFUSED = "orders-refused"
    NEW_SOURCE = "new-source"
    NEVER_GREEN = "never-green"
    PROBATION = "probation"
    PURGED = "purged"
    LEDGER_BROKEN = "ledger-broken"
    LIBRARY = "library"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    # drawn once at random, sd-id128(3); never reused, systemd/samebag.catalog explains each
    message_id: str
    priority: Priority


ENTRIES = {
    JournalEvent.STARTED: JournalEntry("792776d83f144de281e8b41f79fcf02e", Priority.INFO),
    JournalEvent.STOPPED: JournalEntry("e9dfb22cbe584ba5858c81b9545b2edc", Priority.INFO),
    JournalEvent.MATCH: JournalEntry("f8e92730755544d889d56c520331c09c", Priority.INFO),
    JournalEvent.MISMATCH: JournalEntry("c53815da379a414e919884de442d3433", Priority.WARNING),
    JournalEvent.UNKNOWN: JournalEntry("1ceac8b00bd84e34975f2d8008fb427d", Priority.NOTICE),
    JournalEvent.DUPLICATE: JournalEntry("0b23d805b384431fb21378e667a1224c", Priority.NOTICE),
    JournalEvent.CANCELLED: JournalEntry("099ed7e857df4abca7bc024ed52a1f65", Priority.NOTICE),
    JournalEvent.CHANGED: JournalEntry("d7a84d1def0f45caa895fef2b31a6ee7", Priority.NOTICE),
    JournalEvent.BARRED: JournalEntry("93c9ed0048b2487a9ac19a48a7a4acfd", Priority.NOTICE),
    JournalEvent.WARNED: JournalEntry("9394a278a645419aa93629fde28ceb39", Priority.NOTICE),
    JournalEvent.INCOMPLETE: JournalEntry("68099c8ce232468a85a2d87dbc37c61b", Priority.INFO),
    JournalEvent.CROWDED: JournalEntry("7e3e444b5fe140cdbc5309e18f7e2691", Priority.INFO),
    JournalEvent.BARE_UNKNOWN: JournalEntry("717342712b0b4fa78c1914c523f9f720", Priority.NOTICE),
    JournalEvent.CLEARED: JournalEntry("6f0d149ca08c45c68518dd4d3dc43981", Priority.INFO),
    JournalEvent.WANTED: JournalEntry("2673f75e3382410dd123b596b17b8452", Priority.WARNING),
    JournalEvent.RECALL: JournalEntry("614861f6fd5da0f99dde00f5b91892db", Priority.ERROR),
    JournalEvent.ROLL_SLIPPED: JournalEntry("342b1e54d5acbb62bbfa9ddc712ac252", Priority.WARNING),
    JournalEvent.SEALED: JournalEntry("294ee8de1bbea8ead8c66f8a86394f9b", Priority.INFO),
    JournalEvent.UNSEALED: JournalEntry("aa9bb313fd80e9ae5aa13b20244a5955", Priority.NOTICE),
    JournalEvent.PROVEN: JournalEntry("51637f9995bec4477e33ada3e61c0cda", Priority.INFO),
    JournalEvent.NAMELESS: JournalEntry("ae4d09b7dfe64257a481de7fe516dc73", Priority.INFO),
    JournalEvent.UNPROVEN: JournalEntry("657aeb7b6c0a5f770ded3bc4d9249946", Priority.NOTICE),
    JournalEvent.WAITS: JournalEntry("ff45871f47404e848245318a1b91a17a", Priority.INFO),
    JournalEvent.BADGE: JournalEntry("a660c3685d39435a4ec89427b718709a", Priority.INFO),
    JournalEvent.DEVICE_LOST: JournalEntry("f57bc64030724abe9ee7f3ce94bc1564", Priority.ERROR),
    JournalEvent.DEVICE_BACK: JournalEntry("ee66b3dca5874adf862c389ad4bfdafe", Priority.NOTICE),
    JournalEvent.SCAN_REFUSED: JournalEntry("e0af7e2cb37c4cde96fd135e38170e69", Priority.NOTICE),
    JournalEvent.SYMBOLOGY_OFF: JournalEntry("3f10023515e14f48aa981646ee29a0ca", Priority.NOTICE),
    JournalEvent.JOB_MOVED: JournalEntry("f1ae34c7e52b468fbf7bac3cce0df2ba", Priority.INFO),
    JournalEvent.JOB_ASKED: JournalEntry("be50f01036fa43bdaa754b1df0ec5944", Priority.WARNING),
    JournalEvent.JOB_WITHDRAWN: JournalEntry("b37ed23052aa46d3b3531bc23a785e5b", Priority.WARNING),
    JournalEvent.EVIDENCE: JournalEntry("ffe10393ffb94daaa6e304f2c8c88d0a", Priority.INFO),
    JournalEvent.STORE_FAULT: JournalEntry("f2ad168fcfd643d98fb23c11b7f5ef68", Priority.ERROR),
    JournalEvent.ORDERS_TAKEN: JournalEntry("b6104f99f11b413986bee1ce90e39d08", Priority.INFO),
    JournalEvent.ORDERS_REFUSED: JournalEntry("8d90e03f71614964a730969f92afb1ab", Priority.WARNING),
    JournalEvent.NEW_SOURCE: JournalEntry("1eab043e06ac4399b5048f9e7abb6cf5", Priority.WARNING),
    JournalEvent.NEVER_GREEN: JournalEntry("7be033b04b9748c8b0e94d0d3da82e96", Priority.WARNING),
    JournalEvent.PROBATION: JournalEntry("0fc93914c86b430ba68dc24bf41ea021", Priority.NOTICE),
    JournalEvent.PURGED: JournalEntry("2a322f014c6e4fd1bd6afcf0e854d689", Priority.INFO),
    JournalEvent.LEDGER_BROKEN: JournalEntry("ec77fa74dc814aada770ec94f6593560", Priority.ERROR),
    JournalEvent.LIBRARY: JournalEntry("0a83816ddae94529aee42599e0daebd1", Priority.WARNING),
}


class Journal:
    """Writes to journald when stderr goes there anyway, else plain lines to stderr: never the same
    line to both.

    Callers give codes and parcel names, never a buyer's name or address.
    """

    def __init__(self, station: str, *, native: bool | None = None) -> None:
        self._station = _printable(station)
        self._native = _stderr_is_journal() if native is None else native

    def say(
        self,
        event: JournalEvent,
        message: str,
        *,
        verdict: str = "",
        parcel: str = "",
        bag: int | None = None,
        proof: str = "",
        waits: str = "",
        head: str = "",
    ) -> None:
        """Never raises; what a barcode smuggled in (escapes, newlines) is written as \\xNN."""
        named = {"verdict": verdict, "parcel": parcel, "bag": "" if bag is None else str(bag)}
        named |= {"proof": proof, "waits": waits, "head": head}
        fields = {name: _printable(value) for name, value in named.items() if value}
        if not (self._native and self._sent(event, _printable(message), fields)):
            _to_stderr(event, _printable(message), fields)

    def take_logging(self) -> None:
        """Let all that libraries log or warn come here, once. Some call basicConfig at import."""
        logging.basicConfig(handlers=[_LibraryLines(self)], level=logging.WARNING, force=True)
        logging.captureWarnings(True)

    def _sent(self, event: JournalEvent, message: str, fields: Mapping[str, str]) -> bool:
        from cysystemd.journal import send  # 15 ms: only where there is a journal

        entry = ENTRIES[event]
        own = {f"samebag_{name}": value for name, value in fields.items()}
        error: int = send(
            message=message,
            message_id=entry.message_id,
            priority=int(entry.priority),
            syslog_identifier="samebag",
            samebag_event=event.value,
            samebag_station=self._station,
            **own,
        )
        return error >= 0  # sd_journal_send(3): a negative errno


class _LibraryLines(logging.Handler):
    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        try:
            cause = f" ({record.exc_info[1]!r})" if record.exc_info else ""
            self._journal.say(JournalEvent.LIBRARY, f"{record.name}: {record.getMessage()}{cause}")
        except Exception:  # a library's call with wrong arguments must not stop the library
            self.handleError(record)


def notify(state: str) -> bool:
    """Tell systemd ``READY=1``, ``WATCHDOG=1``, ``STOPPING=1`` or ``STATUS=…`` (sd_notify(3));
    False if it cannot."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    path = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as systemd:
            systemd.sendto(state.encode(), path)
    except OSError:
        return False
    return True


def watchdog_period_s() -> float | None:
    """How often to send ``WATCHDOG=1``: half of what systemd waits (sd_watchdog_enabled(3)); None
    if it does not."""
    limit_us = os.environ.get("WATCHDOG_USEC", "")
    if not limit_us.isdecimal() or os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(
        os.getpid()
    ):
        return None
    return int(limit_us) / 2e6


def _to_stderr(event: JournalEvent, message: str, fields: Mapping[str, str]) -> None:
    named = "".join(f" {name}={value}" for name, value in fields.items())
    level = ENTRIES[event].priority.name.lower()
    try:
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {level} {event}{named}: {message}\n")
        sys.stderr.flush()
    except (OSError, ValueError):  # nobody reads any more; the station goes on
        return


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def _stderr_is_journal() -> bool:
    """systemd.exec(5): JOURNAL_STREAM names device and inode of the stream to the journal."""
    try:
        stderr = os.fstat(2)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stderr.st_dev}:{stderr.st_ino}"
