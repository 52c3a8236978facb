"""One bag's page, which is also the sheet for a dispute; its pictures; and the search that finds
it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from samebag.core.codes.own_codes import held_in, list_code_in
from samebag.core.parcels import Parcel
from samebag.core.verdicts import Verdict
from samebag.settings import Settings
from samebag.snapshot import printed_path
from samebag.store.glance import look_up, looking
from samebag.store.ledger import by_code
from samebag.store.ledger.by_code import Entry, EvidenceOf
from samebag.store.ledger.by_day import Recorded
from samebag.store.ledger.chain import LEDGER
from samebag.web.rendering import Rendering

MOST_FOUND = 50
# what every program counts exactly; a bag a second reaches it in 285 million years
MOST_NUMBER = 2**53


class BagPage:
    def __init__(self, settings: Settings, render: Rendering) -> None:
        self._settings, self._render = settings, render

    def page(self, request: Request) -> Response:
        bag = _number(request, "bag")
        with looking(self._settings.ledger_path, LEDGER) as ledger:
            told = by_code.entries(ledger, bag)
            verdicts = by_code.trace_bag(ledger, bag)
            jobs = by_code.jobs(ledger, bag)
        if not told:
            raise HTTPException(404, "missing.bag")
        pictures = [
            (entry, self._is_whole(_evidence(entry))) for entry in told if entry.kind == "evidence"
        ]
        return self._render.page(
            request,
            "bag.html",
            bag=bag,
            station=self._settings.station.name,
            entries=told,
            verdicts=verdicts,
            parcels=self._parcels(verdicts[0].verdict) if verdicts else [],
            pictures=pictures,
            printed=[number for number in jobs if self._label_path(number).is_file()],
        )

    def evidence(self, request: Request) -> Response:
        with looking(self._settings.ledger_path, LEDGER) as ledger:
            found = by_code.evidence(ledger, _number(request, "seq"))
        path = self._inside(found) if found else None
        if path is None:
            raise HTTPException(404, "missing.picture")
        return FileResponse(
            path, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"}
        )

    def label(self, request: Request) -> Response:
        path = self._label_path(_number(request, "number"))
        if not path.is_file():
            raise HTTPException(404, "missing.picture")
        return FileResponse(
            path, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"}
        )

    def search(self, request: Request) -> Response:
        """Straight to the bag where only one can be meant."""
        text = request.query_params.get("q", "").strip()
        found = self._found(text) if text else []
        bags = {row.verdict.bag for row in found}
        if len(bags) == 1:
            language = request.query_params.get("lang")
            return RedirectResponse(
                f"/bags/{bags.pop()}{'?' + urlencode({'lang': language}) if language else ''}", 303
            )
        return self._render.page(request, "search.html", q=text, found=found, most=MOST_FOUND)

    def _found(self, text: str) -> list[Recorded]:
        if (held := held_in(text)) and held.station == self._settings.station.name.upper():
            text = f"#{held.bag}"
        text = list_code_in(text) or text
        code = "".join(text.split())
        with looking(self._settings.ledger_path, LEDGER) as ledger:
            if text.startswith("#"):
                number = text[1:].strip()
                return by_code.trace_bag(ledger, int(number)) if _is_number(number) else []
            for written in dict.fromkeys(
                (code.upper(), code, text)
            ):  # a book may keep its codes as they came
                found = by_code.trace(ledger, written, MOST_FOUND) or self._of_parcel(
                    ledger, written
                )
                if found:
                    return found
            return by_code.trace_ending(ledger, code.upper(), MOST_FOUND)

    def _of_parcel(self, ledger: sqlite3.Connection, name: str) -> list[Recorded]:
        """How it passed; of one that never did, the bags on which its labels were read."""
        if passed := by_code.trace_parcel(ledger, name):
            return passed
        parcel = look_up(self._settings.book_path, name)
        codes = (
            (parcel.tracking_number, *parcel.waybill_codes, *parcel.list_codes) if parcel else ()
        )
        found = {row.seq: row for code in codes for row in by_code.trace(ledger, code, MOST_FOUND)}
        return [found[seq] for seq in sorted(found, reverse=True)][:MOST_FOUND]

    def _parcels(self, verdict: Verdict) -> list[Parcel]:
        names = verdict.parcels or ((verdict.parcel,) if verdict.parcel else ())
        return [parcel for name in names if (parcel := look_up(self._settings.book_path, name))]

    def _label_path(self, number: int) -> Path:
        return printed_path(self._settings.printed_dir, number)

    def _inside(self, found: EvidenceOf) -> Path | None:
        """Only what lies in the evidence folder is shown, whatever the ledger says."""
        path = Path(found.path).resolve()
        return (
            path
            if path.is_relative_to(self._settings.evidence_dir.resolve()) and path.is_file()
            else None
        )

    def _is_whole(self, found: EvidenceOf) -> bool | None:
        path = self._inside(found)
        return by_code.is_whole(path, found.sha256) if path else None


def _evidence(entry: Entry) -> EvidenceOf:
    return EvidenceOf(entry.body["path"], entry.body["sha256"])


def _number(request: Request, name: str) -> int:
    number = int(request.path_params[name])
    if number > MOST_NUMBER:
        raise HTTPException(404, "missing.number")
    return number


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < len(str(MOST_NUMBER))
