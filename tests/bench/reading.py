"""Reads the same frames with Samebag and its peers, and prints how much each reads, makes up and
costs, as Markdown.

``python -m tests.bench.reading --reading DIR``: DIR holds bagframes.py, which renders the frames,
and photos/; for ``--physics`` also physics.py. ``--pictures`` needs no such folder.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import chain, product
from operator import add
from pathlib import Path
from statistics import median

import cv2

from samebag.devices.camera.port import ENVIRONMENT
from tests.bench.reading_frames import Scenery, passing, photographs, sequence, stills
from tests.bench.reading_memory import resident_mb
from tests.bench.reading_pictures import of_folder, of_physics, print_pictures
from tests.bench.reading_readers import PYZBAR, for_false_reads, for_sequences, for_stills
from tests.bench.reading_scores import (
    Outcome,
    SequenceScore,
    StillScore,
    photo_score,
    race,
    sequence_score,
    still_score,
)
from tests.bench.reading_table import print_table

READING = Path("../shared/reading")
COUNT = 40
BAGS = 4  # in one sequence
LIMITS_S = (0.2, 0.7)  # after coming to rest: at once for the packer, and before he looks up


def main() -> int:
    args = _arguments()
    if fault := _fault(args):
        print(fault, file=sys.stderr)
        return 2
    _as_in_the_camera_worker()
    sceneries = [
        Scenery(args.seed, size, difficulty)
        for size, difficulty in product(args.size, args.difficulty)
    ]
    if args.count:
        _print_stills(args.reading, sceneries, args.count)
    if args.sequences:
        moving = [s for s in sceneries if s.size == args.size[0] and s.difficulty != "easy"]
        _print_sequences(args.reading, moving, args.sequences)
    if args.photos:
        _print_photos(args.reading)
    if args.false:
        _print_false_reads(args.reading, sceneries, args.false)
    if args.memory:
        _print_memory(args.reading, sceneries[0], args.memory)
    if args.pictures or args.physics:
        rendered = [
            of_physics(args.reading, *one, args.frames) for one in product(args.physics, args.size)
        ]
        print_pictures([*chain.from_iterable([*map(of_folder, args.pictures), *rendered])])
    return 0


def _fault(args: argparse.Namespace) -> str | None:
    """What is not where the arguments say."""
    bags = args.count or args.sequences or args.photos or args.false or args.memory
    for needed, name in ((bags, "bagframes.py"), (args.physics, "physics.py")):
        if needed and not (args.reading / name).exists():
            return f"--reading = {args.reading}: has no {name}: give the folder that holds it"
    bare = [folder for folder in args.pictures if not of_folder(folder)]
    return (
        f"--pictures {bare[0]}: holds no pictures: give a folder with PNG, JPEG or WebP files"
        if bare
        else None
    )


def _as_in_the_camera_worker() -> None:
    """One thread, also in BLAS: others wait for each other on a busy machine, and that counts as
    CPU time."""
    if not ENVIRONMENT.items() <= os.environ.items():
        os.execve(sys.executable, sys.orig_argv, {**os.environ, **ENVIRONMENT})
    cv2.setNumThreads(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench.reading", description=__doc__)
    parser.add_argument(
        "--reading", type=Path, default=READING, metavar="DIR", help=f"default {READING}"
    )
    parser.add_argument("--seed", type=int, default=1)
    count = (
        f"stills of each size and difficulty; default {COUNT}, with --pictures or --physics none"
    )
    parser.add_argument("--count", type=int, help=count)
    parser.add_argument(
        "--size", type=_several, default=["1280x720", "1920x1080"], help="1280x720,1920x1080"
    )
    parser.add_argument(
        "--difficulty", type=_several, default=["easy", "normal", "hard"], help="easy,normal,hard"
    )
    parser.add_argument(
        "--sequences", type=int, default=0, help=f"of {BAGS} bags, of the first size, not easy"
    )
    parser.add_argument("--photos", action="store_true", help="read the photographs too")
    parser.add_argument(
        "--false", type=int, default=0, help="more frames, all symbologies on, for false reads"
    )
    parser.add_argument(
        "--memory", type=int, default=0, help="frames after which memory is measured"
    )
    parser.add_argument(
        "--pictures",
        type=Path,
        nargs="+",
        default=[],
        metavar="DIR",
        help="folders of any pictures",
    )
    parser.add_argument(
        "--physics", nargs="+", default=[], metavar="KIND", help="kinds that physics.py renders"
    )
    parser.add_argument("--frames", type=int, default=10, help="of each kind and size")
    args = parser.parse_args()
    if args.count is None:
        args.count = 0 if args.pictures or args.physics else COUNT
    return args


def _several(words: str) -> list[str]:
    return words.split(",")


def _print_stills(reading: Path, sceneries: Sequence[Scenery], count: int) -> None:
    rows = []
    for scenery in sceneries:
        outcomes = race(for_stills(reading), stills(reading, scenery, count))
        scores = {name: still_score(of_reader) for name, of_reader in outcomes.items()}
        for name, score in scores.items():
            rows.append(
                [scenery.size, scenery.difficulty, name, *_still_cells(score, scores[PYZBAR])]
            )
    print_table(
        f"One frame (seed {sceneries[0].seed}, {count} frames a row; CPU ms of one"
        " thread, x = pyzbar's median)",
        [
            "size",
            "difficulty",
            "reader",
            "both labels",
            "of readable",
            "x",
            "false",
            "median",
            "x",
            "p95",
            "x",
        ],
        rows,
    )


def _still_cells(score: StillScore, peer: StillScore) -> list[str]:
    return [
        f"{score.read} of {score.readable}",
        f"{score.read / max(1, score.readable):.0%}",
        _ratio(score.read, peer.read),
        f"{score.false}",
        f"{score.median_ms:.1f}",
        _ratio(score.median_ms, peer.median_ms),
        f"{score.p95_ms:.1f}",
        _ratio(score.p95_ms, peer.median_ms),
    ]


def _print_sequences(reading: Path, sceneries: Sequence[Scenery], count: int) -> None:
    rows = []
    for scenery in sceneries:
        races = [
            race(
                for_sequences(reading),
                sequence(reading, replace(scenery, seed=scenery.seed + k), BAGS),
            )
            for k in range(count)
        ]
        scores = {
            name: reduce(add, (sequence_score(one[name]) for one in races)) for name in races[0]
        }
        for name, score in scores.items():
            rows.append(
                [scenery.size, scenery.difficulty, name, *_sequence_cells(score, scores[PYZBAR])]
            )
    within = [f"<= {limit_s} s" for limit_s in LIMITS_S]
    print_table(
        f"Sequences ({count} of {BAGS} bags a row; seconds from coming to rest; CPU of"
        " all frames, idle ones too)",
        ["size", "difficulty", "reader", "bags", *within, "median s", "max s", "false", "CPU x"],
        rows,
    )


def _sequence_cells(score: SequenceScore, peer: SequenceScore) -> list[str]:
    after_s = score.latencies_s
    return [
        f"{len(after_s)} of {score.readable}",
        *(f"{sum(s <= limit_s for s in after_s)}" for limit_s in LIMITS_S),
        f"{median(after_s):.2f}" if after_s else "-",
        f"{max(after_s):.2f}" if after_s else "-",
        f"{score.false}",
        _ratio(score.cpu_ms / score.frames, peer.cpu_ms / peer.frames),
    ]


def _print_photos(reading: Path) -> None:
    rows = []
    for folder, photos in photographs(reading).items():
        for name, outcomes in race(for_stills(reading), photos).items():
            score = photo_score(outcomes)
            rows.append([folder, name, *map(str, (score.right, score.wrong, score.nothing))])
    print_table("Photographs", ["folder", "reader", "right", "wrong", "nothing"], rows)


def _print_false_reads(reading: Path, sceneries: Sequence[Scenery], count: int) -> None:
    """In frames of all sceneries, and in the photographs without a code."""
    each = -(-count // len(sceneries))
    bare = [
        frame for photos in photographs(reading).values() for frame in photos if not frame.texts
    ]
    outcomes: dict[str, list[Outcome]] = {name: [] for name in for_false_reads()}
    for frames in [*(passing(reading, scenery, each) for scenery in sceneries), bare]:
        for name, more in race(for_false_reads(), frames).items():
            outcomes[name] += more
    rows = []
    for name, of_reader in outcomes.items():
        texts = [f"`{text}`" for outcome in of_reader for text in sorted(outcome.made_up())]
        rows.append([name, f"{len(of_reader)}", f"{len(texts)}", " ".join(texts)])
    print_table("False reads, all symbologies on", ["reader", "frames", "false", "texts"], rows)


def _print_memory(reading: Path, scenery: Scenery, count: int) -> None:
    paths = [frame.path for frame in stills(reading, scenery, 20)]
    counts = [max(1, count // 100), max(1, count // 10), count]
    bare_mb, worker_mb = resident_mb(paths, counts)
    rows = [["cv2 + numpy + zxing-cpp, bare", f"{bare_mb:.0f}", "1"]]
    for frames, resident in zip(counts, worker_mb, strict=True):
        rows.append(
            [f"camera worker after {frames:,} frames", f"{resident:.0f}", _ratio(resident, bare_mb)]
        )
    print_table(
        f"Memory ({scenery.size} {scenery.difficulty})", ["process", "resident MB", "x"], rows
    )


def _ratio(ours: float, peers: float) -> str:
    return f"{ours / peers:.2f}" if peers else "-"


if __name__ == "__main__":
    sys.exit(main())
