"""A fault made small: the fewest acts that still cause it, and files with which ``samebag replay``
shows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from samebag.core.events import CodeScanned, CommandGiven, Event, ViewSeen

from .acts import IMPORTS, Act, Do
from .truth import Fault
from .world import Shift, World, become

LEAD_S = 1.0  # of frames before the first act
NOT_REPLAYED = frozenset({Do.CUT, Do.LOSE, Do.ELSEWHERE})  # an events file has no words for these


def shortened(shift: Shift, acts: Sequence[Act], fault: Fault) -> list[Act]:
    """The acts without those that the fault does not need. What the camera misses stays as it was,
    frame by frame."""

    def still_fails(script: Sequence[Act]) -> bool:
        return _same_fault(World(shift, script).run(), fault) is not None

    return _fewest(list(acts), still_fails)


def _fewest(acts: list[Act], fails: Callable[[Sequence[Act]], bool]) -> list[Act]:
    """Leaves out ever smaller parts for as long as it goes on failing."""
    part = len(acts) // 2
    while part:
        first = 0
        while first < len(acts):
            fewer = acts[:first] + acts[first + part :]
            if fails(fewer):
                acts = fewer
            else:
                first += part
        part //= 2
    return acts


def _same_fault(world: World, fault: Fault) -> Fault | None:
    alike = (f for f in world.judge.faults if (f.what, f.proof) == (fault.what, fault.proof))
    return next(alike, None)


def write_replay(shift: Shift, acts: Sequence[Act], fault: Fault, folder: Path) -> str:
    """Writes events.jsonl, book.csv, settings.toml and the acts; returns the command that replays
    them."""
    folder.mkdir(parents=True, exist_ok=True)
    world = World(shift, acts, records=True)
    world.roll.write_book(folder / "book.csv")
    found = _same_fault(world.run(), fault) or fault
    since_s = min((act.at_s for act in acts), default=0.0) - LEAD_S
    events = [
        (at_s, event)
        for at_s, event in world.arrived
        if since_s <= event.at_s and at_s <= found.at_s + LEAD_S
    ]
    books = _books(shift, [event for _, event in world.arrived if isinstance(event, Act)], folder)
    lines = (json.dumps(line_of(at_s, event, books)) + "\n" for at_s, event in events)
    (folder / "events.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "settings.toml").write_text(_settings(shift), encoding="utf-8")
    (folder / "acts.txt").write_text(_story(shift, acts, found, world), encoding="utf-8")
    at = {name: folder / name for name in ("events.jsonl", "book.csv", "settings.toml")}
    return (
        f"samebag replay {at['events.jsonl']} --book {at['book.csv']} --settings"
        f" {at['settings.toml']}"
    )


def _settings(shift: Shift) -> str:
    strict, seals = str(shift.strict).lower(), str(shift.seals).lower()
    return (
        f'[rules]\npairing = "{shift.pairing}"\nstrict_unknown ='
        f" {strict}\nconfirm_label = {seals}\n"
    )


def _books(shift: Shift, imports: Sequence[Act], folder: Path) -> dict[Act, str]:
    """The order file of each import, written."""
    roll, names = World(shift).roll, dict[Act, str]()
    for number, act in enumerate((act for act in imports if act.do in IMPORTS), start=1):
        become(roll, act)
        names[act] = f"book-{number}.csv"
        roll.write_book(folder / names[act])
    return names


def line_of(arrived_s: float, event: Event | Act, books: Mapping[Act, str]) -> dict[str, object]:
    """One line of an events file, as docs/manual.md has them; what it has no word for becomes a
    moment that passes."""
    match event:
        case CodeScanned(code):
            return {"at": arrived_s, "scan": code}
        case ViewSeen(sightings, taken_s, occupied, unread):
            view = [
                {"code": s.code, "symbology": s.symbology, "box": s.box, "by": s.by}
                for s in sightings
            ]
            return {
                "at": arrived_s,
                "taken": taken_s,
                "view": view,
                "occupied": occupied,
                "unread": unread,
            }
        case CommandGiven(command):
            return {"at": arrived_s, "command": command.name.lower().replace("_", "-")}
        case Act() if event in books:
            return {"at": arrived_s, "import": books[event]}
    return {"at": arrived_s}


def _story(shift: Shift, acts: Sequence[Act], fault: Fault, world: World) -> str:
    """What happened physically, for people."""
    lines = [f"{shift}", f"{fault}", ""]
    if any(act.do in NOT_REPLAYED for act in acts):
        lines.append(
            "An events file has no power cuts, lost devices or other stations: replay"
            " the shift instead."
        )
    for act in acts:
        lines.append(
            f"{act.at_s:9.3f} s  {act.do.value} {act.what} {act.to:g} for {act.for_s:.2f} s"
        )
    for number in sorted({act.what for act in acts if act.do in (Do.PICK_UP, Do.LAY)}):
        papers = [
            f"{p.kind} of {p.parcel} (paper {p.number})"
            for p in World(shift).roll.bags[number].papers
        ]
        lines.append(f"bag {number} carries {', '.join(papers) or 'nothing'}")
    return "\n".join(lines) + "\n"
