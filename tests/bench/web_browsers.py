"""``python -m tests.bench.web_browsers ADDRESS COUNT``: so many browsers, as far as the pages can
tell, until a line comes in. Says the bytes of a first page, and at the end how many events came."""

from __future__ import annotations

import http.client
import sys
import threading
from contextlib import suppress
from urllib.parse import urlsplit

FIRST_PAGE = ("/", "/static/pages.css", "/static/pages.js", "/static/icon.svg")


class Browser:
    def __init__(self, address: str) -> None:
        where = urlsplit(address)
        self._line = http.client.HTTPConnection(str(where.hostname), where.port, timeout=60)
        self.bytes = sum(map(self._get, FIRST_PAGE))
        self.events = 0
        self._line.request("GET", "/events")
        self._stream = self._line.getresponse()
        threading.Thread(target=self._read, daemon=True).start()

    def _get(self, path: str) -> int:
        self._line.request("GET", path)
        answer = self._line.getresponse()
        return len(answer.read()) + len(str(answer.headers))

    def _read(self) -> None:
        with suppress(OSError, http.client.HTTPException):
            while text := self._stream.readline():
                self.events += text.startswith(b"event:")


def main() -> None:
    browsers = [Browser(sys.argv[1]) for _ in range(int(sys.argv[2]))]
    print(browsers[0].bytes, flush=True)
    sys.stdin.readline()
    print(sum(browser.events for browser in browsers))


if __name__ == "__main__":
    main()
