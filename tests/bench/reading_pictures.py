"""Sets of pictures that the reading bench did not render as bags: folders of any pictures, and
physics.py's kinds.

What is on a picture stands in a .txt beside it, or in the folder's truth.jsonl, a line a picture
with its ``file`` and its ``labels``, each with a ``text``. Where nothing says it, the readers are
compared with each other.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from samebag.devices.camera.recording import PICTURES
from tests.bench.reading_frames import CACHE, Frame
from tests.bench.reading_readers import PYZBAR, for_pictures
from tests.bench.reading_scores import Outcome, race
from tests.bench.reading_table import print_table


@dataclass(frozen=True, slots=True)
class PictureSet:
    """``told``: whether it is known what is on them."""

    name: str
    frames: list[Frame]
    told: bool


def of_folder(folder: Path) -> list[PictureSet]:
    """Those with their texts and those without, whichever there are; also in folders within."""
    truth = dict(_truth(folder))
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in PICTURES)
    named = [(path, truth.get(path, _beside(path))) for path in paths]
    told = [Frame(path, (), texts) for path, texts in named if texts is not None]
    untold = [Frame(path, (), frozenset()) for path, texts in named if texts is None]
    sets = (
        PictureSet(folder.name, told, True),
        PictureSet(f"{folder.name}, texts unknown", untold, False),
    )
    return [pictures for pictures in sets if pictures.frames]


def _truth(folder: Path) -> Iterator[tuple[Path, frozenset[str]]]:
    for path in folder.rglob("truth*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            said = json.loads(line)
            yield path.with_name(said["file"]), frozenset(label["text"] for label in said["labels"])


def _beside(path: Path) -> frozenset[str] | None:
    text = path.with_suffix(".txt")
    return (
        frozenset({text.read_text(encoding="utf-8").removesuffix("\n")}) if text.exists() else None
    )


def of_physics(reading: Path, kind: str, size: str, count: int) -> list[PictureSet]:
    """Rendered when first asked for; frame k is the same whatever the count."""
    folder = CACHE / f"physics-{count}" / f"{kind}-{size}"
    if not folder.exists():
        CACHE.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=CACHE) as unfinished:
            command = [
                sys.executable,
                str(reading / "physics.py"),
                size,
                str(count),
                unfinished,
                kind,
            ]
            subprocess.run(command, check=True)
            folder.parent.mkdir(exist_ok=True)
            Path(unfinished, folder.name).rename(folder)
    return of_folder(folder)


def print_pictures(sets: Sequence[PictureSet]) -> None:
    """One table of the sets whose texts are known, one of the others."""
    raced = [(pictures, race(for_pictures(), pictures.frames)) for pictures in sets]
    told = [[s.name, *row] for s, outcomes in raced if s.told for row in _told_rows(outcomes)]
    untold = [
        [s.name, *row] for s, outcomes in raced if not s.told for row in _untold_rows(outcomes)
    ]
    if told:
        head = ["pictures", "reader", "all texts", "texts", "false", "median ms", "x", "dearest x"]
        print_table(
            "Pictures (CPU of one thread; x = pyzbar's median, at its dearest pyzbar's on it)",
            head,
            told,
        )
    if untold:
        head = ["pictures", "reader", "count", "texts", "no other reader's", "median ms"]
        print_table("Pictures of which nothing says what is on them", head, untold)


def _told_rows(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[list[str]]:
    for name, of_one in outcomes.items():
        yield [name, *_told_cells(of_one, outcomes[PYZBAR])]


def _told_cells(outcomes: Sequence[Outcome], peer: Sequence[Outcome]) -> list[str]:
    texts = sum(len(o.frame.texts) for o in outcomes)
    took_ms = median(o.cpu_ms for o in outcomes)
    dearest = max(ours.cpu_ms / theirs.cpu_ms for ours, theirs in zip(outcomes, peer, strict=True))
    return [
        f"{sum(o.frame.texts <= o.texts for o in outcomes)} of {len(outcomes)}",
        f"{sum(len(o.frame.texts & o.texts) for o in outcomes)} of {texts}",
        f"{sum(len(o.made_up()) for o in outcomes)}",
        f"{took_ms:.1f}",
        f"{took_ms / median(o.cpu_ms for o in peer):.2f}",
        f"{dearest:.2f}",
    ]


def _untold_rows(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[list[str]]:
    said = Counter(
        (o.frame.path, text) for of_one in outcomes.values() for o in of_one for text in o.texts
    )
    for name, of_one in outcomes.items():
        theirs = [(o.frame.path, text) for o in of_one for text in o.texts]
        alone = sum(said[one] == 1 for one in theirs)
        took_ms = median(o.cpu_ms for o in of_one)
        yield [name, f"{len(of_one)}", f"{len(theirs)}", f"{alone}", f"{took_ms:.1f}"]
