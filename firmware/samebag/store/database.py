"""Opens the SQLite files, brings their tables up to date and turns SQLite's errors into
StoreError."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from samebag.ports import StoreError

# ours: longer than any write of our own holds the file, shorter than a packer's patience
BUSY_S = 1.0


@dataclass(frozen=True, slots=True)
class Schema:
    """What one of our files is: its mark (``PRAGMA application_id``) and the scripts that make its
    tables."""

    thing: str
    application_id: int
    scripts: tuple[str, ...]
    broken_cure: str

    @property
    def version(self) -> int:
        return len(self.scripts)


REPLACED_CURE = "restart the station: it says then what is missing, and asks a supervisor"
CURES = {
    sqlite3.SQLITE_FULL: "free space on the card, or put in a larger one",
    sqlite3.SQLITE_BUSY: "close the other program that has this file open",
    sqlite3.SQLITE_READONLY: "the card or the file is write-protected: check its rights,"
    " then the card",
    sqlite3.SQLITE_CANTOPEN: "check that the folder exists and that Samebag may write there",
    sqlite3.SQLITE_IOERR: "the card cannot be read or written: free space on it, or replace it",
}


class Replaced(sqlite3.DatabaseError):
    """The file is not the one that was opened, or somebody else wrote into it."""


def cure_of(schema: Schema, err: sqlite3.Error) -> str:
    """What to do about it. The low byte of an extended code is the primary one
    (sqlite.org/rescode.html)."""
    if isinstance(err, Replaced):
        return REPLACED_CURE
    return CURES.get(
        getattr(err, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF, schema.broken_cure
    )


def store_error(path: Path, schema: Schema, err: sqlite3.Error) -> StoreError:
    if path.is_dir():
        return StoreError(
            f"{path}: is a folder: move it away, or give the path of the {schema.thing}"
        )
    return StoreError(f"{path}: {_said(path, err)}: {cure_of(schema, err)}")


def _said(path: Path, err: sqlite3.Error) -> str:
    """SQLite's own words, but where they leave out what is the matter."""
    if getattr(err, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF != sqlite3.SQLITE_CANTOPEN:
        return str(err)
    return "cannot be opened" if path.exists() else "is not there"


@contextmanager
def translated(path: Path, schema: Schema) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as err:
        raise store_error(path, schema, err) from err


def open_reader(path: Path, schema: Schema) -> sqlite3.Connection | None:
    """A connection that cannot write, or None for a file whose tables are not made yet."""
    with translated(path, schema):
        db = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,
            uri=True,
        )
        with closed_on_error(db):
            if version_of(db, path, schema):
                return db
        db.close()
        return None


def open_writer(path: Path, schema: Schema, synchronous: str) -> sqlite3.Connection:
    """A connection in WAL mode, with the file made or brought up to date."""
    with translated(path, schema):
        leave_to_owner(path)
        db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        with closed_on_error(db):
            version = version_of(db, path, schema)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute(f"PRAGMA synchronous={synchronous}")
            _migrate(db, schema, version)
        return db


def leave_to_owner(path: Path) -> None:
    """What root makes in the station's folder belongs to the station: else its next start cannot
    open it.

    SQLite gives the files beside it the same owner.
    """
    with suppress(OSError):  # opening it will say what is wrong
        path.touch()
        if os.geteuid() == 0:
            folder = path.parent.stat()
            os.chown(path, folder.st_uid, folder.st_gid)


def quick_check(path: Path, schema: Schema) -> str | None:
    """SQLite's first fault with the file, None if it is sound. Works beside a writer; seconds for a
    gigabyte."""
    db = open_reader(path, schema)
    if db is None:
        return None
    with translated(path, schema), closing(db):
        (said,) = db.execute("PRAGMA quick_check(1)").fetchone()
        return None if said == "ok" else str(said)


@contextmanager
def closed_on_error(db: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        db.close()
        raise


def version_of(db: sqlite3.Connection, path: Path, schema: Schema) -> int:
    """The version of the file's tables, 0 for an empty file; refuses other programs' files and
    newer ones."""
    (mark,) = db.execute("PRAGMA application_id").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if not tables:
        return 0
    if mark != schema.application_id:
        raise StoreError(f"{path}: is not a Samebag {schema.thing}: {schema.broken_cure}")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > schema.version:
        raise StoreError(
            f"{path}: has version {version}, must be {schema.version} at most: install"
            " the newer Samebag"
        )
    return int(version)


def _migrate(db: sqlite3.Connection, schema: Schema, version: int) -> None:
    """Run the scripts that the file lacks, each in one transaction with its version number."""
    for number, name in enumerate(schema.scripts[version:], version + 1):
        script = resources.files(__package__).joinpath(name).read_text("utf-8")
        mark = f"PRAGMA application_id={schema.application_id}; PRAGMA user_version={number}"
        db.executescript(f"BEGIN IMMEDIATE;{script};{mark};COMMIT")
