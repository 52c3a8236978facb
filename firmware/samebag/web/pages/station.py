"""The packer's page: one face that fills the screen."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from samebag.core.parcels import Parcel
from samebag.settings import Settings
from samebag.store.glance import look_up
from samebag.web.live import Live
from samebag.web.pages.faces import Face, blamed, face_of
from samebag.web.rendering import Rendering
from samebag.web.streaming import Streams

OLD_PICTURE_S = 5.0  # more than twice the camera worker's slowest rhythm
PARCELS_KEPT = 8


class StationPage:
    def __init__(self, settings: Settings, live: Live, render: Rendering, streams: Streams) -> None:
        self._settings, self._live, self._render, self._streams = settings, live, render, streams
        self._faces: dict[str, tuple[Face, str]] = {}  # by language, the newest as HTML
        self._parcels: dict[tuple[int, str], Parcel | None] = {}  # of the newest bags

    async def page(self, request: Request) -> Response:
        return self._page(request, locked=False)

    async def kiosk(self, request: Request) -> Response:
        """The same for the station's own display: no way to another page."""
        return self._page(request, locked=True)

    def _page(self, request: Request, *, locked: bool) -> Response:
        parts = self._parts(self._render.language_of(request))
        return self._render.page(
            request, "station.html", parts=parts, stream="/events", locked=locked
        )

    async def events(self, request: Request) -> Response:
        language = self._render.language_of(request)
        return self._streams.response(lambda: self._parts(language))

    async def picture(self, _: Request) -> Response:
        if not self._live.jpeg:
            raise HTTPException(404, "station.no-camera")
        return Response(
            self._live.jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"}
        )

    def picture_facts(self) -> str:
        """The number of the newest picture, ``old`` or nothing."""
        picture = self._live.picture
        if picture is None:
            return ""
        return (
            str(picture.frame) if 0 <= self._live.clock() - picture.at_s < OLD_PICTURE_S else "old"
        )

    def boxes(self) -> str:
        """What was read on that picture, as SVG; nothing on one that is old."""
        picture, now = self._live.picture, self._live.snapshot
        if not picture or not picture.boxes or not self.picture_facts().isdecimal():
            return ""
        bad = blamed(now) if now and now.is_live(self._live.clock()) else frozenset[str]()
        return self._render.html("boxes.html", "en", picture=picture, bad=bad)

    def _parts(self, language: str) -> dict[str, str]:
        return {
            "face": self._face_html(language),
            "picture": self.picture_facts(),
            "boxes": self.boxes(),
        }

    def _face_html(self, language: str) -> str:
        """The same for all who look; drawn once for each change."""
        face = face_of(self._live.snapshot, self._live.clock(), self._record)
        known = self._faces.get(language)
        if known is None or known[0] != face:
            html = self._render.html(
                "face.html", language, face=face, after_match=after_match(self._settings)
            )
            known = self._faces[language] = (face, html)
        return known[1]

    def _record(self, name: str) -> Parcel | None:
        """From the book, once for each bag."""
        key = (self._live.snapshot.bag if self._live.snapshot else 0, name)
        if key not in self._parcels:
            self._parcels[key] = look_up(self._settings.book_path, name)
            while len(self._parcels) > PARCELS_KEPT:
                del self._parcels[next(iter(self._parcels))]
        return self._parcels[key]


def after_match(settings: Settings) -> str:
    """The key of what the packer does with a bag that matches."""
    if settings.printer.address == "none":
        return "match-plain"
    return "match-seal" if settings.rules.confirm_label else "match"
