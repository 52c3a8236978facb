"""A fault made small: the fewest acts that still cause it, and files with which ``samebag replay`` shows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from samebag.core.events import CodeScanned, CommandGiven, Event, TimePassed, ViewSeen

from .packers import Act, Do
from .truth import Fault
from .world import Shift, World

LEAD_S = 1.0  # of frames before the first act
NOT_REPLAYED = frozenset({Do.CUT, Do.LOSE, Do.CANCEL})  # an events file has no words for these


def shortened(shift: Shift, acts: Sequence[Act], fault: Fault) -> list[Act]:
    """The acts without those that the fault does not need. What the camera misses stays as it was, frame by frame."""

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
    """Writes events.jsonl, book.csv, settings.toml and the acts; returns the command that replays them."""
    folder.mkdir(parents=True, exist_ok=True)
    world = World(shift, acts, records=True)
    world.roll.write_book(folder / "book.csv")
    found = _same_fault(world.run(), fault) or fault
    since_s = min((act.at_s for act in acts), default=0.0) - LEAD_S
    events = [event for arrived_s, event in world.arrived if since_s <= event.at_s and arrived_s <= found.at_s + LEAD_S]
    lines = (json.dumps(line_of(event)) + "\n" for event in sorted(events, key=lambda event: event.at_s))
    (folder / "events.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "settings.toml").write_text(f'[rules]\npairing = "{shift.pairing}"\n', encoding="utf-8")
    (folder / "acts.txt").write_text(_story(shift, acts, found, world), encoding="utf-8")
    at = {name: folder / name for name in ("events.jsonl", "book.csv", "settings.toml")}
    return f"samebag replay {at['events.jsonl']} --book {at['book.csv']} --settings {at['settings.toml']}"


def line_of(event: Event) -> dict[str, object]:
    """One line of an events file, as DESIGN §5 has it; what it has no word for becomes a moment that passes."""
    match event:
        case CodeScanned(code, at_s):
            return {"at": at_s, "scan": code}
        case ViewSeen(sightings, at_s, occupied, unread):
            view = [{"code": s.code, "symbology": s.symbology, "box": s.box, "by": s.by} for s in sightings]
            return {"at": at_s, "view": view, "occupied": occupied, "unread": unread}
        case CommandGiven(command, at_s):
            return {"at": at_s, "command": command.name.lower().replace("_", "-")}
    assert isinstance(event, TimePassed) or event.at_s is not None
    return {"at": event.at_s}


def _story(shift: Shift, acts: Sequence[Act], fault: Fault, world: World) -> str:
    """What happened physically, for people."""
    lines = [f"{shift}", f"{fault}", ""]
    if any(act.do in NOT_REPLAYED for act in acts):
        lines.append("An events file cannot tell power cuts, faults or cancellations: replay the shift instead.")
    for act in acts:
        lines.append(f"{act.at_s:9.3f} s  {act.do.value} {act.what} {act.to:g} for {act.for_s:.2f} s")
    for number in sorted({act.what for act in acts if act.do in (Do.PICK_UP, Do.LAY)}):
        papers = [f"{p.kind} of {p.parcel} (paper {p.number})" for p in World(shift).roll.bags[number].papers]
        lines.append(f"bag {number} carries {', '.join(papers) or 'nothing'}")
    return "\n".join(lines) + "\n"
