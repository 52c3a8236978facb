"""``make world``: what the rules are worth, as a Markdown table; every fault that must not be becomes a replay file."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from samebag.core.rules import Pairing

from .packers import LEVELS
from .run import INHERENT, Result, play_all, shifts
from .shrink import shortened, write_replay
from .truth import FATAL
from .world import World

SHARES = {"careful": 0.1, "normal": 0.1, "careless": 0.7, "reckless": 0.1}  # of the bags with one-frame pairing
PROOFS = ("one-frame", "scanner+camera", "scanner-twice", "camera")
HEAD = ("pairing", "packers", "bags", "wrong bags shown", "missed", *PROOFS, "third label", "false reds")
WRITTEN = 5  # faults that are shortened; each takes some seconds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.world")
    parser.add_argument("bags", type=int, help="with one-frame pairing; half as many with one-bag")
    parser.add_argument("--seed", type=int, default=0, help="of the first shift")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("bench-out/world"), help="folder for replay files")
    args = parser.parse_args()
    total, started_s = Result(), time.monotonic()
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}", flush=True)
    for pairing in Pairing:
        for level in LEVELS:
            bags = args.bags * SHARES[level] if pairing is Pairing.ONE_FRAME else args.bags / 2 / len(LEVELS)
            result = play_all(shifts(pairing, level, int(bags), args.seed), args.processes)
            print(f"| {' | '.join((pairing, level, *cells(result)))} |", flush=True)
            total.add(result)
    events, cpu_s = total.tally["events"], total.tally["cpu ms"] / 1000
    print(
        f"\n{total.tally['bags']} bags, {events} events in {time.monotonic() - started_s:.0f} s: "
        f"{events / cpu_s:.0f} events a second on one core, simulation included."
    )
    return report(total, args.out)


def cells(result: Result) -> list[str]:
    """Counts; false greens by proof are written as *all* (those among them that no read could tell)."""
    tally = result.tally
    greens = [_greens(tally[f"false green {p}"], tally[f"{INHERENT} {p}"], tally[f"green {p}"]) for p in PROOFS]
    third = sum(tally[f"third label {proof}"] for proof in PROOFS)
    return [
        str(tally["bags"]),
        str(tally["shown wrong"]),
        str(tally["missed red"]),
        *greens,
        str(third),
        str(tally["false red"]),
    ]


def _greens(findings: int, inherent: int, greens: int) -> str:
    return f"{findings + inherent} of {greens}" if greens else "-"


def report(total: Result, out: Path) -> int:
    """Writes and prints what must not be. 1 if there is any."""
    fatal = [(shift, fault) for shift, fault in total.faults if fault.what in FATAL]
    for number, (shift, fault) in enumerate(fatal[:WRITTEN]):
        acts = shortened(shift, World(shift).run().acts, fault)
        print(f"{fault.what} in {shift}\n  {write_replay(shift, acts, fault, out / str(number))}")
    print(f"{len(fatal)} faults that must not be" if fatal else "No fault that must not be.")
    return 1 if fatal else 0


if __name__ == "__main__":
    sys.exit(main())
