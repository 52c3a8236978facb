"""Who stands at the station: the codes on the badges of packers and supervisors. Pure."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from samebag.core.sealing import TAG_CHARS, tag

PACKER, SUPERVISOR = "SAMEBAG-PACKER-", "SAMEBAG-SUPERVISOR-"
NAME = re.compile(r"[A-Z0-9.]([A-Z0-9 ._-]{0,22}[A-Z0-9.])?")  # what Code 128 prints in 50 mm and scanners give back


@dataclass(frozen=True, slots=True)
class Badge:
    """``genuine``: a supervisor's badge proves by its tag that this station's key made it; a packer's needs none."""

    name: str
    supervisor: bool
    genuine: bool = True


def packer_code(name: str) -> str:
    """Raises ValueError for a name that a badge cannot carry."""
    return PACKER + _checked(name)


def supervisor_code(name: str, key: bytes) -> str:
    """Raises ValueError for a name that a badge cannot carry."""
    return f"{SUPERVISOR}{_checked(name)}-{tag(SUPERVISOR + name, key)}"


def badge_in(code: str, key: bytes) -> Badge | None:
    """The badge whose code was scanned, None for any other code."""
    code = code.strip().upper()
    if code.startswith(PACKER) and NAME.fullmatch(name := code.removeprefix(PACKER)):
        return Badge(name, supervisor=False)
    if not code.startswith(SUPERVISOR):
        return None
    name = code.removeprefix(SUPERVISOR)[: -TAG_CHARS - 1]
    genuine = bool(NAME.fullmatch(name)) and hmac.compare_digest(code, supervisor_code(name, key))
    return Badge(name, supervisor=True, genuine=genuine)


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"badge name {name!r}: must be 1-24 of A-Z 0-9 space . _ -: write it so")
    return name
