"""Codes are written alike before they are compared, and a label counts as one kind."""

from __future__ import annotations

import pytest

from samebag.core.labels import CodeForm, Kind, Label, split_number

A, B = frozenset({"A"}), frozenset({"B"})


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (CodeForm(), "LX1A中"),
        (CodeForm(upper=False), "Lx1a中"),
        (CodeForm(drop_spaces=False), "LX 1A中"),
        (CodeForm(upper=False, drop_spaces=False), "Lx 1a中"),
    ],
)
def test_a_code_is_written_as_the_book_writes_it_without_what_scanners_add(
    form: CodeForm, code: str
) -> None:
    assert form.normalise("Lx 1a中") == form.normalise("  \x1dLx \x1d1a中\r\n") == code


def test_a_label_counts_as_merged_before_waybill_before_list() -> None:
    assert Label("X", waybill_of=A, list_of=A, merged_of=A).kind is Kind.MERGED
    assert Label("X", waybill_of=A, list_of=A).kind is Kind.WAYBILL
    assert Label("X", list_of=A).kind is Kind.CARGO_LIST
    assert Label(
        "X", waybill_of=A, list_of=B, stale=frozenset("C"), merged_of=frozenset("D")
    ).parcels == set("ABD")


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("LX123456789CN", ("LX12345", "6789", "CN")),
        ("420123456789", ("42012345", "6789", "")),
        ("ABC", ("", "ABC", "")),
        ("A1B2C3D4", ("A1B2", "C3D4", "")),
    ],
)
def test_last_four_digits_stand_apart(number: str, parts: tuple[str, str, str]) -> None:
    assert split_number(number) == parts
