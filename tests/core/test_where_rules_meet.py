"""What is easily got wrong where two rules meet: found by holding docs/rules.md against the
core."""

from __future__ import annotations

from samebag.core.bag.deadlines import due_s
from samebag.core.events import TimePassed
from samebag.core.labels import Label
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import Waits

from .table import FakeBook, Play, clear, empty, lying, scan, store, view

ONE_FRAME = Rules(pairing=Pairing.ONE_FRAME)
SEALS = Rules(confirm_label=True)
S10, MA = "LX123456785CN", "SB1|A|2|1|T"


def printed() -> FakeBook:
    book = store()
    book.merged = {MA: Label(MA, merged_of=frozenset("A"))}
    return book


def test_crossed_labels_that_hands_uncover_one_by_one_are_in_one_view_only_once() -> None:
    uncovered = view("WA", 1), view("LA", 1.07), view("WA LA", 1.14), view("WA LA LB", 1.21)
    assert Play(rules=ONE_FRAME)(empty(0.5), *uncovered).kinds == ["mismatch"]


def test_a_label_of_a_red_bag_that_was_read_after_the_bare_table_holds_green_back() -> None:
    red = view("WA LB", 1), clear(1.2), empty(1.4)
    play = Play(rules=ONE_FRAME)(
        empty(0.5), *red, view("WC LC LB", 1.8), view("WC LC LB", 1.9), *lying("WC LC", 2, 4)
    )
    assert ("match" in play.kinds, play.bag.waits) == (False, Waits.FOREIGN_LABEL)


def test_a_foreign_number_that_counted_beside_the_last_bag_holds_the_next_back() -> None:
    beside = (
        view("WA LA", 1),
        view("WA LA", 1.1),
        view(f"WA LA WB LB {S10}", 1.3),
        *lying("WB LB", 1.5, 3),
    )
    play = Play(rules=ONE_FRAME)(empty(0.5), *beside)
    assert (play.kinds, play.bag.waits) == (["match"], Waits.STRANGER)


def test_a_number_that_the_stores_waybills_also_bear_makes_no_bag_unknown() -> None:
    rules = Rules(pairing=Pairing.ONE_FRAME, also_on_waybills=("LX",))
    assert Play(rules=rules)(empty(0.5), *lying(f"LA {S10}", 1, 7)).kinds == []
    scanned = Play(rules=rules)(scan(S10, 1))
    assert (scanned.kinds, scanned.bag.hold) == (["unknown"], None)


def test_two_scans_between_two_views_of_the_bare_table_are_in_a_hand() -> None:
    play = Play()(empty(1), scan("WA", 1.2), scan("LA", 1.6), empty(1.7))
    assert (play.kinds, play.bag.waits) == ([], Waits.IN_HAND)
    assert Play()(empty(1), scan("WA", 2), scan("LA", 2)).bag.waits is Waits.IN_HAND
    assert Play()(empty(1), scan("WA", 2.1), scan("LA", 2.2)).kinds == ["match"], (
        "the camera has not looked since"
    )


def test_a_late_frame_gives_what_else_lies_there_its_time_all_the_same() -> None:
    play = Play()(view("x", 1.0), scan("WA", 1.1), TimePassed(1.65), view("LA", 1.2))
    assert play.kinds == []
    assert play(view("LA LB", 1.9)).kinds == ["mismatch"]


def test_a_glimpse_while_the_bag_is_turned_over_may_be_on_it() -> None:
    turned = (
        view("WA", 1),
        view("WA", 1.1),
        view("LB", 1.2, by="zxing"),
        view("WA LA", 1.3),
        view("WA LA", 1.7),
    )
    assert Play()(empty(0.5), *turned).bag.waits is Waits.GLIMPSE


def test_a_glimpse_ends_by_itself_where_no_view_comes() -> None:
    play = Play()(
        empty(0.5), view("x", 0.9), view("LB", 1.0, by="zxing"), scan("WA", 1.1), scan("LA", 1.2)
    )
    assert play.bag.waits is Waits.GLIMPSE
    assert due_s(play.bag, play.rules) < 6.1


def test_a_bag_half_read_since_leaves_only_a_view_of_both_as_proof_of_a_seal() -> None:
    since = Play(printed(), SEALS)(scan("WA", 1), scan("LA", 1.5), scan("WB", 3), scan(MA, 9))
    assert "sealed" not in since.kinds
    seen = Play(printed(), SEALS)(*lying("WA LA", 1, 2), scan("WB", 2.1), *lying("WA LA", 2.2, 9))
    assert seen(view(f"WA LA {MA}", 9.1)).kinds[-1] == "sealed"


def test_a_merged_label_that_came_with_the_next_bag_is_on_that() -> None:
    pushed = Play(printed(), SEALS)(
        empty(0.5), *lying("WA LA", 1, 1.5), *lying(f"WB LB {MA}", 1.7, 4)
    )
    assert "mismatch" in pushed.kinds and "sealed" not in pushed.kinds


def test_a_merged_label_seen_on_the_next_bag_after_that_passed_is_red() -> None:
    book = printed()
    late = Play(book, SEALS)(*lying("WA LA", 1, 2), empty(2.2), empty(3.3), *lying("WB LB", 4, 5))
    assert late(*lying(f"WB LB {MA}", 5.2, 6)).kinds == ["match", "unsealed", "match", "mismatch"]
    assert [(label.code, label.by) for label in late.verdicts[-1].labels] == [
        (c, "camera") for c in ("WB", "LB", MA)
    ]
    beside = Play(printed(), SEALS)(
        *lying("WA LA", 1, 2), empty(2.2), empty(3.3), *lying("WB LB", 4, 5)
    )
    assert "mismatch" not in beside(*lying(f"WB LB WA LA {MA}", 5.2, 6)).kinds, (
        "its own bag is back beside it"
    )
