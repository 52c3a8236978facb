"""Letters say all that they must, in both languages, or are refused with the name of the part that
is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from samebag.aftersales.incident.freight import freight, rules
from samebag.aftersales.incident.letters import LANGUAGES, REQUIRED, load_letters, render
from samebag.cli import main
from samebag.settings import SettingsError
from tests.aftersales.house import House, order

FIELDS = {
    "orders": "8143812362060033",
    "tracking_number": "LX1",
    "reship": "8143812362060033-RE",
    "freight": "We pay.",
    "store": "Good Store",
    "channel": "messages",
}
OWN = "".join(
    f"[{language}]\n"
    + "".join(f'{part} = "{part} $orders"\n' for part in REQUIRED)
    + f'[{language}.what]\nw = "x"\n'
    for language in LANGUAGES
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", load_letters("wrong-goods").en.what)
def test_the_letter_has_its_eight_parts_filled_and_nothing_left_open(
    language: str, why: str
) -> None:
    text = render(load_letters("wrong-goods"), language, why, FIELDS)
    assert len(text.strip().split("\n\n")) == len(REQUIRED)
    assert all(value in text for value in FIELDS.values())
    assert "$" not in text


@pytest.mark.parametrize("part", REQUIRED)
def test_a_letter_that_lacks_a_part_is_refused_with_its_name(tmp_path: Path, part: str) -> None:
    path = tmp_path / "own.toml"
    for text in (
        re.sub(rf"(?m)^{part} = .*\n", "", OWN),
        re.sub(rf"(?m)^{part} = .*", f'{part} = " "', OWN),
    ):
        path.write_text(text)
        with pytest.raises(SettingsError, match=rf"\[zh\] lacks its part {part}: write it"):
            render(load_letters(str(path)), "zh", "w", FIELDS)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("$nobody", r"lacks \$nobody: there are \$orders, "),
        ("100 $", r"a \$ without a name: write \$\$ for a dollar"),
        ("$store", r"lacks \$store: set store.name in the settings"),
    ],
)
def test_a_letter_that_wants_what_is_not_known_is_refused(
    tmp_path: Path, text: str, fault: str
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace("thanks $orders", text))
    with pytest.raises(SettingsError, match=fault):
        render(load_letters(str(path)), "en", "w", FIELDS | {"store": ""})


def test_a_store_s_own_letter_wins_and_a_wrong_name_lists_those_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wrong-goods.toml").write_text(OWN)
    monkeypatch.setattr("samebag.aftersales.incident.letters.STORES_OWN", tmp_path)
    assert render(load_letters("wrong-goods"), "en", "w", FIELDS).startswith(
        "greeting 8143812362060033"
    )
    with pytest.raises(
        SettingsError, match=r"letter nothing: must be one of wrong-goods, or a \.toml file"
    ):
        load_letters("nothing")


def test_the_return_freight_follows_the_four_rules() -> None:
    said = {
        "seller": freight("seller", None, return_guarantee=False).en,
        "buyer": freight("buyer", None, return_guarantee=False).en,
        "negotiated": freight("negotiated", 70, return_guarantee=False).en,
        "guarantee": freight("guarantee", None, return_guarantee=True).en,
    }
    assert list(said) == list(rules())
    assert said["negotiated"] == "Of the return freight we pay 70 % and the buyer pays 30 %."
    assert len(set(said.values())) == 4
    for name, share, joined, fault in (
        ("negotiated", None, False, "needs --seller-percent"),
        ("negotiated", 101, False, "must be 0-100"),
        ("seller", 50, False, "takes no --seller-percent"),
        ("guarantee", None, False, "store.return_guarantee = false"),
        ("luck", None, False, "must be one of seller, buyer, negotiated, guarantee"),
    ):
        with pytest.raises(SettingsError, match=fault):
            freight(name, share, return_guarantee=joined)


def test_the_command_writes_letters_to_the_terminal_or_a_folder(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["letter", order("A"), "B", "--settings", str(house.settings)]
    assert main([*given, "--lang", "en"]) == 0
    assert f"as order {order('A')}-RE" in capsys.readouterr().out
    out = house.folder / "letters"
    assert (
        main([*given, "--freight", "negotiated", "--seller-percent", "60", "--out", str(out)]) == 0
    )
    assert len([*out.glob("*.txt")]) == 5  # and CONTENTS
    assert "60 %" in (out / f"002-{order('B')}.en.txt").read_text("utf-8")
    assert main(["letter", "nobody", "--settings", str(house.settings)]) == 1
    assert "no parcel has such a code" in capsys.readouterr().err
