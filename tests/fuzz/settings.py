"""Settings files: the shipped one with wrong lines, keys, values and bytes.

Right: they are loaded, or refused in one sentence that names the file.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from random import Random

from samebag.settings import SettingsError, load

from .mutate import mutated

_SHIPPED = (
    (Path(__file__).parents[2] / "systemd" / "settings.toml").read_bytes().splitlines(keepends=True)
)
_VALUES: tuple[bytes, ...] = (
    b"-1",
    b"0",
    b"nan",
    b"-inf",
    b"1e400",
    b"9223372036854775808",
    b"''",
    b"'\xe5\x8d\x95'",
    b"[]",
    b"[[1]]",
)
_VALUES += (
    b"{}",
    b"{a = {b = 1}}",
    b"1979-05-27",
    b"07:32:00",
    b"true",
    b"'auto'",
    b"'serial:/dev/x?baud=0'",
    b"\xff",
)
_KEYS = (
    b"x",
    b"'a.b'",
    b"'`'",
    b"' - at `$.web`'",
    b"source",
    b"hosts",
    b"address",
    b"port",
    b"shifts",
)


def made(chance: Random) -> bytes:
    lines = [line.removeprefix(b"# ") if chance.random() < 0.1 else line for line in _SHIPPED]
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(lines))
        key = chance.choice((chance.choice(_KEYS), lines[at].partition(b"=")[0].strip(b"# \n")))
        lines[at] = b"%s = %s\n" % (key, chance.choice(_VALUES))
    text = b"".join(lines)
    return (
        mutated(text, (*_VALUES, b"\n[web]\n", b"\x00", b"\n"), chance)
        if chance.random() < 0.3
        else text
    )


def check(data: bytes, chance: Random) -> None:
    _file().write_bytes(data)
    try:
        load(_file())
    except SettingsError as err:
        assert str(err).startswith(f"{_file()}: ") and "\n" not in str(err), (
            "not one sentence with the file's name"
        )


@cache
def _file() -> Path:
    """In memory, and gone with its process."""
    return Path(f"/proc/self/fd/{os.memfd_create('settings')}")
