"""A real ``samebag web`` beside a station that is only its files: book, ledger, pictures and a
beating snapshot."""

from __future__ import annotations

import hashlib
import http.client
import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import msgspec
import numpy as np
from PIL import Image

from samebag.core.labels import Kind
from samebag.core.verdicts import LabelRead, Proof, ReadBy, Verdict, VerdictKind
from samebag.devices.printer.kept_labels import KeptLabels
from samebag.orders.taking.importer import import_file
from samebag.snapshot import PICTURE, Boxed, ShownPicture, replace_file
from tests.store.ledgers import next_event, opened

from .states import ORDERS, snapshot, write

BEAT_S = 0.3
DAY = "2026-02-10"  # of the ledger that ``opened`` writes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class StationFiles:
    """What a station leaves in its folder. ``differs`` is what the snapshot shows now; None: it
    writes none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.differs: dict[str, Any] | None = {}
        self._stop = threading.Event()
        self._frame, self._one_write = 0, threading.Lock()
        jpeg = cv2.imencode(".jpg", np.full((360, 640, 3), 90, np.uint8))[1]
        self._jpeg = bytes(jpeg)
        self._fill()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.db"

    def shows(self, differs: dict[str, Any] | None) -> None:
        """From now on; written before this returns."""
        self.differs = differs
        self._write()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(BEAT_S):
            self._write()

    def _write(self) -> None:
        with self._one_write:
            if self.differs is None:
                return
            write(self.folder, snapshot(**self.differs))
            self._frame += 1
            codes = {"LX123450260CN": 200.0, "ORD-7002": 700.0}
            boxes = tuple(
                Boxed(code, ((x, 250), (x + 360, 250), (x + 360, 400), (x, 400)))
                for code, x in codes.items()
            )
            facts = ShownPicture(
                time.monotonic(), self._frame, tuple(codes), 0, True, 812.5, 1280, 720, boxes
            )
            replace_file(self.folder / PICTURE, msgspec.json.encode(facts) + b"\n" + self._jpeg)

    def _fill(self) -> None:
        (self.folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
        import_file(self.folder / "orders.csv", self.folder / "book.db")
        picture = self.folder / "evidence" / "20260210" / "bag-000001.jpg"
        picture.parent.mkdir(parents=True)
        picture.write_bytes(self._jpeg)
        with opened(self.ledger) as (ledger, events):
            ledger.record(match(1, "P-1001", "LX123450260CN", "ORD-7001"))
            next_event(events)
            digest = hashlib.sha256(self._jpeg).hexdigest()
            ledger.note("evidence", 1, {"path": str(picture), "sha256": digest})
            ledger.note("evidence", 2, {"path": "/etc/passwd", "sha256": digest})
            ledger.record(mismatch(2))
            ledger.record(unknown(3))
        KeptLabels(self.folder / "printed")(1, [Image.new("1", (576, 400), 1)])


def match(bag: int, parcel: str, waybill: str, cargo_list: str) -> Verdict:
    labels = (
        LabelRead(Kind.WAYBILL, waybill, ReadBy.SCANNER),
        LabelRead(Kind.CARGO_LIST, cargo_list, ReadBy.CAMERA),
    )
    return Verdict(
        VerdictKind.MATCH,
        bag,
        1.0,
        labels,
        parcel,
        (parcel,),
        Proof.SCANNER_CAMERA,
        packer="LI WEI",
    )


def mismatch(bag: int) -> Verdict:
    labels = (
        LabelRead(Kind.WAYBILL, "LX123450998CN", ReadBy.SCANNER),
        LabelRead(Kind.CARGO_LIST, "ORD-7003", ReadBy.SCANNER),
    )
    return Verdict(
        VerdictKind.MISMATCH, bag, 2.0, labels, None, ("P-1002", "P-1003"), Proof.SCANNER_TWICE
    )


def unknown(bag: int) -> Verdict:
    """Its code is what a spreadsheet would run."""
    labels = (LabelRead(Kind.UNKNOWN, "=HYPERLINK(1)", ReadBy.SCANNER),)
    return Verdict(VerdictKind.UNKNOWN, bag, 3.0, labels, packer="LI WEI")


@dataclass(slots=True)
class Pages:
    """A running ``samebag web``."""

    address: str
    process: subprocess.Popen[str]
    station: StationFiles
    headers: dict[str, str] = field(default_factory=dict)

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> Answer:
        """Header names with _ for -."""
        with self._connected() as line:
            line.request(
                method,
                path,
                body,
                self.headers | {k.replace("_", "-"): v for k, v in headers.items()},
            )
            response = line.getresponse()
            return Answer(response.status, response.headers, response.read())

    def _connected(self) -> Any:
        from contextlib import closing

        where = urlsplit(self.address)
        if where.scheme == "http":
            return closing(http.client.HTTPConnection(str(where.hostname), where.port, timeout=20))
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return closing(
            http.client.HTTPSConnection(
                str(where.hostname), where.port, timeout=20, context=context
            )
        )


@contextmanager
def running(
    folder: Path, web: str = "", station: StationFiles | None = None, *, listens: bool = False
) -> Iterator[Pages]:
    """``web`` is more of the settings' [web]. ``listens``: a real station has its files in the
    folder."""
    files = station if station or listens else StationFiles(folder)
    settings = folder / "pages.toml"
    listen = "" if "listen" in web else 'listen = "127.0.0.1:0"\n'
    settings.write_text(f'[storage]\ndirectory = "{folder}"\n[web]\n{listen}{web}')
    environment = {name: value for name, value in os.environ.items() if name != "RUNTIME_DIRECTORY"}
    process = subprocess.Popen(
        [sys.executable, "-m", "samebag", "web", "--settings", str(settings)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        said = process.stdout.readline()
        assert said.startswith("samebag web: "), said
        yield Pages(said.removeprefix("samebag web: ").strip(), process, files)  # type: ignore[arg-type]  # None there
    finally:
        process.terminate()
        process.wait(10)
        if files and station is None:
            files.close()
