"""All routes in one place."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from samebag.ports import StoreError
from samebag.settings import Settings
from samebag.web.guard import Guard
from samebag.web.live import Live
from samebag.web.pages.bag import BagPage
from samebag.web.pages.day import DayPage
from samebag.web.pages.report import ReportPage
from samebag.web.pages.station import StationPage
from samebag.web.pages.technician import TechnicianPage
from samebag.web.rendering import FOLDER, Rendering
from samebag.web.streaming import Streams

THREADS = 2  # for pages that read the ledger: as many cores as the least Pi has to spare


def app(
    settings: Settings,
    hosts: frozenset[str],
    *,
    ready: Callable[[], None],
    clock: Callable[[], float] = time.monotonic,
) -> tuple[ASGIApp, Live]:
    """The pages of a station, and what to stop when they shall end. ``ready`` is called when they
    can be asked."""
    live = Live(settings.runtime_dir, clock)
    render = Rendering(settings.web.language, settings.store.list_name)
    streams = Streams(live)
    station = StationPage(settings, live, render, streams)
    technician = TechnicianPage(settings, live, render, streams, station)
    day, bag = DayPage(settings, render, _now), BagPage(settings, render)
    report = ReportPage(settings, render, _now)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        async with anyio.create_task_group() as group:
            group.start_soon(live.run)
            ready()
            yield
            live.stop()
            await technician.close()

    pages = Starlette(
        routes=[
            Route("/", station.page),
            Route("/kiosk", station.kiosk),
            Route("/events", station.events),
            Route("/picture", station.picture),
            Route("/technician", technician.page),
            Route("/technician/events", technician.events),
            Route("/day", day.page),
            Route("/day.csv", day.table),
            Route("/report", report.page),
            Route("/search", bag.search),
            Route("/bags/{bag:int}", bag.page),
            Route("/pictures/{seq:int}", bag.evidence),
            Route("/labels/{number:int}", bag.label),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ],
        exception_handlers={
            HTTPException: partial(_http_error, render),
            StoreError: partial(_store_error, render),
        },
        lifespan=lifespan,
    )
    return Guard(pages, hosts=hosts, token_sha256=settings.web.token_sha256, clock=clock), live


def _now() -> datetime:
    return datetime.now().astimezone()


def _http_error(render: Rendering, request: Request, err: Exception) -> Response:
    assert isinstance(err, HTTPException)
    return render.page(
        request, "error.html", err.status_code, word="page.missing", key=err.detail, reason=""
    )


def _store_error(render: Rendering, request: Request, err: Exception) -> Response:
    return render.page(request, "error.html", 503, word="page.cannot", key="", reason=str(err))
