"""``make fuzz``: many tries of each surface, each with a deadline; what fails is shortened and its
kind is said.

Try number N of a seed is always the same, so ``--first N`` goes on where a run was stopped.
"""

from __future__ import annotations

import argparse
import signal
import sys
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from random import Random
from typing import Any

SURFACES = ("scanner", "printer", "settings", "orders", "intake", "pages")
DEADLINE_S = 2.0  # of CPU: a machine that does other things makes no hang
SHARE = 2000  # tries that a process takes at a time


def main() -> int:
    args = _arguments()
    kinds: Counter[str] = Counter()
    for surface in args.surfaces:
        firsts = range(args.first, args.first + args.tries, SHARE)
        work = [
            (surface, args.seed, first, min(SHARE, args.first + args.tries - first))
            for first in firsts
        ]
        with ProcessPoolExecutor(args.processes) as pool:
            found = sum(pool.map(_share, work), Counter[str]())
        print(f"{surface}: {args.tries} tries, {found.total()} failed", flush=True)
        for kind, count in found.most_common():
            print(f"  {count} x {kind}", flush=True)
        kinds += found
    return 1 if kinds else 0


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("tries", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--surfaces", nargs="+", choices=SURFACES, default=SURFACES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first try")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


def _share(work: tuple[str, int, int, int]) -> Counter[str]:
    surface, seed, first, tries = work
    module = import_module(f"tests.fuzz.{surface}")
    signal.signal(signal.SIGVTALRM, _late)
    found: Counter[str] = Counter()
    for number in range(first, first + tries):
        chance = f"{surface} {seed} {number}"
        data = module.made(Random(chance))
        if kind := kind_of(module, data, chance):
            new = kind not in found
            found[kind] += 1
            if new:
                print(
                    f"{surface} {number}: {kind}: {shortened(module, data, chance, kind)[:300]!r}",
                    file=sys.stderr,
                )
    return found


def kind_of(module: Any, data: bytes, chance: str) -> str:
    """What went wrong and where; empty if nothing did."""
    signal.setitimer(signal.ITIMER_VIRTUAL, DEADLINE_S)
    try:
        module.check(data, Random(chance))
    except (Exception, Hang) as err:
        at = traceback.extract_tb(err.__traceback__)[-1]
        said = str(err).partition("\n")[0] if isinstance(err, AssertionError) else ""
        return f"{type(err).__name__} {said} in {at.name}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return ""


def shortened(module: Any, data: bytes, chance: str, kind: str) -> bytes:
    """The same kind of failure from fewer bytes: halves, quarters ... single bytes are left out
    while it stays."""
    step = len(data) // 2
    while step:
        for at in range(len(data) - step, -1, -step):
            less = data[:at] + data[at + step :]
            if kind_of(module, less, chance) == kind:
                data = less
        step //= 2
    return data


class Hang(BaseException):
    """No Exception, which what hangs might take for a fault of its input."""


def _late(*_: object) -> None:
    raise Hang


if __name__ == "__main__":
    sys.exit(main())
