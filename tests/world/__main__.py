"""``make world``: what the rules are worth, as a table and a plot; what must not be becomes a
replay file."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from samebag.core.rules import Pairing
from samebag.core.verdicts import Proof

from .acts import LEVELS
from .plot import drawn
from .run import INHERENT, Result, play_all, shifts
from .shrink import shortened, write_replay
from .truth import FATAL, Fault
from .world import Shift, World

SHARES = {  # of the bags with one-frame pairing
    "careful": 0.1,
    "normal": 0.1,
    "careless": 0.5,
    "reckless": 0.1,
    "fast line": 0.1,
    "hostile": 0.1,
}
HEAD = (
    "pairing",
    "packers",
    "bags",
    *(f"false green, {proof}" for proof in Proof),
    "third label",
    "false red",
    "missed red",
    "false seal",
    "waits %",
    "unsealed %",
)
CARELESSNESS = ("careful", "normal", "careless", "reckless")  # what the plot is over


def main() -> int:
    args = _arguments()
    total, started_s = Result(), time.monotonic()
    rates: dict[str, dict[str, dict[str, float]]] = {}
    print(f"Per 100,000 bags:\n\n| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}", flush=True)
    for pairing, level, bags in _rows(args.bags, args.pairing, args.levels):
        result = play_all(shifts(pairing, level, bags, args.seed), args.processes)
        found = rated(result)
        row = (pairing, level, str(result.tally["bags"]), *map(_short, found.values()))
        print(f"| {' | '.join(row)} |", flush=True)
        if level in CARELESSNESS:
            rates.setdefault(pairing, {})[level] = {
                name: rate for name, rate in found.items() if "%" not in name
            }
        total.add(result)
    _say_speed(total, time.monotonic() - started_s)
    args.out.mkdir(parents=True, exist_ok=True)
    if list(args.levels) == list(LEVELS):
        (args.out / "worth.svg").write_text(drawn(rates), encoding="utf-8")
    return report(total, args.out, args.written)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=__doc__)
    parser.add_argument("bags", type=int, help="with one-frame pairing; half as many with one-bag")
    parser.add_argument("--seed", type=int, default=0, help="of the first shift")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--levels", nargs="+", choices=LEVELS, default=list(LEVELS))
    parser.add_argument(
        "--pairing", nargs="+", type=Pairing, choices=list(Pairing), default=list(Pairing)
    )
    parser.add_argument(
        "--written",
        type=int,
        default=1,
        help="faults of each kind that are shortened: seconds each",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("bench-out/world"),
        help="folder for the plot and replay files",
    )
    return parser.parse_args()


def _rows(
    bags: int, pairings: Sequence[Pairing], levels: Sequence[str]
) -> Iterator[tuple[Pairing, str, int]]:
    shares = sum(SHARES[level] for level in levels)
    for pairing in pairings:
        for level in levels:
            share = SHARES[level] / shares if pairing is Pairing.ONE_FRAME else 0.5 / len(levels)
            yield pairing, level, int(bags * share)


def rated(result: Result) -> dict[str, float]:
    """Per 100,000 bags, by the columns of HEAD from the fourth on."""
    tally = result.tally
    counts = [
        tally[f"false green {proof}"] + tally[f"{INHERENT} false green {proof}"] for proof in Proof
    ]
    counts += [sum(tally[f"third label {proof}"] for proof in Proof), _all_of("false red", tally)]
    counts += [tally["missed red"], tally["false seal"] + tally[f"{INHERENT} false seal"]]
    rates = [100_000 * count / tally["bags"] for count in counts]
    rates.append(_percent(tally["waited"], tally["waited"] + tally["at once"]))
    rates.append(_percent(tally["unsealed"], tally["passed where sealed"]))
    return dict(zip(HEAD[3:], rates, strict=True))


def _all_of(what: str, tally: Counter[str]) -> int:
    return sum(count for name, count in tally.items() if name.startswith(what))


def _percent(count: int, of: int) -> float:
    return 100 * count / of if of else 0.0


def _short(rate: float) -> str:
    return f"{rate:.0f}" if rate >= 10 or rate == 0 else f"{rate:.1f}"


def _say_speed(total: Result, seconds: float) -> None:
    events, cpu_s = total.tally["events"], total.tally["cpu ms"] / 1000
    print(
        f"\n{total.tally['bags']} bags, {events} events in {seconds:.0f} s:"
        f" {events / cpu_s:.0f} a second of one core"
    )


def report(total: Result, out: Path, written: int) -> int:
    """Writes and prints what must not be. 1 if there is any."""
    print(
        "False greens that no read could tell from a true one, each with its honest"
        f" twin: {len(total.explained)}"
    )
    for shift, fault in total.explained:
        if shift.pairing is Pairing.ONE_FRAME or fault.proof == Proof.ONE_FRAME:
            print(f"  {fault} in {shift}")
    fatal = [(shift, fault) for shift, fault in total.faults if fault.what in FATAL]
    for what, faults in _by_kind(fatal).items():
        print(f"{what}: {len(faults)}")
        for number, (shift, fault) in enumerate(faults[:written]):
            acts = shortened(shift, World(shift).run().acts, fault)
            print(
                f"  {fault} in {shift}\n "
                f" {write_replay(shift, acts, fault, out / f'{what}-{number}')}"
            )
    print(f"Faults that must not be: {len(fatal)}")
    return 1 if fatal else 0


def _by_kind(faults: Sequence[tuple[Shift, Fault]]) -> dict[str, list[tuple[Shift, Fault]]]:
    kinds: dict[str, list[tuple[Shift, Fault]]] = {}
    for shift, fault in faults:
        name = f"{fault.what} {shift.pairing} {fault.proof}".strip().replace(" ", "-")
        kinds.setdefault(name, []).append((shift, fault))
    return kinds


if __name__ == "__main__":
    sys.exit(main())
