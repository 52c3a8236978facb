"""What the packer's page shows in each state, and that no word of it is missing."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import pytest

from samebag.core.bag.bag import State
from samebag.core.labels import PROOF, Kind
from samebag.core.parcels import Parcel
from samebag.core.verdicts import NoticeKind, Proof, ReadBy, Signal, VerdictKind, Waits
from samebag.settings import PrinterSettings, RulesSettings, Settings
from samebag.snapshot import Said
from samebag.web.pages import raw_bytes
from samebag.web.pages.faces import ASKED_FOR, ENDS_ALONE, STARTS_WITHIN_S, Face, face_of
from samebag.web.pages.station import after_match
from samebag.web.rendering import FOLDER, Rendering
from samebag.web.texts import LANGUAGES, load_words
from samebag.words.heard_bytes import INPUT_EVENT

from .states import LIST, PARCEL, judged, notice, snapshot, states, waiting

STATES = states()
KINDS = {name: name for name in STATES} | {"acknowledged": "mismatch", "recall": "ready"}


def shown(differs: dict[str, Any], after_s: float = 0.0) -> Face:
    now = snapshot(**differs)
    return face_of(now, now.at_s + after_s, lambda name: PARCEL if name == PARCEL.name else None)


@pytest.mark.parametrize("name", STATES)
def test_each_state_has_its_face(name: str) -> None:
    assert shown(STATES[name]).kind == KINDS[name]


@pytest.mark.parametrize("name", [name for name in STATES if name != "gone"])
def test_silence_is_never_shown_as_the_last_state(name: str) -> None:
    assert shown(STATES[name], after_s=4.0).kind == "gone"


def test_a_station_that_never_was_is_starting_while_the_machine_does_and_gone_afterwards() -> None:
    assert face_of(None, STARTS_WITHIN_S - 1, lambda name: None).kind == "starting"
    assert face_of(None, STARTS_WITHIN_S, lambda name: None).kind == "gone"


@pytest.mark.parametrize("name", [name for name in STATES if name != "match"])
def test_only_a_match_looks_like_one(name: str) -> None:
    face = shown(STATES[name])
    html = Rendering("en").html("face.html", "en", face=face)
    assert face.digits == ""
    assert "is-match" not in html


def test_a_match_shows_the_last_four_digits_without_the_countrys_letters() -> None:
    assert shown(STATES["match"]).digits == "0260"


def test_a_warning_stands_beside_the_match_and_nothing_does_without_one() -> None:
    match = STATES["match"]["judged"]
    warned = msgspec.structs.replace(
        match, en=f"{match.en}; the buyer left a note: read it first", check="note"
    )
    for now, is_there in ((match, False), (warned, True)):
        html = Rendering("en").html(
            "face.html", "en", face=shown(STATES["match"] | {"judged": now})
        )
        assert ("the buyer left a note" in html) is is_there
        assert "is-match" in html


def test_a_proof_card_asks_for_the_lamps_and_sends_nothing() -> None:
    card = judged(
        VerdictKind.MATCH, (Kind.WAYBILL, "SAMEBAG-PROOF-WAYBILL"), parcel=PROOF, parcels=(PROOF,)
    )
    html = Rendering("en").html("face.html", "en", face=shown(STATES["match"] | {"judged": card}))
    assert "is the green lamp lit" in html
    assert "send it" not in html


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        (Settings(), "match"),
        (Settings(printer=PrinterSettings(address="none")), "match-plain"),
        (Settings(rules=RulesSettings(confirm_label=True)), "match-seal"),
    ],
)
def test_what_follows_a_match_is_as_the_settings_have_it(settings: Settings, key: str) -> None:
    assert after_match(settings) == key
    assert f"next.{key}" in load_words()


def test_the_gravest_comes_first() -> None:
    both = STATES["match"] | {"signal": "fault", "faults": STATES["fault"]["faults"]}
    assert shown(both).kind == "fault"
    held = STATES["mismatch"] | {"faults": STATES["fault"]["faults"]}
    assert shown(held).kind == "mismatch"


def test_a_message_fades_and_an_incomplete_bag_stays_until_the_next_read() -> None:
    said = {"said": Said("badge", "", "LI WEI packs now", snapshot().at_s)}
    assert shown(said).said
    assert shown(said | {"at_s": snapshot().at_s + 9.0}).said is None
    old = {"refused": msgspec.structs.replace(STATES["incomplete"]["refused"], at_s=0.0)}
    assert shown(old).kind == "incomplete"
    assert shown(old | {"state": "reading", "reads": STATES["reading"]["reads"]}).kind == "reading"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("waits", Waits)
def test_each_need_says_in_place_of_wait_what_the_packer_does_now(
    waits: Waits, language: str
) -> None:
    said = waiting(waits, LIST)
    assert re.search("[\u4e00-\u9fff]", said.zh)
    assert not set("{}") & set(said.zh + said.en)
    face = shown({"state": "reading", "waits": said})
    html = Rendering("zh").html("face.html", language, face=face)
    if waits in ASKED_FOR:  # which have faces of their own, by what was read
        assert face.waits is None
        return
    assert face.kind == ("wait" if waits in ENDS_ALONE else "not-yet")
    assert getattr(said, language) in html
    assert "is being checked" not in html


def test_a_label_before_the_proof_cards_is_answered_on_the_page() -> None:
    said = waiting(Waits.PROOF_CARDS)
    face = shown(STATES["prove"] | {"state": "reading", "waits": said})
    assert face.kind == "prove"
    assert said.en in Rendering("en").html("face.html", "en", face=face)


@pytest.mark.parametrize(
    "differs", [STATES["mismatch"], STATES["fault"], STATES["match"], STATES["crowded"]]
)
def test_what_the_lamps_show_comes_before_what_is_waited_for(differs: dict[str, Any]) -> None:
    face = shown(differs | {"waits": waiting(Waits.LAST_BAG)})
    assert (face.kind, face.waits) == (differs["signal"], None)


def test_a_table_never_seen_bare_is_said_as_long_as_something_waits_for_it() -> None:
    said = {"said": notice(NoticeKind.BARE_UNKNOWN), "signal": "crowded", "at_s": 2e12}
    assert shown(said | {"waits": waiting(Waits.TWO_BAGS)}).said
    assert shown(said).said is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
def test_every_face_can_be_drawn_in_both_languages(name: str, language: str) -> None:
    html = Rendering("zh").html("face.html", language, face=shown(STATES[name]))
    assert "<h1" in html
    assert "None" not in html


def test_every_word_that_a_template_asks_for_is_there_in_both_languages() -> None:
    words = load_words()
    asked = {
        key
        for path in (FOLDER / "templates").glob("*.html")
        for key in re.findall(r'\bt\(\s*["\']([a-z.+-]+)["\']', path.read_text("utf-8"))
        if not key.endswith((".", "-"))
    }
    families: dict[str, type[Enum]] = {
        "kind": Kind,
        "verdict": VerdictKind,
        "proof": Proof,
        "by": ReadBy,
    }
    families |= {"state": State, "lamps": Signal}
    asked |= {
        f"{table}.{member.value}" for table, members in families.items() for member in members
    }
    asked -= {"kind.merged", "kind.cargo"}
    assert asked <= set(words)
    assert all(set(said) == set(LANGUAGES) and all(said.values()) for said in words.values())


def test_a_buyers_text_cannot_become_html() -> None:
    evil = Parcel("P-1001", "LX1CN", country="<script>alert(1)</script>")
    now = snapshot(**STATES["match"])
    html = Rendering("en").html("face.html", "en", face=face_of(now, now.at_s, lambda name: evil))
    assert "<script" not in html


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (b"", "–"),
        (b"LX1\r", r"LX1\x0d  [4c 58 31 0d]"),
        (
            b"".join(
                INPUT_EVENT.pack(1, 2, kind, code, value)
                for kind, code, value in ((4, 4, 7), (1, 38, 1), (1, 38, 0))
            ),
            "key 38",
        ),
    ],
)
def test_raw_bytes_are_shown_as_a_technician_reads_them(sent: bytes, text: str) -> None:
    assert raw_bytes.shown(sent) == text


def test_a_printers_bits_are_named() -> None:
    assert raw_bytes.bits(0b0011_1010) == [0x08, 0x20]


def test_why_a_scan_was_refused_is_said_in_the_pages_language() -> None:
    refused = "— the scanner was unplugged in the middle of a scan"
    assert raw_bytes.understood(refused, "zh") == "— 扫到一半时扫描枪被拔下"
    assert raw_bytes.understood(refused, "en") == refused
    assert raw_bytes.understood("LX123450260CN  code128", "zh") == "LX123450260CN  code128"


def test_templates_hold_no_style_and_no_script_of_their_own() -> None:
    """The pages' Content-Security-Policy would refuse them."""
    for path in Path(FOLDER / "templates").glob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"style=|<style|<script>|\son\w+=|https?://", text), path
