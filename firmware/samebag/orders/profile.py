"""What an order file's columns are called and how its codes are written, read from profiles/NAME.toml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec

from samebag.core.labels import CodeForm
from samebag.ports import OrderFileError

HEAD = (
    "parcel",
    "tracking_number",
    "waybill_codes",
    "orders",
    "list_codes",
    "service",
    "country",
    "status",
    "print_order",
)
ITEM = ("sku", "name", "attributes", "quantity")
COLUMNS = HEAD + ITEM


@dataclass(frozen=True, slots=True)
class Profile:
    columns: dict[str, tuple[str, ...]]
    codes: CodeForm


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns are in one file. A column that the file lacks lies at ``width``, one past the row's end."""

    width: int
    places: dict[str, int]


def load_profile(name: str) -> Profile:
    folder = resources.files(__package__).joinpath("profiles")
    known = sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))
    if name not in known:
        raise OrderFileError(f"profile {name}: must be one of {', '.join(known)}")
    return msgspec.toml.decode(folder.joinpath(f"{name}.toml").read_bytes(), type=Profile)


def lay_out(path: Path, profile: Profile, header: Sequence[str]) -> Layout:
    """Raises OrderFileError for a header that lacks a column or has it twice."""
    titles = [title.strip().casefold() for title in header]
    places = {}
    for column in COLUMNS:
        found = [place for place, title in enumerate(titles) if title in profile.columns[column]]
        if len(found) > 1:
            raise OrderFileError(f"{path}: column {column} is there {len(found)} times: remove all but one")
        places[column] = found[0] if found else len(titles)
    missing = [column for column in ("parcel", "tracking_number") if places[column] == len(titles)]
    if places["orders"] == places["list_codes"]:
        missing.append("orders (or list_codes)")
    if missing:
        raise OrderFileError(
            f"{path}: row 1 has no column {', '.join(missing)}, it has {_shown(titles)}: "
            "put the column names into the first row, or choose another profile"
        )
    return Layout(len(titles), places)


def _shown(titles: list[str]) -> str:
    shown = ", ".join(title[:30] for title in titles[:20])
    return shown if shown.isprintable() else "unreadable text"
