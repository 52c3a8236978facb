"""The pages beside a real ``samebag run``: a bag, a kill, a new start."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from tests.cli.daemon import Daemon, wired

from .pages import Pages, running


@contextmanager
def faces(pages: Pages) -> Iterator[Iterator[str]]:
    """The class of each face that a browser is sent, as it comes."""
    where = urlsplit(pages.address)
    line = http.client.HTTPConnection(str(where.hostname), where.port, timeout=20)
    line.request("GET", "/events?lang=en")
    stream = line.getresponse()

    def each() -> Iterator[str]:
        with suppress(OSError):
            while text := stream.readline().decode():
                if '<section class="face is-' in text:
                    yield text.partition("is-")[2].partition('"')[0].partition(" ")[0]

    try:
        yield each()
    finally:
        line.close()


def until(shown: Iterator[str], face: str) -> None:
    assert any(each == face for each in shown), face


def test_a_bag_and_a_killed_station_are_seen_on_the_page() -> None:
    with wired() as wires:
        wires.import_orders()
        wires.plug_printer()
        wires.plug_scanner()
        daemon = Daemon(wires)
        state = wires.ledger.parent
        with running(state, listens=True) as pages, faces(pages) as shown:
            daemon.listens()
            until(shown, "ready")
            wires.scan("LX000000001CN")
            until(shown, "reading")
            wires.scan("OA")
            until(shown, "match")
            assert b"00010010" in pages.ask("/technician").body
            assert b"LX000000001CN" in pages.ask("/technician").body
            daemon.until("label 1 .*confirmed")
            daemon.kill()
            until(shown, "gone")
            again = Daemon(wires)
            until(shown, "ready")
            assert pages.ask("/search?q=OA").status == 303
            assert b"/labels/1" in pages.ask("/bags/1").body
            assert pages.ask("/labels/1").headers["Content-Type"] == "image/png"
            assert again.terminate() == 0
            until(shown, "gone")
