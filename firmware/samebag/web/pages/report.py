"""The report's page: a day, a week or a month, as ``samebag report`` tells it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from samebag.aftersales.report import Report, ReportSpan, period
from samebag.aftersales.report_reader import Reports
from samebag.aftersales.sums import By
from samebag.settings import Settings
from samebag.web.pages.day import DayBar, day_in
from samebag.web.rendering import Rendering


class ReportPage:
    def __init__(
        self, settings: Settings, render: Rendering, wall_clock: Callable[[], datetime]
    ) -> None:
        self._reports, self._render, self._wall_clock = Reports(settings), render, wall_clock

    def page(self, request: Request) -> Response:
        now = self._wall_clock()
        over = period(_span_in(request), day_in(request, now.date()))
        told = self._reports.report(over, now.date())
        return self._render.page(
            request,
            "report.html",
            told=told,
            spans=tuple(ReportSpan),
            before=over.before(),
            after=over.after(),
            today=now.date(),
            days=day_bars(told),
            hours=hour_bars(told),
            tables=(By.ROLL, By.LABELS, By.PACKER),
            as_of=now.isoformat(sep=" ", timespec="seconds")[:19],
        )


def day_bars(told: Report) -> list[DayBar]:
    """All bags of each day, the stopped part of them; none for a report on one day."""
    rows = told.by_day if told.span is not ReportSpan.DAY else ()
    return [DayBar(row.name[-2:], row.bags, row.mismatches + row.held) for row in rows]


def hour_bars(told: Report) -> list[DayBar]:
    """Mix-ups of each hour in which bags were packed."""
    return [DayBar(row.name, row.mismatches, row.mismatches) for row in told.near_misses[By.HOUR]]


def _span_in(request: Request) -> ReportSpan:
    try:
        return ReportSpan(request.query_params.get("span", ReportSpan.WEEK))
    except ValueError as err:
        raise HTTPException(404, "missing.span") from err
