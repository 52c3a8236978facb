"""Bags on three tables in six kinds of light and print: both labels read in time, by the camera's
exposure and ours.

``python -m tests.bench.exposure [BAGS]`` prints a row for each table and scene.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import NamedTemporaryFile

from tests.devices.sensor import SCENES, TABLES, Sensor, Station, table, with_bag

IN_TIME_S = 0.5
BARE_S, RESTS_S = 1.5, 2.0


def share(kind: str, scene: str, bags: int, *, by_labels: bool) -> tuple[int, int, float]:
    """Bags read in time and at all, and steps of light a bag."""
    with NamedTemporaryFile() as node:
        station = Station(Sensor(1), Path(node.name), by_labels=by_labels)
        bare = table(kind, SCENES[scene])
        took_s = list[float | None]()
        for bag in range(bags):
            station.sees(bare, BARE_S)
            lies, texts = with_bag(kind, SCENES[scene], bag)
            took_s.append(station.reads(lies, RESTS_S, texts))
    read = [s for s in took_s if s is not None]
    return sum(s <= IN_TIME_S for s in read), len(read), len(station.steps) / bags


def main() -> None:
    bags = int(sys.argv[1]) if sys.argv[1:] else 8
    print(f"{bags} bags each: read within {IN_TIME_S:g} s (at all)")
    print(
        "| table | scene | camera's own | by the labels | steps a bag |\n| --- | --- |"
        " --- | --- | --- |"
    )
    sums = [0, 0]
    for kind in TABLES:
        for scene in SCENES:
            began_s = time.monotonic()
            own, ours = (
                share(kind, scene, bags, by_labels=by_labels) for by_labels in (False, True)
            )
            sums = [sums[0] + own[0], sums[1] + ours[0]]
            row = (
                f"| {kind} | {scene} | {own[0]} ({own[1]}) | {ours[0]} ({ours[1]}) |"
                f" {ours[2]:.2f} |"
            )
            print(row, f"{time.monotonic() - began_s:.0f} s", flush=True)
    print(f"| all | | {sums[0]} | {sums[1]} | |")


if __name__ == "__main__":
    main()
