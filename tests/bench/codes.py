"""Draws: texts that two parcels' numbers fit, and goods, orders and postcodes against a book of a
million numbers.

python -m tests.bench.codes [DRAWS]
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator

from samebag.core.codes.resolve import label_of
from samebag.core.codes.rules import LONGEST, carriers, nameless, readings
from samebag.core.labels import CodeForm, Label
from tests.core.test_codes import random_texts

FORM = CodeForm()
MOST_MS = 1.0
LONG = (
    "9" * LONGEST,
    "MMM={" + "'k5':'" * 830,
    "[)>\x1e01\x1d02" + "\x1d840" * 1250,
    "{" * LONGEST,
    "0" * LONGEST,
    "(01)" * 1250,
)


def main() -> int:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    sure = sum(
        is_sure(text, first, second) for text, first, second in pairs(random.Random(1), draws)
    )
    print(
        f"texts that fit two parcels by different readings: {draws:,}; taken for one of"
        f" them: {sure}"
    )
    book = set(numbers(random.Random(2), 1_000_000))
    taken = count = 0
    for text in random_texts(random.Random(3), draws // 7):
        count += 1
        taken += any(reading.number in book for reading in readings(text))
    print(
        f"goods, orders and postcodes: {count:,}; taken for a number in a book of"
        f" {len(book):,}: {taken}"
    )
    slowest_ms = max(map(took_ms, LONG))
    print(f"texts of {LONGEST:,} characters: {slowest_ms:.2f} ms at most")
    return 1 if sure or taken or slowest_ms > MOST_MS else 0


def took_ms(text: str) -> float:
    """For a text that was not seen before, by rules that were used before; the least of some."""
    taken_s = []
    for n in range(7):
        began_s = time.process_time()
        readings(f"{text[: LONGEST - 1]}{n}")
        nameless(f"{text[: LONGEST - 1]}{n}")
        taken_s.append(time.process_time() - began_s)
    return min(taken_s) * 1000


def pairs(chance: random.Random, draws: int) -> Iterator[tuple[str, str, str]]:
    """A text, and two numbers that it may be: USPS with either ZIP, or FedEx's last twelve
    digits."""
    for _ in range(draws):
        digits = "".join(chance.choices("0123456789", k=40))
        long = f"9{chance.choice('12345')}{digits[:2]}9{chance.choice('12345')}{digits[4:24]}"
        text = f"420{digits[30:35]}{long}"
        yield chance.choice(
            ((text, long, long[4:]), (text, long, text[-12:]), (text, long[4:], text[-12:]))
        )


def is_sure(text: str, first: str, second: str) -> bool:
    """Whether a text of two parcels is taken for one of them."""
    book = {
        code: Label(code, waybill_of=frozenset({name}))
        for code, name in ((first, "A"), (second, "B"))
    }
    label = label_of(text, FORM, (), book.get)
    fits = sum(number in book for number, _ in readings(text))
    return fits > 1 and (label is None or not label.doubtful)


def numbers(chance: random.Random, count: int) -> Iterator[str]:
    """As carriers' rules find them, in the writings that ERPs export."""
    samples = [number for rule in carriers() for _, number in rule.samples]
    for k in range(count):
        sample = samples[k % len(samples)]
        yield "".join(chance.choice("0123456789") if c.isdigit() else c for c in sample)


if __name__ == "__main__":
    sys.exit(main())
