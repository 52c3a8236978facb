"""Which label a text is: each reading of it is looked up, and the book decides (rules.md 1.1, 1.6).
Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from samebag.core.codes.own_codes import is_own
from samebag.core.codes.rules import Rule, Side, readings
from samebag.core.labels import CodeForm, Label

Lookup = Callable[[str], Label | None]  # of a code as the book writes it


def label_of(text: str, form: CodeForm, own: tuple[Rule, ...], lookup: Lookup) -> Label | None:
    """The label that the text is, equal to a code of it or by a rule; None if the book has no such.

    ``own`` are the store's rules. Its ``code`` is what the book has. Where several readings are
    labels, it has the text, and the parcels of all: ``doubtful`` if these are different ones.
    """
    found = labels_of(text, form, own, lookup)
    if len(found) < 2:
        return found[0] if found else None
    return _together(form.normalise(text), found)


def labels_of(text: str, form: CodeForm, own: tuple[Rule, ...], lookup: Lookup) -> list[Label]:
    """By each reading that the book knows. What a station printed is none, whatever a store's rule
    finds in it."""
    if is_own(text):
        return []
    written = form.normalise(text)
    equal = lookup(written)
    found = {written: equal} if equal else {}
    for number, rule in readings(text, own):
        code = form.normalise(number)
        if code not in found and (label := lookup(code)) and _is_on(label, rule.on):
            found[code] = label
    return list(found.values())


def _is_on(label: Label, side: Side) -> bool:
    return bool(
        (side is not Side.LIST and label.waybill_of) or (side is not Side.WAYBILL and label.list_of)
    )


def _together(text: str, labels: Sequence[Label]) -> Label:
    """One where they mean the same: a number that the book has in two writings."""
    first = labels[0]
    if all(
        (label.waybill_of, label.list_of) == (first.waybill_of, first.list_of) for label in labels
    ):
        return first
    return Label(
        text,
        frozenset().union(*(label.waybill_of for label in labels)),
        frozenset().union(*(label.list_of for label in labels)),
        frozenset().union(*(label.stale for label in labels)),
        doubtful=any(label.parcels != first.parcels for label in labels),
    )
