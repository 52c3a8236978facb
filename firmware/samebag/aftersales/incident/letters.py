"""Letters to buyers: apology, reasons, solutions, channel; a letter that lacks a part is refused,
never sent half."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template

import msgspec

from samebag.files.named import load_named
from samebag.settings import SettingsError

STORES_OWN = Path("/etc/samebag/letters")  # beside the settings
LANGUAGES = ("zh", "en")
REQUIRED = ("greeting", "apology", "reason", "resend", "refund", "channel", "thanks", "store")


class Letter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language's parts, in their order. ``what`` tells by the reason of an incident what
    happened."""

    greeting: str = ""
    apology: str = ""
    reason: str = ""
    resend: str = ""
    refund: str = ""
    channel: str = ""
    thanks: str = ""
    store: str = ""
    what: dict[str, str] = {}


class Letters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: Letter = Letter()
    en: Letter = Letter()


def load_letters(name: str) -> Letters:
    built_in = resources.files(__package__).joinpath("letters")
    return load_named("letter", name, (STORES_OWN, built_in), Letters, SettingsError)


def render(letters: Letters, language: str, why: str, fields: Mapping[str, str]) -> str:
    """Raises SettingsError that names the part which is missing, empty, or wants what nobody
    knows."""
    letter: Letter = getattr(letters, language)
    what = _filled(language, f"what.{why}", letter.what.get(why, ""), fields)
    known = {**fields, "what": what}
    return (
        "\n\n".join(_filled(language, part, getattr(letter, part), known) for part in REQUIRED)
        + "\n"
    )


def _filled(language: str, part: str, text: str, fields: Mapping[str, str]) -> str:
    template = Template(text)
    if not text.strip():
        raise SettingsError(
            f"letter: [{language}] lacks its part {part}: write it, nothing is sent without"
        )
    if not template.is_valid():
        raise SettingsError(
            f"letter: [{language}] {part}: a $ without a name: write $$ for a dollar"
        )
    for name in template.get_identifiers():
        if not fields.get(name, "").strip():
            raise SettingsError(f"letter: [{language}] {part} lacks ${name}: {_cure(name, fields)}")
    return template.substitute(fields)


def _cure(name: str, fields: Mapping[str, str]) -> str:
    if name in ("store", "channel"):
        return f"set store.{'name' if name == 'store' else name} in the settings"
    return (
        "its order does not tell it"
        if name in fields
        else f"there are {', '.join(f'${known}' for known in fields)}"
    )
