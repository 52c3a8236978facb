"""What a set of reads amounts to, seen alone."""

from __future__ import annotations

import pytest

from samebag.core.bag.reads import (
    Read,
    View,
    are_two_bags,
    count_boxes,
    is_complete,
    lacking,
    named,
    proof_of,
)
from samebag.core.events import Box, Sighting
from samebag.core.labels import Kind, Label
from samebag.core.rules import Pairing
from samebag.core.verdicts import LabelRead, Proof, ReadBy, Waits

from .table import FakeBook, store

CAMERA, SCANNER = ReadBy.CAMERA, ReadBy.SCANNER
HERE: Box = ((10.0, 20.0), (30.0, 20.0), (30.0, 40.0), (10.0, 40.0))
WIDE: Box = ((10.0, 20.0), (90.0, 20.0), (90.0, 50.0), (10.0, 50.0))
TALL: Box = tuple((y, x) for x, y in WIDE)


BOOK = store()
# its list carries the waybill's code and one of its own
WITH_Y = FakeBook({"Y": ("WY LPY", "WY LY")})


def read(code: str, boxes: int = 1, by: ReadBy = CAMERA) -> Read:
    label = BOOK.label(code) or WITH_Y.label(code)
    assert label
    return Read(label, by, 1.0, 1.0, boxes)


def reads(codes: str) -> list[Read]:
    return [read(code) for code in codes.split()]


def moved(x: float, y: float, box: Box = HERE) -> Box:
    return tuple((px + x, py + y) for px, py in box)


@pytest.mark.parametrize(
    ("box", "places"),
    [
        (HERE, 1),
        (moved(20, 0), 1),  # edge to edge
        (moved(-20, 0), 1),
        (moved(0, 20), 1),
        (moved(0, -20), 1),
        (moved(21, 0), 2),
        (moved(-21, 0), 2),
        (moved(0, 21), 2),
        (moved(0, -21), 2),
        (moved(-21, -21), 2),
        ((), 1),  # a decoder that tells no corners
    ],
)
def test_a_code_is_in_two_places_only_where_its_boxes_lie_apart(box: Box, places: int) -> None:
    sightings = [Sighting("WX", "code128", HERE), Sighting("WX", "code128", box)]
    assert count_boxes(sightings) == count_boxes(sightings[::-1]) == {"WX": places}


def test_places_are_counted_by_code_and_by_symbology() -> None:
    apart = [
        Sighting("WX", "qr", HERE),
        Sighting("WX", "code128", moved(50, 0)),
        Sighting("WX", "code128", moved(90, 0)),
        Sighting("LA", "code128", moved(0, 90)),
        Sighting("WX", "ean", moved(50, 90)),
    ]
    assert count_boxes(apart) == {"WX": 2, "LA": 1}
    assert count_boxes(apart[2:4]) == {"WX": 1, "LA": 1}


@pytest.mark.parametrize("box", [WIDE, TALL])
@pytest.mark.parametrize(
    ("by", "as_before"),
    [
        ((15, 0), True),
        ((0, -15), True),
        ((-15, 15), True),
        ((16, 0), False),
        ((0, 16), False),
        ((-2, -16), False),
    ],
)
def test_a_code_lies_as_before_to_half_of_its_boxs_shorter_side(
    box: Box, by: tuple[float, float], as_before: bool
) -> None:
    other = Sighting("LB", "code128", HERE)
    then, now = (
        View(sightings=(other, Sighting("WA", "code128", place)))
        for place in (box, moved(*by, box))
    )
    assert now.shows_as_before("WA", then) is then.shows_as_before("WA", now) is as_before


@pytest.mark.parametrize("unseen", [View(), View(sightings=(Sighting("WA", "code128", ()),))])
def test_a_code_of_which_a_view_tells_no_place_does_not_lie_as_before(unseen: View) -> None:
    seen = View(sightings=(Sighting("WA", "code128", HERE),))
    assert seen.shows_as_before("WA", seen)
    assert not seen.shows_as_before("WA", unseen)
    assert not unseen.shows_as_before("WA", seen)


@pytest.mark.parametrize(
    ("codes", "parcel", "whole"),
    [
        ("WA LA", "A", True),
        ("LA LPA", "A", True),
        ("WA LPA", "A", False),
        ("LA", "A", False),
        ("WA LB", "A", False),
        ("LA LB", "A", False),  # another's is neither
        ("WX", "X", False),
        ("WX LPX", "X", False),  # it may be the waybill's own code twice over
        ("WY LPY LY", "Y", True),
    ],
)
def test_a_pair_has_a_waybill_and_a_list_of_the_same_parcel(
    codes: str, parcel: str, whole: bool
) -> None:
    assert is_complete(reads(codes), parcel) is whole


def test_a_code_that_both_labels_carry_proves_neither_in_however_many_boxes() -> None:
    assert lacking([read("WX", boxes=2)], "X") is Waits.SAME_CODE
    assert lacking(reads("WX LPX"), "X") is lacking(reads("WY LY"), "Y") is Waits.SAME_CODE
    assert lacking(reads("WA"), "A") is Waits.CARGO_LIST
    assert lacking(reads("LA"), "A") is Waits.WAYBILL


@pytest.mark.parametrize(
    ("codes", "two"),
    [
        ("WA LA WB LB", True),
        ("LA LB WB WA", True),
        ("WA LA LPA", False),  # one bag
        ("WA LA WB", False),  # the second has no list
        ("WA LA WB LC", False),
        ("WA LA WB LB WC", False),  # a waybill that no bag explains
        ("WA LA WB LB LC", False),
        ("WS1 OS WS2", False),  # one list for two bags
        ("WS1 WS2 LA WA OS", False),
        ("WA LB", False),
    ],
)
def test_two_whole_pairs_that_explain_every_label_are_two_bags(codes: str, two: bool) -> None:
    assert are_two_bags(reads(codes), reads(codes)) is two


def test_one_waybill_is_one_bag_whoever_shares_its_code() -> None:
    shared = Read(Label("WAB", waybill_of=frozenset("AB")), CAMERA, 1.0, 1.0)
    assert not are_two_bags([shared], [shared, *reads("LA LB")])


def test_a_shared_list_code_must_lie_there_as_often_as_bags_need_it() -> None:
    split = [*reads("WS1 WS2"), read("OS", boxes=2)]
    assert are_two_bags(split, split)
    assert are_two_bags(reads("WA LA WB LB"), [*reads("WA LA WB"), read("LB", boxes=0)]), (
        "two decoders, no box twice"
    )


def test_what_was_scanned_and_is_in_neither_bag_in_view_is_on_neither() -> None:
    assert not are_two_bags([read("WC", by=SCANNER)], reads("WA LA WB LB"))


@pytest.mark.parametrize(
    ("by", "in_view", "one_bag"),
    [
        ((CAMERA, CAMERA), "WA LA", Proof.ONE_FRAME),
        ((SCANNER, CAMERA), "LA", Proof.SCANNER_CAMERA),
        ((CAMERA, SCANNER), "WA", Proof.SCANNER_CAMERA),
        ((SCANNER, SCANNER), "", Proof.SCANNER_TWICE),
        ((CAMERA, CAMERA), "LA", Proof.CAMERA),
    ],
)
def test_the_strongest_proof_that_two_labels_are_on_one_bag(
    by: tuple[ReadBy, ReadBy], in_view: str, one_bag: Proof
) -> None:
    pair = [read("WA", by=by[0]), read("LA", by=by[1])]
    one_frame = one_bag if one_bag is Proof.ONE_FRAME else None
    assert proof_of(pair, reads(in_view), "A", Pairing.ONE_BAG) is one_bag
    assert proof_of(pair, reads(in_view), "A", Pairing.ONE_FRAME) is one_frame


def test_a_verdict_lists_waybills_first() -> None:
    merged = Read(Label("SB1|A", merged_of=frozenset("A")), SCANNER, 1.0, 1.0)
    listed = named([merged, read("OS", boxes=2), read("WX", boxes=2), read("LPX", boxes=2)])
    assert listed == (
        LabelRead(Kind.WAYBILL, "WX", CAMERA),
        LabelRead(Kind.WAYBILL, "LPX", CAMERA),
        LabelRead(Kind.MERGED, "SB1|A", SCANNER),
        LabelRead(Kind.CARGO_LIST, "OS", CAMERA),
    )
    assert named([read("WX")]) == (LabelRead(Kind.WAYBILL, "WX", CAMERA),)
