"""What the files of one source look like, and in which ways a newer one is no longer like them.
Pure.

Only what a label's meaning hangs on is kept. Day-to-day variation is no change: other countries,
buyers and goods, a carrier that is rare or known, numbers that grow by a digit or two, columns that
nobody uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import msgspec

from samebag.core.codes.tracking import carrier_of
from samebag.core.labels import CodeForm
from samebag.orders.meaning.states import Agreed
from samebag.orders.profile import Layout, title_of
from samebag.store.book.records import Content, ParcelSaid, decode
from samebag.words.alike import CURE

FEW = 2  # of a rule of the ERP's, such as what the list's barcode says, so many parcels are enough
ENOUGH = 5  # of what varies by itself
BY_CHANCE = 1e-3  # ours: an alarm of a thousand files that are as ever is bearable
MOSTLY, HARDLY, NEVER = 0.8, 0.2, 0.01
GROWTH_DIGITS = 2
MOST_RUNS = 6  # a code of more runs of letters and digits is made of chance
KEPT_PARCELS = 5000  # older ones count the less the more come after them
KEPT_FORMS = 30
CODE_COLUMNS = ("parcel", "tracking_number", "waybill_codes", "orders", "list_codes", "status")
# what differs between two files of one export
DATED = re.compile(r"[0-9a-f]{32}|\d[\d ._:-]{3,}\d|\(\d+\)")


class AspectForm(msgspec.Struct, array_like=True):
    """One way in which parcels have an aspect: how many do, and the code and parcel of one."""

    parcels: int
    example: str
    of: str


class Fingerprint(msgspec.Struct):
    """``titles`` are those of the columns with codes; ``aspects`` are the keys of ASPECTS, with
    their forms.

    ``never_green``: a person accepted that most bags of this source can never be; ``agreed``: what
    else.
    """

    profile: str
    titles: dict[str, str]
    aspects: dict[str, dict[str, AspectForm]] = {}
    never_green: bool = False
    agreed: Agreed = Agreed()

    def take(self, parts: Iterable[ParcelSaid], form: CodeForm) -> None:
        for part in parts:
            for aspect, kind, example in (
                _aspects_of(part.name, decode(part.content), form) if part.tracking_number else ()
            ):
                forms = self.aspects.setdefault(aspect, {})
                forms.setdefault(kind, AspectForm(0, example[:80], part.name)).parcels += 1


@dataclass(frozen=True, slots=True)
class Change:
    """One way in which a file is not as it was. ``means`` is for the labels; ``example`` may be
    empty."""

    what: str
    was: str
    now: str
    example: str
    means: str


ASPECTS: Mapping[str, tuple[str, str]] = {  # what it is, and what a change means for the labels
    "list": ("the barcode on the cargo list", ""),
    "waybill": ("the codes on the waybill", "a waybill is known by these codes and by no other"),
    "tracking_number": (
        "the tracking number",
        "waybills look different: an old one on a new bag is an unknown code",
    ),
    "orders": ("the order number", "a cargo list that carries it looks different"),
    "parcel": (
        "the parcel's number",
        "another number names the parcel: the same bag may be in the book twice",
    ),
    "service": (
        "the service",
        "parcels that are in the book already would all count as changed, and be red",
    ),
    "country": (
        "the country",
        "parcels that are in the book already would all count as changed, and be red",
    ),
    "items": (
        "the goods",
        "parcels that are in the book already would all count as changed, and be red",
    ),
}
BUILT = ("tracking_number", "orders", "parcel")  # those whose form is how their codes are built
ONE_CODE = f"both labels carry one code, and such a bag is never green: {CURE.en}"
ON_LIST: Mapping[str, str] = {
    "the tracking number": ONE_CODE,
    "a further code of the waybill": ONE_CODE,
    "the order number": "each label has a code of its own, both must be read; the bags"
    " of one order share a list code",
    "the parcel's number": "each label has a code of its own, and both must be read",
    "a number of its own": "each label has a code of its own, and both must be read",
}
MIXED_LIST = (
    "a list is known by these codes and by no other; one that the waybill bears too proves neither"
)


def blank(profile: str, layout: Layout) -> Fingerprint:
    return Fingerprint(
        profile, {c: title_of(layout.titles[c]) for c in CODE_COLUMNS if c in layout.titles}
    )


def line_of(source: str) -> str:
    """One name for the files of one export that differ by date or counter."""
    return DATED.sub("#", source)


def changes(known: Fingerprint, new: Fingerprint) -> tuple[Change, ...]:
    """Nothing for a file that is as ever, and nothing that chance may well have brought about."""
    return (
        *_of_columns(known, new),
        *(change for aspect in ASPECTS for change in _of_aspect(aspect, known, new)),
    )


def absorbed(known: Fingerprint, new: Fingerprint) -> Fingerprint:
    """What is known after a file that is as ever: it counts, and the oldest fades."""
    aspects = {}
    for aspect in {**known.aspects, **new.aspects}:
        forms = dict(known.aspects.get(aspect, {}))
        for kind, form in new.aspects.get(aspect, {}).items():
            before = forms[kind].parcels if kind in forms else 0
            forms[kind] = AspectForm(before + form.parcels, form.example, form.of)
        scale = min(1.0, KEPT_PARCELS / sum(form.parcels for form in forms.values()))
        faded = [
            (kind, AspectForm(round(f.parcels * scale), f.example, f.of))
            for kind, f in forms.items()
        ]
        faded.sort(key=lambda pair: -pair[1].parcels)
        aspects[aspect] = {kind: form for kind, form in faded[:KEPT_FORMS] if form.parcels}
    return Fingerprint(new.profile, new.titles, aspects)


# ---- what a parcel is like


def _aspects_of(name: str, content: Content, form: CodeForm) -> Iterator[tuple[str, str, str]]:
    """Aspect, form, example."""
    yield "list", " and ".join(sorted(_on_list(content, name, form))), " ".join(content.list_codes)
    further = (
        "the tracking number and further codes"
        if content.waybill_codes
        else "the tracking number alone"
    )
    yield "waybill", further, " ".join((content.tracking_number, *content.waybill_codes))
    number = content.tracking_number
    yield "tracking_number", carrier_of(number) or skeleton(number), number
    if content.orders:
        yield "orders", skeleton(content.orders[0]), content.orders[0]
    yield "parcel", skeleton(name), name
    for aspect, value in (
        ("service", content.service),
        ("country", content.country),
        ("items", content.items),
    ):
        yield aspect, "given" if value else "missing", ""


def _on_list(content: Content, name: str, form: CodeForm) -> set[str]:
    orders = {form.normalise(order) for order in content.orders}
    meant = {
        content.tracking_number: "the tracking number",
        **dict.fromkeys(
            content.on_waybill - {content.tracking_number}, "a further code of the waybill"
        ),
    }
    return {
        meant.get(code)
        or ("the order number" if code in orders else "")
        or ("the parcel's number" if code == form.normalise(name) else "a number of its own")
        for code in content.list_codes
    }


def skeleton(code: str) -> str:
    """``XM1234-5`` is ``A 9999 - 9``: letters by kind only, digits by how many there are."""
    runs = [
        "".join(run)
        for _, run in groupby(code, lambda c: "9" if c.isdigit() else "A" if c.isalpha() else c)
    ]
    if len(runs) > MOST_RUNS:
        return "letters and digits mixed"
    return " ".join(
        "9" * len(run) if run.isdigit() else "A" if run.isalpha() else run for run in runs
    )


# ---- what differs


def _of_columns(known: Fingerprint, new: Fingerprint) -> Iterator[Change]:
    if known.profile != new.profile:
        means = "every column may mean something else: look at the first labels with care"
        yield Change("the layout of the file (its profile)", known.profile, new.profile, "", means)
        return
    for column in CODE_COLUMNS:
        was, now = known.titles.get(column), new.titles.get(column)
        if was and now and was != now:
            means = "see that this column holds the same as the other did"
            yield Change(f"the column for {column}", repr(was), repr(now), "", means)


def _of_aspect(aspect: str, known: Fingerprint, new: Fingerprint) -> Iterator[Change]:
    before, after = known.aspects.get(aspect, {}), new.aspects.get(aspect, {})
    count, size = sum(f.parcels for f in before.values()), sum(f.parcels for f in after.values())
    odd = _breaks_rule if aspect == "list" else _is_new
    for kind, form in after.items():
        same = sum(f.parcels for k, f in before.items() if k == kind or _is_grown(k, kind))
        if count and odd(count, same, size, form.parcels):
            what, means = ASPECTS[aspect]
            usual = max(before, key=lambda k: before[k].parcels)
            was = (
                f"{_shown(aspect, usual, before[usual])} ({before[usual].parcels} of"
                f" {count} parcels)"
            )
            now = f"{_shown(aspect, kind, form)} ({form.parcels} of {size} parcels)"
            example = f"parcel {form.of}{': ' if form.example else ''}{form.example}"
            yield Change(what, was, now, example, means or ON_LIST.get(kind, MIXED_LIST))


def _breaks_rule(count: int, same: int, size: int, now: int) -> bool:
    """What the list's barcode says is a rule of the ERP's: it holds for nearly all parcels, or it
    has changed."""
    if count < FEW or now < FEW:
        return False
    is_new = same <= NEVER * count and now > HARDLY * size
    return is_new or (same < HARDLY * count and now > MOSTLY * size and now >= ENOUGH)


def _is_new(count: int, same: int, size: int, now: int) -> bool:
    """Most parcels have what was hardly ever there, and so many that chance does not explain it."""
    if min(count, now) < ENOUGH or 2 * now < size or same > NEVER * count:
        return False
    return bool(((same + 1) / (count + 2)) ** now < BY_CHANCE)


def _is_grown(known: str, kind: str) -> bool:
    """Whether two skeletons differ only by a few digits more or less."""
    a, b = known.split(" "), kind.split(" ")
    return len(a) == len(b) and all(
        x == y or (x.isdigit() and y.isdigit() and abs(len(x) - len(y)) <= GROWTH_DIGITS)
        for x, y in zip(a, b, strict=True)
    )


def _shown(aspect: str, kind: str, form: AspectForm) -> str:
    """A skeleton says less to people than a code that has it."""
    if aspect not in BUILT:
        return kind
    return (
        f"like {form.example}"
        if kind == skeleton(form.example)
        else f"{kind}'s, like {form.example}"
    )
