"""The codes that the station prints for itself are no label of a bag, whatever a store's rules find
in them."""

import pytest

from samebag.core.codes import own_codes
from samebag.core.codes.merged import merged_code
from samebag.core.codes.own_codes import (
    HeldBag,
    held_code,
    held_in,
    holds_own,
    is_own,
    list_code_in,
    listed_code,
)
from samebag.core.codes.resolve import label_of, labels_of
from samebag.core.codes.rules import Rule, Side, carriers, is_waybills
from samebag.core.codes.scanner_forms import alternatives
from samebag.core.labels import CodeForm, Label

LIST = "240123-1"
BOOK = {
    LIST: Label(LIST, list_of=frozenset("A")),
    "X|240123-1": Label("X|240123-1", list_of=frozenset("A")),
}
GREEDY = (
    Rule(name="what stands behind a bar", on=Side.LIST, mask="?*|<######-#>"),
    Rule(name="between bars", on=Side.LIST, mask="???|<######-#>|#|#|*"),
    Rule(name="without its head", on=Side.LIST, prefix="SL|"),
)
OWN = (
    listed_code(LIST),
    held_code("SB-01", 4),
    merged_code(LIST, 1, 1, b""),
    "SAMEBAG-CLEAR",
    "SAMEBAG-PACKER-LI",
)


@pytest.mark.parametrize("text", [*OWN, *(f" {text.lower()}" for text in OWN)])
def test_no_rule_of_a_store_reads_a_label_in_them(text: str) -> None:
    assert labels_of(text, CodeForm(), GREEDY, {**BOOK, text.strip().upper(): BOOK[LIST]}.get) == []
    assert is_own(text)
    assert alternatives(text) == ()


def test_what_is_letters_and_digits_alone_is_never_ours() -> None:
    """So most labels' codes are told apart at one look."""
    assert not any(mark.isalnum() for mark in own_codes._MARKS)
    assert not is_own("SAMEBAG1")


@pytest.mark.parametrize("text", OWN)
def test_one_is_seen_among_others_where_it_begins(text: str) -> None:
    assert all(
        holds_own(cell) for cell in (text, f"801;{text.lower()}", f"801 {text}", f"801|{text}|802")
    )
    assert not any(
        holds_own(cell)
        for cell in (f"A{text}", f"8{text}", f"801;X{text}", text[:2], LIST, "SL-1", "SAMEBAG")
    )


def test_the_same_rules_read_the_labels_of_others() -> None:
    assert label_of("X|240123-1", CodeForm(), GREEDY, BOOK.get) is not None
    assert label_of("ABC|240123-1|1|1|TAG", CodeForm(), GREEDY, BOOK.get) == BOOK[LIST]


def test_a_lists_code_behind_the_mark_is_no_waybills_text_however_it_looks() -> None:
    for rule in carriers():
        assert not any(is_waybills(listed_code(text)) for sample in rule.samples for text in sample)


def test_what_they_name_is_read_back_as_scanners_send_it() -> None:
    assert list_code_in(f" {listed_code(LIST).lower()}\n") == LIST
    assert held_in(" sh|sb-01|4 ") == HeldBag("SB-01", 4)


@pytest.mark.parametrize(
    "text", [LIST, "SH|4", "SH|SB-01|", "SH|SB-01|x", "SH|SB-01|1234567890", "SL|", "SB1|P|1|1|T"]
)
def test_others_name_nothing(text: str) -> None:
    assert (list_code_in(text), held_in(text)) == ("", None)
