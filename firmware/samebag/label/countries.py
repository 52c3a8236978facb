"""A country as the merged label shows it: its code for customs, its name in Chinese for the packer.
Pure but for reading countries.toml once."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources

# before a name, or behind it
_CODE = re.compile(r"([A-Za-z]{2})\b[^\w(]*(.*)|(.*?)[^\w)]*\b([A-Za-z]{2})\)?")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def shown_country(text: str) -> str:
    """``JP 日本`` of "JP", "Japan", "日本" or all of them; what names no country, or two, stays as
    it came.

    A name that is Chinese already stays the order file's: stores have their own ways with some.
    """
    code, name = _parted(text.strip())
    if not code:
        return text
    return f"{code} {name if _CHINESE.search(name) else _chinese()[code]}"


def _parted(text: str) -> tuple[str, str]:
    """Code and name, "" for what is not there."""
    if code := _codes().get(_key(text)):
        return code, text
    found = _CODE.fullmatch(text)
    if not found:
        return "", ""
    name = found[2] or found[3] or ""
    code = _codes().get(_key(found[1] or found[4]), "")
    return (code, name) if code == _codes().get(_key(name)) else ("", "")


def _key(name: str) -> str:
    """The name without what order files write now so, now so: capitals, accents, dots, "&" and
    "St."."""
    plain = unicodedata.normalize("NFKD", name.casefold()).replace("&", " and ")
    words = re.findall(
        r"\w+", "".join(char for char in plain if not unicodedata.combining(char)).replace("'", "")
    )
    return "".join("saint" if word == "st" else word for word in words if word != "the")


@cache
def country_names() -> dict[str, list[str]]:
    """By code: in Chinese, in English, and others."""
    return tomllib.loads(resources.files(__package__).joinpath("countries.toml").read_text("utf-8"))


@cache
def _chinese() -> dict[str, str]:
    return {code: names[0] for code, names in country_names().items()}


@cache
def _codes() -> dict[str, str]:
    return {_key(name): code for code, names in country_names().items() for name in (code, *names)}
