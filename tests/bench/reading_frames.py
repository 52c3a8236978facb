"""Frames with known codes for the reading bench: rendered by bagframes.py, kept by their
parameters, or photographs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
ROLES = {"tracking", "order"}
CACHE = Path(gettempdir(), "samebag-reading")


@dataclass(frozen=True, slots=True)
class Scenery:
    """What is rendered: ``size`` as 1280x720, ``difficulty`` easy, normal or hard."""

    seed: int
    size: str
    difficulty: str


@dataclass(frozen=True, slots=True)
class Label:
    """``text`` is the one that says whose the label is. ``readable`` is physics, never a decoder's
    opinion."""

    bag: int
    role: str
    text: str
    readable: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture and what is on it. ``texts`` are those of every code in it, the neighbours' too."""

    path: Path
    labels: tuple[Label, ...]
    texts: frozenset[str]
    at_s: float = 0.0
    resting: frozenset[int] = frozenset()

    def gray(self) -> Gray:
        """As the camera worker sees it: the camera's JPEG, in colour, turned gray."""
        image = cv2.imread(str(self.path), cv2.IMREAD_COLOR)
        assert image is not None, self.path
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)

    def both_readable(self) -> bool:
        return {label.role for label in self.labels if label.readable} == ROLES


def stills(reading: Path, scenery: Scenery, count: int) -> list[Frame]:
    """Frame k is the same whatever the count."""
    return _frames(_kept(reading, scenery, f"count{count}", "--count", str(count)))


def sequence(reading: Path, scenery: Scenery, bags: int) -> list[Frame]:
    """Bags sliding in, resting a second and sliding out, 15 frames a second."""
    return _frames(_kept(reading, scenery, f"bags{bags}", "--sequence", "--bags", str(bags)))


def passing(reading: Path, scenery: Scenery, count: int, at_once: int = 50) -> Iterator[Frame]:
    """Stills that are not kept: five thousand would fill the disk."""
    for start in range(0, count, at_once):
        with TemporaryDirectory() as folder:
            few = min(at_once, count - start)
            _render(reading, scenery, Path(folder), "--start", str(start), "--count", str(few))
            yield from _frames(Path(folder))


def _kept(reading: Path, scenery: Scenery, what: str, *options: str) -> Path:
    """The folder with those frames, rendered when first asked for."""
    folder = CACHE / f"{scenery.size}-{scenery.difficulty}-seed{scenery.seed}-{what}"
    if not folder.exists():
        CACHE.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=CACHE) as unfinished:
            _render(reading, scenery, Path(unfinished, "frames"), *options)
            Path(unfinished, "frames").rename(folder)
    return folder


def _render(reading: Path, scenery: Scenery, folder: Path, *options: str) -> None:
    command = [
        sys.executable,
        str(reading / "bagframes.py"),
        "--jpeg",
        "--out",
        str(folder),
        *options,
    ]
    command += [
        "--seed",
        str(scenery.seed),
        "--size",
        scenery.size,
        "--difficulty",
        scenery.difficulty,
    ]
    subprocess.run(command, check=True)


def _frames(folder: Path) -> list[Frame]:
    [truth] = folder.glob("truth*.jsonl")
    return [_frame(folder, line) for line in truth.read_text(encoding="utf-8").splitlines()]


def _frame(folder: Path, line: str) -> Frame:
    true = json.loads(line)
    labels = [Label(t.get("bag", 0), t["role"], t["key"], t["readable"]) for t in true["labels"]]
    codes = [code for label in true["labels"] for code in label["codes"]] + true["distractors"]
    resting = frozenset(bag["bag"] for bag in true.get("bags", ()) if bag["resting"])
    return Frame(folder / true["file"], tuple(labels), _texts(codes), true.get("t", 0.0), resting)


def _texts(codes: list[dict[str, str]]) -> frozenset[str]:
    """An EAN-13 that starts with 0 is rightly read as UPC-A without it."""
    texts = {code["text"] for code in codes}
    upc = {
        code["text"][1:]
        for code in codes
        if code["symbology"] == "EAN13" and code["text"].startswith("0")
    }
    return frozenset(texts | upc)


def photographs(reading: Path) -> dict[str, list[Frame]]:
    """Those of each folder; NN.png has its text in NN.txt, or nothing on it."""
    folders = sorted(path for path in (reading / "photos").iterdir() if path.is_dir())
    return {
        folder.name: [_photograph(path) for path in sorted(folder.glob("*.png"))]
        for folder in folders
    }


def _photograph(path: Path) -> Frame:
    text = path.with_suffix(".txt")
    texts = frozenset({text.read_text(encoding="utf-8")} if text.exists() else ())
    return Frame(path, (), texts)
