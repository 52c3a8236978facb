"""Server-sent events (WHATWG HTML, 9.2): what a page shows, sent again whenever it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from starlette.responses import PlainTextResponse, Response, StreamingResponse

from samebag.web.live import Live

MOST_STREAMS = 64  # ours: a tablet a table, and some who look on
RETRY_MS = 1000


class Streams:
    """``contents`` gives the events of a page by name; an event whose content has not changed is
    not sent again."""

    def __init__(self, live: Live) -> None:
        self._live, self._open = live, 0

    def response(self, contents: Callable[[], dict[str, str]]) -> Response:
        if self._open >= MOST_STREAMS:
            return PlainTextResponse(
                f"more than {MOST_STREAMS} pages are open\n", 503, {"Retry-After": "10"}
            )
        return StreamingResponse(
            self._events(contents),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    async def _events(self, contents: Callable[[], dict[str, str]]) -> AsyncIterator[str]:
        sent: dict[str, str] = {}
        self._open += 1
        try:
            yield f"retry: {RETRY_MS}\n\n"
            while not self._live.stopped:
                version, now = self._live.version, contents()
                changed = {name: text for name, text in now.items() if sent.get(name) != text}
                # without one the page sees that it is not left alone
                yield "".join(event(name, text) for name, text in changed.items()) or event(
                    "beat", ""
                )
                sent = now
                await self._live.changed(version)
        finally:
            self._open -= 1


def event(name: str, text: str) -> str:
    lines = "".join(f"data: {line}\n" for line in text.split("\n"))
    return f"event: {name}\n{lines}\n"
