"""Writes docs/symbols.md from the carriers' rules: ``python -m tests.symbols_md``; a test holds the
two together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from samebag.core.codes.rules import Rule, carriers, nameless_kinds

PAGE = Path(__file__).parents[1] / "docs" / "symbols.md"
HEAD = """\
# What the symbols on waybills say

Made from `firmware/samebag/core/codes/rules.toml` by `python -m tests.symbols_md`. A symbol's text
holds the number that an order file has; a rule says where. Each reading is looked up and the book
decides (`rules.md` 1.6). `<GS>` is ASCII 29, which hand scanners in keyboard mode mostly drop: the
rules work without. What a store's own labels say goes into its profile (`samebag teach` writes it).
*Unchecked*: no label or document was seen.

| carrier | symbol | what it says | for example | number | off by default | source, as of |
|---|---|---|---|---|---|---|
"""
NAMELESS = """
## Texts that name no parcel

They stand on waybills beside the number and are never red; the book is asked first
(`rules.md` 1.7).

| carrier | what | 中文 | source, as of |
|---|---|---|---|
"""


def page() -> str:
    return HEAD + "".join(_rows()) + NAMELESS + "".join(_nameless())


def _rows() -> Iterator[str]:
    for rule in carriers():
        text, number = rule.samples[0]
        cells = (
            rule.carrier,
            rule.symbol,
            rule.says,
            f"`{_shown(text)}`",
            f"`{number}`",
            ", ".join(rule.needs),
        )
        yield f"| {' | '.join(cells)} | {_source(rule)} |\n"


def _nameless() -> Iterator[str]:
    for kind in nameless_kinds():
        yield f"| {kind.carrier} | {kind.name} | {kind.says_zh} | {kind.source}, {kind.as_of} |\n"


def _source(rule: Rule) -> str:
    return f"{rule.source.replace('unchecked', '*unchecked*')}, {rule.as_of}"


def _shown(text: str) -> str:
    for sign, name in (("\x1d", "<GS>"), ("\x1e", "<RS>"), ("|", "\\|")):
        text = text.replace(sign, name)
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
