"""``samebag case``: the complaints of buyers, who must answer by when, and how each ended."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from samebag.aftersales import sources
from samebag.aftersales.causes import causes
from samebag.aftersales.deadlines import CaseWaits, due, promised
from samebag.aftersales.which_parcel import find_one
from samebag.cli.shared.arguments import day, number
from samebag.cli.shared.output import add_json, for_programs, in_either, local, speaker
from samebag.ports import StoreError
from samebag.settings import Settings, load
from samebag.station.clocks import clocks, wall_clock
from samebag.store.beside.cases import Case, CaseFile, Result, read_cases
from samebag.store.glance import look_up, looking
from samebag.store.ledger.chain import LEDGER
from samebag.store.ledger.reader import LedgerReader

WAITS = {
    CaseWaits.ANSWER: "answer until {until}",
    CaseWaits.AGREEMENT: "answered, agree until {until}",
    CaseWaits.PLATFORM: "the platform handles it, give the evidence",
    CaseWaits.NOTHING: "closed {closed}: {result}",
}
EPILOG = (
    "Cases lie in cases.db beside the ledger, chained like it: samebag verify proves"
    " both. Notes may name a person:"
    " no list shows them, samebag purge removes them after storage.keep_days, and the"
    " chain still holds."
)


def add(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = _action(actions, "add", "a buyer complains", _add)
    new.add_argument("code", help="the parcel, or any code of its labels")
    new.add_argument(
        "--cause", required=True, choices=causes(), metavar="CAUSE", help="see samebag case causes"
    )
    new.add_argument(
        "--treasure",
        action="store_true",
        help="the platform handles it: After-sales Treasure (Refund and Dispute)",
    )
    answer = _action(actions, "answer", "the seller has accepted or refused the complaint", _answer)
    end = _action(actions, "close", "it is settled", _close)
    end.add_argument(
        "--result",
        required=True,
        choices=[result.value for result in Result],
        metavar="RESULT",
        help=f"how it ended: {', '.join(Result)}",
    )
    for numbered in (answer, end):
        numbered.add_argument("case", type=number, help="its number")
    for written in (new, answer, end):
        written.add_argument(
            "--on", type=day, metavar="DATE", help="the day, such as 2026-11-20 (default: today)"
        )
        written.add_argument(
            "--note", default="", help="anything worth keeping; shown by samebag case show only"
        )
    shown = _action(actions, "list", "those not closed, and by when each must be answered", _list)
    shown.add_argument("--all", action="store_true", help="closed ones too")
    shown.add_argument(
        "--overdue", action="store_true", help="only those whose day has passed; 1 if there are any"
    )
    one = _action(actions, "show", "one case with its notes", _show)
    one.add_argument("case", type=number, help="its number")
    _action(actions, "causes", "why buyers complain, whose fault it is, what to do first", _causes)
    command.epilog = EPILOG


def _add(args: argparse.Namespace) -> int:
    settings = load(args.settings)
    parcel, bag = _meant(settings, args.code)
    with _cases(settings) as cases:
        case = cases.add(
            parcel,
            bag,
            args.cause,
            on=_day(args.on),
            treasure=args.treasure,
            note=args.note.strip(),
        )
    return _told(args, case)


def _answer(args: argparse.Namespace) -> int:
    with _cases(load(args.settings)) as cases:
        return _told(args, cases.answer(args.case, on=_day(args.on), note=args.note.strip()))


def _close(args: argparse.Namespace) -> int:
    with _cases(load(args.settings)) as cases:
        return _told(
            args,
            cases.end(args.case, Result(args.result), on=_day(args.on), note=args.note.strip()),
        )


def _list(args: argparse.Namespace) -> int:
    today = wall_clock().date()
    known = [case for case in _read(load(args.settings)) if args.all or not case.closed]
    shown = [case for case in known if due(case).late_days(today)] if args.overdue else known
    say = speaker(args, _line)
    for case in shown:
        say(**_fields(case, today))
    if not shown and not for_programs(args):
        print(
            local(
                "no case is overdue"
                if args.overdue
                else "no case"
                if args.all
                else "no case is open"
            )
        )
    return 1 if args.overdue and shown else 0


def _show(args: argparse.Namespace) -> int:
    case = next((case for case in _read(load(args.settings)) if case.number == args.case), None)
    if case is None:
        raise StoreError(f"case {args.case}: there is none: samebag case list --all has them")
    return _told(args, case)


def _causes(args: argparse.Namespace) -> int:
    say = speaker(args, _cause_line)
    for cause in causes().values():
        say(
            cause=cause.code,
            group=cause.group,
            zh=cause.zh,
            en=cause.en,
            fault=cause.fault,
            evidence=cause.evidence,
            first_zh=cause.first.zh,
            first_en=cause.first.en,
        )
    return 0


def _told(args: argparse.Namespace, case: Case) -> int:
    """With its notes, which no list has, and by when its parcel was promised."""
    notes = [{"on": note.on.isoformat(), "words": note.words} for note in case.notes]
    packed, until = _promise(load(args.settings), case.parcel)
    speaker(args, _lines)(
        **_fields(case, wall_clock().date()), packed=packed, promised_until=until, notes=notes
    )
    return 0


def _promise(settings: Settings, parcel: str) -> tuple[str, str]:
    """When it passed, and the last day of its promise; empty for one that never passed here."""
    with _records(settings) as records:
        passed = records.passed(parcel) if records else None
    if passed is None:
        return "", ""
    packed, known = date.fromisoformat(passed.wall_time[:10]), look_up(settings.book_path, parcel)
    return str(packed), str(promised(packed, known.service if known else ""))


def _fields(case: Case, today: date) -> dict[str, object]:
    cause, clock = causes()[case.cause], due(case)
    return {
        "case": case.number,
        "parcel": case.parcel,
        "bag": case.bag,
        "cause": case.cause,
        "cause_zh": cause.zh,
        "cause_en": cause.en,
        "fault": cause.fault,
        "treasure": case.treasure,
        "opened": str(case.opened),
        "answered": str(case.answered or ""),
        "waits": clock.waits,
        "until": str(clock.until or ""),
        "late_days": clock.late_days(today),
        "closed": str(case.closed or ""),
        "result": case.result or "",
        "first_zh": cause.first.zh,
        "first_en": cause.first.en,
    }


def _line(case: Mapping[str, object]) -> str:
    waits = WAITS[CaseWaits(str(case["waits"]))].format(**case)
    late = f"; LATE by {case['late_days']} days" if case["late_days"] else ""
    head = (
        f"{case['case']:>4}  {case['opened']}  {case['parcel']}  {case['cause']}"
        f" {in_either(case, 'cause')}"
    )
    return f"{head}; {waits}{late}"


def _lines(case: Mapping[str, object]) -> str:
    notes = case["notes"]
    assert isinstance(notes, list)
    said = [f"      {note['on']}: {note['words'] or '(purged)'}" for note in notes]
    if case["packed"]:
        said.insert(0, f"      packed {case['packed']}, promised until {case['promised_until']}")
    return "\n".join([_line(case), f"      {in_either(case, 'first')}", *said])


def _cause_line(cause: Mapping[str, object]) -> str:
    return (
        f"{cause['cause']}  {in_either(cause)} ({cause['fault']})\n    {in_either(cause, 'first')}"
    )


def _meant(settings: Settings, code: str) -> tuple[str, int]:
    """The parcel, and the bag with which it passed: 0 where it never did."""
    ledgers = [path for path in (settings.ledger_path,) if path.exists()]
    beside = {"door": settings.dispatch_path, "told": settings.shipments_path}
    with sources.opened(ledgers, book=settings.book_path, **beside) as found:
        parcel = find_one(found, code)
        passed = found.where(parcel).passed
    return parcel, passed.bag if passed else 0


@contextmanager
def _records(settings: Settings) -> Iterator[LedgerReader | None]:
    if not settings.ledger_path.exists():
        yield None
        return
    with looking(settings.ledger_path, LEDGER) as ledger:
        yield LedgerReader(settings.ledger_path, ledger)


@contextmanager
def _cases(settings: Settings) -> Iterator[CaseFile]:
    with closing(CaseFile(settings.cases_path, notes=settings.note_dir, **clocks())) as cases:
        yield cases


def _read(settings: Settings) -> list[Case]:
    if not settings.cases_path.exists():
        return []
    with looking(settings.cases_path, LEDGER) as db:
        return read_cases(db)


def _day(on: date | None) -> date:
    """Raises StoreError for a day to come: a typo would stop its clock."""
    today = wall_clock().date()
    if on and on > today:
        raise StoreError(f"--on = {on}: must be today ({today}) or before: correct it")
    return on or today


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    purpose: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=purpose, description=f"samebag case {name}: {purpose}.")
    action.add_argument("--settings", type=Path, help="settings file")
    add_json(action)
    action.set_defaults(run=run)
    return action
