from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from samebag.store.book.reader import BookReader


@pytest.fixture
def book(tmp_path: Path) -> Iterator[BookReader]:
    """The one that this test's order files go into."""
    book = BookReader(tmp_path / "book.db")
    yield book
    book.close()
