"""``samebag teach``: three to five bags of a new carrier or ERP are scanned; which rules read their
labels is told."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from math import inf
from pathlib import Path

import msgspec

from samebag.cli.shared.output import add_json, complain, speaker, terminal_language
from samebag.cli.shared.scans import STDIN, scans
from samebag.core.codes.resolve import labels_of
from samebag.core.codes.rules import Rule, Side, nameless, needed, readings
from samebag.core.codes.teach import (
    Codes,
    Taught,
    conflicts,
    is_read,
    parcel_of,
    read_by,
    rules_for,
    taught_by,
)
from samebag.core.events import CodeScanned, CommandGiven, ViewSeen
from samebag.core.labels import Command, Kind
from samebag.core.masks import discreet
from samebag.core.symbologies import ALL, BY_NEED
from samebag.core.verdicts import LabelRead
from samebag.orders.profile import AUTO, Profile, load_profiles
from samebag.ports import DeviceError, OrderFileError
from samebag.replay.events import Late, OrdersCame, events
from samebag.settings import load
from samebag.store.book.reader import BOOK, BookReader
from samebag.store.book.writer import writing
from samebag.store.glance import looking
from samebag.store.ledger.by_day import newest_day, verdicts
from samebag.store.ledger.chain import LEDGER

FEWEST = 3  # bags: with fewer a rule may hold by chance
DAYS = 3  # of the ledger, the newest
SHOWN = 3  # examples of what a rule would also read
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")
CODES = "SELECT code FROM waybill_code UNION SELECT code FROM list_code"
PUNCTUATED = f"SELECT code FROM ({CODES}) WHERE code GLOB '*[^0-9A-Z]*'"
SIDES = {Side.WAYBILL: "waybill", Side.LIST: "cargo list"}

Bag = dict[str, str]  # its texts, each once, and the symbology that the camera read it as


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "sources",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="pictures, one a bag; recordings; lines, a blank between bags",
    )
    command.add_argument(
        "--scanner", help="scan now: the scanner's address, - for lines on stdin (the default)"
    )
    command.add_argument("--book", type=Path, help="another book than the settings' one")
    command.add_argument(
        "--ledger", type=Path, help="whose last days to try the rules on (default: the station's)"
    )
    command.add_argument(
        "--write",
        type=Path,
        metavar="PROFILE",
        help="the store's profile, a .toml: add the rules to it",
    )
    command.add_argument("--settings", type=Path, help="settings file")
    add_json(command)
    command.epilog = (
        "SAMEBAG-CLEAR, or an empty line, ends a bag; end of input or Ctrl+C ends them all."
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 if a text was found in no bag's parcel, or a rule would read other parcels' labels too."""
    settings = load(args.settings)
    path, say = args.book or settings.book_path, speaker(args, _line)
    bags = [bag for bag in _bags(args.sources, args.scanner or STDIN) if bag]
    if not bags:
        raise DeviceError("no bag was scanned: scan its labels, then SAMEBAG-CLEAR")
    with closing(BookReader(path)) as book, looking(path, BOOK, most_s=inf) as db:
        codes = Codes(book.form, book.label, (code for (code,) in db.execute(PUNCTUATED)))
        found = [_look(bag, codes, number, book.rules, say) for number, bag in enumerate(bags, 1)]
        texts = [
            taught
            for taughts, _ in found
            for taught in taughts
            if not is_read(taught, book.form, book.rules)
        ]
        rules = rules_for(texts, book.form)
        odd = any(not is_whole for _, is_whole in found)
        for rule in rules:
            others = _first(conflicts(rule, _all(db), book.form, book.label))
            also = [f"{code} → {other}" for code, other in others]
            say(rule=_told(rule), reads=len(read_by(rule, texts, book.form)), also=also)
            odd |= bool(also)
        unread = [taught for taught in texts if not is_read(taught, book.form, tuple(rules))]
        for taught in unread:
            say(
                text=discreet(taught.text),
                why="no rule fits: its number stands elsewhere in each text",
            )
        past = _past(args.ledger or settings.ledger_path, book, tuple(rules)) if rules else {}
        reads = settings.camera.all_symbologies(needed((*book.rules, *rules)))
    off = sorted({symbology for bag in bags for symbology in bag.values()} & set(BY_NEED) - reads)
    about = {"few": len(bags) < FEWEST, "rules": len(rules), "switch_on": off}
    say(bags=len(bags), **about, written=_write(args.write, rules, path), **past)
    return 1 if odd or unread else 0


# ---- the bags


def _bags(sources: Sequence[Path], scanner: str) -> Iterator[Bag]:
    if not sources:
        yield from _scanned(scanner)
    for source in sources:
        if source.suffix.lower() in PICTURES:
            yield from _pictured(source)
        elif source.suffix == ".jsonl":
            yield from _recorded(source)
        else:
            yield from _typed(source)


def _typed(path: Path) -> Iterator[Bag]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as err:
        said = err.strerror if isinstance(err, OSError) else f"byte {err.start} is not UTF-8"
        raise DeviceError(f"{path}: {said}: give lines of text, pictures or a recording") from err
    yield from _parted(lines)


def _parted(lines: Iterable[str]) -> Iterator[Bag]:
    bag: Bag = {}
    for line in lines:
        if line.strip() and line.strip().upper() != Command.CLEAR.value:
            bag[line.strip("\r\n ")] = ""
        else:
            yield bag
            bag = {}
    yield bag


def _scanned(address: str) -> Iterator[Bag]:
    bag: Bag = {}
    try:
        for event in scans(address, blanks=True):
            if isinstance(event, CodeScanned):
                bag[event.code] = ""
                print(f"  {discreet(event.code)}", file=sys.stderr)
            elif isinstance(event, CommandGiven) and event.command is Command.CLEAR:
                yield bag
                bag = {}
    except KeyboardInterrupt:
        print(file=sys.stderr)
    yield bag


def _recorded(path: Path) -> Iterator[Bag]:
    """A bag ends with CLEAR, and where nothing lies on the table."""
    bag: Bag = {}
    for happening in events(path, None):
        event = happening.event if isinstance(happening, Late) else happening
        match event:
            case CodeScanned(code):
                bag[code] = ""
            case ViewSeen(sightings, occupied=True):
                bag.update((sighting.code, sighting.symbology) for sighting in sightings)
            case ViewSeen() | CommandGiven() if bag:
                yield bag
                bag = {}
            case OrdersCame(said=said):
                raise DeviceError(f"{said}: nothing is imported here: import it first")
    yield bag


def _pictured(path: Path) -> Iterator[Bag]:
    """Every symbology is looked for: which ones the camera must read is what is to be found out."""
    import cv2

    from samebag.devices.camera.recording import picture_of
    from samebag.vision.reader import Reader

    seen = Reader(ALL).still(picture_of(path, cv2.IMREAD_GRAYSCALE))
    if unread := sum(region.text is None for region in seen.regions):
        complain(f"{path}: {unread} codes could not be read: hold it closer, or scan them")
    yield {sighting.code: sighting.symbology for sighting in seen.sightings}


# ---- what is told of them


def _look(
    bag: Bag, codes: Codes, number: int, rules: tuple[Rule, ...], say: object
) -> tuple[list[Taught], bool]:
    """The texts that say the bag's parcel, and whether it has both labels and nothing odd."""
    assert callable(say)
    hits = {text: codes.hits(text) for text in bag}
    parcel = parcel_of(hits.values())
    found = [
        taught_by(text, hits[text], parcel, symbology) for text, symbology in bag.items() if parcel
    ]
    taughts = [taught for taught in found if taught]
    say(bag=number, parcel=parcel, why="" if parcel else _why_none(bag, hits))
    for text in bag:
        taught = next((taught for taught in taughts if taught.text == text), None)
        say(text=discreet(text), **_of_text(text, taught, codes, rules))
    sides = {taught.hit.side for taught in taughts}
    missing = [SIDES[side] for side in SIDES if parcel and side not in sides]
    same = len({taught.hit.code for taught in taughts}) == 1 and len(taughts) > 1
    if missing:
        say(
            bag=number, why=f"{', '.join(missing)}: not found: scan it too" + (SAME if same else "")
        )
    return taughts, bool(parcel) and not missing


SAME = (
    "; both labels bear one code: that proves neither (rules.md 2.3); have the list print its order"
)


def _why_none(bag: Bag, hits: Mapping[str, Sequence[object]]) -> str:
    if any(hits[text] for text in bag):
        return "its texts are of several parcels: scan one bag at a time"
    return "no part of any text is in the book: import the order file that has this parcel"


def _of_text(
    text: str, taught: Taught | None, codes: Codes, rules: tuple[Rule, ...]
) -> dict[str, object]:
    if taught is None:
        kind = nameless(codes.form.normalise(text))
        if not kind:
            return {"is": "in no part in the book"}
        return {"is": f"{kind.name}, names no parcel", "is_zh": f"{kind.says_zh}，不是单号"}
    by = next(
        (
            r.rule
            for r in readings(text, rules)
            if codes.form.normalise(r.number) == taught.hit.code
        ),
        None,
    )
    is_equal = codes.form.normalise(text) == taught.hit.code
    return {
        "is": SIDES[taught.hit.side],
        "part": taught.hit.part,
        "code": taught.hit.code,
        "rule": "" if is_equal else by.name if by else "new",
    }


def _told(rule: Rule) -> dict[str, object]:
    plain = msgspec.to_builtins(rule)
    default = msgspec.to_builtins(Rule(name=""))
    return {
        key: value for key, value in plain.items() if key in ("name", "on") or value != default[key]
    }


def _first(found: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair, _ in zip(found, range(SHOWN), strict=False)]


def _all(db: object) -> Iterator[str]:
    return (code for (code,) in db.execute(CODES))  # type: ignore[attr-defined]


def _past(ledger: Path, book: BookReader, rules: tuple[Rule, ...]) -> dict[str, int]:
    """Of the labels of the last days: how many unknown ones would be known, and how many would be
    another's."""
    if not ledger.exists():
        return {}
    known = other = 0
    with looking(ledger, LEDGER) as db:
        day = newest_day(db)
        for back in range(DAYS if day else 0):
            assert day
            for recorded in verdicts(db, day - timedelta(days=back)):
                for label in recorded.verdict.labels:
                    change = _change(label, book, rules)
                    known, other = known + (change == "known"), other + (change == "other")
    return {"unknown_that_would_be_known": known, "labels_that_would_be_another_parcels": other}


def _change(label: LabelRead, book: BookReader, rules: tuple[Rule, ...]) -> str:
    if label.kind is Kind.MERGED:
        return ""
    text = label.text or label.code
    before = {one.parcels for one in labels_of(text, book.form, book.rules, book.label)}
    after = {one.parcels for one in labels_of(text, book.form, (*book.rules, *rules), book.label)}
    return "" if before == after else "other" if before else "known"


# ---- what is written


def _write(profile: Path | None, rules: Sequence[Rule], book: Path) -> str:
    """Into the store's profile, and into the book, so that the station knows them with its next
    scan."""
    if profile is None or not rules:
        return ""
    known = _profile(profile)
    added = [rule for rule in rules if rule not in known.rules]
    with profile.open("a", encoding="utf-8") as file:
        file.write("".join(f"\n[[rules]]\n{_toml(rule)}" for rule in added))
    every = load_profiles(str(profile))[profile.stem].rules
    with writing(book, known.codes) as writer:
        writer.keep_rules(profile.stem, every)
    return str(profile)


def _profile(path: Path) -> Profile:
    if path.suffix != ".toml" or not path.exists():
        built_in = ", ".join(load_profiles(AUTO))
        raise OrderFileError(
            f"{path}: must be a profile that is there, a .toml: write one with samebag"
            f" profile new, or copy {built_in}"
        )
    return load_profiles(str(path))[path.stem]


def _toml(rule: Rule) -> str:
    """JSON's strings and lists are TOML's too."""
    return "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in _told(rule).items()
    )


def _line(said: Mapping[str, object]) -> str:
    if "rule" in said and isinstance(rule := said["rule"], dict):
        also = said["also"]
        assert isinstance(also, list)
        warns = f"\n  ⚠ would also read other parcels' codes: {', '.join(also)}" if also else ""
        body = "\n  ".join(
            f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in rule.items()
        )
        return f"\nnew rule, reads {said['reads']} texts\n  {body}{warns}"
    if "bags" in said:
        few = " (few: three or more are surer)" if said["few"] else ""
        known, other = (
            said.get("unknown_that_would_be_known"),
            said.get("labels_that_would_be_another_parcels"),
        )
        past = (
            f"\nlast days: {known} unknown labels would be known, {other} would be another parcel's"
            if known is not None
            else ""
        )
        off = said["switch_on"]
        camera = f"\nthe camera needs: camera.symbologies = {json.dumps(off)}" if off else ""
        to = f"\nwritten to {said['written']}" if said["written"] else ""
        unwritten = "\nto keep them: --write PROFILE.toml" if said["rules"] and not to else ""
        return f"\n{said['bags']} bags{few}, {said['rules']} new rules{past}{camera}{to}{unwritten}"
    if "text" in said:
        part = f"  「{said['part']}」 = {said['code']}" if said.get("part") else ""
        own = said.get("is_zh") if terminal_language() == "zh" else ""
        rule = f"  [{said['rule']}]" if said.get("rule") else ""
        return f"  {said['text']}\n      {own or said.get('is') or said.get('why')}{part}{rule}"
    return f"\nbag {said['bag']}: {said.get('parcel') or ''} {said['why']}".rstrip()
