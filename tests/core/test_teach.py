"""What ``samebag teach`` makes of a few bags."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from samebag.core.codes.rules import Rule, Side, readings
from samebag.core.codes.teach import (
    Codes,
    Hit,
    Taught,
    conflicts,
    is_read,
    parcel_of,
    read_by,
    rules_for,
    taught_by,
)
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


BOOK = {
    "A": ("501234567890", "#1001"),
    "B": ("509876543210", "#1002"),
    "C": ("501111111119", "#1003"),
}


@pytest.mark.parametrize(
    ("waybill", "cargo", "rules"),
    [
        ("{w}", "{l}", []),
        ("{w}", "{bare}", [Rule(name="another writing", on=Side.LIST, add="#")]),
        ("Z{w}-X", "{l}", [Rule(name="Z…-X", prefix="Z", suffix="-X")]),
        (
            "77{n}00{w}9{n}",
            "{l}",
            [Rule(name="77###<############>##", mask="77###<############>##")],
        ),
        (
            "{w}",
            "https://s.test/a?o={bare}",
            [Rule(name="field o", on=Side.LIST, field="o", add="#")],
        ),
        ('{{"awb": "{w}"}}', "{l}", [Rule(name="field awb", field="awb")]),
        ("00123456789012345678\x1d91{w}\x1d10AB", "{l}", [Rule(name="element 91", element="91")]),
        ("{w}", "(91){bare}(10)7", [Rule(name="element 91", on=Side.LIST, element="91", add="#")]),
        ("{w}", "No {l}", [Rule(name="No #…", on=Side.LIST, prefix="No #", add="#")]),
        ("{w}", "7{n}/{bare}", [Rule(name="7#/<####>", on=Side.LIST, mask="7#/<####>", add="#")]),
        (
            "{w}",
            "http://s.test/o/{bare}/?x=1",
            [Rule(name="field /", on=Side.LIST, field="/", add="#")],
        ),
        ("{w}", '  {{"no": {bare}}}', [Rule(name="field no", on=Side.LIST, field="no", add="#")]),
        (
            "{w}/{w}",
            "{l}",
            [Rule(name="<############>/############", mask="<############>/############")],
        ),
    ],
)
def test_the_plainest_rules_that_read_every_bag(
    waybill: str, cargo: str, rules: list[Rule]
) -> None:
    bags = [
        [waybill.format(w=w, n=n), cargo.format(l=order, bare=order[1:], n=n)]
        for n, (w, order) in enumerate(BOOK.values())
    ]
    found = taught(BOOK, bags)
    made = rules_for(found, FORM)
    assert made == rules
    assert all(is_read(one, FORM, tuple(made)) for one in found)


def test_a_mask_keeps_what_all_texts_have_and_reads_others_of_its_kind() -> None:
    found = taught(
        BOOK, [[f"77{n}00K{w}9{n}", order] for n, (w, order) in enumerate(BOOK.values())]
    )
    (rule,) = rules_for(found, FORM)
    assert rule.mask == "77###K<############>##"
    assert [r.number for r in readings("77955K502222222228" + "99", (rule,)) if r.rule is rule] == [
        "502222222228"
    ]


def test_the_books_own_writing_is_learnt_and_the_parcel_is_the_one_that_both_labels_name() -> None:
    book = {"A": ("4444-1375-8703", "70001"), "B": ("4444-1375-8714", "70002")}
    found = taught(book, [["X444413758703", "70001"], ["X444413758714", "70002"]])
    assert [one.hit.part for one in found if one.hit.side is Side.WAYBILL] == [
        "444413758703",
        "444413758714",
    ]
    (rule,) = rules_for(found, FORM)
    assert (rule.prefix, rule.writings) == ("X", ("????-????-????",))
    known = codes(book)
    assert parcel_of([known.hits("X444413758703"), known.hits("70002")]) is None, (
        "labels of two parcels teach nothing"
    )
    assert parcel_of([[]]) is None


def test_texts_that_no_one_rule_fits_are_left_out() -> None:
    odd = taught(BOOK, [["501234567890|a|b", "#1001"], ["xx/509876543210/yyyy", "#1002"]])
    assert len(rules_for(odd, FORM)) == 2, "two kinds of label are two rules"
    book = {"A": ("501234567890", "1"), "B": ("9501234567890", "2")}
    rule = Rule(name="x", prefix="9")
    known = codes(book)
    waybills = [waybill for waybill, _ in book.values()]
    assert list(conflicts(rule, waybills, FORM, known.lookup)) == [
        ("9501234567890", "501234567890")
    ]


def test_a_symbology_that_the_camera_reads_only_if_told_is_part_of_the_rule() -> None:
    hits = codes(BOOK).hits("X501234567890")
    by_camera = taught_by("X501234567890", hits, "A", "codabar")
    assert by_camera
    assert [rule.needs for rule in rules_for([by_camera], FORM)] == [("codabar",)]


def one(text: str, part: str, code: str, side: Side = Side.WAYBILL) -> Taught:
    return Taught(text, Hit(part, code, side, frozenset("A")))


@pytest.mark.parametrize(
    ("texts", "rule"),
    [
        ([one("12-34.56", "12-34.56", "123456")], Rule(name="another writing", drop="-.")),
        ([one("No 12-34", "12-34", "1234")], Rule(name="No …", prefix="No ", drop="-")),
        ([one("12-34", "12-34", "#1234")], Rule(name="another writing", drop="-", add="#")),
        ([one("x-12ab", "12ab", "12AB")], Rule(name="x-…", prefix="x-")),
        ([one("12ab", "12ab", "X-12AB")], []),  # the part is not all of the code
        ([one("12ab", "12ab", "#12AB")], Rule(name="another writing", add="#")),
        (
            [one("1234ab", "1234ab", "12-34-AB")],
            Rule(name="another writing", writings=("??-??-??",)),
        ),
        (
            [one("12.34-x", "12.34", "12-34")],
            Rule(name="…-x", suffix="-x", drop=".", writings=("??-??",)),
        ),
        (
            [one("7A1,1001;B-9", "1001", "1001"), one("7BB,1002;B/8", "1002", "1002")],
            Rule(name="7@?,<####>;B*#", mask="7@?,<####>;B*#"),
        ),
        ([one("https://s.test/o/100X/", "100X", "100X")], Rule(name="field /", field="/")),
        ([one("ABCD/ABCD", "ABCD", "ABCD")], Rule(name="…/ABCD", suffix="/ABCD")),
        (
            [one("7,1001;", "1001", "1001"), one("8,20022;", "20022", "20022")],
            Rule(name="#,<*>;", mask="#,<*>;"),
        ),
        (
            [one("12345X1001", "1001", "1001"), one("12345X1002", "1002", "1002")],
            Rule(name="123##X<####>", mask="123##X<####>"),
        ),
    ],
)
def test_what_is_made_of_texts_is_the_plainest_rule_that_reads_them(
    texts: list[Taught], rule: Rule | list[Rule]
) -> None:
    assert rules_for(texts, FORM) == ([rule] if isinstance(rule, Rule) else rule)


def test_a_rule_reads_texts_of_its_own_side_only() -> None:
    on_list = Rule(name="x", on=Side.LIST, prefix="X")
    text, cargo = one("X1001", "1001", "1001"), one("X1001", "1001", "1001", Side.LIST)
    assert read_by(on_list, [text, cargo, one("Y1001", "1001", "1001", Side.LIST)], FORM) == [cargo]
    assert not is_read(text, FORM, (on_list,))
    assert is_read(cargo, FORM, (on_list,))
    assert is_read(one(" 10 01", "1001", "1001"), FORM)


def test_a_rule_that_reads_a_code_as_another_of_the_same_parcel_tells_no_conflict() -> None:
    own = Label("501234567890", waybill_of=frozenset("A"))
    known = {
        "501234567890": own,
        "9501234567890": own,
        "95": Label("95", waybill_of=frozenset("B")),
    }
    rule = Rule(name="x", prefix="9")
    assert list(conflicts(rule, [*known, "9"], FORM, known.get)) == []
    assert list(conflicts(Rule(name="x", drop="-"), ["95", "9-5"], FORM, known.get)) == []


def test_hits_are_the_longest_parts_of_each_side_however_they_are_written() -> None:
    both = Label("12345", waybill_of=frozenset("A"), list_of=frozenset("A"))
    labels = {
        "12345": both,
        "1234": Label("1234", waybill_of=frozenset("B")),
        "99-887": Label("99-887", list_of=frozenset("C")),
    }
    known = Codes(FORM, labels.get, ["99-887"])
    hits = known.hits("x123456/12345/1234/99887/(99)887")
    assert [(hit.part, hit.code, hit.side) for hit in hits] == [
        ("(99)887", "99-887", Side.LIST),
        ("12345", "12345", Side.WAYBILL),
        ("12345", "12345", Side.LIST),
        ("12345", "12345", Side.WAYBILL),
        ("12345", "12345", Side.LIST),
        ("99887", "99-887", Side.LIST),
        ("1234", "1234", Side.WAYBILL),
    ]
    assert known.hits("123") == known.hits("") == []
    alike = {code: Label(code, waybill_of=frozenset(code)) for code in ("12345", "12-345")}
    assert [hit.code for hit in Codes(FORM, alike.get, ["12-345"]).hits("12345")] == ["12345"], (
        "as it is written"
    )


def test_parts_are_looked_for_in_the_first_signs_of_a_text() -> None:
    labels = {
        code: Label(code, waybill_of=frozenset("A"))
        for code in ("7" * 4, "8" * 40, "9" * 41, "123")
    }
    known = Codes(FORM, labels.get, [])
    assert [hit.part for hit in known.hits(f"{'x' * 496}7777")] == ["7777"]
    assert known.hits(f"{'x' * 497}7777") == known.hits("9" * 41) == known.hits("x123") == []
    assert [hit.part for hit in known.hits("8" * 40)] == ["8" * 40]


def test_the_parcel_of_a_bag_is_the_one_on_both_sides_then_the_one_on_most_texts() -> None:
    a, b = frozenset("A"), frozenset("B")
    waybill_a, list_a = Hit("1001", "1001", Side.WAYBILL, a), Hit("7001", "7001", Side.LIST, a)
    waybill_b, either = Hit("1002", "1002", Side.WAYBILL, b), Hit("7009", "7009", Side.LIST, a | b)
    assert parcel_of([[waybill_a], [list_a], [waybill_b], [waybill_b], [waybill_b]]) == "A"
    assert parcel_of([[waybill_a], [waybill_b], [waybill_b]]) == "B"
    assert parcel_of([[waybill_a, waybill_a], [waybill_b], []]) is None, (
        "one text says a parcel once"
    )
    assert parcel_of([[waybill_b], [either]]) == "B"
    assert parcel_of([[either]]) is None
    assert parcel_of([]) is None


def test_of_a_text_the_longest_part_that_is_the_parcels_is_taught() -> None:
    hits = [
        Hit(part, part, Side.WAYBILL, frozenset(of))
        for part, of in (("1001", "A"), ("100123", "A"), ("1001234", "B"))
    ]
    found = taught_by("1001234", hits, "A")
    assert found == Taught("1001234", hits[1])
    assert taught_by("1001234", hits, "C") is None
    assert taught_by("1001234", hits, "A", "code128") == found


def test_texts_are_of_one_kind_where_the_number_first_stands_in_the_same_place() -> None:
    texts = [one("1001 1001", "1001", "1001"), one("A7CD 1002", "1002", "1002")]
    assert [rule.mask for rule in rules_for(texts, FORM)] == ["<####> ####", "A7CD <####>"]


def test_signs_of_masks_that_stand_on_the_label_are_learnt_as_themselves() -> None:
    found = taught(BOOK, [[f"{n}*#{w}?{n}", order] for n, (w, order) in enumerate(BOOK.values())])
    (rule,) = rules_for(found, FORM)
    assert rule.mask == r"#\*\#<############>\?#"
    assert list(rule.numbers("7*#502222222228?9")) == ["502222222228"]
    assert not list(rule.numbers("7x1502222222228x9"))
