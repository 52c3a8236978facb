"""The story of one parcel: every entry about it in every ledger, in time order, each with its words
and its hash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

import msgspec

from samebag.aftersales.sources import OpenLedger, Sources
from samebag.core.verdicts import Proof, VerdictKind
from samebag.core.words import Words
from samebag.ports import JobState
from samebag.store.ledger import by_code
from samebag.store.ledger.by_code import tail_of
from samebag.store.ledger.chain import PRINT_JOB, PRINTED
from samebag.words.screen import JOB_STATES, KIND_WORDS, PROOF_WORDS

OF_CODE = """
  SELECT v.bag FROM code_read c JOIN entry v ON v.seq = c.seq WHERE c.tail = ? AND c.code = ?
    UNION ALL"""
ENTRIES = """
SELECT seq, kind, bag, wall_time, body, hash FROM entry WHERE bag IN (
  {codes}
  SELECT v.bag FROM code_read_due c JOIN entry v ON v.seq = c.seq WHERE c.code IN ({marks})
    UNION ALL
  SELECT e.bag FROM passed p JOIN entry e USING (seq) WHERE p.parcel = ?
) AND kind IN ('verdict', 'seal', 'evidence', 'print job', 'swaps') ORDER BY bag, seq"""
AT_THE_DOOR = """
SELECT seq, kind, bag, wall_time, body, hash FROM entry WHERE kind = 'dispatch'
  AND body ->> 'parcel' = ?1
UNION ALL SELECT seq, kind, bag, wall_time, body, hash FROM entry
WHERE kind IN ('stop', 'correction') AND body ->> 'parcel' = ?1"""
TOLD = AT_THE_DOOR.replace("'dispatch'", "'shipment'")

Row = tuple[int, str, int, str, str, bytes]
_decode = msgspec.json.Decoder(dict[str, Any]).decode

VERDICTS: Mapping[VerdictKind, Words] = {
    VerdictKind.MATCH: Words("核对通过", "match"),
    VerdictKind.MISMATCH: Words("两张标签不是同一包裹", "mismatch: labels of two parcels"),
    VerdictKind.UNKNOWN: Words("系统里没有此单号", "unknown code"),
    VerdictKind.DUPLICATE: Words("重复：此前已通过", "duplicate: had passed before"),
    VerdictKind.CANCELLED: Words(
        "订单已取消，或最新订单文件中没有", "its order was cancelled, or gone from its file"
    ),
    VerdictKind.CHANGED: Words(
        "打印后订单有变更", "its order had changed since its labels were printed"
    ),
    VerdictKind.BARRED: Words("按规则拦下", "held back by a rule"),
    VerdictKind.INCOMPLETE: Words("缺一张标签", "a label was missing"),
}
LABELS = {kind.value: words for kind, words in KIND_WORDS.items()}
NOTICES = {
    "wanted": Words("正在寻找", "wanted: the labels to look for were named"),
    "recall": Words("须追回", "recalled: its bag left with a label too few or too many"),
    "roll-slipped": Words("整卷标签串位", "the roll of labels slipped"),
    "cleared": Words("已了结", "settled"),
    "unsealed": Words("未扫新标签", "left without its new label"),
}


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """One entry. ``evidence`` is where its picture lies, ``sha256`` what the picture's hash was."""

    wall_time: str
    ledger: str
    seq: int
    hash: str
    kind: str
    bag: int
    words: Words
    evidence: str = ""
    sha256: str = ""


def story_of(sources: Sources, parcel: str) -> list[StoryEntry]:
    told = [told for station in sources.stations for told in _at_station(sources, station, parcel)]
    for ledger, select in ((sources.door, AT_THE_DOOR), (sources.told, TOLD)):
        if ledger:
            told += [
                _told(ledger, row, _decode(row[4])) for row in ledger.db.execute(select, (parcel,))
            ]
    return sorted(told, key=attrgetter("wall_time", "ledger", "seq"))


def _at_station(sources: Sources, station: OpenLedger, parcel: str) -> Iterator[StoryEntry]:
    """Of every bag on which a label of the parcel was read, or which passed as it."""
    codes = sources.codes(parcel)
    sought = (*(part for code in codes for part in (tail_of(code), code)), *codes, parcel)
    for bag, rows in groupby(station.db.execute(_entries(len(codes)), sought), key=itemgetter(2)):
        entries = [(row, _decode(row[4])) for row in rows]
        if any(parcel in (*body.get("parcels", ()), body.get("parcel")) for _, body in entries):
            yield from (_told(station, row, body) for row, body in entries)
            if any("job" in body or "number" in body for _, body in entries):
                yield from _printed(station, bag)


def _printed(station: OpenLedger, bag: int) -> Iterator[StoryEntry]:
    """Of its labels that share an entry with others."""
    for number, copy, row in by_code.printed(station.db, bag):
        said = next(state for state, numbers in _decode(row[4]).items() if number in numbers)
        yield _told(station, row, {"number": number, "copy": copy, "state": said})


@cache
def _entries(codes: int) -> str:
    """Half the time of one statement that takes its codes from a list."""
    return ENTRIES.format(codes=OF_CODE * codes, marks=",".join("?" * codes))


def _told(ledger: OpenLedger, row: Row, body: dict[str, Any]) -> StoryEntry:
    seq, kind, bag, wall_time, _, mark = row
    words = _WORDS[kind](body)
    return StoryEntry(
        wall_time,
        str(ledger.path),
        seq,
        mark.hex(),
        kind,
        bag,
        words,
        body.get("path", ""),
        body.get("sha256", ""),
    )


def _of_verdict(body: dict[str, Any]) -> Words:
    verdict = VERDICTS[VerdictKind(body["kind"])]
    labels = [(LABELS[kind], code, by) for kind, code, by in _labels(body)]
    zh = "、".join(f"{words.zh} {code}" for words, code, _ in labels)
    en = ", ".join(f"{words.en} {code} by {by}" for words, code, by in labels)
    proof = _of_proof(body.get("proof"))
    packer = f" {body['packer']}" if body.get("packer") else ""
    shadow = (
        ("（试运行，未显示）", " (shadow: nobody was shown)") if body.get("shadow") else ("", "")
    )
    where = f" @ {body['station']}{packer}"
    return Words(
        f"{verdict.zh}{shadow[0]}：{zh}{proof.zh}{where}",
        f"{verdict.en}{shadow[1]}: {en}{proof.en}{where}",
    )


def _of_proof(proof: str | None) -> Words:
    if not proof:
        return Words("", "")
    words = PROOF_WORDS[Proof(proof)]
    return Words(f"（{words.zh}）", f" [{words.en}]")


def _labels(body: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    """Before version 11 they were objects."""
    old = ((label["kind"], label["code"], label["by"]) for label in body.get("labels", ()))
    return body.get("read") or old


def _of_swaps(body: dict[str, Any]) -> Words:
    words, parcels = NOTICES[body["notice"]], body.get("parcels", ())
    return Words(f"{words.zh}：{'、'.join(parcels)}", f"{words.en}: {', '.join(parcels)}")


def _of_job(body: dict[str, Any]) -> Words:
    copy = f" COPY {body['copy']}" if body.get("copy", 1) > 1 else ""
    return Words(
        f"标签 {body['number']}{copy}：{JOB_STATES[JobState(body['state'])]}",
        f"label {body['number']}{copy}: {body['state']}",
    )


def _of_export(body: dict[str, Any]) -> Words:
    number = body["tracking_number"]
    return Words(f"已填写发货通知 {number}", f"told to the platform with {number}")


def _of_correction(body: dict[str, Any]) -> Words:
    number = body["tracking_number"]
    return Words(f"发货通知更正为 {number}", f"told to the platform anew with {number}")


_WORDS = {
    "verdict": _of_verdict,
    "swaps": _of_swaps,
    PRINT_JOB: _of_job,
    PRINTED: _of_job,
    "seal": lambda body: Words("已复核", "sealed: its new label was read on it"),
    "evidence": lambda body: Words(f"照片 {body['path']}", f"picture {body['path']}"),
    "dispatch": lambda body: Words("已发出", "left through the door"),
    "stop": lambda body: Words(
        f"门口拦下：{body['reason']}", f"stopped at the door: {body['reason']}"
    ),
    "shipment": _of_export,
    "correction": _of_correction,
}
