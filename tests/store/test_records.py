"""How a parcel lies in the book."""

from __future__ import annotations

import random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from samebag.store.records import Content, Line, digest, encode, encode_twice

codes = st.lists(st.text(max_size=4), max_size=3).map(tuple)
lines = st.lists(st.builds(Line, st.text(max_size=3), st.text(max_size=3), st.text(max_size=3), st.integers(1, 9)))
contents = st.builds(Content, st.text(), codes, codes, codes, st.text(), st.text(), lines.map(tuple))


def digested(content: Content) -> bytes:
    text, in_order = encode_twice(content)
    assert text.decode() == encode(content)
    return digest(in_order or text)


@given(contents, st.randoms(use_true_random=False))
def test_the_order_of_codes_and_items_does_not_count(content: Content, shuffled: random.Random) -> None:
    changed = {
        field: tuple(shuffled.sample(getattr(content, field), len(getattr(content, field))))
        for field in ("waybill_codes", "orders", "list_codes", "items")
    }
    assert digested(msgspec.structs.replace(content, **changed)) == digested(content)


@given(contents, st.sampled_from(Content.__struct_fields__), contents)
def test_any_field_does(content: Content, field: str, other: Content) -> None:
    changed = msgspec.structs.replace(content, **{field: getattr(other, field)})
    is_same = sorted(getattr(changed, field)) == sorted(getattr(content, field)) and (
        field not in ("tracking_number", "service", "country") or changed == content
    )
    assert (digested(changed) == digested(content)) is is_same
