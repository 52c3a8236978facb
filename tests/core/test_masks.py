"""What a masked text still says, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.core.masks import discreet, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("LX123450260CN", "LX123450260CN"),
        ("P-1001;ORD-7001", "P-1001;ORD-7001"),
        ("1.23457E+14", "1.23457E+14"),
        ("Maria da Silva, Hauptstr.15, 20095 Hamburg", "M… d… S…, H…, 20095 H…"),
        ("张伟 北京市朝阳区12号", "张… 北…"),
        ("LX1CN LXX1CN abc1 ab12 a1 da ЛХ1", "LX1CN L… a… ab12 a1 d… Л…"),
        ("O'Neill (home)", "O'N… (h…)"),
        ("", ""),
    ],
)
def test_codes_are_shown_and_names_are_initials(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "LX123450260CN",
        "RB 123 456 785 CN",
        "HELLO WORLD",
        "包裹😀",
        "=HYPERLINK(1)",
        "https://a.example/x?y=1",
        "",
        "SB1|VISOR-12|3|1|ABCDEFGH",
    ],
)
def test_what_may_be_a_code_is_written_down_as_it_was_read(text: str) -> None:
    assert discreet(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Rua da Silva",
        "MARIA DA SILVA, RUA AUGUSTA 12",
        "BEGIN:VCARD\nN:Silva;Maria",
        "张伟 朝阳区 北京",
    ],
)
def test_prose_is_not(text: str) -> None:
    assert discreet(text) == masked(text) != text


@given(st.text())
def test_nothing_of_two_letters_without_a_digit_is_left(text: str) -> None:
    words = masked(text).replace("…", " ").split()
    assert not [word for word in words if word.isalpha() and len(word) > 1 and word.isascii()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("SAMEBAG-SUPERVISOR-LI WEI-ABCDEFGH", "SAMEBAG-SUPERVISOR…"),
        ("jsamebag-supervisor-li-abcdefgh", "jsamebag-supervisor…"),
        ("RVISOR-LI-ABCDEFGH", "RVISOR…"),
        ("SQ?EBQG6SUPERVISOR6LI6QBCDEFGH", "SQ?EBQG6SUPERVISOR…"),
    ],
)
def test_nothing_is_left_of_a_supervisors_badge_but_that_it_was_one(text: str, shown: str) -> None:
    assert discreet(text) == shown
