"""Key events into scans: what a US keyboard means, and what is refused rather than guessed."""

from __future__ import annotations

import pytest
from evdev import ecodes as e
from hypothesis import given, settings
from hypothesis import strategies as st

from samebag.core.events import CodeScanned, CommandGiven
from samebag.core.labels import Command
from samebag.devices.scanner.framer import LIMIT_CHARS, Scan, whole_scan
from samebag.devices.scanner.keys import EVENT, KeyDecoder
from samebag.ports import ScanRefused
from tests.devices.typist import alt_typed, event, key, move, tap, typed

DROPPED = event(e.EV_SYN, e.SYN_DROPPED, 0)
REPORT = event(e.EV_SYN, e.SYN_REPORT, 0)


def decoded(*chunks: bytes) -> list[Scan]:
    decoder = KeyDecoder()
    return [scan for chunk in chunks for scan in decoder.feed(chunk, 1.0)]


def codes(*chunks: bytes) -> list[str]:
    return [scan.code for scan in decoded(*chunks) if isinstance(scan, CodeScanned)]


def refusals(*chunks: bytes) -> list[str]:
    return [scan.reason for scan in decoded(*chunks) if isinstance(scan, ScanRefused)]


@settings(deadline=None)
@given(
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=40),
    st.data(),
)
def test_any_printable_text_cut_anywhere_decodes_to_itself(text: str, data: st.DataObject) -> None:
    if whole_scan(text, 0.0) != CodeScanned(text, 0.0):
        return  # an AIM prefix, a command, or nothing but spaces
    stream = typed(text + "\r")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert decoded(*chunks) == [CodeScanned(text, 1.0)]


ENDING = {
    key(name)
    for name in ("ENTER", "KPENTER", "TAB", "LEFTCTRL", "RIGHTCTRL", "LEFTALT", "RIGHTALT")
}
EVENTS = st.builds(
    event,
    st.sampled_from((e.EV_SYN, e.EV_KEY, e.EV_KEY, e.EV_MSC, e.EV_LED)),
    st.integers(0, 130).filter(lambda code: code not in ENDING),
    st.integers(-1, 3),
    st.floats(0, 60),
)


@settings(deadline=None)
@given(st.lists(EVENTS | st.just(DROPPED) | st.just(REPORT)), st.binary(max_size=EVENT.size - 1))
def test_nothing_is_a_code_without_its_terminator(events: list[bytes], torn: bytes) -> None:
    assert codes(typed("\r"), *events, torn) == []  # by a scanner that sends one


@settings(deadline=None)
@given(st.binary(max_size=3000))
def test_junk_bytes_never_raise(junk: bytes) -> None:
    decoded(junk)


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (typed("LX123cn\t"), "LX123cn"),
        (typed("12") + tap("KPENTER"), "12"),
        (
            move("NUMLOCK", 1)
            + move("NUMLOCK", 0)
            + tap("KP4")
            + tap("KPMINUS")
            + tap("KP2")
            + typed("\r"),
            "4-2",
        ),
        (move("LEFTSHIFT", 1) + typed("abc") + move("LEFTSHIFT", 0) + typed("d\r"), "ABCd"),
        (
            move("LEFTSHIFT", 1)
            + move("RIGHTSHIFT", 1)
            + move("LEFTSHIFT", 0)
            + typed("a")
            + typed("\r"),
            "A",
        ),
        (tap("CAPSLOCK") + typed("ab1") + tap("CAPSLOCK") + typed("c\r"), "AB1c"),
        (tap("CAPSLOCK") + tap("A", "LEFTSHIFT") + typed("\r"), "a"),
        (alt_typed("76") + alt_typed("088") + alt_typed("0065") + typed("\r"), "LXA"),
        (
            typed("01")
            + alt_typed("029")
            + typed("21")
            + tap("RIGHTBRACE", "LEFTCTRL")
            + typed("x\r"),
            "01\x1d21\x1dx",
        ),
        (typed("a") + tap("6", "RIGHTCTRL") + typed("b\r"), "a\x1eb"),
        (typed("ab") + tap("M", "LEFTCTRL"), "ab"),
        (move("A", 1) + move("A", 2) * 5 + move("A", 0) + typed("\r"), "a"),
    ],
)
def test_modifiers_keypad_and_control_keys_mean_what_scanners_mean(
    stream: bytes, code: str
) -> None:
    assert decoded(stream) == [CodeScanned(code, 1.0)]


@pytest.mark.parametrize(
    ("stream", "part"),
    [
        (tap("F5"), "key 63 has no place in a code"),
        (tap("102ND"), "key 86 has no place"),
        (tap("Q", "RIGHTALT"), "key Alt+16 has no place"),
        (tap("R", "LEFTMETA"), "key Meta+19 has no place"),
        (tap("5", "LEFTCTRL"), "key Ctrl+6 has no place"),
        (alt_typed("0233"), "character 'é' after 'LX' is not ASCII"),
        (alt_typed("99999999"), "is not ASCII"),
        (tap("C", "LEFTCTRL"), "character '\\x03' after 'LX' is not ASCII"),
    ],
)
def test_a_key_without_a_place_refuses_the_whole_scan_once(stream: bytes, part: str) -> None:
    found = decoded(typed("LX") + stream + stream + typed("99\r") + typed("NEXT\r"))
    assert len(found) == 2
    assert isinstance(found[0], ScanRefused)
    assert part in found[0].reason
    assert found[1] == CodeScanned("NEXT", 1.0)


def test_two_scans_in_one_buffer_and_a_doubled_scan_are_all_reported() -> None:
    assert codes(typed("A1\r") + typed("A1\r") + typed("B2\r\t\r")) == ["A1", "A1", "B2"]


def test_lost_events_drop_the_scan_even_if_its_enter_comes_later() -> None:
    stream = (
        typed("LX12")
        + move("LEFTSHIFT", 1)
        + DROPPED
        + move("7", 1)
        + REPORT
        + typed("34\r")
        + typed("ok\r")
    )
    assert codes(stream) == ["ok"]  # and shift, whose release was lost, is up again
    assert refusals(stream) == [
        "the computer was too slow for the scanner and lost keys: scan again"
    ]


def test_a_scan_that_lost_its_first_events_is_dropped_too() -> None:
    assert codes(DROPPED + REPORT + typed("456\r")) == []


def test_a_pause_between_the_kernels_stamps_makes_a_scan_incomplete() -> None:
    stream = typed("LX12", at_s=10.0) + typed("34\r", at_s=10.3) + typed("NEW\r", at_s=12.0)
    assert codes(stream) == ["NEW"]
    assert refusals(stream) == ["incomplete scan 'LX12': no Enter or Tab came: scan again"]


def test_a_lost_enter_does_not_glue_two_scans_together() -> None:
    assert codes(typed("LX12", at_s=10.0) + typed("LX34\r", at_s=11.5)) == ["LX34"]


def test_an_endless_scan_is_refused_once_and_the_next_one_read() -> None:
    found = decoded(typed("7" * 5000 + "\r") + typed("8" * LIMIT_CHARS + "\r"))
    assert [type(scan) for scan in found] == [ScanRefused, CodeScanned]
    assert "longer than 256 characters" in getattr(found[0], "reason", "")


@pytest.mark.parametrize(
    ("text", "scan"),
    [
        ("]C1LX1", CodeScanned("LX1", 2.0, "code128")),
        ("]C0LX1", CodeScanned("LX1", 2.0, "code128")),
        ("]Q1LX1", CodeScanned("LX1", 2.0, "qr")),
        ("]d2LX1", CodeScanned("LX1", 2.0, "datamatrix")),
        ("]A0LX1", CodeScanned("LX1", 2.0, "code39")),
        ("]E0690", CodeScanned("690", 2.0, "ean")),
        ("]y7LX1", CodeScanned("]y7LX1", 2.0)),
        ("]C1", None),
        (" \x1d ", None),
        ("samebag-clear", CommandGiven(Command.CLEAR, 2.0)),
        ("]C0SAMEBAG-PRINT-AGAIN", CommandGiven(Command.PRINT_AGAIN, 2.0)),
    ],
)
def test_prefixes_become_symbologies_and_command_barcodes_commands(
    text: str, scan: Scan | None
) -> None:
    assert whole_scan(text, 2.0) == scan
