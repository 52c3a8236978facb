"""How likely a text is by its letters: the bits that it takes in the language which suits it best.
Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec

UNSEEN = 14  # bits of a pair of letters that the language's words do not have
PLAIN = 4  # of an ASCII letter beside another, in any language
FOREIGN = 6  # more for a cell that is not in the file's language
SIGN, ODD_SIGN = 8, 18  # ours: one as texts have it, and one within a word or out of place
RARE, RARER = 17, 20  # ours: a sign that hardly any text has; of another script than the language's
BESIDE_LATIN = 5  # ours: more for a sign of Chinese beside a small letter
CAPITAL_WITHIN = 10  # ours: more for a capital behind a small letter
TYPED = dict.fromkeys("’“”–…", 6)  # in place of SIGN: what word processors make of what is typed
SIGNS = frozenset("°€®™×²³½¼¾–—’‘“”„…•«»‹›¿¡§©£µ·±ªº\u00a0")
WIDE_SIGNS = frozenset(
    "，。、；：！？（）【】「」『』《》〈〉“”‘’…—～·￥　★☆●○■□◆◇→←↑↓※〇々ー・＋－＊／％＆＃"
)
# half-width kana are in none
SCRIPTS = {
    "zh": ("han",),
    "zh-hant": ("han",),
    "ja": ("han", "kana"),
    "ko": ("hangul",),
}

Bits = Mapping[str, int]
Cells = Sequence[str]


class _Letters(msgspec.Struct):
    pairs: dict[str, dict[str, str]]
    signs: dict[str, dict[str, str]]


@cache
def _tables() -> tuple[dict[str, Bits], dict[str, Bits]]:
    """Of each language with letters the bits of its pairs, of the others those of their signs."""
    text = resources.files(__package__).joinpath("letters.toml").read_bytes()
    letters = msgspec.toml.decode(text, type=_Letters)
    return (
        {name: _by_text(groups, 2) for name, groups in letters.pairs.items()},
        {name: _by_text(groups, 1) for name, groups in letters.signs.items()},
    )


def bits_of(cells: Cells, languages: Iterable[str]) -> int:
    """Fewer are likelier. Cells may be in several of the languages; most are in one."""
    by_language = [[_bits(cell, language) for cell in cells] for language in languages]
    foreign = [min(cell) + FOREIGN for cell in zip(*by_language, strict=True)]
    totals: list[int] = [
        sum(min(*both) for both in zip(one, foreign, strict=True)) for one in by_language
    ]
    return min(totals)


def is_rare(sign: str) -> bool:
    """Whether no language's common signs have it."""
    _, signs = _tables()
    return not any(sign in known for known in signs.values())


def _bits(cell: str, language: str) -> int:
    pairs, signs = _tables()
    return (
        _of_letters(cell, pairs[language])
        if language in pairs
        else _of_signs(cell, signs[language], language)
    )


def _of_letters(cell: str, pairs: Bits) -> int:
    bits = 0
    before, is_small = " ", False
    for sign in f"{cell} ":
        letter = sign.lower()[:1] if sign.isalpha() and sign not in SIGNS else " "
        if not sign.isascii() and letter == " ":
            bits += TYPED.get(sign, SIGN) if sign in SIGNS else ODD_SIGN
        elif sign.isascii() and before.isascii():
            bits += PLAIN
        if not (letter.isascii() and before.isascii()):
            bits += pairs.get(before + letter, UNSEEN)
            bits += CAPITAL_WITHIN * (is_small and sign.isupper())
        before, is_small = letter, sign.islower()
    return bits + _within_words(cell)


def _within_words(cell: str) -> int:
    """Signs between two letters; an apostrophe may be there."""
    return ODD_SIGN * sum(
        not sign.isascii()
        and (not sign.isalpha() or sign in SIGNS)
        and sign != "’"
        and old.isalpha()
        and new.isalpha()
        for old, sign, new in zip(cell, cell[1:], cell[2:], strict=False)
    )


def _of_signs(cell: str, known: Bits, language: str) -> int:
    bits = 0
    before = " "
    for sign in cell:
        if sign.isascii():
            bits += PLAIN + BESIDE_LATIN * (sign.islower() and not before.isascii())
        else:
            bits += known.get(sign) or _of_rare(sign, language)
            bits += BESIDE_LATIN * before.islower()
        before = sign
    return bits


def _of_rare(sign: str, language: str) -> int:
    if sign in WIDE_SIGNS or sign in SIGNS or "\uff10" <= sign <= "\uff5a":
        return SIGN
    return RARE if _script(sign) in SCRIPTS[language] else RARER


def _script(sign: str) -> str:
    if "\uac00" <= sign <= "\ud7a3":
        return "hangul"
    if "\u3040" <= sign <= "\u30ff":
        return "kana"
    return "han" if "\u4e00" <= sign <= "\u9fff" else "other"


def _by_text(groups: Mapping[str, str], length: int) -> Bits:
    return {
        text[start : start + length]: int(bits)
        for bits, text in groups.items()
        for start in range(0, len(text), length)
    }
