"""Hand scanners as they are delivered: no Enter, frames, keys or letters around a code, another
country's keyboard."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.core.events import CodeScanned, CommandGiven
from samebag.core.labels import Command
from samebag.devices.scanner.framer import AGAIN_S, LIMIT_CHARS, NO_ENTER, Scan, ScannerDecoder
from samebag.devices.scanner.keys import KeyDecoder
from samebag.devices.scanner.serial_line import ByteDecoder
from samebag.ports import ScanRefused
from tests.devices.typist import tap, typed

CONTROL = {"\x02": "B", "\x03": "C", "\n": "J"}
TEXT = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=4, max_size=20)


def told(scans: list[Scan]) -> list[str]:
    """Codes as they are, commands and refusals in brackets."""
    return [
        scan.code
        if isinstance(scan, CodeScanned)
        else f"<{scan.command.name}>"
        if isinstance(scan, CommandGiven)
        else f"<{scan.reason}>"
        for scan in scans
    ]


def typing(*scans: tuple[float, str]) -> list[Scan]:
    """Texts that begin at so many seconds, as a keyboard types them; the thread sees each silence
    behind them."""
    decoder = KeyDecoder()
    found: list[Scan | None] = []
    for (at_s, text), (next_s, _) in zip(scans, [*scans[1:], (inf, "")], strict=True):
        found += decoder.feed(keyed(text, at_s), at_s)
        if decoder.framer.pending and (patience_s := decoder.framer.patience_s) < next_s - at_s:
            found.append(decoder.framer.pause(patience_s, at_s + patience_s))
    return [scan for scan in found if scan]


def keyed(text: str, at_s: float = 0.0) -> bytes:
    return b"".join(
        tap(CONTROL[char], "LEFTCTRL", at_s=at_s) if char in CONTROL else typed(char, at_s=at_s)
        for char in text
    )


# no Enter


def test_without_enter_the_same_text_twice_is_a_scan_and_the_first_time_says_what_to_set() -> None:
    found = typing((10.0, "LX12CN"), (12.0, "LX12CN"), (14.0, "O-1001"), (16.0, "O-1001"))
    half = "<incomplete scan {!r}: no Enter or Tab came: scan again>"
    assert told(found) == [half.format("LX12CN"), "LX12CN", half.format("O-1001"), "O-1001"]
    assert [scan.cure for scan in found if isinstance(scan, ScanRefused)] == [NO_ENTER] * 2


@pytest.mark.parametrize(
    "scans",
    [
        [(10.0, "LX12"), (12.0, "LX12CN")],  # a half, then the whole
        # a tail came: the text is known to be a half
        [
            (10.0, "LX12"),
            (10.3, "CN"),
            (12.0, "LX12"),
        ],
        # and so it is when it stalls there each time
        [
            (10.0, "LX12"),
            (10.3, "CN"),
            (12.0, "LX12"),
            (12.3, "CN"),
        ],
        # the first tail was lost, the second was late
        [
            (10.0, "LX12"),
            (12.0, "LX12"),
            (12.3, "CN"),
        ],
        [(10.0, "LX12"), (12.0, "LX12"), (12.3, "CN\r")],
        [(10.0, "LX12"), (10.3, "CN\r"), (12.0, "LX12"), (14.0, "LX12")],  # it does send Enter
        [(10.0, "O-1001\r"), (12.0, "LX12"), (14.0, "LX12")],
        [(10.0, "LX12"), (12.0, "O-1001"), (14.0, "LX12")],  # not one after the other
        [(10.0, "LX12"), (10.0 + AGAIN_S + 1.5, "LX12")],  # nobody scans again so late
        [(10.0, "\x02LX12"), (12.0, "\x02LX12")],  # a frame has its own end
        [(10.0, "12"), (12.0, "12")],
    ],
)
def test_what_may_be_half_a_code_is_none_however_often_it_comes(
    scans: list[tuple[float, str]],
) -> None:
    assert [code for code in told(typing(*scans)) if not code.startswith("<")] in ([], ["O-1001"])


@given(TEXT, TEXT)
def test_a_scan_that_stalls_is_no_code_by_its_head_or_tail(head: str, tail: str) -> None:
    found = typing((10.0, head), (10.3, tail), (12.0, head), (12.3, tail))
    assert all(isinstance(scan, ScanRefused) for scan in found)


# frames, and keys around the code


def by_serial(stream: str) -> list[Scan]:
    return ByteDecoder().feed(stream.encode("latin-1"), 1.0)


def by_keyboard(stream: str) -> list[Scan]:
    return KeyDecoder().feed(keyed(stream), 1.0)


@pytest.mark.parametrize("heard", [by_serial, by_keyboard])
@pytest.mark.parametrize(
    ("stream", "codes"),
    [
        ("\x02LX1\x03\x02LX2\x03", ["LX1", "LX2"]),
        ("\x02LX1\x03\r\n\x02LX2\r\x03LX3\r", ["LX1", "LX2", "LX3"]),
        ("\x02\x03\x02]C1LX1\x03", ["LX1"]),
        ("LX1\x0334\r", ["<character '\\x03' after 'LX1' is not ASCII text: scan again>"]),
        ("LX1\x0234\r", ["<character '\\x02' after 'LX1' is not ASCII text: scan again>"]),
        (
            "\x02LX1\x0234\x03\x02LX5\x03",
            ["<character '\\x02' after 'LX1' is not ASCII text: scan again>", "LX5"],
        ),
        (
            "\x02" + "7" * (LIMIT_CHARS + 1) + "\x03\x02LX5\x03",
            [f"<code '{'7' * 20}'… is longer than {LIMIT_CHARS} characters>", "LX5"],
        ),
    ],
)
def test_a_frame_is_its_inside_and_its_marks_elsewhere_refuse(
    heard: Callable[[str], list[Scan]], stream: str, codes: list[str]
) -> None:
    assert told(heard(stream)) == codes


@pytest.mark.parametrize("name", ["F8", "F9", "DOWN", "ESC", "F12", "HOME"])
def test_keys_before_and_behind_a_code_are_none_of_it_and_within_refuse_it(name: str) -> None:
    decoder = KeyDecoder()
    around = tap(name) + typed("LX1") + tap(name) + tap(name) + typed("\r") + tap(name)
    assert told(decoder.feed(around + typed("LX2\r"), 1.0)) == ["LX1", "LX2"]
    (found,) = decoder.feed(typed("LX") + tap(name) + typed("12\r"), 1.0)
    assert isinstance(found, ScanRefused)
    assert "has no place in a code" in found.reason


def test_a_key_in_place_of_enter_ends_a_scan_only_as_silence_does() -> None:
    decoder = KeyDecoder()
    for at_s in (10.0, 12.0):
        stream = typed("LX12CN", at_s=at_s) + tap("DOWN", at_s=at_s)
        assert decoder.feed(stream, at_s) == []
        found = decoder.framer.pause(1.0, at_s + 1.0)
    assert found == CodeScanned("LX12CN", 13.0)


# identifiers


@pytest.mark.parametrize(
    ("own", "stream", "codes"),
    [
        ("jSAMEBAG-CLEAR", "j1001\rsLX1\rwLX2\r?LX3\r", ["<CLEAR>", "1001", "LX1", "LX2", "?LX3"]),
        ("DSAMEBAG-CLEAR", "D1001\rP01LX1\rjLX2\r", ["<CLEAR>", "1001", "LX1", "jLX2"]),
        ("sSB1|p|1|1|ABCDEFGH", "j1001\r", ["SB1|p|1|1|ABCDEFGH", "1001"]),
        ("SAMEBAG-CLEAR", "j1001\rD1001\r", ["<CLEAR>", "j1001", "D1001"]),
        ("jLX1", "j1001\r", ["jLX1", "j1001"]),
    ],
)
def test_a_letter_goes_once_one_of_our_own_barcodes_has_proven_that_the_scanner_puts_it(
    own: str, stream: str, codes: list[str]
) -> None:
    decoder: ScannerDecoder = ByteDecoder()
    assert told(decoder.feed(f"{own}\r{stream}".encode(), 1.0)) == codes
    # and it can be switched off
    assert told(decoder.feed(b"SAMEBAG-CLEAR\rj1001\r", 1.1)) == [
        "<CLEAR>",
        "j1001",
    ]


# another country's keyboard


FRENCH = "<the scanner is set to French keyboard: it sent {!r} for {!r}>"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("SQ:EBQG6CLEQR", FRENCH.format("SQ:EBQG6CLEQR", "SAMEBAG-CLEAR")),
        # by a terminal that is set so
        (
            "SQ,EBQG)CLEQR",
            FRENCH.format("SQ,EBQG)CLEQR", "SAmEBAG-CLEAR"),
        ),
        ("jSQ:EBQG6CLEQR", FRENCH.format("jSQ:EBQG6CLEQR", "jSAMEBAG-CLEAR")),
        (
            "SAMEBAG/CLEAR",
            "<the scanner is set to German or Czech keyboard: it sent 'SAMEBAG/CLEAR'"
            " for 'SAMEBAG-CLEAR'>",
        ),
        (
            "SAMEBAG/PROOF/WAZBILL",
            "<the scanner is set to German or Czech keyboard: it sent 'SAMEBAG/PROOF/WAZBILL' for"
            " 'SAMEBAG-PROOF-WAYBILL'>",
        ),
        ("SAMEBAG-CLEAR", "<CLEAR>"),
        ("SAMEBAG+CLEAR", "SAMEBAG+CLEAR"),
    ],
)
def test_our_own_barcodes_tell_a_wrong_keyboard_by_name(text: str, refusal: str) -> None:
    (found,) = KeyDecoder().feed(typed(f"{text}\r"), 1.0)
    assert told([found]) == [refusal]
    if isinstance(found, ScanRefused):
        assert found.cure == "set the scanner to US keyboard: scan that barcode of its manual"


def test_every_command_is_named_under_every_keyboard_that_spells_it_otherwise() -> None:
    for stream in (
        "SQ:EBQG6PRINT6QGQIN",
        "SQ:EBQG6LQBEL6IS6THERE",
        "SQ:EBQG6REPRINT",
        "SQ:EBQG6END6ZQRNINGS",
    ):
        (found,) = by_serial(f"{stream}\r")
        assert isinstance(found, ScanRefused)
        assert any(repr(command.value) in found.reason for command in Command)
