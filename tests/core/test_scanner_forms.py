"""What a scanner puts around a code is taken off where it cannot be the code's own; layouts are
told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.core.codes.key_layouts import LAYOUTS, US, KeyLayout, WrongKeyboard, wrong_keyboard
from samebag.core.codes.scanner_forms import alternatives, family_of

S10 = "RB123456785CN"
DIGITS = "444413758703"
ASCII = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)


@pytest.mark.parametrize(
    ("text", "others"),
    [
        (f"j{S10}", (S10,)),
        (f"D{S10}", (S10,)),
        (f"P01{S10}", (S10,)),
        ("j9400111899223100001234", ("9400111899223100001234",)),
        ("e9400111899223100001234", ("9400111899223100001234",)),
        (f"d{S10}", ()),  # of an EAN code, which has no letters
        (f"q{S10}", ()),
        ("D1001", ()),  # an article's number may be an order's with a letter
        ("j-1001", ()),
        (f"A{DIGITS}A", (DIGITS,)),
        (f"d{DIGITS}b", (DIGITS,)),
        (f"A{DIGITS}", ()),
        ("A1001B", ()),
        (DIGITS, tuple(f"{letter}{DIGITS}{letter}" for letter in "ABCD")),
        ("1001", ()),
        ("", ()),
    ],
)
def test_only_what_cannot_be_the_codes_own_is_taken_off(text: str, others: tuple[str, ...]) -> None:
    assert alternatives(text) == others


def test_digits_of_another_symbology_have_no_start_and_stop_letters() -> None:
    assert alternatives(DIGITS, "code128") == ()
    assert alternatives(DIGITS, "codabar") == alternatives(DIGITS) != ()


@given(ASCII)
def test_no_alternative_is_the_text_and_each_differs_by_what_a_scanner_puts_around(
    text: str,
) -> None:
    for other in alternatives(text):
        assert other != text
        assert other in text or text in other


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_layout_has_a_character_for_every_key_and_each_letter_and_digit_once(
    layout: object,
) -> None:
    keys = getattr(layout, "keys", "")
    assert len(keys) == len(US)
    for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789":
        assert keys.count(char) == 1


@pytest.mark.parametrize(
    ("layout", "meant", "sent"),
    [
        ("French", "LX123456785CN", "LX!@#$%^&*%CN"),
        ("French", "AMZ-10", "Q:W6!)"),
        ("German", "XY-Z10", "XZ/Y10"),
        ("Czech", "ZY-10", "YZ/!)"),
        ("UK", "#1001", "\\1001"),
        ("UK", 'A"B@', 'A@B"'),
    ],
)
def test_what_a_scanner_set_so_sends_is_named(layout: str, meant: str, sent: str) -> None:
    found = wrong_keyboard(sent, lambda text: text == meant)
    assert found
    assert layout in found.name.split(" or ")
    assert found.meant == meant


@given(ASCII)
def test_a_text_that_means_itself_is_no_wrong_keyboards(text: str) -> None:
    assert wrong_keyboard(text, lambda meant: meant == text) is None


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("jSAMEBAG-CLEAR", "Honeywell, Newland"),
        ("jsamebag-clear ", "Honeywell, Newland"),
        ("DSB1|A|1|1|T", "Zebra"),
        ("P01SAMEBAG-CLEAR", "Zebra"),
        ("SAMEBAG-CLEAR", ""),
        ("jLX123456785CN", ""),
        ("?SAMEBAG-CLEAR", ""),
    ],
)
def test_an_identifier_before_one_of_the_stations_own_codes_tells_whose_scanner_it_is(
    text: str, family: str
) -> None:
    assert family_of(text) == family


def test_a_layout_types_and_shows_as_its_keys_say_and_has_all_of_them() -> None:
    for layout in LAYOUTS:
        assert KeyLayout(layout.name, layout.keys) == layout
    with pytest.raises(ValueError):
        KeyLayout("half", US[:-1])


def test_a_text_is_no_code_of_a_wrong_keyboard_where_a_key_of_it_is_dead_or_no_codes() -> None:
    assert wrong_keyboard("[", lambda meant: meant == "\0") is None
    assert wrong_keyboard("2", lambda meant: meant == "é") is None
    assert wrong_keyboard("Q!", lambda meant: meant == "A1") == WrongKeyboard("French", "A1")


def test_a_letter_before_what_is_none_of_our_codes_proves_no_family() -> None:
    assert (family_of("DSO-77"), family_of("DSAMEBAG-CLEAR")) == ("", "Zebra")
