"""Data that the package brings; a store's own NAME.toml in its folder wins, and so does any .toml
file by its path."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import msgspec

from samebag.files.toml import BadToml, toml_in

T = TypeVar("T")


def load_named(
    what: str, name: str, folders: tuple[Traversable, ...], shape: type[T], error: type[Exception]
) -> T:
    """``folders``: the store's own first. Raises ``error`` with the names there are."""
    path = Path(name) if name.endswith(".toml") else _named(what, name, folders, error)
    try:
        return msgspec.convert(toml_in(path.read_bytes()), shape)
    except OSError as err:
        raise error(
            f"{what} {path}: {err.strerror}: give the path of a file that can be read"
        ) from err
    except BadToml as err:
        raise error(f"{what} {path}: {err}") from err
    except msgspec.MsgspecError as err:
        raise error(f"{what} {path}: {err}: correct it") from err


def _named(
    what: str, name: str, folders: tuple[Traversable, ...], error: type[Exception]
) -> Traversable:
    found = {
        file.name.removesuffix(".toml"): file
        for folder in reversed(folders)
        if folder.is_dir()
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
    if name not in found:
        raise error(f"{what} {name}: must be one of {', '.join(sorted(found))}, or a .toml file")
    return found[name]
