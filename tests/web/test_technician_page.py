"""The technician's page: what the station tells of its devices, what other programs answer,
settings in force."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest
from starlette.requests import Request

from samebag.core.verdicts import Waits
from samebag.settings import CameraSettings, Settings, load
from samebag.snapshot import PICTURE, Said, ShownPicture, replace_file
from samebag.web.live import Live
from samebag.web.pages import raw_bytes
from samebag.web.pages.programs import ProgramAnswer, findings
from samebag.web.pages.technician import in_force, told
from samebag.web.rendering import Rendering
from samebag.web.streaming import MOST_STREAMS, Streams, event
from samebag.words import screen

from .pages import running
from .states import LIST, snapshot, states, waiting


def answered(asked: ProgramAnswer) -> None:
    async def ask() -> None:
        asked.look()
        until_s = time.monotonic() + 20
        while not (asked.out or asked.error) and time.monotonic() < until_s:
            await asyncio.sleep(0.01)
        await asked.close()

    asyncio.run(ask())


def test_what_another_program_says_comes_later_and_is_not_asked_for_again_too_soon() -> None:
    now_s = 0.0
    asked = ProgramAnswer(
        [sys.executable, "-c", "import os; print(os.getpid())"], every_s=5.0, clock=lambda: now_s
    )
    answered(asked)
    first = asked.out
    answered(asked)
    assert asked.out == first != b""
    now_s = 6.0
    asked.out = b""
    answered(asked)
    assert asked.out not in (b"", first)


@pytest.mark.parametrize("is_live", [True, False])
def test_what_the_bag_waits_for_and_how_long_is_told_while_it_is_so(is_live: bool) -> None:
    now = snapshot(waits=waiting(Waits.FOREIGN_LABEL, LIST))
    about = {"picture": None, "sharpest": 0.0, "raw": raw_bytes}
    html = Rendering("en").html("bench.html", "en", now=now, is_live=is_live, waits_s=7, **about)
    assert (
        "<code>foreign label</code> · 7 s · Cargo list ORD-7002 of another parcel" in html
    ) is is_live


@pytest.mark.parametrize(
    ("language", "said"), [("en", "ITF (2 of 5) lies there"), ("zh", "有一个 ITF")]
)
def test_what_the_camera_sees_and_does_not_read_is_told(language: str, said: str) -> None:
    words = screen.of_symbology("itf").then(screen.cure_of_symbology("itf"))
    now = snapshot(off=(Said("itf", words.zh, words.en, 1.0),))
    about = {"picture": None, "sharpest": 0.0, "raw": raw_bytes}
    html = Rendering("en").html("bench.html", language, now=now, is_live=True, waits_s=0, **about)
    assert said in html
    assert "camera.symbologies = [&#34;itf&#34;]" in html


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (["/nowhere/program"], "/nowhere/program: No such file or directory"),
        ([sys.executable, "-c", "import sys; sys.exit('not today')"], "not today"),
    ],
)
def test_a_program_that_fails_says_why(command: list[str], error: str) -> None:
    asked = ProgramAnswer(command, every_s=5.0, clock=lambda: 0.0)
    answered(asked)
    assert (asked.out, asked.error) == (b"", error)


def test_the_doctors_lines_are_read() -> None:
    text = """{"state":"bad","thing":"clock","value":"v","rule":"r","cure":"c",
        "zh":{"thing":"时钟","value":"v","rule":"r","cure":"办法"}}\n\n"""
    (row,) = findings(text.replace("\n ", "").encode())
    assert (row.thing, row.state, row.cure, row.zh.thing, row.zh.cure) == (
        "clock",
        "bad",
        "c",
        "时钟",
        "办法",
    )


def test_devices_are_told_by_the_station_itself() -> None:
    settings = Settings(camera=CameraSettings(address="none"))
    rows = [
        (row.thing, row.state, row.value) for row in told(snapshot(**states()["fault"]), settings)
    ]
    assert rows == [
        ("camera", "ok", "left out by the settings"),
        (
            "printer",
            "bad",
            "printer lost: printer: no paper: put in a new roll and close the cover",
        ),
        (
            "scanner",
            "bad",
            "scanner lost: no hand scanner is plugged in: plug it in, or name the right"
            " one in the settings",
        ),
    ]
    chinese = [row.zh for row in told(snapshot(**states()["fault"]), settings)]
    assert [(row.thing, row.value) for row in chinese[:2]] == [
        ("摄像头", "设置中不用"),
        ("打印机", "打印机故障：请装入新纸卷，合上盖子"),
    ]
    assert list(told(None, settings)) == []


def test_settings_in_force_say_where_each_came_from_and_hide_the_token(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f'[rules]\nclear_s = 2.0\n[web]\ntoken_sha256 = "{"0" * 64}"\n')
    rows = {
        row.key: (row.value, row.is_own)
        for row in in_force(load(path), {"rules": {"clear_s": 2.0}})
    }
    assert rows["rules.clear_s"] == ("2.0", True)
    assert rows["rules.settle_s"] == ("0.4", False)
    assert rows["web.token_sha256"] == ('"…"', False)
    assert [rows[key][0] for key in ("rules.shadow", "web.hosts", "web.language")] == [
        "false",
        "[]",
        '"zh"',
    ]


def test_the_doctor_and_the_scans_arrive_on_the_page(tmp_path: Path) -> None:
    with running(tmp_path, 'language = "en"\n') as pages:
        pages.station.shows(states()["fault"])
        until_s = time.monotonic() + 30
        while b"label font" not in (html := pages.ask("/technician").body):
            assert time.monotonic() < until_s, html.decode()
            time.sleep(0.2)
        for said in (b"LX123450260CN  code128", b"00010010", b"put in a new roll", b"812.5"):
            assert said in html
        assert b"card speed" not in html  # it writes: not beside a station
        chinese = pages.ask("/technician?lang=zh").body.decode()
        for words in ("标签字体", "有中文字", "打印机故障：请装入新纸卷，合上盖子"):
            assert words in chinese
        assert "label font" not in chinese


def test_no_picture_is_sharper_than_the_best_also_when_it_has_stood_for_long(
    tmp_path: Path,
) -> None:
    replace_file(
        tmp_path / PICTURE,
        msgspec.json.encode(ShownPicture(0.0, 1, (), 0, True, 812.5, 1280, 720)) + b"\n",
    )
    live = Live(tmp_path, lambda: 3600.0)
    live.look()
    assert live.sharpest == 812.5


def test_no_more_than_so_many_look_at_once(tmp_path: Path) -> None:
    async def look() -> list[int]:
        streams = Streams(Live(tmp_path, time.monotonic))
        opened = [streams.response(dict) for _ in range(MOST_STREAMS)]
        for stream in opened:
            await anext(cast(SimpleNamespace, stream).body_iterator)
        return [streams.response(dict).status_code, opened[0].status_code]

    assert asyncio.run(look()) == [503, 200]


def test_an_event_keeps_its_lines() -> None:
    assert event("face", "a\nb") == "event: face\ndata: a\ndata: b\n\n"


def test_a_link_that_switches_the_language_leads_nowhere_else() -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "//evil.example/",
        "query_string": b"q=1",
        "headers": [],
    }
    html = (
        Rendering("zh")
        .page(
            Request({**scope, "server": ("h", 1), "scheme": "http"}),
            "error.html",
            word="page.missing",
            key="",
            reason="",
        )
        .body
    )
    assert b'href="?q=1&amp;lang=en"' in html
