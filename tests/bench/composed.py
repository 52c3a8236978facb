"""Measures how often bars that are composed from rows are read wrong: symbols damaged by the
hundred thousand.

``python -m tests.bench.composed --symbols 100000``. Damage goes from little to far more than can be
read: gloss, ink, print that fades, dead dots, tape that shifts what lies under it. That the bench
finds wrong texts where there are some is shown by what fewer witnesses than the firmware's would
let through. To fit the symbols takes longer than all the rest, so of right texts it is done to one
in twenty.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from time import process_time
from unittest.mock import patch

import cv2
import numpy as np
from zxingcpp import BarcodeFormat, create_barcode

from samebag.vision.bars import composed
from samebag.vision.bars.blurred import fits
from samebag.vision.bars.strips import ENLARGED
from samebag.vision.decode import Decoders
from samebag.vision.geometry import Gray
from samebag.vision.matrices.function_modules import Floats
from tests.bench.reading_table import print_table

DECODER = Decoders().strips
LETTERS, DIGITS = list("ABCDEFGHJKLMNPRSTUVWXYZ-"), list("0123456789")
CHECKED_EVERY = 20
ONE, BOTH, ALL = KINDS = (
    "one band",
    "both bands",
    f"and the symbols (wrong ones, and 1 in {CHECKED_EVERY} right)",
)
MARGIN_MODULES, DOTS = 30, 3  # of a module


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench.composed", description=__doc__)
    parser.add_argument("--symbols", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    said, spent_s = read(args.symbols, np.random.default_rng(args.seed))
    head = ["witnesses", "right", "nothing", "wrong"]
    rows = [[kind, *(f"{said[kind, outcome]:,}" for outcome in head[1:])] for kind in KINDS]
    ms = 1000 * spent_s / args.symbols
    print_table(
        f"Bars composed from rows, {args.symbols:,} symbols, seed {args.seed}, {ms:.1f} ms each",
        head,
        rows,
    )
    return 0


def read(count: int, rng: np.random.Generator) -> tuple[Counter[tuple[str, str]], float]:
    said, spent_s = Counter[tuple[str, str]](), process_time()
    for k in range(count):
        text = a_text(rng)
        rows = damaged(text, rng)
        said[ONE, _outcome(rows, text, bands=1, symbols=False)] += 1
        both = _outcome(rows, text, symbols=False)
        said[BOTH, both] += 1
        if both == "wrong" or (both == "right" and k % CHECKED_EVERY == 0):
            said[ALL, _outcome(rows, text)] += 1
    return said, process_time() - spent_s


def _outcome(rows: Gray, text: str, bands: int = composed.BANDS, *, symbols: bool = True) -> str:
    witness = fits if symbols else lambda *_: True
    with patch.object(composed, "fits", witness), patch.object(composed, "BANDS", bands):
        reading = composed.read_rows(rows, ENLARGED, (), DECODER)
    return "nothing" if reading is None else "right" if reading.text == text else "wrong"


def a_text(rng: np.random.Generator) -> str:
    """As waybills and lists have them: letters, digits, letters."""
    letters = rng.choice(LETTERS, rng.integers(0, 5)), rng.choice(LETTERS, rng.choice([0, 0, 2]))
    return "".join([*letters[0], *rng.choice(DIGITS, rng.integers(8, 19)), *letters[1]])


def damaged(text: str, rng: np.random.Generator) -> Gray:
    """Its rows of four pixels each, as they are laid for the reader."""
    drawn = (
        np.array(
            create_barcode(text, BarcodeFormat.Code128).to_image(scale=1, add_quiet_zones=False)
        )[0]
        / 255
    )
    dark = np.pad(1 - drawn, MARGIN_MODULES)
    px, count = rng.uniform(1.4, 2.4), int(rng.integers(8, 24))
    y, x = np.mgrid[0.0:count, 0.0 : int(len(dark) * px)]
    places = x / px + _shifted(x, y, rng)
    inked = np.concatenate(
        [[0.0], np.cumsum(np.repeat(dark, DOTS) * _alive(DOTS * len(dark), rng) / DOTS)]
    )
    ends = [
        np.interp(places + side, np.arange(len(inked)) / DOTS, inked)
        for side in (-0.5 / px, 0.5 / px)
    ]
    ink = (ends[1] - ends[0]) * px * _faded(places, y / count, rng)
    light = rng.uniform(180, 250) * (1 - rng.uniform(0.5, 0.9) * ink)
    light = _streaked(light, x, y * composed.ROWS_PX, rng)
    soft = cv2.GaussianBlur(light, (0, 0), sigmaX=rng.uniform(0.35, 0.8), sigmaY=0.01)
    noisy = np.clip(soft + rng.normal(0, rng.uniform(0.5, 2), soft.shape), 0, 255).astype(np.uint8)
    laid = cv2.resize(noisy, (int(ENLARGED * noisy.shape[1]), count), interpolation=cv2.INTER_CUBIC)
    return np.asarray(laid, np.uint8)


def _shifted(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    """Modules by which tape shifts what lies under it, on one side of its edge."""
    edge, slope, most = (
        rng.uniform(0, x.shape[1]),
        rng.uniform(-60, 60),
        rng.choice([0.0, rng.uniform(-0.9, 0.9)]),
    )
    return np.asarray(most * (x > edge + slope * (y - len(y) / 2)), np.float32)


def _faded(places: Floats, down: Floats, rng: np.random.Generator) -> Floats:
    """The share of ink that bands along the bars and across them leave."""
    left = np.ones(places.shape)
    for along, length in ((places, places.max()), (down, 1.0)):
        if rng.random() < 0.5:
            off = (along - rng.uniform(0, length)) / (rng.uniform(0.05, 0.4) * length)
            left = left * (1 - rng.uniform(0.3, 1) * np.exp(-(off**4)))
    return np.asarray(left, np.float32)


def _alive(dots: int, rng: np.random.Generator) -> Floats:
    """Which of them are not dead."""
    alive = np.ones(dots, np.float32)
    alive[rng.integers(0, dots, rng.choice([0, 0, 3, 8, 20]))] = 0
    return alive


def _streaked(light: Floats, x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    """Under gloss and ink, from along the bars to all but across them."""
    for _ in range(rng.integers(0, 6)):
        away = x - rng.uniform(0, x.max()) - rng.choice([0, rng.uniform(-6, 6)]) * (y - y.mean())
        over = rng.uniform(0.3, 1.2) * np.exp(-((away / rng.uniform(2, 25)) ** 2))
        light = light + 255 * over if rng.random() < 0.7 else light * np.clip(1 - over, 0.1, 1)
    return np.asarray(np.clip(light, 0, 255), np.float32)


if __name__ == "__main__":
    sys.exit(main())
