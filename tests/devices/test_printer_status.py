"""What a printer's answers mean, however they are cut and whatever else is between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.devices.printer.status import (
    Answers,
    PaperState,
    Process,
    Status,
    ask_confirmation,
    denied,
    fault_of,
    process_id,
    proof,
)
from samebag.label.profiles import Confirm

FINE = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}


@pytest.mark.parametrize(
    ("n", "answer", "reason"),
    [
        (1, 0x1A, "printer: offline"),
        (2, 0x16, "printer: cover open"),
        (2, 0x32, "printer: no paper"),
        (2, 0x52, "printer: error"),
        (3, 0x1A, "printer: the cutter is stuck"),
        (3, 0x32, "printer: unrecoverable error"),
        (3, 0x52, "printer: the head is too hot"),
        (4, 0x72, "printer: no paper"),
        (4, None, "printer: no answer to DLE EOT 4"),
    ],
)
def test_each_fault_bit_has_its_reason(n: int, answer: int | None, reason: str) -> None:
    fault = fault_of({**FINE, n: answer})
    assert fault is not None
    assert fault.reason == reason
    assert fault.cure


@pytest.mark.parametrize("answers", [FINE, {**FINE, 4: 0x1E}, {**FINE, 1: 0x16}, {}])
def test_near_end_and_drawer_are_no_faults(answers: dict[int, int | None]) -> None:
    assert fault_of(answers) is None


def test_paper_out_is_named_before_the_cover_and_offline_that_come_with_it() -> None:
    fault = fault_of({1: 0x1A, 2: 0x36, 3: 0x12, 4: 0x7E})
    assert fault is not None
    assert fault.reason == "printer: no paper"


PIECES = st.sampled_from(
    [
        (b"\x12", [Status(0x12)]),
        (b"\x1a", [Status(0x1A)]),
        (b"\x00", [PaperState(0)]),
        (b"\x0c", [PaperState(0x0C)]),
        (b"\x37\x220042\x00", [Process(42)]),
        (b"\x14\x00\x00\x0f", []),  # automatic status back, not asked for
        (b"\x11", []),  # XON
        (b"\x13\xff", []),  # XOFF, noise
    ]
)


@given(st.lists(PIECES), st.lists(st.integers(1, 5)))
def test_answers_are_the_same_however_they_are_cut(
    pieces: list[tuple[bytes, list[object]]], cuts: list[int]
) -> None:
    stream = b"".join(piece for piece, _ in pieces)
    reader, heard = Answers(), []
    for size in cuts:
        heard += reader.feed(stream[:size])
        stream = stream[size:]
    heard += reader.feed(stream)
    assert heard == [answer for _, answers in pieces for answer in answers]


@given(st.lists(st.binary(max_size=20)))
def test_any_bytes_are_taken_and_none_pile_up(pieces: list[bytes]) -> None:
    reader = Answers()
    for piece in pieces:
        reader.feed(piece)
    assert reader.feed(b"\xff" * 7 + b"\x12") == [Status(0x12)] or reader.feed(b"\x12") == [
        Status(0x12)
    ]


def test_only_the_answer_to_this_label_confirms_it() -> None:
    assert ask_confirmation(Confirm.GS_H, 42) == b"\x1d(H\x06\x00000042"
    assert proof([Process(42)], Confirm.GS_H, 42) == Process(42)
    assert [process_id(number) for number in (0, 1, 9999, 10_000, 19_999)] == [0, 1, 9999, 1, 1]
    assert proof([Process(41), PaperState(0)], Confirm.GS_H, 42) is None
    assert ask_confirmation(Confirm.NONE, 1) == b""
    assert proof([PaperState(0)], Confirm.NONE, 1) is None


def test_of_answers_without_a_number_the_second_counts_and_is_read() -> None:
    assert ask_confirmation(Confirm.GS_R, 1) == b"\x1dr\x01" * 2
    assert proof([PaperState(0x0C), Status(0x12)], Confirm.GS_R, 1) is None
    for paper, reason in (
        (0, None),
        (0x03, None),
        (0x0C, "printer: no paper"),
        (0x0F, "printer: no paper"),
    ):
        answer = proof([PaperState(0), PaperState(paper)], Confirm.GS_R, 1)
        assert answer == PaperState(paper)
        fault = denied(answer)
        assert (fault and fault.reason) == reason
