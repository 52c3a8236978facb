from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from samebag.store.book.reader import Book


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """The one that this test's order files go into."""
    book = Book(tmp_path / "book.db")
    yield book
    book.close()
