"""The station's key: signs merged labels and supervisors' badges, so that neither can be made
up."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from samebag.ports import StoreError
from samebag.store.database import leave_to_owner

KEY_BYTES = 32  # RFC 2104: the length of SHA-256's output


def load_key(path: Path) -> bytes:
    """The key in ``path``, made at the first call. Copy the file to stations that share labels and
    badges.

    Raises StoreError.
    """
    try:
        if not path.exists():
            make_private(path, secrets.token_bytes(KEY_BYTES).hex())
        key = bytes.fromhex(path.read_text("ascii"))
    except OSError as err:
        raise StoreError(
            f"{path}: {err.strerror}: let the station read and write its folder"
        ) from err
    except ValueError as err:
        raise StoreError(
            f"{path}: is no key ({err}): bring its copy back, or remove it: then a new one is made"
        ) from err
    if len(key) != KEY_BYTES:
        raise StoreError(
            f"{path}: has {len(key)} bytes, must have {KEY_BYTES}: bring its copy back"
        )
    return key


def make_private(path: Path, text: str) -> None:
    """A file for the station's user alone, whole or not at all: a power cut must not leave half a
    key.

    One that is there already stays.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(
        draft, "x", opener=lambda name, flags: os.open(name, flags, 0o600), encoding="ascii"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    leave_to_owner(draft)
    try:
        os.link(draft, path)  # another process may have made one meanwhile: the first stays
    except FileExistsError:
        pass
    finally:
        draft.unlink()
