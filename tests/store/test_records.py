"""How a parcel lies in the book."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from samebag.store.book.records import Content, ItemLine, digest, encode, encode_with_digest

codes = st.lists(st.text(max_size=4), max_size=3).map(tuple)
lines = st.lists(
    st.builds(
        ItemLine, st.text(max_size=3), st.text(max_size=3), st.text(max_size=3), st.integers(1, 9)
    )
)
contents = st.builds(
    Content, st.text(), codes, codes, codes, st.text(), st.text(), lines.map(tuple)
)


@given(contents)
def test_the_quick_way_to_a_digest_comes_to_the_same(content: Content) -> None:
    assert encode_with_digest(content) == (encode(content).encode(), digest(content))
