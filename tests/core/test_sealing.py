"""A bag is sealed only by the fresh merged label on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.core.bag.bag import resumed
from samebag.core.codes.merged import merged_code, print_number
from samebag.core.events import CommandGiven, TimePassed
from samebag.core.labels import Command, Kind, Label
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import LabelRead, NoticeKind, ReadBy, ShowSignal, Signal, Waits

from .table import FakeBook, Play, empty, glimpse, lying, scan, store, view

RULES = Rules(confirm_label=True)
KEY = bytes(range(32))
MA, OLD_A, MB = (
    merged_code(parcel, number, 1, KEY) for parcel, number in (("A", 2), ("A", 1), ("B", 3))
)


def printed() -> FakeBook:
    """The labels of A (its second copy and its first) and of B are on paper."""
    book = store()
    book.merged = {code: Label(code, merged_of=frozenset({code[4]})) for code in (MA, MB)}
    book.merged[OLD_A] = Label(OLD_A, stale=frozenset("A"), merged_of=frozenset("A"))
    return book


def passed_a(book: FakeBook | None = None) -> Play:
    return Play(book or printed(), RULES)(*lying("WA LA", 1, 3))


def sealed(play: Play) -> list[tuple[str, str]]:
    return [
        (notice.parcels[0], notice.labels[0].code) for notice in play.notices(NoticeKind.SEALED)
    ]


@pytest.mark.parametrize("codes", ["WA LA", "WA", "WA LA 4006381333931", ""])
def test_the_fresh_label_seals_the_bag_that_lies_there_once(codes: str) -> None:
    play = passed_a()(*lying(f"{codes} {MA}", 3.2, 8), scan(MA, 8.1), empty(9), empty(12))
    assert (play.kinds, sealed(play)) == (["match", "sealed"], [("A", MA)])


def test_without_a_camera_the_fresh_label_may_be_scanned_for_a_minute() -> None:
    play = Play(printed(), RULES)(
        scan("WA", 1), scan("LA", 2), TimePassed(50), scan(MA, 55), TimePassed(200)
    )
    assert (play.kinds, sealed(play)) == (["match", "sealed"], [("A", MA)])
    late = Play(printed(), RULES)(scan("WA", 1), scan("LA", 2), TimePassed(70))
    assert late.kinds == ["match", "unsealed"]


def test_a_label_seen_once_by_one_decoder_seals_nothing() -> None:
    play = passed_a()(view(f"WA LA {MA}", 3.2, by="zxing"))
    assert sealed(play) == []
    assert sealed(play(view(f"WA LA {MA}", 3.3, by="zxing"))) == [("A", MA)]


@pytest.mark.parametrize(
    ("label", "verdict"),
    [(OLD_A, "duplicate"), (MB, "mismatch"), ("SB1|A|2|1|AAAAAAAA", "unknown")],
)
def test_any_other_merged_label_is_a_hold(label: str, verdict: str) -> None:
    book = printed()
    assert Play(book, RULES)(scan("WB", 0.1), scan("LB", 0.2), TimePassed(90)).kinds[0] == "match"
    play = Play(book, RULES)(*lying("WA LA", 101, 103), scan("WC", 103.2), scan(label, 103.4))
    assert play.kinds == ["match", verdict]
    assert play.bag.hold is not None


def test_a_copied_label_on_another_bag_is_a_hold() -> None:
    book = printed()
    play = Play(book, RULES)(
        *lying("WA LA", 1, 3), *lying(f"WA LA {MA}", 3.2, 4), empty(5), empty(8)
    )
    book.merged[MA] = Label(MA, stale=frozenset("A"), merged_of=frozenset("A"))  # it has sealed
    assert play(*lying(f"WA LA {MA}", 10, 12)).kinds == ["match", "sealed", "duplicate"]


def test_a_bag_that_left_without_its_label_says_so_and_is_sealed_when_it_comes_back() -> None:
    play = passed_a()(empty(4), empty(6))
    assert play.kinds == ["match", "unsealed"]
    play(scan(MA, 10), *lying("WA LA", 10.5, 12))
    assert sealed(play) == [("A", MA)]
    assert [v.kind for v in play.verdicts] == ["match"], "neither a second green nor a second print"
    together = passed_a()(empty(4), empty(6), *lying(f"WA LA {MA}", 10, 12))
    assert sealed(together) == [("A", MA)]


def test_a_bag_that_comes_back_without_its_label_is_a_duplicate() -> None:
    assert passed_a()(empty(4), empty(6), *lying("WA LA", 10, 12)).kinds == [
        "match",
        "unsealed",
        "duplicate",
    ]


def test_the_label_of_a_bag_that_is_not_there_seals_nothing() -> None:
    play = passed_a()(empty(4), empty(6), scan(MA, 10), TimePassed(20))
    assert sealed(play) == []
    assert play.kinds == ["match", "unsealed"]  # one label of the last parcel alone says nothing


def test_another_bag_with_that_label_is_red() -> None:
    play = passed_a()(empty(4), empty(6), *lying(f"WB LB {MA}", 10, 12))
    assert play.kinds == ["match", "unsealed", "mismatch"]
    assert {label.kind for label in play.verdicts[-1].labels} == {
        Kind.WAYBILL,
        Kind.CARGO_LIST,
        Kind.MERGED,
    }


def test_the_merged_labels_of_two_bags_are_red_and_nobody_is_wanted() -> None:
    play = Play(printed(), RULES)(scan(MA, 1), scan(MB, 2))
    assert play.kinds == ["mismatch"]
    assert not play.notices(NoticeKind.WANTED, NoticeKind.RECALL)


def test_a_merged_label_read_after_anothers_label_seals_nothing_and_both_are_named() -> None:
    play = Play(printed(), RULES)(scan("WA", 1), scan("LA", 2), scan("WB", 4), scan(MA, 5))
    assert (play.kinds, sealed(play)) == (["match", "mismatch"], [])
    assert play.verdicts[-1].parcels == ("A", "B")
    assert play.verdicts[-1].labels[-1] == LabelRead(Kind.MERGED, MA, ReadBy.SCANNER)
    assert not play.notices(NoticeKind.WANTED, NoticeKind.RECALL), "both bags have their own labels"


def test_a_label_of_a_bag_that_waits_unseen_for_its_merged_one_is_red_on_another() -> None:
    unseen = scan("WA", 1), scan("LA", 2)
    assert Play(printed(), RULES)(*unseen, scan("WB", 2.5), scan("LA", 2.9)).kinds == ["match"], (
        "it is in the hand yet"
    )
    assert Play(printed(), RULES)(*unseen, scan("WB", 2.5), scan("LA", 3)).kinds == [
        "match",
        "mismatch",
    ]
    assert Play(printed(), RULES)(*unseen, scan("WB", 10), scan("LA", 10.5)).kinds == [
        "match",
        "mismatch",
    ]
    again = Play(printed(), RULES)(*unseen, scan("LA", 10), scan("WA", 10.5), scan(MA, 11))
    assert again.kinds == ["match", "sealed"], "alone they say nothing"


def test_a_merged_label_that_may_be_on_anothers_bag_is_forgotten_after_five_seconds_too() -> None:
    play = Play(printed(), RULES)(
        scan("WA", 1), scan("LA", 2), scan("WB", 3), TimePassed(9), scan(MA, 10)
    )
    assert sealed(play) == []
    assert play(TimePassed(15.1), scan("WC", 16)).bag.hold is None


def test_a_merged_label_scanned_after_anothers_bag_was_in_the_hand_seals_nothing() -> None:
    play = Play(printed(), RULES)(*lying("WA LA", 1, 2), empty(2.2), scan("WB", 2.3))
    assert sealed(play(CommandGiven(Command.CLEAR, 2.4), scan(MA, 2.6))) == []


def test_after_anothers_label_only_the_camera_seals_and_only_beside_a_label_of_that_bag() -> None:
    after = scan("WB", 3.1), CommandGiven(Command.CLEAR, 3.2), view("WA LA", 3.4)
    assert sealed(passed_a()(*after, scan(MA, 3.5))) == []
    assert sealed(passed_a()(*after, view(MA, 3.5))) == []
    assert sealed(passed_a()(*after, view(f"LA {MA}", 3.5))) == [("A", MA)]


def test_a_label_that_slides_out_behind_the_bag_is_in_no_seals_way_for_a_second() -> None:
    pushed = *lying("WB LB", 1, 2), view("WA LA", 2.1), view("WA LA", 2.2)
    assert sealed(Play(printed(), RULES)(*pushed, view(f"WA LA WB {MA}", 2.5))) == [("A", MA)]
    late = Play(printed(), RULES)(*pushed, view("WA LA", 3), glimpse("WB", 3.3, f"WA LA {MA}"))
    assert sealed(late) == []


def test_a_label_of_another_parcel_in_view_that_does_not_count_yet_is_in_the_seals_way() -> None:
    assert sealed(passed_a()(glimpse("WB", 3.1, f"WA LA {MA}"))) == []


def test_a_sealed_bag_slides_out_behind_the_next_one_with_its_merged_label_last() -> None:
    pushed = *lying(f"WA LA {MA}", 3.1, 4), view("WB LB", 4.1), view("WB LB", 4.2)
    play = passed_a()(*pushed, view(f"WB LB {MA}", 4.5))
    assert (play.kinds, play.bag.hold) == (["match", "sealed", "match"], None)
    assert play(view("WB LB", 5), view(f"WB LB {MA}", 5.3)).kinds[-1] == "mismatch", (
        "it has long slid out"
    )


def test_a_merged_label_that_the_camera_sees_alone_is_not_on_the_bag_that_passed() -> None:
    play = Play(printed(), RULES)(
        *lying("WB LB", 1, 2), empty(2.5), empty(4), *lying("WA LA", 5, 6), view(MB, 6.2)
    )
    assert (play.kinds, play.bag.waits) == (["match", "unsealed", "match"], Waits.WAYBILL)


def test_a_merged_label_glimpsed_and_then_scanned_is_in_nobodys_way() -> None:
    play = passed_a()(
        glimpse(MA, 3.1, "WA LA"), scan(MA, 3.2), view("WB LB", 3.3), view("WB LB", 3.4)
    )
    assert play.kinds == ["match", "sealed", "match"]


@pytest.mark.parametrize(
    ("pairing", "beside", "waits"),
    [
        (Pairing.ONE_BAG, "LB", Waits.FOREIGN_LABEL),
        (Pairing.ONE_FRAME, "LX123456785CN", Waits.STRANGER),
    ],
)
def test_a_seal_frees_none_but_the_labels_of_its_own_parcel(
    pairing: Pairing, beside: str, waits: Waits
) -> None:
    play = Play(printed(), Rules(pairing, confirm_label=True))(
        *lying("WA LA", 1, 3), view(f"WA LA {beside}", 3.1)
    )
    play(*lying("WA LA", 3.25, 8.75), *lying(f"WA LA {MA}", 9, 9.5), *lying("WC LC", 9.75, 10.75))
    assert (sealed(play), play.bag.waits) == ([("A", MA)], waits)


def test_a_merged_label_in_view_on_its_bag_waits_for_the_bag_that_was_scanned_meanwhile() -> None:
    play = passed_a()(scan("WB", 3.1), *lying(f"WA LA {MA}", 3.2, 5))
    assert (play.kinds, sealed(play)) == (["match"], [])
    scanned = passed_a()(scan("WB", 3.1), view("WA LA", 3.2), scan(MA, 3.3))
    assert (scanned.kinds, scanned.actions[-1]) == (
        ["match"],
        ShowSignal(Signal.INCOMPLETE, once=True),
    )
    assert sealed(play(*lying(f"WA LA {MA}", 5.2, 9))) == [("A", MA)], (
        "what was scanned is over after five seconds"
    )


def test_nothing_is_sealed_while_it_is_not_on_disk_or_a_hold_stands() -> None:
    play = passed_a()(scan("LX123456785CN", 3.1), *lying(f"WA LA {MA}", 3.2, 4))
    assert sealed(play) == []
    play(CommandGiven(Command.CLEAR, 4.5), TimePassed(6), *lying(f"WA LA {MA}", 6.2, 7))
    assert sealed(play) == [("A", MA)]


@pytest.mark.parametrize(("sealed_by", "again"), [(None, [("A", MA)]), (MA, [])])
def test_after_a_stop_the_bag_that_lies_there_is_sealed_or_stays_so(
    sealed_by: str | None, again: list[tuple[str, str]]
) -> None:
    book = printed()
    passed_a(book)
    bag = resumed(2, 100.0, last_parcel="A", codes=frozenset({"WA", "LA"}), sealed_by=sealed_by)
    play = Play(book, RULES, bag)(*lying(f"WA LA {MA}", 101, 104))
    assert sealed(play) == again
    assert play.verdicts == []


def test_without_confirm_label_a_merged_label_is_nobodys_business() -> None:
    book = printed()
    book.merged.clear()  # the station does not look them up then
    play = Play(book)(*lying(f"WA LA {MA}", 1, 3), empty(4), empty(6))
    assert play.kinds == ["match"]
    assert play(scan(MA, 7)).kinds == ["match", "unknown"]
    assert play.bag.hold is None
    assert play.bag.shown.signal is Signal.READY


@given(st.text(min_size=1), st.integers(0, 10**18 - 1), st.integers(1, 99))
def test_every_code_names_its_print_whatever_the_parcel_is_called(
    parcel: str, number: int, copy: int
) -> None:
    assert print_number(merged_code(parcel, number, copy, KEY)) == number


@given(st.text())
def test_other_codes_name_no_print(text: str) -> None:
    assert print_number(text) is None or text.startswith("SB1|")


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("SB1|A|2|1|TAG", 2),
        ("SB1|A|B|2|1|TAG", 2),  # a parcel may be called A|B
        (f"SB1|A|{'9' * 18}|1|TAG", 10**18 - 1),
        (f"SB1|A|{'9' * 19}|1|TAG", None),  # no ledger holds it
        ("SB1|A|\N{ARABIC-INDIC DIGIT TWO}|1|TAG", None),
        ("SB1|2|1|TAG", None),  # a part is missing
        ("SB2|A|2|1|TAG", None),
        ("SB1|A|-2|1|TAG", None),
        ("SB1|A||1|TAG", None),
    ],
)
def test_a_merged_label_claims_a_print_number_or_is_none(code: str, number: int | None) -> None:
    assert print_number(code) == number


def test_a_tag_depends_on_all_that_the_code_says_and_on_the_key() -> None:
    codes = {
        merged_code(p, n, c, k)
        for p in ("A", "B")
        for n in (1, 2)
        for c in (1, 2)
        for k in (KEY, b"")
    }
    assert len({code.rsplit("|", 1)[1] for code in codes}) == len(codes)


def test_a_merged_label_that_was_only_scanned_slides_out_with_its_bag_too() -> None:
    play = passed_a()(scan(MA, 3.1), *lying("WB LB", 3.25, 3.75), view(f"WB LB {MA}", 4))
    assert play.kinds == ["match", "sealed", "match"]


def test_a_further_code_of_the_bags_own_list_is_no_other_parcels() -> None:
    book = FakeBook({"S1": ("WS1", "L1 OS"), "S2": ("WS2", "OS")})
    merged = merged_code("S1", 1, 1, KEY)
    book.merged = {merged: Label(merged, merged_of=frozenset({"S1"}))}
    play = Play(book, RULES)(*lying("WS1 L1", 1, 2), scan("OS", 2.1), scan(merged, 2.5))
    assert sealed(play) == [("S1", merged)]
