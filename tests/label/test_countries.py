"""Countries as order files write them: the code stays, the name is Chinese, and what is unclear
stays as it came."""

import pytest

from samebag.label.countries import country_names, shown_country
from samebag.label.typeface import MISSING, typeface


@pytest.mark.parametrize(
    "text",
    [
        "JP",
        "jp",
        "Japan",
        " JAPAN ",
        "日本",
        "JP 日本",
        "日本 JP",
        "Japan (JP)",
        "JP/Japan",
        "JP-日本",
    ],
)
def test_code_and_chinese_name_whatever_the_order_file_writes(text: str) -> None:
    assert shown_country(text) == "JP 日本"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("U.S.A.", "US 美国"),
        ("Russian Federation", "RU 俄罗斯"),
        ("St Lucia", "LC 圣卢西亚"),
        ("Côte d'Ivoire", "CI 科特迪瓦"),
        ("Bosnia and Herzegovina", "BA 波斯尼亚和黑塞哥维那"),
        ("US Virgin Islands", "VI 美属维尔京群岛"),
        ("中国香港", "HK 中国香港"),
    ],
)
def test_other_names_are_known_and_a_chinese_one_stays_the_order_files(
    text: str, shown: str
) -> None:
    assert shown_country(text) == shown


@pytest.mark.parametrize("text", ["", "Atlantis", "US Germany", "Congo", "Perth WA", "x", "日"])
def test_what_names_no_country_or_two_stays_as_it_came(text: str) -> None:
    assert shown_country(text) == text


def test_every_country_is_found_by_all_its_names_and_the_font_has_each() -> None:
    for code, names in country_names().items():
        shown = f"{code} {names[0]}"
        assert [shown_country(name).split()[0] for name in (code, *names)] == [code] * (
            1 + len(names)
        )
        assert shown_country(names[1]) == shown
        assert all(typeface(24).glyph(char) != typeface(24).glyph(MISSING) for char in shown)
