"""What an incident leaves to do, as files: recall, re-ship and refund lists, letters, findings with
why. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from samebag.aftersales.incident.affected import ParcelFinding
from samebag.aftersales.incident.complaints import Wish
from samebag.aftersales.incident.letters import LANGUAGES, Letters, render
from samebag.aftersales.incident.why import WORDS, Certainty, Why
from samebag.aftersales.sources import Stage, Whereabouts
from samebag.core.labels import Kind
from samebag.core.parcels import Item, Parcel
from samebag.core.words import Words
from samebag.files.csv_out import to_csv
from samebag.settings import SettingsError

RECALL, RESHIP, REFUND, FINDINGS = "recall.csv", "reship.csv", "refund.csv", "findings.json"
RECALL_TITLES = (
    *(
        "parcel",
        "tracking_number",
        "orders",
        "level",
        "why_zh",
        "why_en",
        "where",
        "since",
        "station",
        "bag",
    ),
    *("packer", "picture", "todo_zh", "todo_en"),
)
RESHIP_TITLES = (
    "order",
    "replaces",
    "parcel",
    "country",
    "service",
    "sku",
    "name",
    "attributes",
    "quantity",
)
REFUND_TITLES = (
    "order",
    "parcel",
    "tracking_number",
    "refund",
    "why_zh",
    "why_en",
    "freight_zh",
    "freight_en",
)
# the book knows the goods no more: whoever sends them looks the order up
NO_ITEM = Item("", "?", "", 1)
AGAIN = re.compile(r"-RE(\d*)$")
OUTSIDE_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")
NAME_CHARS = 60

FETCH = Words(
    "取回并打开检查；若已离开，联系承运商",
    "fetch it back and open it; if it has left, ask the carrier",
)
CARRIER = Words("已离开：联系承运商退回", "it has left: ask the carrier to send it back")
CHECK = Words("打包前检查两张标签和商品", "check both labels and the goods before it is packed")
WITH_BUYER = Words("已在买家手中", "is with its buyer")


@dataclass(frozen=True, slots=True)
class Affected:
    """A finding with all that a list says of it. ``record`` is None where the book lacks the parcel
    by now."""

    finding: ParcelFinding
    record: Parcel | None
    where: Whereabouts
    wish: Wish
    is_gone: bool

    @property
    def name(self) -> str:
        return self.finding.parcel

    @property
    def orders(self) -> tuple[str, ...]:
        return self.record.orders or (self.name,) if self.record else (self.name,)

    @property
    def number(self) -> str:
        if self.record:
            return self.record.tracking_number
        labels = self.finding.known.match.verdict.labels if self.finding.known.match else ()
        return next((label.code for label in labels if label.kind is Kind.WAYBILL), "")

    @property
    def owes(self) -> bool:
        """Whether its buyer gets the goods again, or the money, and a letter."""
        return self.finding.level is Certainty.CERTAIN and self.is_gone

    @property
    def todo(self) -> Words:
        if self.finding.why is Why.COMPLAINED:
            return WITH_BUYER
        if self.where.stage is Stage.HERE:
            return CHECK
        return CARRIER if self.where.stage is Stage.DISPATCHED else FETCH


def is_gone(finding: ParcelFinding, where: Whereabouts, *, passed_is_gone: bool) -> bool:
    """Out of the house, for all that is known. ``passed_is_gone``: where neither door nor exports
    tell."""
    stages = {Stage.EXPORTED, Stage.DISPATCHED} | (
        {Stage.PASSED, Stage.SEALED} if passed_is_gone else set()
    )
    return finding.why is Why.COMPLAINED or where.stage in stages


def files(
    affected: list[Affected], letters: Letters, about: Mapping[str, str], freight: Words
) -> dict[str, bytes]:
    """By name. ``about`` has the letters' ``store`` and ``channel``. Raises SettingsError for a
    letter with a gap."""
    owed = [a for a in affected if a.owes]
    numbers = reship_numbers([a.orders[0] for a in owed])
    again = dict(zip((a.name for a in owed), numbers, strict=True))
    found: dict[str, bytes] = {
        FINDINGS: msgspec.json.format(msgspec.json.encode([as_object(a) for a in affected])),
        RECALL: to_csv(_recall(a for a in affected if a.finding.level is not Certainty.NOT)),
        RESHIP: to_csv(_reship((a for a in owed if a.wish is Wish.RESHIP), again)),
        REFUND: to_csv(_refund((a for a in owed if a.wish is Wish.REFUND), freight)),
    }
    for place, a in enumerate(owed, 1):
        for language in LANGUAGES:
            try:
                text = render(
                    letters,
                    language,
                    a.finding.why,
                    fields(a, again[a.name], about, freight, language),
                )
            except SettingsError as err:
                raise SettingsError(f"parcel {a.name}: {err}; nothing was written") from err
            found[f"letters/{letter_name(place, a, language)}"] = text.encode()
    return found


def fields(
    affected: Affected, reship: str, about: Mapping[str, str], freight: Words, language: str
) -> dict[str, str]:
    """What a letter may fill in."""
    return {
        **about,
        "orders": " ".join(affected.orders),
        "tracking_number": affected.number,
        "reship": reship,
        "freight": freight.zh if language == "zh" else freight.en,
    }


def reship_numbers(orders: Iterable[str]) -> list[str]:
    """1234 becomes 1234-RE, that 1234-RE2; no number is given twice."""
    given: list[str] = []
    for order in orders:
        number = _next(order)
        while number in given:
            number = _next(number)
        given.append(number)
    return given


def as_object(affected: Affected) -> dict[str, object]:
    """For programs, and for whoever wants to see the proof: entries by number and hash."""
    finding, where = affected.finding, affected.where
    match = finding.known.match
    entries = [*finding.known.mismatches, *([match] if match else [])]
    return {
        "parcel": affected.name,
        "level": finding.level,
        "why": finding.why,
        "zh": WORDS[finding.why].zh,
        "en": WORDS[finding.why].en,
        "chain": finding.chain,
        "tracking_number": affected.number,
        "orders": affected.orders,
        "where": where.stage,
        "passed": where.passed.wall_time if where.passed else "",
        "bag": where.passed.bag if where.passed else 0,
        "exported": where.exported,
        "dispatched": where.dispatched,
        "proof": (match.verdict.proof or "") if match else "",
        "evidence": finding.known.picture,
        "entries": [
            {"station": e.station, "seq": e.seq, "kind": e.verdict.kind, "hash": e.hash}
            for e in entries
        ],
    }


def _recall(affected: Iterable[Affected]) -> Iterator[list[object]]:
    yield [*RECALL_TITLES]
    for a in affected:
        why, passed, match = WORDS[a.finding.why], a.where.passed, a.finding.known.match
        since = (
            a.where.dispatched
            or a.where.exported
            or a.where.sealed
            or (passed.wall_time if passed else "")
        )
        at = [passed.station, passed.bag] if passed else ["", ""]
        packer = match.verdict.packer if match else ""
        head = [
            a.name,
            a.number,
            " ".join(a.orders),
            a.finding.level,
            why.zh,
            why.en,
            a.where.stage,
            since[:19],
        ]
        yield [*head, *at, packer, a.finding.known.picture, a.todo.zh, a.todo.en]


def _reship(affected: Iterable[Affected], again: Mapping[str, str]) -> Iterator[list[object]]:
    """One row an item, as ERPs take orders."""
    yield [*RESHIP_TITLES]
    for a in affected:
        to = [a.record.country, a.record.service] if a.record else ["", ""]
        for item in (a.record and a.record.items) or [NO_ITEM]:
            yield [
                again[a.name],
                " ".join(a.orders),
                a.name,
                *to,
                item.sku,
                item.name,
                item.attributes,
                item.quantity,
            ]


def _refund(affected: Iterable[Affected], freight: Words) -> Iterator[list[object]]:
    yield [*REFUND_TITLES]
    for a in affected:
        why = WORDS[a.finding.why]
        yield [" ".join(a.orders), a.name, a.number, "full", why.zh, why.en, freight.zh, freight.en]


def _next(number: str) -> str:
    match = AGAIN.search(number)
    return f"{number[: match.start()]}-RE{int(match[1] or 1) + 1}" if match else f"{number}-RE"


def letter_name(place: int, affected: Affected, language: str) -> str:
    """A file's name, whatever the order is called."""
    return f"{place:03}-{OUTSIDE_A_NAME.sub('_', affected.orders[0])[:NAME_CHARS]}.{language}.txt"
