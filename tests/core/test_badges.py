"""Badges: who one is of, and whether the station's key made it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samebag.core.codes.badges import NAME, Badge, badge_in, packer_code, supervisor_code

KEY, OTHER_KEY = bytes(32), bytes([1]) * 32
CHINESE = st.text("王芳李欧阳娜热·𠮷é1", min_size=1, max_size=7).filter(
    lambda name: is_printed(name)
)
NAMES = st.text("ABYZ019. _-", min_size=1, max_size=24).filter(NAME.fullmatch)


def is_printed(name: str) -> bool:
    try:
        return bool(packer_code(name))
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("code", "badge"),
    [
        ("SAMEBAG-PACKER-LI", Badge("LI", supervisor=False)),
        (" samebag-packer-li\n", Badge("LI", supervisor=False)),
        ("SAMEBAG-PACKER-XXL", Badge("XXL", supervisor=False)),
        ("SAMEBAG-SUPERVISOR-MA-LI-LGSEOGTL", Badge("MA-LI", supervisor=True)),
        ("SAMEBAG-SUPERVISOR-MA-LI-LGSEOGTM", Badge("MA-LI", supervisor=True, genuine=False)),
        ("SAMEBAG-SUPERVISOR-LGSEOGTL", Badge("", supervisor=True, genuine=False)),
        ("SAMEBAG-PACKER--ZX23PPA", Badge("王芳", supervisor=False)),
        ("samebag-packer--zx23ppa", Badge("王芳", supervisor=False)),
        ("SAMEBAG-PACKER--AAAAAAA", None),
        ("SAMEBAG-PACKER--ZX23PPB", None),
        ("SAMEBAG-PACKER-", None),
        ("SAMEBAG-CLEAR", None),
    ],
)
def test_a_badge_tells_whose_it_is_and_no_other_code_is_one(code: str, badge: Badge | None) -> None:
    assert badge_in(code, KEY) == badge


def test_badges_printed_years_ago_still_read() -> None:
    """The codes hang on people's necks."""
    assert packer_code("LI") == "SAMEBAG-PACKER-LI"
    assert supervisor_code("MA-LI", KEY) == "SAMEBAG-SUPERVISOR-MA-LI-LGSEOGTL"


@settings(deadline=None, max_examples=50)
@given(NAMES | CHINESE)
def test_every_badge_that_can_be_printed_is_known_again(name: str) -> None:
    assert badge_in(packer_code(name).lower(), KEY) == Badge(name, supervisor=False)
    assert badge_in(supervisor_code(name, KEY), KEY) == Badge(name, supervisor=True)


@settings(deadline=None, max_examples=25)
@given(NAMES)
def test_a_supervisors_badge_of_another_station_or_a_made_up_one_is_not_genuine(name: str) -> None:
    for code in (
        supervisor_code(name, OTHER_KEY),
        f"SAMEBAG-SUPERVISOR-{name}",
        f"SAMEBAG-SUPERVISOR-{name}-AAAAAAAA",
    ):
        badge = badge_in(code, KEY)
        assert badge is not None
        assert not badge.genuine


@given(st.text())
def test_no_other_code_is_a_badge(code: str) -> None:
    assert badge_in(code, KEY) is None or code.strip().upper().startswith(
        ("SAMEBAG-PACKER-", "SAMEBAG-SUPERVISOR-")
    )


@pytest.mark.parametrize(
    "name",
    ["", " LI", "LI ", "li", "王芳王芳王芳王芳", "王\n芳", " 王芳", "=王芳", "A" * 25, "A\nB", "-"],
)
def test_a_name_that_no_badge_can_carry_is_refused_with_the_rule(name: str) -> None:
    for code_of in (packer_code, lambda name: supervisor_code(name, KEY)):
        rule = "must be 1-24 of A-Z 0-9 space . _ -, or 1-7 Chinese characters"
        refused = f"badge name {name!r}: {rule}: write it so"
        with pytest.raises(ValueError, match=f"^{re.escape(refused)}$"):
            code_of(name)
