"""Lists of complaints as people write them, and as nobody should: never a traceback."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.aftersales.incident.complaints import Complaint, Wish, parse, parse_line


@pytest.mark.parametrize(
    "line",
    [
        "A1 received B2's goods",
        "A1 收到 B2 的货",
        "A1 收到了B2的包裹",
        "A1,B2",
        "A1\tB2",
        "A1 -> B2",
        '"A1"; "B2"',
        "A1=B2,message",
    ],
)
def test_who_received_whose_goods_is_read_in_every_usual_spelling(line: str) -> None:
    assert parse_line(1, line) == Complaint(1, "A1", "B2")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("A1", Complaint(3, "A1", "")),
        ("A1 received something else", Complaint(3, "A1", "")),
        ("A1,,dispute", Complaint(3, "A1", "", Wish.REFUND)),
        ("A1 收到 B2 的货，退款", Complaint(3, "A1", "B2", Wish.REFUND)),
        ("'8143812362060033,B2", Complaint(3, "8143812362060033", "B2")),
    ],
)
def test_what_is_not_known_is_left_open_and_a_dispute_is_a_refund(
    line: str, complaint: Complaint
) -> None:
    assert parse_line(3, line) == complaint


def test_a_bad_line_is_refused_with_its_number_and_the_others_are_taken() -> None:
    taken, refused = parse("订单号,收到\nA1,B2\n\n,B2\nA3,B4,perhaps\n".encode("gb18030"))
    assert taken == [Complaint(2, "A1", "B2")]
    assert [(r.line, r.why.split(":")[0]) for r in refused] == [
        (4, "names no order"),
        (5, "must be"),
    ]


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_complaints_or_refusals(raw: bytes) -> None:
    taken, refused = parse(raw)
    assert all(complaint.order for complaint in taken)
    assert all(str(refusal) for refusal in refused)
    assert all("\n" not in complaint.order + complaint.received for complaint in taken)
