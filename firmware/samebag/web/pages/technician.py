"""The technician's page: what scanner, printer and camera say now, the doctor, the journal,
versions and settings."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from samebag.core.words import Words
from samebag.settings import Settings, SettingsError, table_in
from samebag.snapshot import Snapshot
from samebag.web.live import Live
from samebag.web.pages import raw_bytes
from samebag.web.pages.catalog import explained
from samebag.web.pages.programs import (
    JOURNAL,
    DoctorLine,
    DoctorWords,
    ProgramAnswer,
    doctor_command,
    findings,
)
from samebag.web.pages.station import StationPage
from samebag.web.rendering import Rendering
from samebag.web.streaming import Streams
from samebag.words.faults import DEVICES

DOCTOR_S, JOURNAL_S = 600.0, 5.0  # ours: between two askings; the doctor reads the whole ledger
PACKAGES = ("samebag", "starlette", "uvicorn", "msgspec", "evdev", "gpiozero", "zxing-cpp")
SECRET = "web.token_sha256"
LEFT_OUT, WORKS = Words("设置中不用", "left out by the settings"), Words("正常", "works")


@dataclass(frozen=True, slots=True)
class Setting:
    """``is_own``: the settings file says it; else it is the default."""

    key: str
    value: str
    is_own: bool


class TechnicianPage:
    def __init__(
        self,
        settings: Settings,
        live: Live,
        render: Rendering,
        streams: Streams,
        station: StationPage,
    ) -> None:
        self._settings, self._live, self._render, self._streams = settings, live, render, streams
        self._station = station
        source = Path(settings.source)
        self._source = source if source.is_file() else None
        self._doctor = ProgramAnswer(
            doctor_command(self._source), every_s=DOCTOR_S, clock=live.clock
        )
        self._journal = ProgramAnswer(JOURNAL, every_s=JOURNAL_S, clock=live.clock)

    async def page(self, request: Request) -> Response:
        return self._render.page(
            request,
            "technician.html",
            parts=self._parts(self._render.language_of(request)),
            stream="/technician/events",
            versions=list(versions()),
            settings=list(in_force(self._settings, _own(self._source))),
            source=self._settings.source,
        )

    async def events(self, request: Request) -> Response:
        language = self._render.language_of(request)
        return self._streams.response(lambda: self._parts(language))

    async def close(self) -> None:
        await self._doctor.close()
        await self._journal.close()

    def _parts(self, language: str) -> dict[str, str]:
        self._doctor.look()
        self._journal.look()
        snapshot, now_s = self._live.snapshot, self._live.clock()
        table, broken = self._found()
        return {
            "bench": self._render.html(
                "bench.html",
                language,
                now=snapshot,
                is_live=bool(snapshot and snapshot.is_live(now_s)),
                waits_s=int(now_s - snapshot.waits.at_s) if snapshot and snapshot.waits else 0,
                picture=self._live.picture,
                sharpest=self._live.sharpest,
                raw=raw_bytes,
            ),
            "doctor": self._render.html("doctor.html", language, findings=table, broken=broken),
            "journal": self._render.html(
                "journal.html",
                language,
                lines=explained(self._journal.out, language),
                error=self._journal.error,
            ),
            "picture": self._station.picture_facts(),
            "boxes": self._station.boxes(),
        }

    def _found(self) -> tuple[list[DoctorLine], str]:
        try:
            return [
                *told(self._live.snapshot, self._settings),
                *findings(self._doctor.out),
            ], self._doctor.error
        except msgspec.MsgspecError as err:
            return [], f"samebag doctor: {err}"


def told(now: Snapshot | None, settings: Settings) -> Iterator[DoctorLine]:
    """What the station itself says of its devices: nobody else may touch them while it runs."""
    if now is None:
        return
    lost = {fault.device: fault for fault in now.faults}
    addresses = {"scanner": settings.scanner.address, "camera": settings.camera.address}
    for device, address in {**addresses, "printer": settings.printer.address}.items():
        if device not in lost:
            yield _finding(device, "ok", LEFT_OUT if address == "none" else WORKS)
    for device, fault in lost.items():
        yield _finding(device, "bad", Words(fault.zh, fault.en))


def _finding(device: str, state: str, value: Words) -> DoctorLine:
    return DoctorLine(
        device, value.en, state=state, zh=DoctorWords(DEVICES.get(device, device), value.zh)
    )


def versions() -> Iterator[tuple[str, str]]:
    yield "Python", platform.python_version()
    yield "Linux", f"{platform.release()} {platform.machine()}"
    for name in PACKAGES:
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            yield name, "–"


def in_force(settings: Settings, own: dict[str, object]) -> Iterator[Setting]:
    """Every key with its value as a settings file has it (as JSON); ``own`` is what the settings
    file has."""
    for table in settings.__struct_fields__:
        values = getattr(settings, table)
        if not isinstance(values, msgspec.Struct):
            continue
        said = own.get(table)
        for key, value in msgspec.structs.asdict(values).items():
            name = f"{table}.{key}"
            hidden = "…" if name == SECRET and value else value
            yield Setting(
                name, json.dumps(hidden, ensure_ascii=False), isinstance(said, dict) and key in said
            )


def _own(source: Path | None) -> dict[str, object]:
    """What stands in the settings file, which was read without fault at the start and may have
    changed since."""
    try:
        return table_in(source) if source else {}
    except SettingsError:
        return {}
