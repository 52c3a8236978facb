"""Which rules a store's labels follow, told from a few bags: the texts on them, and what the book
has in them. Pure.

A *hit* is a part of a text that is a code of the book. What the texts of one bag agree on is its
parcel. From its hits come rules, the plainest first, each of which must give every text of its kind
the right code and no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

import msgspec

from samebag.core.codes.elements import elements, identifiers
from samebag.core.codes.resolve import Lookup
from samebag.core.codes.rules import Rule, Side, fault_of, fields, literal, readings
from samebag.core.labels import CodeForm, Label
from samebag.core.symbologies import BY_NEED, ByNeed

SHORTEST = 4  # ours: of a part that is looked up; shorter numbers are in nearly every text
LOOKED_AT = 500  # ours: signs of a text; a PDF417 of a carrier has 300
LONGEST_CODE = 40  # ours: no code of an order file was longer
# ours: so many digits that all texts begin with are the carrier's, such as 420; further ones may be
# chance
LEADING = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """``part`` of the text is, but for its writing, the ``code`` that the book has on that side of
    ``parcels``."""

    part: str
    code: str
    side: Side
    parcels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Taught:
    """A text of a bag that says the code of the bag's parcel."""

    text: str
    hit: Hit
    needs: tuple[ByNeed, ...] = ()  # of the camera, to read that text


class Codes:
    """What the book has, to look for in texts. ``punctuated``: its codes with other signs than
    letters and digits."""

    def __init__(self, form: CodeForm, lookup: Lookup, punctuated: Iterable[str]) -> None:
        self.form, self.lookup = form, lookup
        self._written: dict[str, str] = {bare(code): code for code in punctuated}

    def hits(self, text: str) -> list[Hit]:
        """The parts of the text that are codes, longest first; none that lies within another of the
        same side."""
        found: list[tuple[int, int, Hit]] = []
        for start, end in _parts(text):
            for hit in self._hits(text[start:end]):
                if not any(
                    s <= start and end <= e and hit.side is known.side for s, e, known in found
                ):
                    found.append((start, end, hit))
        return [hit for _, _, hit in found]

    def _hits(self, part: str) -> Iterator[Hit]:
        code = self.form.normalise(part)
        label = self.lookup(code)
        if label is None and (written := self._written.get(bare(code))):
            code, label = written, self.lookup(written)
        if label and label.waybill_of:
            yield Hit(part, code, Side.WAYBILL, label.waybill_of)
        if label and label.list_of:
            yield Hit(part, code, Side.LIST, label.list_of)


def bare(code: str) -> str:
    """Letters and digits alone: how two writings of one number are alike."""
    return "".join(c for c in code.upper() if c.isalnum())


def parcel_of(texts: Iterable[Sequence[Hit]]) -> str | None:
    """The parcel that the texts of one bag agree on; None where none, or two, are named equally
    often.

    A parcel whose waybill *and* list are there is surer than one of two texts of one side.
    """
    votes: Counter[str] = Counter()
    sides: dict[str, set[Side]] = {}
    for hits in texts:
        for parcel in frozenset().union(*(hit.parcels for hit in hits)):
            votes[parcel] += 1
        for hit in hits:
            for parcel in hit.parcels:
                sides.setdefault(parcel, set()).add(hit.side)
    ranked = sorted(votes, key=lambda parcel: (len(sides[parcel]), votes[parcel]), reverse=True)
    if not ranked:
        return None
    first, *others = ranked
    return (
        None
        if others and (len(sides[others[0]]), votes[others[0]]) == (len(sides[first]), votes[first])
        else first
    )


def taught_by(text: str, hits: Sequence[Hit], parcel: str, symbology: str = "") -> Taught | None:
    """The longest part of the text that is that parcel's."""
    own = [hit for hit in hits if parcel in hit.parcels]
    needs = tuple(known for known in BY_NEED if known == symbology)
    return Taught(text, max(own, key=lambda hit: len(hit.part)), needs) if own else None


def is_read(taught: Taught, form: CodeForm, own: tuple[Rule, ...] = ()) -> bool:
    """Whether the text needs no rule: it is the code, or a rule there is gives it."""
    code = taught.hit.code
    numbers = (
        form.normalise(number)
        for number, rule in readings(taught.text, own)
        if _is_for(rule, taught.hit.side)
    )
    return form.normalise(taught.text) == code or code in numbers


def rules_for(texts: Sequence[Taught], form: CodeForm) -> list[Rule]:
    """The fewest rules that read all the texts that no rule reads yet; those that none fits are
    left out."""
    left, found = [taught for taught in texts if not is_read(taught, form)], []
    while left:
        candidates = [
            (rule, read_by(rule, left, form)) for rule in _candidates(left) if not fault_of(rule)
        ]
        right = [(rule, read) for rule, read in candidates if read]
        if not right:
            break
        # of equals the plainest, which comes first
        rule, read = max(right, key=lambda one: len(one[1]))
        found.append(rule)
        left = [taught for taught in left if taught not in read]
    return found


def read_by(rule: Rule, texts: Sequence[Taught], form: CodeForm) -> list[Taught]:
    """The texts that it reads."""
    own = (taught for taught in texts if _is_for(rule, taught.hit.side))
    return [
        taught
        for taught in own
        if taught.hit.code in map(form.normalise, rule.numbers(taught.text))
    ]


def _is_for(rule: Rule, side: Side) -> bool:
    return rule.on in (side, Side.BOTH)


def _candidates(texts: Sequence[Taught]) -> Iterator[Rule]:
    """Plain ones first."""
    for taught in texts:
        yield from (
            _finished(rule, taught)
            for rule in (*_of_fields(taught), *_of_elements(taught), *_of_ends(taught))
        )
    for _, alike in groupby(sorted(texts, key=_kind), key=_kind):
        group = list(alike)
        yield _finished(_masked(group), group[0])


def _finished(rule: Rule, taught: Taught) -> Rule:
    """With what makes of the part the code as the book writes it."""
    part, code = taught.hit.part, taught.hit.code
    rule = msgspec.structs.replace(rule, needs=taught.needs)
    if bare(part) != bare(code):
        return rule
    lacks = "".join(sorted({c for c in part if not c.isalnum()} - set(code)))
    kept = "".join(c for c in part if c not in lacks)
    if code.upper().endswith(kept.upper()):
        return msgspec.structs.replace(rule, drop=lacks, add=code[: len(code) - len(kept)])
    return msgspec.structs.replace(
        rule, drop=lacks, writings=("".join("?" if c.isalnum() else literal(c) for c in code),)
    )


def _of_fields(taught: Taught) -> Iterator[Rule]:
    part = bare(taught.hit.part)
    for name, value in fields(taught.text):
        if bare(value) == part:
            yield Rule(name=f"field {name}", on=taught.hit.side, field=name)


def _of_elements(taught: Taught) -> Iterator[Rule]:
    for identifier in identifiers(taught.text):
        if taught.hit.part in elements(taught.text, identifier):
            yield Rule(name=f"element {identifier}", on=taught.hit.side, element=identifier)


def _of_ends(taught: Taught) -> Iterator[Rule]:
    """What stands before and after it, as it is; where nothing does, only the writing differs."""
    before, _, after = taught.text.partition(taught.hit.part)
    if not before and not after:
        yield Rule(name="another writing", on=taught.hit.side)
    elif not any(c.isdigit() for c in before + after):
        yield Rule(name=f"{before}…{after}", on=taught.hit.side, prefix=before, suffix=after)


def _kind(taught: Taught) -> tuple[str, int, int]:
    before, _, after = taught.text.partition(taught.hit.part)
    return taught.hit.side, len(before), len(after)


def _masked(texts: Sequence[Taught]) -> Rule:
    """One mask for texts whose number stands in the same place: what all have alike stays, of
    digits the first."""
    befores, parts, afters = zip(
        *(taught.text.partition(taught.hit.part) for taught in texts), strict=True
    )
    number = _line(parts) if len({len(part) for part in parts}) == 1 else "*"
    alike = takewhile(lambda column: len(set(column)) == 1, zip(*befores, strict=True))
    head = "".join(column[0] for column in alike)[:LEADING]
    rest = _line([before[len(head) :] for before in befores])
    mask = f"{''.join(map(literal, head))}{rest}<{number}>{_line(afters)}"
    return Rule(name=mask, on=texts[0].hit.side, mask=mask)


def _line(texts: Sequence[str]) -> str:
    return "".join(map(_sign, zip(*texts, strict=True)))


def _sign(column: Sequence[str]) -> str:
    """What stands for one place of all texts."""
    if len(set(column)) == 1 and not column[0].isdigit():
        return literal(column[0])
    if all(c.isdecimal() for c in column):
        return "#"
    return (
        "@"
        if all(c.isalpha() for c in column)
        else "?"
        if all(c.isalnum() for c in column)
        else "*"
    )


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Where a code may stand: all pieces of words, and these with what joins them; long ones
    first."""
    text = text[:LOOKED_AT]
    spans = [
        (start, end)
        for start in range(len(text))
        if text[start].isalnum() or text[start] == "("
        for end in range(start + SHORTEST, min(len(text), start + LONGEST_CODE) + 1)
        if text[end - 1].isalnum()
    ]
    return iter(sorted(spans, key=lambda span: span[0] - span[1]))


def conflicts(
    rule: Rule, codes: Iterable[str], form: CodeForm, lookup: Lookup
) -> Iterator[tuple[str, str]]:
    """Codes of the book that the rule reads as another parcel's: (code, what it would be)."""
    for code in codes:
        for number in rule.numbers(code):
            other = form.normalise(number)
            if (label := lookup(other)) and (own := lookup(code)) and not _shares(label, own):
                yield code, other


def _shares(label: Label, other: Label) -> bool:
    return bool(label.parcels & other.parcels)
