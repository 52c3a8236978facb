"""The fence of the house: what a room may import is written here, and what is not written it may
not.

Every import of every module counts, those inside functions and for types alone too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

FIRMWARE = Path(__file__).parent.parent / "firmware"
OURS = "samebag"

# room -> the rooms that it may import. Each stands above all that import it, so that no circle can
# be written down.
LAYERS = {
    "core": "",
    "files.csv_out": "",
    "files.toml": "",
    "journal": "",
    "snapshot": "",
    "station.clocks": "",
    "station.flapping": "",
    "station.shifts": "",
    "files.named": "files.toml",
    "files.snapshot_file": "snapshot",
    "label": "core",
    "ports": "core",
    "settings": "core files.toml",
    "station.people": "core",
    "vision": "core",
    "words.alike": "core",
    "words.faults": "core",
    "words.heard_bytes": "core",
    "devices": "core label ports snapshot vision",
    "files.whole": "ports",
    "kiosk": "settings",
    "outbound.sheet": "core files.named ports",
    "station.hold_slips": "core label ports",
    "station.journal_lines": "core journal ports station.flapping",
    "station.lookup": "core ports",
    "station.mistyped": "core ports",
    "station.probation": "core ports",
    "words.chinese": "core words.faults",
    "words.screen": "core ports words.faults",
    "outbound.door": "core ports station.lookup words.faults",
    "outbound.shipments": "core outbound.sheet ports",
    "outbound.to_tell": "outbound.sheet ports",
    "replay": "core devices ports station.lookup",
    "station.lasting": "core snapshot words.screen",
    "station.print_jobs": "core ports station.lookup words.screen",
    "store": "core files.whole ports",
    "aftersales": "core files.csv_out files.named ports settings store words.alike words.screen",
    "bench": "core devices ports settings store",
    "doctor": "core devices kiosk label ports settings store vision words.alike"
    " words.faults words.screen",
    "orders": "core files.toml ports store words.alike words.chinese",
    "station.loop": "core ports station.flapping station.lookup station.mistyped"
    " station.people station.print_jobs station.probation words.screen",
    "station.snapshot_writer": "core ports snapshot station.lasting words.faults words.heard_bytes"
    " words.screen",
    "store.journal_heads": "core ports store",
    "store.retention": "settings store",
    "cli.shared": "aftersales core devices label orders ports settings store words.chinese",
    "station.wiring": "core devices files.snapshot_file label ports settings snapshot"
    " station.clocks station.hold_slips station.loop station.people"
    " station.print_jobs station.probation station.shifts"
    " station.snapshot_writer store store.journal_heads",
    "web": "aftersales core files.csv_out ports settings snapshot store words.faults"
    " words.heard_bytes words.screen",
    "cli": "aftersales bench cli.shared core devices doctor files.csv_out files.whole"
    " journal kiosk label orders outbound.door outbound.sheet outbound.shipments"
    " outbound.to_tell ports replay settings station.clocks station.journal_lines"
    " station.loop station.snapshot_writer station.wiring store store.journal_heads"
    " store.retention vision web words.screen",
    "__main__": "cli",
}

# Rooms without clock, thread, file, socket, log or device: of the standard library only this.
PURE = {
    "core": "__future__ base64 collections dataclasses enum functools hmac itertools"
    " math operator re tomllib typing"
    " urllib.parse",
    "label": "__future__ collections dataclasses enum functools itertools re struct"
    " tomllib typing unicodedata",
    "vision": "__future__ collections dataclasses functools itertools math typing",
}

# Modules of pure rooms that need more.
BESIDES = {
    "core.codes.rules": {"pathlib": "its table lies beside it"},
    "core.codes.tracking": {"pathlib": "its table lies beside it"},
    "label.countries": {"importlib.resources": "its table lies beside it"},
    "label.profiles": {"importlib.resources": "its table lies beside it"},
    "label.typeface": {"pathlib": "the system's fonts"},
}

# Packages of others -> the rooms that may import them.
PACKAGES = {
    "PIL": "bench cli.shared devices label vision",
    "anyio": "web",
    "cv2": "cli devices doctor vision",
    "cysystemd": "journal",
    "escpos": "label",
    "evdev": "devices",
    "gpiozero": "cli devices",
    "jinja2": "web",
    "lgpio": "devices",
    "msgspec": "aftersales bench cli cli.shared core devices doctor files.named"
    " files.snapshot_file orders outbound.sheet outbound.to_tell replay settings"
    " snapshot station.lookup station.snapshot_writer store web",
    "numpy": "devices doctor vision",
    "pyudev": "devices",
    "pyzbar": "vision",
    "reedsolo": "vision",
    "serial": "devices",
    "starlette": "orders web",
    "uvicorn": "cli cli.shared",
    "xlrd": "orders",
    "zxingcpp": "label vision",
}

# What a room may import, but for this.
WITHHELD = {
    "web": {
        "samebag.store.ledger.writer": "the pages never write: use the readers",
        "samebag.store.book.writer": "the pages never write: use the readers",
        "samebag.store.key": "the pages never know the station's key",
        "samebag.store.beside.cases.CaseFile": "the pages never write: use the readers",
    },
    "aftersales": {"samebag.store.ledger.writer": "the daemon alone writes the station's ledger"},
    "doctor": {"time": "cli names the clocks; the host carries them"},
}


def room_of(name: str) -> str:
    """The innermost room of that name, or of what it is in; empty for a package that is only their
    roof."""
    parts = name.split(".")
    names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((room for room in names if room in LAYERS), "")


@dataclass(frozen=True)
class Module:
    """``name`` below samebag, as core.bag.step or cli (its ``__init__``)."""

    name: str
    source: str
    is_package: bool = False

    @property
    def room(self) -> str:
        return room_of(self.name)

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(_parsed(self.source))

    def imports(self) -> Iterator[str]:
        """Full names: of what is taken out of a module, the module and the thing."""
        for node in self.nodes():
            match node:
                case ast.Import(names=names):
                    yield from (alias.name for alias in names)
                case ast.ImportFrom(module=module, names=names, level=level):
                    base = self._above(level) + (module.split(".") if module else [])
                    yield from (".".join([*base, alias.name]) for alias in names)

    def _above(self, level: int) -> list[str]:
        parts = [OURS, *self.name.split(".")]
        return parts[: len(parts) - level + self.is_package] if level else []


@cache
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def house() -> Iterator[Module]:
    for path in sorted((FIRMWARE / OURS).rglob("*.py")):
        parts = path.relative_to(FIRMWARE / OURS).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        if room_of(name):
            yield Module(name, path.read_text(encoding="utf-8"), is_package)
        else:
            assert is_package and "import" not in path.read_text(encoding="utf-8"), path


def wrongs(module: Module) -> Iterator[str]:
    """A line for each import that is not written above."""
    for full in module.imports():
        why = _withheld(module, full) or _not_allowed(module, full)
        if why:
            yield f"{module.name} imports {full}: {why}"


def _withheld(module: Module, full: str) -> str:
    withheld = WITHHELD.get(module.room, {})
    return next((why for name, why in withheld.items() if f"{full}.".startswith(f"{name}.")), "")


def _not_allowed(module: Module, full: str) -> str:
    top, _, rest = full.partition(".")
    if top == OURS:
        room = room_of(rest)
        may = [module.room, *LAYERS.get(module.room, "").split()]
        return (
            ""
            if room in may
            else f"{module.room} may import {' '.join(may[1:]) or 'nothing of ours'}"
        )
    if top in sys.stdlib_module_names:
        return _not_pure(module, full)
    may = PACKAGES.get(top, "").split()
    return "" if module.room in may else f"{top} is for {' '.join(may) or 'nobody'}"


def _not_pure(module: Module, full: str) -> str:
    if module.room not in PURE:
        return ""
    may = [*PURE[module.room].split(), *BESIDES.get(module.name, {})]
    is_pure = any(f"{full}.".startswith(f"{name}.") for name in may)
    return (
        "" if is_pure else f"{module.room} is pure: no clock, thread, file, socket, log or device"
    )


def test_every_import_of_the_house_is_written_in_the_table() -> None:
    assert [line for module in house() for line in wrongs(module)] == []


def test_each_room_stands_above_all_that_import_it_so_that_there_is_no_circle() -> None:
    rooms = list(LAYERS)
    assert {module.room for module in house()} == set(rooms)
    below = {(room, other) for room, may in LAYERS.items() for other in may.split()}
    assert [(room, other) for room, other in below if rooms.index(other) >= rooms.index(room)] == []


def test_nothing_is_allowed_that_nobody_needs() -> None:
    modules = [(module, full) for module in house() for full in module.imports()]
    ours = [
        (module.room, full.removeprefix(f"{OURS}."))
        for module, full in modules
        if full.startswith(f"{OURS}.")
    ]
    rooms = {(room, room_of(rest)) for room, rest in ours}
    packages = {(full.split(".")[0], module.room) for module, full in modules}
    assert {(room, other) for room, may in LAYERS.items() for other in may.split()} - rooms == set()
    assert {
        (package, room) for package, may in PACKAGES.items() for room in may.split()
    } - packages == set()


def test_pure_rooms_open_nothing_by_name_either() -> None:
    ways_out = {"open", "__import__", "eval", "exec", "compile"}
    for module in house():
        if module.room in PURE:
            calls = [node.func for node in module.nodes() if isinstance(node, ast.Call)]
            assert ways_out & {call.id for call in calls if isinstance(call, ast.Name)} == set(), (
                module.name
            )


@pytest.mark.parametrize(
    "line",
    [
        *(
            f"from samebag.{room} import x"
            for room in ("words.screen", "doctor", "station.lookup", "snapshot", "cli.station.run")
        ),
        *(
            f"from ...{room} import x"
            for room in ("words", "doctor", "station.lookup", "snapshot", "ports")
        ),
        *(
            f"import {name}"
            for name in (
                "socket",
                "sqlite3",
                "time",
                "threading",
                "logging",
                "random",
                "urllib.request",
            )
        ),
        "from .. import words as core",
        "import cv2",
        "import requests",
        "def later():\n    from ...store import book",
        "if TYPE_CHECKING:\n    from ...ports import Clock",
    ],
)
def test_what_core_may_not_import_is_told(line: str) -> None:
    name = "core.thing" if line.startswith("from .. ") else "core.bag.thing"
    assert [*wrongs(Module(name, line))] != []


def test_within_a_room_and_down_the_layers_all_is_allowed() -> None:
    source = (
        "from . import reads\nfrom .. import labels\nfrom ..labels import"
        " X\nimport re\nimport msgspec"
    )
    assert [*wrongs(Module("core.bag.thing", source))] == []
    assert [
        *wrongs(
            Module(
                "cli",
                "from ..station.loop import Station\nfrom .station.run import run",
                is_package=True,
            )
        )
    ] == []
