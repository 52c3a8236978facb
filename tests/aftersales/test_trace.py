"""``samebag trace``: any code of a parcel, or its last digits, tells what happened to it, with
pictures and hashes."""

from __future__ import annotations

import json
import os
import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.aftersales.story import NOTICES, VERDICTS
from samebag.aftersales.which_parcel import find
from samebag.cli import main
from samebag.core.codes.own_codes import held_code, listed_code
from samebag.core.verdicts import NoticeKind, VerdictKind
from tests.aftersales.house import House, order, waybill


def traced(
    house: House, code: str, capsys: pytest.CaptureFixture[str]
) -> tuple[int, list[dict[str, Any]]]:
    done = main(["trace", code, "--settings", str(house.settings), "--json"])
    return done, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_stopped_swap_that_passed_later_and_left_is_told_in_time_with_pictures_and_hashes(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.seen(waybill("A"), order("B"))
    house.seen(waybill("A"), order("A"), packer="LI WEI")
    house.exported("A")
    house.dispatched("A")
    done, (about, *told) = traced(house, waybill("A"), capsys)
    assert done == 0
    assert (about["parcel"], about["where"], about["orders"]) == ("A", "dispatched", [order("A")])
    kinds = [line["kind"] for line in told]
    # the picture may be overtaken
    assert (kinds[0], sorted(kinds[1:3])) == (
        "verdict",
        ["evidence", "swaps"],
    )
    assert kinds[3:] == ["verdict", "evidence", "shipment", "dispatch"]
    assert [line["at"] for line in told] == sorted(line["at"] for line in told)
    assert "mismatch: labels of two parcels" in told[0]["en"] and "不是同一包裹" in told[0]["zh"]
    assert (
        all(said in told[3]["en"] for said in ("match", "LI WEI", "[one frame]"))
        and "（同一画面）" in told[3]["zh"]
    )
    assert (told[4]["evidence"], told[4]["sha256"]) == ("/evidence/bag-2.jpg", f"{2:064}")
    assert told[4]["picture"] == "the picture is gone"
    for line in told:
        with sqlite3.connect(house.folder / line["ledger"]) as db:
            (mark,) = db.execute("SELECT hash FROM entry WHERE seq = ?", (line["seq"],)).fetchone()
        assert mark.hex() == line["hash"]
    assert main(["trace", waybill("A"), "--settings", str(house.settings)]) == 0


def test_every_code_of_a_parcel_and_its_last_digits_find_it(house: House) -> None:
    house.seen(waybill("C"), order("C"))
    codes = [
        waybill("C"),
        f" {waybill('C').lower()} ",
        order("C"),
        "C",
        "1003",
        "1003CN",
        "SB1|C|1|1|ABCDEFGH",
    ]
    with house.sources() as sources:
        assert {code: find(sources, code) for code in codes} == dict.fromkeys(codes, ("C",))
        assert find(sources, "SB1|B|1|1|ABCDEFGH") == ()  # job 1 is C's
        assert find(sources, "003") == ()
        assert find(sources, "00CN") == ()
        assert find(sources, '%"\\') == ()


def test_digits_that_several_parcels_end_with_are_listed_and_nothing_is_told(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "parcel,tracking_number,orders\nX,RB000007777CN,1\nY,LX111107777CN,2\nP-7777,"
        "LX3CN,3\nP-1002,LX4CN,4\n"
    )
    other = House(house.folder / "other", text)
    done, lines = traced(other, "7777", capsys)
    assert (done, [line["candidate"] for line in lines]) == (1, ["P-7777", "X", "Y"])
    with other.sources() as sources:
        assert find(sources, "1002") == ("P-1002",)
    assert main(["trace", "nobody's", "--settings", str(other.settings)]) == 1
    assert "is in no book and no ledger" in capsys.readouterr().err


def test_without_a_book_the_ledger_still_tells(house: House) -> None:
    house.seen(waybill("A"), order("A"))
    (house.folder / "book.db").unlink()
    with house.sources() as sources:
        assert find(sources, waybill("A")) == find(sources, "1001") == find(sources, "A") == ("A",)


def test_a_merged_labels_list_code_and_a_hold_slip_find_what_they_are_of(house: House) -> None:
    house.seen(waybill("A"), order("B"))
    with house.sources() as sources:
        assert find(sources, listed_code(order("B"))) == ("B",)
        assert find(sources, held_code("bench 3", 1)) == ("A", "B")
        assert (
            find(sources, held_code("bench 4", 1)) == find(sources, held_code("bench 3", 2)) == ()
        )


def test_no_text_whatever_ends_in_a_traceback(house: House) -> None:
    house.seen(waybill("A"), order("A"))
    with house.sources() as sources:

        @given(
            st.text(max_size=60)
            | st.binary(max_size=60).map(os.fsdecode)
            | st.from_regex(r"SB1\|.*\|\d+\|1\|X")
        )
        def asked(text: str) -> None:
            assert set(find(sources, text)) <= set("ABCDEFGH")

        asked()


def test_every_verdict_and_notice_has_words() -> None:
    assert set(VERDICTS) >= set(VerdictKind)
    of_no_parcel = {
        NoticeKind.SEALED,
        NoticeKind.CROWDED,
        NoticeKind.BARE_UNKNOWN,
        NoticeKind.PROVEN,
        NoticeKind.NAMELESS,
    }
    assert set(NOTICES) >= set(NoticeKind) - of_no_parcel
