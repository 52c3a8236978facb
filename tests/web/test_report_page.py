"""The report's page over HTTP: all that ``samebag report`` says, in both languages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from .pages import DAY, Pages, running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with running(tmp_path_factory.mktemp("station"), 'language = "en"\n') as pages:
        yield pages


@pytest.mark.parametrize("span", ["day", "week", "month"])
def test_the_page_says_what_the_command_says(pages: Pages, span: str) -> None:
    command = [sys.executable, "-m", "samebag", "report", span, "--date", DAY, "--settings"]
    said = subprocess.run(
        [*command, str(pages.station.folder / "pages.toml")], capture_output=True, check=True
    )
    told = json.loads(said.stdout)
    assert (told["total"]["bags"], told["total"]["mismatches"], told["held"]) == (
        3,
        1,
        {"unknown": 1},
    )
    html = pages.ask(f"/report?span={span}&day={DAY}").body.decode()
    for row in (*told["near_misses"]["roll"], *told["near_misses"]["packer"]):
        assert (row["name"] or "nobody logged in") in html
    assert '<div class="tile stop"><b>1</b><span>mix-ups stopped</span></div>' in html
    assert (
        html.index("By label roll")
        < html.index("By what the cargo list carries")
        < html.index("By packer")
    )


def test_it_is_chinese_when_asked(pages: Pages) -> None:
    assert "拦下的错贴从哪里来" in pages.ask(f"/report?span=day&day={DAY}&lang=zh").body.decode()


@pytest.mark.parametrize("asked", ["span=year", "day=x", "day=99999-01-01"])
def test_a_span_or_day_that_is_none_is_refused(pages: Pages, asked: str) -> None:
    assert pages.ask(f"/report?{asked}").status == 404


@pytest.mark.parametrize("day", ["1970-01-01", "2999-12-31"])
def test_a_month_without_bags_is_a_page(pages: Pages, day: str) -> None:
    assert pages.ask(f"/report?span=month&day={day}").status == 200
