"""The complaints of buyers: a ledger of its own, for the daemon alone writes the station's."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from samebag.ports import StoreError
from samebag.store.beside.side_ledger import SideLedger
from samebag.store.database import translated
from samebag.store.leave import Leave
from samebag.store.ledger.asides import until_in
from samebag.store.ledger.chain import LEDGER

CASE = "case"  # the kind of an entry about one
ENTRIES = """
SELECT e.bag, e.body, a.words FROM entry e LEFT JOIN aside a USING (seq) WHERE e.kind = 'case'
  ORDER BY e.seq"""
PURGE = "DELETE FROM aside WHERE seq IN (SELECT seq FROM entry WHERE wall_time < ?)"


class Did(StrEnum):
    """What an entry says of its case."""

    OPENED = "opened"
    ANSWERED = "answered"
    CLOSED = "closed"


class Result(StrEnum):
    RESHIP = "reship"
    REFUND_FULL = "refund-full"
    REFUND_PART = "refund-part"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class CaseNote:
    """Words that somebody wrote about a case; None once they were purged."""

    on: date
    words: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """One complaint. ``bag`` is 0 where the parcel never passed here. ``treasure``: the platform
    handles it."""

    number: int
    parcel: str
    bag: int
    cause: str
    opened: date
    treasure: bool = False
    answered: date | None = None
    closed: date | None = None
    result: Result | None = None
    notes: tuple[CaseNote, ...] = ()


class CaseFile(SideLedger):
    """Writes them. What a note says lies beside the chain, so that it can be purged and the chain
    still holds."""

    def add(
        self, parcel: str, bag: int, cause: str, *, on: date, treasure: bool, note: str
    ) -> Case:
        with self._writing():
            known = read_cases(self._db)
            for case in known:
                if case.parcel == parcel and not case.closed:
                    raise StoreError(
                        f"parcel {parcel}: case {case.number} about it is open: answer"
                        " or close that one"
                    )
            case = Case(len(known) + 1, parcel, bag, cause, on, treasure)
            body = {"parcel": parcel, "cause": cause, "treasure": treasure}
            return self._note(case, Did.OPENED, on, body, note)

    def answer(self, number: int, *, on: date, note: str) -> Case:
        with self._writing():
            case = _open_case(read_cases(self._db), number, on)
            if case.answered:
                raise StoreError(
                    f"case {number}: was answered on {case.answered}: close it when it is settled"
                )
            return self._note(replace(case, answered=on), Did.ANSWERED, on, {}, note)

    def end(self, number: int, result: Result, *, on: date, note: str) -> Case:
        with self._writing():
            case = _open_case(read_cases(self._db), number, on)
            return self._note(
                replace(case, closed=on, result=result), Did.CLOSED, on, {"result": result}, note
            )

    def purge(self, before: date, leave: Leave) -> int:
        """The notes written before that day, of them what the night may take; returns how many."""
        with self._writing():
            self._db.execute("PRAGMA secure_delete=ON")
            count = self._db.execute(
                PURGE, (until_in(self._db, before, leave).isoformat(),)
            ).rowcount
        with translated(self._path, LEDGER):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log has the old pages too
        return count

    def _note(self, case: Case, did: Did, on: date, body: dict[str, object], words: str) -> Case:
        body = {"case": case.number, "did": did, "on": on.isoformat(), **body}
        self._append(CASE, case.bag, body, words)
        return replace(case, notes=(*case.notes, CaseNote(on, words))) if words else case


def read_cases(db: sqlite3.Connection) -> list[Case]:
    """All, in the order in which they were opened."""
    found: dict[int, Case] = {}
    for bag, text, words in db.execute(ENTRIES):
        body = json.loads(text)
        case = _told(found.get(body["case"]), bag, body)
        notes = (
            (*case.notes, CaseNote(date.fromisoformat(body["on"]), words))
            if "words" in body
            else case.notes
        )
        found[case.number] = replace(case, notes=notes)
    return list(found.values())


def _told(case: Case | None, bag: int, body: dict[str, Any]) -> Case:
    on = date.fromisoformat(body["on"])
    if case is None:
        return Case(body["case"], body["parcel"], bag, body["cause"], on, body["treasure"])
    if body["did"] == Did.ANSWERED:
        return replace(case, answered=on)
    return replace(case, closed=on, result=Result(body["result"]))


def _open_case(known: Iterable[Case], number: int, on: date) -> Case:
    case = next((case for case in known if case.number == number), None)
    if case is None:
        raise StoreError(f"case {number}: there is none: samebag case list --all has them")
    if case.closed:
        raise StoreError(
            f"case {number}: was closed on {case.closed} ({case.result}): add another"
            " for a new complaint"
        )
    if on < (case.answered or case.opened):
        raise StoreError(
            f"case {number}: {on}: is before {case.answered or case.opened}: give the day with --on"
        )
    return case
