"""Folders of files that appear whole or not at all, also when the power goes in between."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from samebag.ports import StoreError

CONTENTS = "CONTENTS.txt"  # in each folder: what is in it, with each file's SHA-256


def draft(folder: Path, files: Mapping[str, Iterable[bytes]], says: str) -> dict[str, str]:
    """All of it on disk beside ``folder``, unseen until ``appear``. An earlier draft of the same
    folder goes.

    A file's name may have folders in it, its content comes in pieces. ``says`` opens CONTENTS.
    Returns each file's SHA-256. Raises StoreError.
    """
    if folder.exists():
        raise StoreError(
            f"{folder}: is there already: name another folder, nothing is written over"
        )
    part = _part(folder)
    shutil.rmtree(part, ignore_errors=True)
    try:
        with _translated(folder):
            return _write_all(part, files, says)
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
    draft(folder, {name: [content] for name, content in files.items()}, says)
    appear(folder)


def _part(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.part")


def _contents(marks: Mapping[str, str], says: str) -> bytes:
    lines = (f"{mark}  {name}" for name, mark in sorted(marks.items()))
    return "\n".join([says, "", "SHA-256:", *lines, ""]).encode()


def _write_all(part: Path, files: Mapping[str, Iterable[bytes]], says: str) -> dict[str, str]:
    folders = {part, *((part / name).parent for name in files)}
    for inner in sorted(folders):
        inner.mkdir(parents=True, exist_ok=True)
    marks = {name: _write(part / name, content) for name, content in files.items()}
    _write(part / CONTENTS, [_contents(marks, says)])
    for inner in (*folders, part.parent, part.parent.parent):
        _sync(inner)
    return marks


def _write(path: Path, content: Iterable[bytes]) -> str:
    mark = hashlib.sha256()
    with path.open("xb") as file:
        for piece in content:
            file.write(piece)
            mark.update(piece)
        file.flush()
        os.fsync(file.fileno())
    return mark.hexdigest()


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
        raise StoreError(
            f"{folder}: {err.strerror}: give a folder that can be written, or free space"
        ) from err
