"""Which scans are a wrong keyboard's: only what no label bears, and never one that the book has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.core.codes.key_layouts import LAYOUTS
from samebag.core.events import CodeScanned
from samebag.station.mistyped import mistyped

BOOK = {"LX123456785CN", "Z1001", "#1001", "O-YZ-7", "RZ123456785CN", "10/7"}


@pytest.mark.parametrize(
    ("text", "keyboard", "meant"),
    [
        ("LX!@#$%^&*%CN", "French or Czech", "LX123456785CN"),
        ("\\1001", "German or UK", "#1001"),
        ("O/ZY/7", "German", "O-YZ-7"),
        ("O/ZY/&", "Czech", "O-YZ-7"),
    ],
)
def test_a_code_of_the_book_is_recognised_under_the_keyboards_of(
    text: str, keyboard: str, meant: str
) -> None:
    refused = mistyped(CodeScanned(text, 3.0), BOOK.__contains__)
    assert refused
    assert (
        refused.reason
        == f"the scanner is set to {keyboard} keyboard: it sent {text!r} for {meant!r}"
    )
    assert (refused.cure, refused.at_s) == (
        "set the scanner to US keyboard: scan that barcode of its manual",
        3.0,
    )


@pytest.mark.parametrize(
    "text",
    [
        "Y1001",  # another order of the same store, which no file has yet
        "RY123456785CN",  # a number that the book lacks turns red
        "4006381333931",
        "LX123456785CN",
        "10/7",
        "",
    ],
)
def test_what_a_label_may_well_bear_stands_as_it_came(text: str) -> None:
    assert mistyped(CodeScanned(text, 3.0), BOOK.__contains__) is None


@given(st.sampled_from(sorted(BOOK)))
def test_a_known_code_is_never_refused(text: str) -> None:
    assert mistyped(CodeScanned(text, 3.0), lambda code: True) is None


def test_no_wrong_keyboard_moves_the_letter_by_which_our_own_codes_are_found() -> None:
    """scanner_forms.may_be_own looks for it alone."""
    tables = [table for layout in LAYOUTS for table in (layout.typed, layout.shown)]
    assert {letter.translate(table) for table in tables for letter in "sS"} == {"s", "S"}
