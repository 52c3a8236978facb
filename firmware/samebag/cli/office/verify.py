"""``samebag verify``: proves the chains of the ledgers, also beside a running station, and by whose
word."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from samebag.cli.shared.output import add_json, is_watched, speaker
from samebag.core.heads import head_in
from samebag.journal import Journal, JournalEvent
from samebag.ports import StoreError
from samebag.settings import Settings, SettingsError, load
from samebag.station.clocks import wall_clock
from samebag.store import journal_heads
from samebag.store.doubts import KnownHead
from samebag.store.keeper import ACCEPTED, taken
from samebag.store.ledger.labels_at_hand import LabelHead, fault_of, label_in
from samebag.store.ledger.nightly import prove
from samebag.store.ledger.stamps import Key, key_from
from samebag.store.ledger.verify import Broken, Verified, reading, verify

Say = Callable[..., None]
SINCE = timedelta(days=2)  # of the journal that a night compares
GIVEN = "the head given"
LAST_ACCEPTED = (
    "SELECT max(wall_time) FROM entry WHERE kind = ? AND seq IN (SELECT seq FROM accepted)"
)
EPILOG = (
    "A whole chain alone proves that nothing was damaged or altered by mistake: who"
    " may write the file can make all"
    " hashes anew. What he cannot change is what others keep: a head given with"
    " --head (journal, report, export), a"
    " label's foot (--label), the journal's own heads, which are compared where it"
    " can be read, and the stamps, for"
    " whoever took the first key away (--take-key) and gives it here (--key)."
)


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--ledger",
        type=Path,
        help="one ledger (default: the settings' one, and those of door, shipments and"
        " cases if there)",
    )
    command.add_argument("--settings", type=Path, help="settings file")
    command.add_argument(
        "--head",
        metavar="SEQ:HASH",
        action="append",
        default=[],
        help="an entry that somebody kept",
    )
    command.add_argument(
        "--label",
        metavar="TEXT",
        action="append",
        default=[],
        help="a label's foot: '#17 K7Q2M4XA'",
    )
    command.add_argument(
        "--key",
        metavar="FILE",
        action="append",
        default=[],
        help="the stamps' first keys; - is stdin",
    )
    ways = command.add_mutually_exclusive_group()
    ways.add_argument(
        "--take-key", action="store_true", help="print the stamps' first keys and forget them here"
    )
    ways.add_argument(
        "--nightly", action="store_true", help="what is new, and all once a week; the timer's"
    )
    add_json(command)
    command.epilog = EPILOG
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    settings = load(args.settings)
    if args.take_key:
        print(taken(settings.note_dir / "first-key"), end="")
        return 0
    say = speaker(args, _line)
    if args.nightly:
        return _nightly(settings, say)
    keys, labels = [*_keys(args.key)], [label_in(text) for text in args.label]
    paths = [args.ledger] if args.ledger else _ledgers(settings)
    done = 0
    for path in paths:
        is_stations = path in (args.ledger, settings.ledger_path)
        given = _given(args.head) if is_stations else []
        journal = _journal(settings) if path == settings.ledger_path else []
        found = verify(path, keys, [*given, *journal])
        if isinstance(found, Verified) and (
            fault := _label_fault(path, labels if is_stations else ())
        ):
            found = Broken(fault)
        done |= _told(say, path, found, _proofs(found, given, journal, labels))
    return done


def _nightly(settings: Settings, say: Say) -> int:
    """The station's ledger by its mark, the others, which are small, as a whole; a fault goes into
    the journal too."""
    done = 0
    if not settings.ledger_path.exists():  # the station was never started
        return done
    for path in _ledgers(settings):
        own = path == settings.ledger_path
        found = _proven_tonight(settings) if own else verify(path)
        if isinstance(found, Broken) and not is_watched():
            Journal(settings.station.name).say(JournalEvent.LEDGER_BROKEN, f"{path}: {found.fault}")
        done |= _told(say, path, found, [])
    return done


def _proven_tonight(settings: Settings) -> Verified | Broken:
    now = wall_clock()
    return prove(settings.ledger_path, settings.verified_path, now, _journal(settings, now - SINCE))


def _told(say: Say, path: Path, found: Verified | Broken, proofs: Sequence[str]) -> int:
    if isinstance(found, Broken):
        say(ledger=str(path), whole=False, fault=found.fault)
        return 1
    stamped = [asdict(span) for span in found.stamped]
    say(
        ledger=str(path),
        whole=True,
        entries=found.rows,
        head=found.head,
        stamped=stamped,
        proven=proofs,
    )
    return 0


def _proofs(
    found: Verified | Broken,
    given: Sequence[KnownHead],
    journal: Sequence[KnownHead],
    labels: Sequence[LabelHead],
) -> list[str]:
    """By whom, up to where."""
    if isinstance(found, Broken):
        return []
    told = []
    if journal:
        last = max(known.head.seq for known in journal)
        told.append(
            f"by the journal ({len(journal)} heads) up to entry {last}: against all who"
            " cannot write there too"
        )
    if given:
        last = max(known.head.seq for known in given)
        told.append(
            f"by the {len(given)} heads given up to entry {last}: against all but who kept them"
        )
    if labels:
        told.append(f"by the {len(labels)} labels at hand: what they were printed for is as it was")
    return told


def _ledgers(settings: Settings) -> list[Path]:
    """The station's own must be there."""
    beside = (settings.dispatch_path, settings.shipments_path, settings.cases_path)
    return [settings.ledger_path, *(path for path in beside if path.exists())]


def _keys(files: Sequence[str]) -> Iterator[Key]:
    for name in files:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("ascii", errors="replace")
        yield from map(key_from, text.split())


def _given(texts: Sequence[str]) -> list[KnownHead]:
    found = [(text, head_in(text)) for text in texts]
    for text, head in found:
        if head is None:
            raise SettingsError(
                f"--head {text!r}: must be an entry's number, a colon and 64 hex digits: correct it"
            )
    return [KnownHead(GIVEN, head) for _, head in found if head]


def _journal(settings: Settings, since: datetime | None = None) -> list[KnownHead]:
    """Those since a supervisor last gave up a ledger: the lost one's stay in the journal. None
    where none is kept."""
    with reading(settings.ledger_path) as db:
        (accepted,) = db.execute(LAST_ACCEPTED, (ACCEPTED,)).fetchone()
    times = [time for time in (accepted and datetime.fromisoformat(accepted), since) if time]
    try:
        return [*journal_heads.heads(settings.station.name, since=max(times, default=None))]
    except StoreError:
        return []


def _label_fault(path: Path, labels: Sequence[LabelHead]) -> str:
    if not labels:
        return ""
    with reading(path) as db:
        return next((fault for label in labels if (fault := fault_of(db, label))), "")


def _line(result: Mapping[str, object]) -> str:
    if not result["whole"]:
        return f"{result['ledger']}: BROKEN: {result['fault']}: keep the file and call a supervisor"
    entries, stamped, proven = result["entries"], result["stamped"], result["proven"]
    assert isinstance(stamped, list)
    assert isinstance(proven, list)
    lines = [
        f"{result['ledger']}: whole: {entries} entries, the last is {entries}:{result['head']}"
    ]
    lines += [f"    proven {proof}" for proof in proven]
    for span in stamped:
        whose = (
            "made as they were written, for the first key fits"
            if span["proven"]
            else "not proven without --key"
        )
        lines.append(f"    stamps of entries {span['first']}-{span['last']}: {whose}")
    return "\n".join(lines)
