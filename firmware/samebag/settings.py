"""The station's settings: TOML in, frozen settings out; a wrong one is refused with file, key,
value, rule and cure."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from samebag.core.labels import LIST_NAME
from samebag.core.parcel_checks import Checks, Level, ParcelCheck
from samebag.core.rules import Pairing, Prove, Rules
from samebag.core.symbologies import ALL, BY_NEED, switched_on
from samebag.files.toml import MOST_BYTES, BadToml, toml_in

# TOML; in quotes it may be anything, which msgspec's sentences do not escape
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
SHOWN_CHARS = 100  # of a wrong value
# the card's own wins
DEFAULT_PATHS = (
    Path("/boot/firmware/samebag.toml"),
    Path("/etc/samebag/settings.toml"),
)

# 300-4000000, as the kernel has them
BAUD = r"([3-9][0-9]{2}|[1-9][0-9]{3,5}|[1-3][0-9]{6}|4000000)"
PORT = r"([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
HOST = r"([^:\[\]]+|\[[0-9A-Fa-f:.]+\])"

Bcm = Annotated[int, Meta(ge=0, le=27, description="a BCM pin number, 0-27")]
ScannerAddress = Annotated[
    str,
    Meta(
        pattern=rf"^(auto|none|/dev/samebag/.+|/dev/input/(?!event[0-9]+$).+"
        rf"|bluetooth:([0-9A-Fa-f]{{2}}:){{5}}[0-9A-Fa-f]{{2}}|serial:/dev/[^?]+(\?baud={BAUD})?)$",
        description="auto, none, /dev/input/by-id/... (event numbers change),"
        " bluetooth:AA:BB:CC:DD:EE:FF or"
        " serial:/dev/serial/by-id/...?baud=300-4000000",
    ),
]
CameraAddress = Annotated[
    str,
    Meta(
        pattern=r"^(auto|none|v4l2:.+|picamera:[0-9]+|file:.+)$",
        description="auto, none, v4l2:/dev/v4l/by-id/..., picamera:0 or file:PATH",
    ),
]
PrinterAddress = Annotated[
    str,
    Meta(
        pattern=(
            rf"^(auto|none|lp:/dev/.+|tcp:{HOST}:{PORT}"
            rf"|serial:/dev/[^?]+(\?baud={BAUD}(&flow=(rtscts|none))?|\?flow=(rtscts|none))?)$"
        ),
        description="auto, none, lp:/dev/usb/lp0, tcp:HOST:9100 (port 1-65535) or"
        " serial:/dev/ttyUSB0?baud=19200",
    ),
]
NONE = "none"  # the address of a device that the settings leave out


class SettingsError(Exception):
    """Settings that cannot be used; the message names file, key, value, rule and cure."""


NONE = "none"  # the address of a device that the settings leave out


class _SettingsTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One TOML table; a key that it lacks is an error, not a surprise."""


StationName = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9._-]{1,32}$", description="1-32 letters, digits, . _ -")
]


ShiftStart = Annotated[
    str,
    Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="a list of times such as 08:00"),
]


BadgeName = Annotated[
    str,
    Meta(
        pattern=r"^([A-Z0-9 ._-]{1,24}|(?=.*[^\x00-\x7F])\S.{0,23})$",
        description='a list of names as on badges, such as ["LI WEI", "王芳"]',
    ),
]
NONE = "none"  # the address of a device that the settings leave out


class StationSettings(_SettingsTable, frozen=True):
    name: StationName = "station-1"
    revoked: tuple[BadgeName, ...] = ()
    shifts: tuple[ShiftStart, ...] = ()
    logout_min: Annotated[int, Meta(ge=1, le=1440)] = 30


CodePrefix = Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,20}$")]
CODE_PREFIXES = Meta(
    max_length=10,
    description='a list of at most 10 beginnings, 1-20 of A-Z and 0-9, such as ["LP"]',
)
NONE = "none"  # the address of a device that the settings leave out


class RulesSettings(_SettingsTable, frozen=True):
    pairing: Literal["one-frame", "one-bag"] = "one-bag"
    pair_within_s: Annotated[float, Meta(ge=0.5, le=30.0)] = 5.0
    clear_s: Annotated[float, Meta(ge=0.2, le=10.0)] = 1.0
    crowded_s: Annotated[float, Meta(ge=0.5, le=30.0)] = 2.0
    settle_s: Annotated[float, Meta(ge=0.0, le=5.0)] = 0.4
    strict_unknown: bool = False
    also_on_waybills: Annotated[tuple[CodePrefix, ...], CODE_PREFIXES] = ()
    prove: Literal["off", "start", "shift"] = "off"
    confirm_label: bool = False
    shadow: bool = False

    def rules(self) -> Rules:
        """The same as the core takes them."""
        fields = msgspec.structs.asdict(self)
        return Rules(**{**fields, "pairing": Pairing(self.pairing), "prove": Prove(self.prove)})


CheckLevel = Literal["off", "warn", "hold"]
NONE = "none"  # the address of a device that the settings leave out


class ChecksSettings(_SettingsTable, frozen=True):
    goods: CheckLevel = "warn"
    weight: CheckLevel = "warn"
    country: CheckLevel = "warn"
    digit: CheckLevel = "warn"
    carrier: CheckLevel = "warn"
    late: CheckLevel = "warn"
    note: CheckLevel = "warn"

    def checks(self) -> Checks:
        """The same as the core takes them."""
        return Checks(
            {
                ParcelCheck(name): Level(level)
                for name, level in msgspec.structs.asdict(self).items()
            }
        )


NONE = "none"  # the address of a device that the settings leave out


class ScannerSettings(_SettingsTable, frozen=True):
    address: ScannerAddress = "auto"


Symbology = Annotated[
    str,
    Meta(
        pattern=f"^({'|'.join(sorted(ALL))})$",
        description=f"a list of {', '.join(BY_NEED)}; code128, qr and datamatrix are always read",
    ),
]
NONE = "none"  # the address of a device that the settings leave out


class CameraSettings(_SettingsTable, frozen=True):
    address: CameraAddress = "none"
    width: Annotated[int, Meta(ge=320, le=4096)] = 1280
    height: Annotated[int, Meta(ge=240, le=3072)] = 720
    fps: Annotated[int, Meta(ge=1, le=60)] = 15
    exposure: Literal["camera", "labels"] = "camera"
    symbologies: tuple[Symbology, ...] = ()

    def all_symbologies(self, needed: Iterable[str]) -> frozenset[str]:
        """What the camera reads: the default, these settings' and those that the rules of a book
        need."""
        return switched_on((*self.symbologies, *needed))


NONE = "none"  # the address of a device that the settings leave out


class PrinterSettings(_SettingsTable, frozen=True):
    address: PrinterAddress = "auto"
    profile: str = "80mm"
    hold_slip: bool = False


NONE = "none"  # the address of a device that the settings leave out


class SignalSettings(_SettingsTable, frozen=True):
    green_pin: Bcm = 17
    red_pin: Bcm = 27
    buzzer_pin: Bcm = 22
    button_pin: Bcm = 23


NONE = "none"  # the address of a device that the settings leave out


class StorageSettings(_SettingsTable, frozen=True):
    directory: Annotated[str, Meta(pattern=r"^/", description="an absolute path")] = (
        "/var/lib/samebag"
    )
    evidence_mb: Annotated[int, Meta(ge=10, le=1_000_000)] = 4000
    keep_days: Annotated[int, Meta(ge=1, le=3650)] = 120


HostName = Annotated[
    str, Meta(pattern=r"^[^ ]+$", description='a list of names such as ["station-1.local"]')
]
Sha256 = Annotated[
    str, Meta(pattern=r"^([0-9a-f]{64})?$", description="64 hex digits, as --new-token says")
]
AbsolutePath = Annotated[str, Meta(pattern=r"^(/.+)?$", description="an absolute path")]


Listen = Annotated[
    str, Meta(pattern=rf"^{HOST}:(0|{PORT})$", description="HOST:PORT such as 127.0.0.1:8642")
]
NONE = "none"  # the address of a device that the settings leave out


class ListenSettings(_SettingsTable, frozen=True):
    """A port; both tables that have one are such."""

    listen: Listen
    token_sha256: Sha256 = ""
    certificate: AbsolutePath = ""
    private_key: AbsolutePath = ""


NONE = "none"  # the address of a device that the settings leave out


class WebSettings(ListenSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    listen: Listen = "127.0.0.1:8642"
    language: Literal["zh", "en"] = "zh"
    hosts: tuple[HostName, ...] = ()


NONE = "none"  # the address of a device that the settings leave out


class VoiceSettings(_SettingsTable, frozen=True):
    """Each verdict spoken; ``volume`` in per cent of what is as loud as a card plays
    undistorted."""

    language: Literal["off", "zh", "en"] = "off"
    volume: Annotated[int, Meta(ge=0, le=100)] = 60


NONE = "none"  # the address of a device that the settings leave out


class IntakeSettings(ListenSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    listen: Listen = "127.0.0.1:8733"  # ours: unassigned by IANA


ListName = Annotated[
    str,
    Meta(
        pattern=r"^\S(.{0,14}\S)?$",
        description="1-16 characters, such as 配货单, 拣货单 or packing slip",
    ),
]
NONE = "none"  # the address of a device that the settings leave out


class StoreSettings(_SettingsTable, frozen=True):
    """What letters and shipping notices say of the store. ``list_name``: what its ERP prints above
    the cargo list."""

    name: str = ""
    channel: str = ""
    list_name: ListName = LIST_NAME
    return_guarantee: bool = False
    export: Literal["matched", "dispatched"] = "matched"


NONE = "none"  # the address of a device that the settings leave out


class Settings(_SettingsTable, frozen=True):
    """All that a technician may set. ``source`` is where it came from."""

    source: str = "defaults"
    station: StationSettings = StationSettings()
    rules: RulesSettings = RulesSettings()
    checks: ChecksSettings = ChecksSettings()
    scanner: ScannerSettings = ScannerSettings()
    camera: CameraSettings = CameraSettings()
    printer: PrinterSettings = PrinterSettings()
    signals: SignalSettings = SignalSettings()
    storage: StorageSettings = StorageSettings()
    web: WebSettings = WebSettings()
    intake: IntakeSettings = IntakeSettings()
    voice: VoiceSettings = VoiceSettings()
    store: StoreSettings = StoreSettings()

    @property
    def book_path(self) -> Path:
        return Path(self.storage.directory) / "book.db"

    @property
    def ledger_path(self) -> Path:
        return Path(self.storage.directory) / "ledger.db"

    @property
    def dispatch_path(self) -> Path:
        return Path(self.storage.directory) / "dispatch.db"

    @property
    def shipments_path(self) -> Path:
        return Path(self.storage.directory) / "shipments.db"

    @property
    def cases_path(self) -> Path:
        return Path(self.storage.directory) / "cases.db"

    @property
    def key_path(self) -> Path:
        return Path(self.storage.directory) / "key"

    @property
    def note_dir(self) -> Path:
        """Where the station keeps its note of the ledger: beside the folder, where systemd made it
        so, else in it."""
        beside = Path(f"{self.storage.directory.rstrip('/')}-note")
        return beside if beside.is_dir() else Path(self.storage.directory) / "note"

    @property
    def verified_path(self) -> Path:
        return self.note_dir / "verified.json"

    @property
    def inbox_dir(self) -> Path:
        return Path(self.storage.directory) / "inbox"

    @property
    def printed_dir(self) -> Path:
        return Path(self.storage.directory) / "printed"

    @property
    def runtime_dir(self) -> Path:
        """Where the station leaves what is of this moment; systemd names it (systemd.exec(5),
        RuntimeDirectory=)."""
        return Path(os.environ.get("RUNTIME_DIRECTORY", self.storage.directory))

    @property
    def evidence_dir(self) -> Path:
        return Path(self.storage.directory) / "evidence"


def load(path: Path | None = None) -> Settings:
    """The settings in ``path``, else in the first default place where anything stands, else the
    defaults.

    Raises SettingsError.
    """
    if path is None:
        path = next((p for p in DEFAULT_PATHS if os.path.lexists(p)), None)
    return Settings() if path is None else _parse(path, table_in(path))


def table_in(path: Path) -> dict[str, Any]:
    """What stands in a settings file, be it right or wrong. Raises SettingsError."""
    try:
        with path.open("rb") as file:
            return toml_in(file.read(MOST_BYTES + 1))
    except OSError as err:
        raise SettingsError(
            f"{path}: {err.strerror}: name a readable file with --settings"
        ) from err
    except BadToml as err:
        raise SettingsError(f"{path}: {err}") from err


def _parse(path: Path, table: dict[str, Any]) -> Settings:
    if "source" in table:
        raise SettingsError(f"{path}: source = {_shown(table['source'])}: no such key: remove it")
    for key, value, rule in _odd(table):
        raise SettingsError(f"{path}: {key} = {_shown(value)}: {rule}: correct it")
    try:
        settings = msgspec.convert({**table, "source": str(path)}, Settings)
    except msgspec.ValidationError as err:
        raise SettingsError(f"{path}: {_explain(table, str(err))}") from err
    pins = msgspec.structs.astuple(settings.signals)
    if len(set(pins)) < len(pins):
        raise SettingsError(
            f"{path}: signals = {pins}: green, red, buzzer and button need a pin each: change one"
        )
    return settings


def _odd(table: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object, str]]:
    """Key, value and rule of what TOML allows and no bounds catch: quoted names; nan, which
    compares as false."""
    for name, value in table.items():
        key = f"{above}{name}"
        if not _BARE_KEY.fullmatch(name):
            yield f"{above}{_shown(name)}", value, "must have a name of letters, digits, - and _"
        if isinstance(value, dict):
            yield from _odd(value, f"{key}.")
        elif isinstance(value, float) and not isfinite(value):
            yield key, value, "must be a finite number"
        elif any(isinstance(text, str) and not text.isprintable() for text in _each(value)):
            yield key, value, "must have no control characters"


def _each(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, date | time) else repr(value)
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"


def _explain(table: dict[str, Any], fault: str) -> str:
    """msgspec's sentence as key, value, rule and cure."""
    rule, _, where = fault.partition(" - at `$")
    keys = [key.partition("[")[0] for key in where.rstrip("`").split(".") if key]
    if "unknown field" in rule:
        key = ".".join([*keys, rule.split("`")[1]])
        known = ", ".join(sorted(_fields_at(keys)))
        return f"{key}: no such key; there are {known}: correct or remove it"
    value: Any = table
    for key in keys:
        value = value[key]
    return f"{'.'.join(keys)} = {_shown(value)}: {_rule_at(keys) or _plain(rule)}: correct it"


def _type_at(keys: list[str]) -> Any:
    kind: Any = msgspec.inspect.type_info(Settings)
    for key in keys:
        kind = next(f.type for f in kind.fields if f.encode_name == key)
    return kind


def _fields_at(keys: list[str]) -> Iterator[str]:
    return (f.encode_name for f in _type_at(keys).fields if f.encode_name != "source")


def rule_of(table: str, key: str) -> str | None:
    """What its value must be, in a technician's words."""
    return _rule_at([table, key])


def _rule_at(keys: list[str]) -> str | None:
    """The rule in a technician's words."""
    kind = _type_at(keys)
    kind = kind.item_type if isinstance(kind, msgspec.inspect.VarTupleType) else kind
    extra = (kind.extra_json_schema or {}) if isinstance(kind, msgspec.inspect.Metadata) else {}
    if "description" in extra:
        return f"must be {extra['description']}"
    inner = kind.type if isinstance(kind, msgspec.inspect.Metadata) else kind
    match inner:
        case (
            msgspec.inspect.IntType(ge=low, le=high) | msgspec.inspect.FloatType(ge=low, le=high)
        ) if low is not None:
            return f"must be {low:g}-{high:g}" + (
                " and whole" if isinstance(inner, msgspec.inspect.IntType) else ""
            )
        case msgspec.inspect.LiteralType(values=values):
            names = [str(value) for value in values]
            return (
                f"must be {' or '.join(names)}"
                if len(names) < 3
                else f"must be one of {', '.join(names)}"
            )
        case msgspec.inspect.BoolType():
            return "must be true or false"
    return None


def _plain(rule: str) -> str:
    """What msgspec says of a wrong type, in TOML's words."""
    kind = rule.partition("`")[2].partition("`")[0]
    return "must be " + {"object": "a table", "str": "a text in quotes"}.get(kind, kind)
