"""The pages beside the virtual station: ``samebag web`` in a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

import msgspec

from samebag.ports import DeviceError
from samebag.settings import Settings, WebSettings

SAYS = "samebag web: "  # what it says when it listens


class Pages:
    """A context: they end with it. ``address`` is where to look."""

    def __init__(self, settings: Settings) -> None:
        file = Path(settings.storage.directory) / "pages.toml"
        file.write_text(_toml(settings), encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "samebag", "web", "--settings", str(file)],
            env={**os.environ, "RUNTIME_DIRECTORY": str(settings.runtime_dir)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdout
        said = self._process.stdout.readline()
        if not said.startswith(SAYS):
            raise DeviceError(
                "the pages did not start: run samebag bench --headless to do without them"
            )
        self.address = said.removeprefix(SAYS).strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


def _toml(settings: Settings) -> str:
    """What differs from the defaults. Texts, numbers and lists are written alike in JSON and
    TOML."""
    settings = msgspec.structs.replace(settings, web=WebSettings(listen=_free()))
    lines = []
    for table in settings.__struct_fields__:
        if isinstance(values := getattr(settings, table), msgspec.Struct):
            usual = msgspec.structs.asdict(getattr(Settings(), table))
            said = {
                key: value
                for key, value in msgspec.structs.asdict(values).items()
                if value != usual[key]
            }
            lines += [
                f"[{table}]",
                *(f"{key} = {json.dumps(value)}" for key, value in said.items()),
            ]
    return "\n".join(lines) + "\n"


def _free() -> str:
    """The usual address, or any free port if somebody else has that."""
    host, _, port = WebSettings().listen.rpartition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            return f"{host}:0"
    return f"{host}:{port}"
