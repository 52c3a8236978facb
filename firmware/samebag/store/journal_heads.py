"""The heads of the ledger that the journal has: a line for each match, which systemd vouches is the
station's."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime

from samebag.core.heads import head_in
from samebag.ports import StoreError
from samebag.store.doubts import JOURNAL, KnownHead

PATIENCE_S = 60.0  # the largest journal that samebag-journald.conf allows, on a slow card
READS = (
    "journalctl",
    "--quiet",
    "--no-pager",
    "--output=json",
    "--output-fields=SAMEBAG_HEAD,SAMEBAG_BAG",
)
# the first is journald's own word, journal-fields(7)
OURS = (
    "_SYSTEMD_UNIT=samebag.service",
    "SAMEBAG_EVENT=match",
)


def newest(station: str) -> KnownHead | None:
    """None also where there is no journal, or it may not be read: it is one witness of several."""
    try:
        return next(heads(station, "--reverse", "--lines=1"), None)
    except StoreError:
        return None


def heads(station: str, *options: str, since: datetime | None = None) -> Iterator[KnownHead]:
    """Oldest first. Raises StoreError where the journal cannot be read."""
    span = [f"--since=@{since.timestamp():.0f}"] if since else []
    command = [*READS, *options, *span, *OURS, f"SAMEBAG_STATION={station}"]
    try:
        said = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as err:
        raise StoreError(f"journalctl: {err}: look whether this machine keeps a journal") from err
    if said.returncode:
        why = said.stderr.decode(errors="replace").strip()
        raise StoreError(
            f"journalctl: {why}: run it as root, or as a member of the group systemd-journal"
        )
    for line in said.stdout.splitlines():
        if known := _known(line):
            yield known


def _known(line: bytes) -> KnownHead | None:
    """Lines from before heads were told have none."""
    told = json.loads(line)
    head, bag = head_in(str(told.get("SAMEBAG_HEAD", ""))), str(told.get("SAMEBAG_BAG", ""))
    return KnownHead(JOURNAL, head, int(bag) if bag.isdecimal() else 0) if head else None
