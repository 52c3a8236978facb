"""One sentence in Chinese and English. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from samebag.core.labels import LIST_NAME, Kind


@dataclass(frozen=True, slots=True)
class Words:
    """One message. ``digits`` are shown as large as they fit: the last four of the tracking
    number."""

    zh: str
    en: str
    digits: str = ""

    def then(self, more: Words) -> Words:
        return Words(f"{self.zh}：{more.zh}", f"{self.en}: {more.en}", self.digits)

    def filled(self, **named: str) -> Words:
        return Words(self.zh.format(**named), self.en.format(**named), self.digits)

    def said(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    def calling(self, list_name: str) -> Words:
        if list_name == LIST.zh:
            return self
        return Words(calling(self.zh, list_name), calling(self.en, list_name), self.digits)


def calling(said: str, list_name: str) -> str:
    """With the cargo list called as the store's ERP titles it; in English only by a name that
    English can spell."""
    said = said.replace(LIST.zh, list_name)
    return (
        re.sub(LIST.en, lambda _: list_name, said, flags=re.IGNORECASE)
        if list_name.isascii()
        else said
    )


LIST = Words(LIST_NAME, Kind.CARGO_LIST)  # what all messages call it
