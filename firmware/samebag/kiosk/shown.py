"""Whether the display shows the page: its browser then holds a stream of events open to the pages.
Pure."""

from __future__ import annotations

USER = "samebag-kiosk"  # systemd/samebag-kiosk.service, User=
TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
ESTABLISHED = "01"  # include/net/tcp_states.h
# ours: a cold Chromium on a slow card; started anew before it is there, it never would be
FIRST_S = 120.0
PATIENCE_S = 30.0  # ours: several times what it needs for a page from then on


def watchers(table: str, port: int) -> set[int]:
    """The users who hold a connection to that port open. ``table`` is proc(5)'s /proc/net/tcp:
    number, local and remote address, state, queues, timer, retransmits, user."""
    rows = [line.split() for line in table.splitlines()[1:]]
    return {
        int(owner)
        for _, _, remote, state, _, _, _, owner, *_ in rows
        if state == ESTABLISHED and int(remote.rpartition(":")[2], 16) == port
    }


class PageWatch:
    """Tells when the page is lost, as after a crash of what draws it: the pages answer, and nobody
    looks at them."""

    def __init__(self, since_s: float) -> None:
        self._well_s, self._patience_s = since_s, FIRST_S

    def lost(self, *, answers: bool, shown: bool, now_s: float) -> bool:
        if shown:
            self._patience_s = PATIENCE_S
        if shown or not answers:
            self._well_s = now_s
        return now_s - self._well_s > self._patience_s
