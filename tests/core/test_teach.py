"""What ``samebag teach`` makes of a few bags."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from samebag.core.codes.rules import Rule, Side, readings
from samebag.core.codes.teach import Codes, Taught, conflicts, is_read, parcel_of, rules_for, taught_by
from samebag.core.labels import CodeForm, Label

FORM = CodeForm()


def codes(book: dict[str, tuple[str, str]]) -> Codes:
    """Waybill code and list code of each parcel."""
    known: dict[str, Label] = {}
    for parcel, (waybill, cargo) in book.items():
        of = frozenset({parcel})
        known[FORM.normalise(waybill)] = Label(FORM.normalise(waybill), waybill_of=of)
        known[FORM.normalise(cargo)] = Label(FORM.normalise(cargo), list_of=of)
    return Codes(FORM, known.get, [code for code in known if not code.isalnum()])


def taught(book: dict[str, tuple[str, str]], bags: Sequence[Sequence[str]]) -> list[Taught]:
    known, found = codes(book), []
    for bag in bags:
        hits = {text: known.hits(text) for text in bag}
        parcel = parcel_of(hits.values())
        assert parcel, bag
        found += [one for text in bag if (one := taught_by(text, hits[text], parcel))]
    return found


BOOK = {"A": ("501234567890", "#1001"), "B": ("509876543210", "#1002"), "C": ("501111111119", "#1003")}


@pytest.mark.parametrize(
    ("waybill", "cargo", "rules"),
    [
        ("{w}", "{l}", []),
        ("{w}", "{bare}", [Rule(name="another writing", on=Side.LIST, add="#")]),
        ("Z{w}-X", "{l}", [Rule(name="Z…-X", prefix="Z", suffix="-X")]),
        ("77{n}00{w}9{n}", "{l}", [Rule(name="77#00<############>9#", mask="77#00<############>9#")]),
        ("{w}", "https://s.test/a?o={bare}", [Rule(name="field o", on=Side.LIST, field="o", add="#")]),
        ('{{"awb": "{w}"}}', "{l}", [Rule(name="field awb", field="awb")]),
        ("00123456789012345678\x1d91{w}\x1d10AB", "{l}", [Rule(name="element 91", element="91")]),
    ],
)
def test_the_plainest_rules_that_read_every_bag(waybill: str, cargo: str, rules: list[Rule]) -> None:
    bags = [
        [waybill.format(w=w, n=n), cargo.format(l=order, bare=order[1:])] for n, (w, order) in enumerate(BOOK.values())
    ]
    found = taught(BOOK, bags)
    made = rules_for(found, FORM)
    assert [(rule.on, rule.add, rule.field, rule.element, rule.prefix, rule.suffix) for rule in made] == [
        (rule.on, rule.add, rule.field, rule.element, rule.prefix, rule.suffix) for rule in rules
    ]
    assert all(is_read(one, FORM, tuple(made)) for one in found)


def test_a_mask_keeps_what_all_texts_have_and_reads_others_of_its_kind() -> None:
    found = taught(BOOK, [[f"77{n}00K{w}9{n}", order] for n, (w, order) in enumerate(BOOK.values())])
    (rule,) = rules_for(found, FORM)
    assert rule.mask == "77###K<############>##"
    assert [r.number for r in readings("77955K502222222228" + "99", (rule,)) if r.rule is rule] == ["502222222228"]


def test_the_books_own_writing_is_learnt_and_the_parcel_is_the_one_that_both_labels_name() -> None:
    book = {"A": ("4444-1375-8703", "70001"), "B": ("4444-1375-8714", "70002")}
    found = taught(book, [["X444413758703", "70001"], ["X444413758714", "70002"]])
    assert [one.hit.part for one in found if one.hit.side is Side.WAYBILL] == ["444413758703", "444413758714"]
    (rule,) = rules_for(found, FORM)
    assert (rule.prefix, rule.writings) == ("X", ("????-????-????",))
    known = codes(book)
    assert parcel_of([known.hits("X444413758703"), known.hits("70002")]) is None, "labels of two parcels teach nothing"
    assert parcel_of([[]]) is None


def test_texts_that_no_one_rule_fits_are_left_out_and_a_rule_that_reads_other_codes_of_the_book_is_told() -> None:
    odd = taught(BOOK, [["501234567890|a|b", "#1001"], ["xx/509876543210/yyyy", "#1002"]])
    assert len(rules_for(odd, FORM)) == 2, "two kinds of label are two rules"
    book = {"A": ("501234567890", "1"), "B": ("9501234567890", "2")}
    rule = Rule(name="x", prefix="9")
    known = codes(book)
    waybills = [waybill for waybill, _ in book.values()]
    assert list(conflicts(rule, waybills, FORM, known.lookup)) == [("9501234567890", "501234567890")]


def test_a_symbology_that_the_camera_reads_only_if_told_is_part_of_the_rule() -> None:
    hits = codes(BOOK).hits("X501234567890")
    by_camera = taught_by("X501234567890", hits, "A", "codabar")
    assert by_camera
    assert [rule.needs for rule in rules_for([by_camera], FORM)] == [("codabar",)]
