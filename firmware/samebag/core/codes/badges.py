"""Who stands at the station: the codes on the badges of packers and supervisors. Pure."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass

from samebag.core.codes.merged import TAG_CHARS, tag

PACKER, SUPERVISOR = "SAMEBAG-PACKER-", "SAMEBAG-SUPERVISOR-"
# what Code 128 prints in 50 mm and scanners give back
NAME = re.compile(r"[A-Z0-9.]([A-Z0-9 ._-]{0,22}[A-Z0-9.])?")
# Other scripts go as base32 (RFC 4648) of GB 18030, two bytes a Chinese character: no station needs
# a list of names. The sign before it begins no name of the kind above, so that badges printed
# earlier mean what they meant.
ENCODED = re.compile(r"-[A-Z2-7]{4,23}")
LETTERS = re.compile(r"[^\W_]([\w .·-]*[^\W_])?")


@dataclass(frozen=True, slots=True)
class Badge:
    """``genuine``: a supervisor's badge proves by its tag that this station's key made it; a
    packer's needs none."""

    name: str
    supervisor: bool
    genuine: bool = True


def packer_code(name: str) -> str:
    """Raises ValueError for a name that a badge cannot carry."""
    return PACKER + _written(name)


def supervisor_code(name: str, key: bytes) -> str:
    """Raises ValueError for a name that a badge cannot carry."""
    written = _written(name)
    return f"{SUPERVISOR}{written}-{tag(SUPERVISOR + written, key)}"


def badge_in(code: str, key: bytes) -> Badge | None:
    """The badge whose code was scanned, None for any other code."""
    code = code.strip().upper()
    if code.startswith(PACKER) and (name := _name_in(code.removeprefix(PACKER))):
        return Badge(name, supervisor=False)
    if not code.startswith(SUPERVISOR):
        return None
    name = _name_in(code.removeprefix(SUPERVISOR)[: -TAG_CHARS - 1])
    genuine = bool(name) and hmac.compare_digest(code, supervisor_code(name, key))
    return Badge(name, supervisor=True, genuine=genuine)


def _written(name: str) -> str:
    """A name as the bar code has it."""
    if NAME.fullmatch(name):
        return name
    code = "-" + base64.b32encode(name.encode("gb18030", "replace")).decode().rstrip("=")
    if name.isascii() or not LETTERS.fullmatch(name) or not ENCODED.fullmatch(code):
        raise ValueError(
            f"badge name {name!r}: must be 1-24 of A-Z 0-9 space . _ -, or 1-7 Chinese"
            " characters: write it so"
        )
    return code


def _name_in(written: str) -> str:
    """Empty for what no badge has."""
    if NAME.fullmatch(written):
        return written
    if not ENCODED.fullmatch(written):
        return ""
    packed = written[1:]
    try:
        name = base64.b32decode(packed + "=" * (-len(packed) % 8)).decode("gb18030")
        return name if _written(name) == written else ""
    except ValueError:  # no base32, no GB 18030, or no name that a badge is printed with
        return ""
