"""``python -m tests.bench.letter_tables OUT``: firmware/samebag/orders/reading/letters.toml anew,
by hand.

Needs ``pip install wordfreq==3.1.1 jieba==0.42.1 zhconv==1.4.3`` in an environment of its own.
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import wordfreq  # type: ignore[import-not-found]  # in an environment of its own
import zhconv  # type: ignore[import-not-found]

OF_LETTERS = [
    "de",
    "fr",
    "es",
    "pt",
    "it",
    "sv",
    "da",
    "nb",
    "fi",
    "nl",
    "is",
    "pl",
    "cs",
    "sk",
    "hu",
    "ro",
    "sl",
    "sh",
    "lv",
    "lt",
    "tr",
    "ca",
    "ru",
    "uk",
    "bg",
    "el",
]
OF_SIGNS: dict[str, Callable[[str], str]] = {
    "zh": str,
    "zh-hant": lambda word: str(zhconv.convert(word, "zh-tw")),
    "ja": str,
    "ko": str,
}
WORDS, SIGNS = 30_000, 3000
MOST_PAIR_BITS, MOST_SIGN_BITS = 10, 14
FIRST_SIGN = "\u2e80"  # what lies below are letters and common signs
# The lists write ss for the German letter, and one s for both Greek ones: shares of the pairs,
# estimated.
SHARP_S_BEHIND = {
    "ö": 0.06,
    "ü": 0.04,
    "ä": 0.03,
    "u": 0.02,
    "i": 0.015,
    "o": 0.015,
    "e": 0.012,
    "a": 0.008,
}
SHARP_S_BEFORE = {
    "e": 0.3,
    " ": 0.3,
    "t": 0.06,
    "b": 0.04,
    **dict.fromkeys("slnrmwkgf", 0.03),
    **dict.fromkeys("äöü", 0.01),
}
HEAD = """\
# How rare letters and signs are beside each other, in bits: made by tests/bench/letter_tables.py
# from the word lists of wordfreq 3.1.1 (github.com/rspeer/wordfreq, Apache-2.0; lists of CC BY-SA
# 4.0 sources), each word by a root of its frequency. pairs: after the first letter the second
# follows; a blank is a word's begin or end; none of ASCII alone.
"""


def words_of(language: str, most: int, root: float) -> Iterator[tuple[str, float]]:
    frequencies = wordfreq.get_frequency_dict(language, "best")
    for word in sorted(frequencies, key=lambda word: -frequencies[word])[:most]:
        yield word, frequencies[word] ** root


def pairs_of(language: str) -> dict[str, float]:
    """Bits of each."""
    pairs: defaultdict[str, float] = defaultdict(float)
    for word, weight in words_of(language, WORDS, 0.5):
        text = word.replace("ș", "ş").replace("ț", "ţ")  # as cp1250 has them
        is_other_script = language in ("ru", "uk", "bg", "el") and any(map(str.isascii, text))
        if text.isalpha() and not is_other_script:
            for before, after in zip(f" {text}", f"{text} ", strict=True):
                pairs[before + after] += weight
    firsts: defaultdict[str, float] = defaultdict(float)
    for pair, weight in pairs.items():
        firsts[pair[0]] += weight
    shares = {
        pair: weight / firsts[pair[0]] for pair, weight in pairs.items() if not pair.isascii()
    }
    if language == "de":
        shares |= {f"{letter}ß": share for letter, share in SHARP_S_BEHIND.items()}
        shares |= {f"ß{letter}": share for letter, share in SHARP_S_BEFORE.items()}
    if language == "el":
        shares |= {f"{pair[0]}ς": share / 2 for pair, share in shares.items() if pair[1] == "σ"} | {
            "ς ": 1
        }
    return {pair: -math.log2(share) for pair, share in shares.items()}


def signs_of(language: str, written: Callable[[str], str]) -> dict[str, float]:
    signs: defaultdict[str, float] = defaultdict(float)
    for word, weight in words_of(language.partition("-")[0], 2 * WORDS, 0.6):
        for sign in written(word):
            signs[sign] += weight if sign >= FIRST_SIGN else 0
    total = sum(signs.values())
    commonest = sorted(signs.items(), key=lambda item: -item[1])[:SIGNS]
    return {sign: -math.log2(weight / total) for sign, weight in commonest if weight}


def lines_of(name: str, bits: Mapping[str, float], most: int) -> Iterator[str]:
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for text, rarity in bits.items():
        groups[max(1, round(rarity))].append(text)
    yield f"\n[{name}]"
    yield from (
        f"{bits} = {json.dumps(''.join(sorted(groups[bits])), ensure_ascii=False)}"
        for bits in sorted(groups)
        if bits <= most
    )


def main() -> None:
    lines = [HEAD.rstrip()]
    for language in OF_LETTERS:
        lines += lines_of(f"pairs.{language}", pairs_of(language), MOST_PAIR_BITS)
    for language, written in OF_SIGNS.items():
        lines += lines_of(f"signs.{language}", signs_of(language, written), MOST_SIGN_BITS)
    Path(sys.argv[1]).write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
