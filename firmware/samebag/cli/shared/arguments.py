"""Arguments that several commands take, each refused with its rule."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date

import msgspec

from samebag.settings import CameraAddress, rule_of


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"{text!r}: must be a day such as 2026-11-20: write it so"
        ) from None


def number(text: str) -> int:
    if not (
        text.isascii() and text.isdigit() and len(text) <= 18
    ):  # SQLite's integers have 18 digits and more
        raise ArgumentTypeError(f"{text!r}: must be a number such as 12: write it so")
    return int(text)


def camera_address(text: str) -> str:
    try:
        return msgspec.convert(text, CameraAddress)
    except msgspec.ValidationError:
        raise ArgumentTypeError(f"{text!r}: {rule_of('camera', 'address')}: write it so") from None
