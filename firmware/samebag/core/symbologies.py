"""The symbologies of labels that the camera reads: always, or where settings or a store's profile
need them. Pure.

Each one more costs time in every frame that is not read at once, and a chance to read a code where
there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

# GS1-128 and GS1 Data Matrix are these with FNC1 in front
DEFAULT = frozenset({"code128", "qr", "datamatrix"})
ByNeed = Literal["code39", "codabar", "itf", "databar", "pdf417", "aztec"]
BY_NEED: tuple[ByNeed, ...] = get_args(ByNeed)
ALL = DEFAULT | set(BY_NEED)
# told, but no setting helps: a bar code stands beside them
UNREADABLE = frozenset({"maxicode", "dotcode"})
# those that may lie there unread
NAMES = {
    "code39": "Code 39",
    "codabar": "Codabar (NW-7)",
    "itf": "ITF (2 of 5)",
    "databar": "GS1 DataBar",
    "pdf417": "PDF417",
    "aztec": "Aztec",
    "maxicode": "MaxiCode",
    "dotcode": "DotCode",
}


class UnknownSymbology(ValueError):
    """No camera reads what is named so. The message names thing, value, rule and cure."""


def switched_on(needed: Iterable[str]) -> frozenset[str]:
    """What the camera reads where these are needed beside the default. Raises UnknownSymbology."""
    on = DEFAULT | frozenset(needed)
    if unknown := sorted(on - ALL):
        raise UnknownSymbology(
            f"symbology {unknown[0]!r}: must be one of {', '.join(sorted(ALL))}: correct it"
        )
    return on


def cure(symbology: str) -> str:
    """What to set so that it is read; nothing where no setting helps."""
    return f'camera.symbologies = ["{symbology}"]' if symbology in BY_NEED else ""
