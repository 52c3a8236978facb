"""What the commands say, in Chinese: a message is looked up whole, else in parts. Pure but for
reading the catalog."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import chain, zip_longest

from samebag.core.verdicts import VerdictKind
from samebag.words.faults import in_chinese

PART = re.compile("(: |; |, )")
SIGNS = {": ": "：", "; ": "；", ", ": "，"}
HOLDS = {  # names of settings and columns ({=}) stay as they are written
    "{}": "(?:(?!: |; |, ).)+?",
    "{…}": "(?:(?!: |; ).)+",
    "{#}": r"\d[\d,.]*",
    "{=}": "?P<written>(?:(?!: |; ).)+",
}
HELD = re.compile("|".join(map(re.escape, HOLDS)))
MOST_PARTS = 32  # ours: of one entry, the longest lists all commands; a line may have more


def translated(said: str) -> str:
    """``said`` in Chinese as far as it is known; codes, names and what systems say stay as they
    are."""
    return "\n".join(map(_line, said.split("\n")))


def _line(said: str) -> str:
    text = said.lstrip()
    return said[: len(said) - len(text)] + (catalog().get(text) or _sentence(text))


def _sentence(text: str) -> str:
    """With or without its full stop."""
    chinese = _parts(PART.split(text.removesuffix(".")))
    return chinese if not text.endswith(".") else f"{chinese}。" if chinese != text[:-1] else text


@cache
def catalog() -> Mapping[str, str]:
    text = resources.files(__package__).joinpath("chinese.toml").read_text("utf-8")
    written = {
        english: chinese
        for table in tomllib.loads(text).values()
        for english, chinese in table.items()
    }
    return _verdicts() | written


def _verdicts() -> dict[str, str]:
    """One alone, how many there are, and the codes that it is about."""
    forms = (("{}", "{}"), ("{{#}} {}", "{{}} {}"), ("{} {{}}", "{} {{}}"))
    return {
        english.format(kind): chinese.format(kind.called.zh)
        for kind in VerdictKind
        for english, chinese in forms
    }


@cache
def _patterns() -> Sequence[tuple[str, str, re.Pattern[str], str]]:
    """Beginning, end, the whole, its Chinese: those with most letters of their own first."""
    texts = sorted(
        (text for text in catalog() if HELD.search(text)), key=lambda text: -len(HELD.sub("", text))
    )
    return [(*_ends(HELD.split(text)), _pattern(text), catalog()[text]) for text in texts]


def _ends(texts: Sequence[str]) -> tuple[str, str]:
    return texts[0], texts[-1]


def _pattern(text: str) -> re.Pattern[str]:
    """White space beside what differs may be more: columns are padded."""
    held = (rf"\s*({HOLDS[sign]})\s*" for sign in HELD.findall(text))
    texts = (r"\s+".join(map(re.escape, part.split())) for part in HELD.split(text))
    return re.compile("".join(chain.from_iterable(zip_longest(texts, held, fillvalue=""))))


def _parts(parts: Sequence[str]) -> str:
    """``parts`` alternate with the signs between them. The longest run that is known counts."""
    if parts == [""]:
        return ""
    for size in range(min(len(parts), 2 * MOST_PARTS - 1), 0, -2):
        text = "".join(parts[:size])
        chinese = _whole(text)
        if chinese is not None or size == 1:
            break
    rest = parts[size + 1 :]
    if not rest:
        return text if chinese is None else chinese
    after = _parts(rest)
    is_both = (chinese is not None) + (after != "".join(rest))
    sign = SIGNS[parts[size]] if is_both >= (2 if parts[size] == ", " else 1) else parts[size]
    return (text if chinese is None else chinese) + sign + after


def _filled(chinese: str, found: re.Match[str]) -> str:
    written = found.re.groupindex.get("written")
    held = (text if n == written else translated(text) for n, text in enumerate(found.groups(), 1))
    return chinese.format(*held)


def _whole(text: str) -> str | None:
    if text in catalog():
        return catalog()[text]
    for begins, ends, pattern, chinese in _patterns():
        if text.startswith(begins) and text.endswith(ends) and (found := pattern.fullmatch(text)):
            return _filled(chinese, found)
    of_device = in_chinese(text)
    return of_device if of_device != text else None
