"""Folders of files that appear whole or not at all, also when the power goes in between."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from samebag.ports import StoreError

CONTENTS = "CONTENTS.txt"  # in each folder: what is in it, with each file's SHA-256


def draft(folder: Path, files: Mapping[str, bytes], says: str) -> None:
    """All of it on disk beside ``folder``, unseen until ``appear``. An earlier draft of the same folder goes.

    A file's name may have folders in it. ``says`` opens CONTENTS. Raises StoreError.
    """
    if folder.exists():
        raise StoreError(f"{folder}: is there already: name another folder, nothing is written over")
    part = _part(folder)
    shutil.rmtree(part, ignore_errors=True)
    try:
        with _translated(folder):
            _write_all(part, {**files, CONTENTS: _contents(files, says)})
    except StoreError:
        shutil.rmtree(part, ignore_errors=True)
        raise


def appear(folder: Path) -> bool:
    """Show what was drafted; False if that has been done. Raises StoreError."""
    with _translated(folder):
        try:
            _part(folder).rename(folder)
        except FileNotFoundError:
            return False
        _sync(folder.parent)
        return True


def write_whole(folder: Path, files: Mapping[str, bytes], says: str) -> None:
    draft(folder, files, says)
    appear(folder)


def _part(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.part")


def _contents(files: Mapping[str, bytes], says: str) -> bytes:
    marks = (f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted(files.items()))
    return "\n".join([says, "", "SHA-256:", *marks, ""]).encode()


def _write_all(part: Path, files: Mapping[str, bytes]) -> None:
    folders = {part, *((part / name).parent for name in files)}
    for inner in sorted(folders):
        inner.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        _write(part / name, content)
    for inner in (*folders, part.parent, part.parent.parent):
        _sync(inner)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """A name is on disk when its folder is (fsync(2))."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise StoreError(f"{folder}: {err.strerror}: give a folder that can be written, or free space") from err
