"""What carriers' symbols say beside the number: each text, made anew from its rule's layout, and
who may not fit."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from samebag.core.codes.check_digits import CHECKS
from samebag.core.codes.elements import elements, identifiers
from samebag.core.codes.resolve import label_of
from samebag.core.codes.rules import (
    LONGEST,
    Rule,
    Side,
    carriers,
    fault_of,
    is_waybills,
    literal,
    nameless,
    readings,
)
from samebag.core.labels import CodeForm, Label

GS = "\x1d"
FORM = CodeForm()
# cut as ZIP+4, the second is 9401...
USPS, USPS_26 = (
    "9400111899223334445554",
    "92009401755477300424123456",
)


def book(**labels: str) -> dict[str, Label]:
    """``A="w 123"``: parcel A's waybill has code 123."""
    found = {}
    for parcel, said in labels.items():
        side, code = said.split()
        of = frozenset({parcel})
        found[code] = Label(code, waybill_of=of) if side == "w" else Label(code, list_of=of)
    return found


def others(text: str, number: str, digits: random.Random) -> tuple[str, str]:
    """The sample with other digits in its number, where that stands in the text as it is."""
    new = number[:4] + "".join(
        digits.choice("0123456789") if c.isdigit() else c for c in number[4:]
    )
    return (text.replace(number, new), new) if number in text else (text, number)


@pytest.mark.parametrize("rule", carriers(), ids=lambda rule: rule.name)
def test_every_carriers_rule_finds_its_number_has_a_source_and_is_refused_half_of_the_text(
    rule: Rule,
) -> None:
    digits = random.Random(rule.name)
    assert (
        rule.source and rule.as_of and rule.samples and rule.carrier and rule.symbol and rule.says
    )
    for text, number in rule.samples:
        pairs = (
            [(text, number)] if rule.check_digit else [(text, number), others(text, number, digits)]
        )
        for said, has in pairs:
            assert has in [reading.number for reading in readings(said) if reading.rule == rule], (
                said,
                has,
            )
            label = label_of(said, FORM, (), book(P=f"w {has.upper()}").get)
            assert label == Label(has.upper(), waybill_of=frozenset("P"))
            assert is_waybills(said) or not rule.sure
            assert label_of(said[: len(said) // 2], FORM, (), book(P=f"w {has}").get) is None
            assert label_of(said, FORM, (), book(P=f"l {has}").get) is None, (
                "a waybill's rule reads no list"
            )


def test_the_book_decides_which_cut_of_34_digits_it_is_and_two_that_it_has_are_in_doubt() -> None:
    flat = f"42010001{USPS_26}"
    as_zip4 = flat[12:]
    assert {USPS_26, as_zip4} <= {reading.number for reading in readings(flat)}
    for has in (USPS_26, as_zip4):
        found = label_of(flat, FORM, (), book(A=f"w {has}", B="w 1").get)
        assert found == Label(has, waybill_of=frozenset({"A"}))
    both = label_of(flat, FORM, (), book(A=f"w {USPS_26}", B=f"w {as_zip4}").get)
    assert both == Label(flat, waybill_of=frozenset({"A", "B"}), doubtful=True)
    with_gs = label_of(
        f"42010001{GS}{USPS_26}", FORM, (), book(A=f"w {USPS_26}", B=f"w {as_zip4}").get
    )
    assert with_gs == Label(USPS_26, waybill_of=frozenset({"A"})), (
        "the separator says where the number begins"
    )


def test_one_parcels_number_in_two_writings_is_one_label_and_its_waybill_and_list() -> None:
    sscc = "340434161094042557"
    has = book(A=f"w {sscc}") | {f"00{sscc}": Label(f"00{sscc}", waybill_of=frozenset("A"))}
    assert label_of(f"(00){sscc}", FORM, (), has.get) == has[sscc]
    own = (Rule(name="link", on=Side.LIST, field="order"), Rule(name="link's number", field="t"))
    link = f"https://shop.test/?order=77&t={USPS}"
    both = label_of(
        link, FORM, own, (book(A=f"w {USPS}") | {"77": Label("77", list_of=frozenset("A"))}).get
    )
    assert both == Label(link.upper(), frozenset("A"), frozenset("A")), (
        "as where both labels bear one code"
    )
    earlier = book(A=f"w {USPS}") | {
        "77": Label("77", list_of=frozenset("A"), stale=frozenset("A"))
    }
    assert label_of(link, FORM, own, earlier.get) == Label(
        link.upper(), frozenset("A"), frozenset("A"), frozenset("A")
    ), "of an older printing"


def test_a_text_that_is_a_code_as_it_stands_is_that_label() -> None:
    assert label_of(" 10 01", FORM, (), book(A="w 1001").get) == Label(
        "1001", waybill_of=frozenset("A")
    )
    assert label_of("1001", FORM, (), book(A="w 1002").get) is None
    merged = {"1001": Label("1001", merged_of=frozenset("A"))}
    for side, waybills, lists in ((Side.WAYBILL, 1, 0), (Side.LIST, 0, 1), (Side.BOTH, 1, 1)):
        own = (Rule(name="X", on=side, prefix="X"),)
        found = [
            label_of("X1001", FORM, own, has.get)
            for has in (book(A="w 1001"), book(A="l 1001"), merged)
        ]
        assert [label is not None for label in found] == [waybills, lists, 0]


@pytest.mark.parametrize(
    ("rule", "text", "number"),
    [
        (Rule(name="prefix", prefix="ORD-"), "ORD-1001", "1001"),
        (Rule(name="mask", mask="420#####<##@*>"), "4201000194x1", "94x1"),
        (Rule(name="add", add="#"), "1001", "#1001"),
        (Rule(name="suffix", suffix="/2"), "1001/2", "1001"),
        (Rule(name="drop", drop="-. "), "99.60-00 1", "9960001"),
        (Rule(name="json", field="no"), '{"a": [1], "no": "1001"}', "1001"),
        (Rule(name="json number", field="no"), '{"no": 1001}', "1001"),
        (Rule(name="link", field="/"), "https://shop.test/o/1001/?x=1", "1001"),
        (Rule(name="parameter", field="id"), "https://shop.test/o?x=1&id=A%2F7", "A/7"),
        (Rule(name="element", element="91"), f"0199312650999998{GS}91ABC{GS}10X", "ABC"),
        (Rule(name="brackets", element="91"), "(01)99312650999998(91)ABC", "ABC"),
        (Rule(name="link", field="/"), "http://shop.test/o/100X", "100X"),
        (Rule(name="json after a space", field="no"), ' {"no": "1001"}', "1001"),
        (Rule(name="mask", mask="A.@<?*>"), "A.b1\n2", "1\n2"),
        (
            Rule(name="checked", prefix="N", check_digit="mod10", weights=(1, 3)),
            "N9780201379624",
            "9780201379624",
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Rule) else "",
)
def test_a_stores_own_rule(rule: Rule, text: str, number: str) -> None:
    assert [reading.number for reading in readings(text, (rule,)) if reading.rule is rule] == [
        number
    ]
    assert not [
        reading for reading in readings("{[", (rule,)) if reading.rule is rule and not rule.add
    ]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule(name="x", field="no"), '{"no": true}'),
        (Rule(name="x", field="no"), '{"no": 1.5}'),
        (Rule(name="x", field="no"), '{"no": ["1"]}'),
        (Rule(name="x", field="no"), '{"other": "1"}'),
        (Rule(name="x", field="no"), '{"no"'),
        (Rule(name="x", field="no"), "https://shop.test/o?x=1"),
        (Rule(name="x", field="no"), "http://[shop"),
        (Rule(name="x", field="no"), "no"),
        (Rule(name="x", prefix="N", suffix="-X"), "N1001"),
        (Rule(name="x", prefix="N", suffix="-X"), "1001-X"),
        (Rule(name="x", prefix="N", suffix="-X"), "N-X"),
        (Rule(name="x", mask="A.@<#>"), "AxB1"),
        (Rule(name="x", mask="A.@<#>"), "A.11"),
        (Rule(name="x", mask="A.@<#>"), "A.BB"),
        (Rule(name="x", mask="A.@<#>"), "A.B11"),
        (Rule(name="x", prefix="N", check_digit="mod10", weights=(1, 3)), "N9780201379623"),
        (Rule(name="x", prefix="N", check_digit="mod10", weights=(1, 3)), "NX"),
        (Rule(name="the text itself", drop="-"), "1001"),
    ],
)
def test_a_stores_own_rule_reads_nothing_in_what_does_not_fit_it(rule: Rule, text: str) -> None:
    assert readings(text, (rule,)) == ()


def test_a_rule_gives_a_numbers_other_writings_where_it_fills_them() -> None:
    rule = Rule(name="writings", prefix="X", writings=("####-####", "#.@?", "###"))
    assert [reading.number for reading in readings("X12345678", (rule,))] == [
        "12345678",
        "1234-5678",
    ]
    same = Rule(name="same", mask="X<*>")
    cargo = Rule(name="list", mask="X<*>", on=Side.LIST)
    assert readings("X1AB", (rule, same, cargo)) == (("1AB", rule), ("1.AB", rule), ("1AB", cargo))


def test_texts_longer_than_any_symbol_are_not_looked_into() -> None:
    rule = Rule(name="x", prefix="N")
    assert readings("N" + "1" * (LONGEST - 1), (rule,))
    assert not readings("N" + "1" * LONGEST, (rule,))
    maxicode = "[)>\x1e01\x1d96UPSN"
    assert nameless(maxicode.ljust(LONGEST, "9"))
    assert not nameless(maxicode.ljust(LONGEST + 1, "9"))


def test_what_a_carrier_says_may_go_over_lines() -> None:
    usps = f"019931265099999891{'A1' * 10}"
    assert {reading.number for reading in readings(f"{usps}\x1d91\n2")} >= {"A1" * 10}


def test_elements_of_known_length_need_no_separator() -> None:
    assert list(elements(f"{GS}00{'1' * 18}10AB{GS}21X", "21")) == ["X"]
    assert list(elements("0199312650999998" + "91ABC", "91")) == ["ABC"]
    assert (
        list(elements("not one", "91"))
        == list(elements("", "91"))
        == list(elements(" 91ABC", "91"))
        == []
    )
    assert (
        list(elements(f"00{'1' * 18} 91ABC", "91"))
        == list(elements(f"10A{GS}91{GS}21X", "91"))
        == []
    )
    assert list(elements("(91)AB)C\x1d", "91")) == ["AB)C"]
    assert list(elements("(91)AB \x1d(91)(10)7", "91")) == ["AB "]


def test_all_beginnings_of_elements_may_be_identifiers() -> None:
    assert identifiers(f"{GS}0012{GS}91A") == {"00", "001", "0012", "91"}
    assert identifiers("(10)A(8008)7") == {"10", "80", "800", "8008"}
    assert identifiers(" 10A") == identifiers("A 10") == set()


@pytest.mark.parametrize(
    "text",
    [
        "42010001",
        "420100011234",
        "421840100011234",
        "2LDE53113+72000000",
        "JJD01460000123456789012",
    ],
)
def test_what_names_no_parcel_is_known_and_a_number_is_not_of_that_kind(text: str) -> None:
    kind = nameless(text)
    assert kind and kind.source and kind.says_zh
    assert not is_waybills(text)


def test_fourteen_digits_are_a_leitcode_only_with_its_check_digit() -> None:
    kinds = [nameless(f"2134807501640{digit}") for digit in range(10)]
    assert [kind.name for kind in kinds if kind] == ["Leitcode"]
    assert kinds[int(str(CHECKS["mod10"]("2134807501640", (4, 9))))] is not None


def random_texts(draws: random.Random, count: int) -> Iterator[str]:
    """Goods' EANs and UPCs, order numbers of the platforms, postcodes."""

    def digits(length: int) -> str:
        return "".join(draws.choices("0123456789", k=length))

    for _ in range(count):
        for length in (12, 7):
            serial = digits(length)
            yield serial + str(CHECKS["mod10"](serial, (1, 3) if length == 12 else (3, 1)))
        yield from (
            "80" + digits(14),
            digits(18),
            digits(5),
            f"{digits(5)}-{digits(4)}",
            f"#{digits(5)}",
        )
        yield "".join(draws.choices("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", k=draws.randint(6, 20)))


def test_goods_orders_and_postcodes_are_no_waybills_and_hardly_ever_have_a_reading_at_all() -> None:
    """A reading is looked up among a million numbers of twelve digits at least: these are too few
    to hit one."""
    texts = list(random_texts(random.Random(13), 2_000))
    assert not [text for text in texts if is_waybills(text)]
    short = [r for text in texts for r in readings(text) if len(r.number) < 12]
    assert not short
    of_orders = [
        text for text in texts if text.startswith("80") and len(text) == 16 and readings(text)
    ]
    assert len(of_orders) < 2_000 / 50, (
        "one in a hundred has the form and the check digit by chance"
    )


def test_a_text_that_is_too_long_for_any_symbol_is_not_looked_at() -> None:
    link = "https://mini.ems.com.cn/youzheng/mini/1151238971060"
    own = (Rule(name="x", suffix="0"),)
    assert readings(link, own)
    assert readings(f"{'9' * LONGEST}0", own) == ()
    assert readings(f"{'9' * (LONGEST - 1)}0", own)
    assert nameless("420" + "1" * LONGEST) is None


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (
            Rule(name="x", mask="<*>"),
            "mask '<*>' fits nearly every text: give at least 2 signs that stand on each label",
        ),
        (
            Rule(name="x", mask="A@<#?*>"),
            "mask 'A@<#?*>' fits nearly every text: give at least 2 signs that stand on each label",
        ),
        (
            Rule(name="x", mask="AB*<*>"),
            "mask 'AB*<*>' must have < and > around the number, and one * at most",
        ),
        (
            Rule(name="x", mask="AB<#"),
            "mask 'AB<#' must have < and > around the number, and one * at most",
        ),
        (
            Rule(name="x", mask="AB#>"),
            "mask 'AB#>' must have < and > around the number, and one * at most",
        ),
        (Rule(name="x", mask="AB<#>", field="no"), "has mask and field: keep one of them"),
        (
            Rule(name="x", mask="ORD-*"),
            "mask 'ORD-*' must have < and > around the number, and one * at most",
        ),
        (
            Rule(name="x"),
            "changes nothing: say what it takes (mask, field, element) or leaves out"
            " (prefix, suffix, drop)",
        ),
        (Rule(name="x", field="no", element="91"), "has field and element: keep one of them"),
        (Rule(name="x", shapes=("(.*)",)), "shapes are for carriers: write a mask"),
    ],
)
def test_a_stores_rule_that_fits_everything_or_nothing_is_refused_with_the_cure(
    rule: Rule, fault: str
) -> None:
    assert fault_of(rule) == fault


@pytest.mark.parametrize(
    "rule",
    [
        Rule(name="x", mask="OR<*>"),
        Rule(name="x", mask="XX<*>"),
        Rule(name="x", mask="<##>"),
        Rule(name="x", field="no"),
        Rule(name="x", element="91"),
        Rule(name="x", prefix="X"),
        Rule(name="x", suffix="X"),
        Rule(name="x", drop="-"),
        Rule(name="x", add="#"),
        Rule(name="x", writings=("##",)),
    ],
)
def test_a_stores_rule_that_takes_or_changes_something_is_none_to_refuse(rule: Rule) -> None:
    assert fault_of(rule) == ""


def test_of_several_elements_alike_the_one_with_the_prefix_counts() -> None:
    assert list(Rule(name="x", element="10", prefix="A").numbers(f"10B1{GS}10A7")) == ["7"]
    assert [literal(sign) for sign in "\\#-"] == ["\\\\", "\\#", "-"]
    assert list(Rule(name="x", mask=f"{literal(chr(92))}-<##>").numbers("\\-12")) == ["12"]


def test_each_shape_of_a_carrier_has_the_number_as_its_one_group() -> None:
    shapes = [shape for rule in carriers() for shape in rule.shapes]
    assert [shape for shape in shapes if re.compile(shape).groups != 1] == []
