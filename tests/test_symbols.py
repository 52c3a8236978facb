"""docs/symbols.md tells what the rules do."""

from __future__ import annotations

from .symbols_md import PAGE, page


def test_the_page_of_symbols_is_as_the_rules_make_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.symbols_md"
