"""Measures how often a matrix mended with erasures is read wrong: symbols damaged by the million,
and rendered ones.

``python -m tests.bench.erasures --symbols 1000000 --rendered 2000``. Damage goes from little to far
more than can be mended. ``--spare 0,1,2`` reads with fewer spare words than the firmware and so
shows that the bench finds wrong texts where there are some; each spare word makes them about 256
times as rare.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from time import process_time
from unittest.mock import patch

import cv2
import numpy as np
import numpy.typing as npt
from zxingcpp import create_barcode

from samebag.core.symbologies import DEFAULT
from samebag.vision.geometry import Gray
from samebag.vision.matrices import code_words
from samebag.vision.matrices.datamatrix_words import layout_of as data_matrix_layout
from samebag.vision.matrices.erasures import ErasureDecoders, read_erased, text_of
from samebag.vision.matrices.function_modules import Floats
from samebag.vision.matrices.grids import MatrixKind, kinds_of
from samebag.vision.matrices.halves import drawn_modules
from samebag.vision.matrices.qr_words import format_of, layout_of, masked
from tests.bench.erasure_screen import may_be_mended
from tests.bench.reading_table import print_table
from tests.vision.pictures import FORMATS

POOL = 400  # drawn symbols, of which each damaged one is a copy
DECODERS = ErasureDecoders.of(DEFAULT | {"datamatrix"})
SIDE_PX = 240
BATCH, CHECKED_EVERY = 1000, 50


@dataclass(frozen=True)
class Symbol:
    """As drawn: 1 where light, -1 where dark."""

    text: str
    kind: MatrixKind
    light: Floats


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench.erasures", description=__doc__)
    parser.add_argument("--symbols", type=int, default=10_000, help="damaged without a picture")
    parser.add_argument("--rendered", type=int, default=0, help="damaged in a picture")
    parser.add_argument(
        "--spare", default=str(code_words.SPARE_WORDS), help="spare words, as 0,1,4"
    )
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    pool = [drawn(rng) for _ in range(POOL)]
    rows = []
    for spare in map(int, args.spare.split(",")):
        with patch.object(code_words, "SPARE_WORDS", spare):
            rows.append(_row("symbols", spare, *_read_symbols(pool, args.symbols, rng)))
            if args.rendered:
                rows.append(_row("rendered", spare, *_read_rendered(pool, args.rendered, rng)))
    print_table(
        "Mended with erasures",
        ["what", "spare words", "tried", "right", "nothing", "wrong", "ms each"],
        rows,
    )
    return 0


def drawn(rng: np.random.Generator) -> Symbol:
    """A text of a label in a QR of any level or a Data Matrix, of the size that it needs."""
    text = "".join(rng.choice(list("0123456789ABCDEFGHJKLMNPRSTUVWXYZ-"), rng.integers(6, 21)))
    symbology = str(rng.choice(["qr", "datamatrix"]))
    options = {"ecLevel": str(rng.choice(list("LMQH")))} if symbology == "qr" else {}
    barcode = create_barcode(text, FORMATS[symbology], **options)
    light = np.where(drawn_modules(barcode) > 0, 1, -1).astype(np.float32)
    kind = next((k for k in kinds_of(symbology) if k.wanted.shape == light.shape), None)
    # zxing draws sizes of ISO/IEC 21471 too
    return Symbol(text, kind, light) if kind else drawn(rng)


def damaged(symbol: Symbol, count: int, rng: np.random.Generator) -> Floats:
    """So many copies: patches grayed, dark, light or at random, and modules by themselves; little
    to all of it."""
    rows, columns = symbol.light.shape
    side, each = int(rng.integers(1, 6)), (count, 1, 1)
    patches = rng.random((count, -(-rows // side), -(-columns // side))) < rng.uniform(0, 0.7, each)
    hidden = patches.repeat(side, 1).repeat(side, 2)[:, :rows, :columns]
    gray, noise = rng.uniform(-0.6, 0.6, hidden.shape), rng.normal(0, 0.2, hidden.shape)
    loud = np.where(
        rng.random(each) < 0.5, rng.choice([-1, 1], each), rng.choice([-1, 1], hidden.shape)
    )
    light = np.where(hidden, np.where(rng.random(each) < 0.6, gray, loud), symbol.light)
    light = np.where(rng.random(hidden.shape) < rng.uniform(0, 0.05, each), -light, light)
    return (light + noise).astype(np.float32)


def _read_symbols(
    pool: list[Symbol], count: int, rng: np.random.Generator
) -> tuple[Counter[str], float]:
    """Those that the screen lets through are read as the firmware does, and of the others one in so
    many too."""
    said, started_s = Counter[str](), process_time()
    while said.total() < count:
        symbol = pool[rng.integers(POOL)]
        copies = damaged(symbol, BATCH, rng)
        may = _may_be_mended(copies, symbol.kind)
        for k, light in enumerate(copies):
            if may[k] or k % CHECKED_EVERY == 0:
                outcome = _outcome(text_of(light, symbol.kind, DECODERS), symbol)
                if outcome != "nothing" and not may[k]:
                    raise AssertionError("the screen kept back what the firmware mends")
                said[outcome] += 1
            else:
                said["nothing"] += 1
    return said, process_time() - started_s


def _may_be_mended(copies: Floats, kind: MatrixKind) -> npt.NDArray[np.bool_]:
    dark, sure = copies < 0, np.abs(copies)
    if kind.size:
        return may_be_mended(dark, sure, data_matrix_layout(kind.size))
    forms, may = [format_of(-one) for one in copies], np.zeros(len(copies), bool)
    for form in {f for f in forms if f}:
        own = np.array([f == form for f in forms])
        unmasked = dark[own] ^ masked(dark.shape[1], form.mask)
        may[own] = may_be_mended(unmasked, sure[own], layout_of(dark.shape[1], form.level))
    return may


def _read_rendered(
    pool: list[Symbol], count: int, rng: np.random.Generator
) -> tuple[Counter[str], float]:
    said, spent_s = Counter[str](), 0.0
    for _ in range(count):
        symbol = pool[rng.integers(POOL)]
        picture, around = rendered(symbol, rng)
        started_s = process_time()
        near, far = around, SIDE_PX - around
        reading = read_erased(
            picture, ((near, near), (far, near), (far, far), (near, far)), DECODERS
        )
        spent_s += process_time() - started_s
        said[_outcome(reading.text if reading else None, symbol)] += 1
    return said, spent_s


def _outcome(text: str | None, symbol: Symbol) -> str:
    if text is None:
        return "nothing"
    return "right" if text == symbol.text else "wrong"


def rendered(symbol: Symbol, rng: np.random.Generator) -> tuple[Gray, float]:
    """On paper, turned, under strokes of ink and spots of gloss, with noise; how far its blob is
    from the rim."""
    module_px = rng.uniform(2.2, 3.6)
    paper = np.kron(np.pad(symbol.light, 3, constant_values=1), np.ones((8, 8)))
    middle, side = (np.array(paper.shape[::-1]) - 1) / 2, max(symbol.light.shape) * module_px
    turn = cv2.getRotationMatrix2D(middle.tolist(), rng.uniform(0, 360), module_px / 8)
    turn = turn + np.column_stack([np.zeros((2, 2)), SIDE_PX / 2 - middle])
    size = (SIDE_PX, SIDE_PX)
    soft = cv2.GaussianBlur(paper, (0, 0), 2.5)
    light: Floats = np.asarray(
        130 + 80 * cv2.warpAffine(soft, turn, size, borderValue=1), np.float32
    )
    for _ in range(rng.integers(0, 6)):
        stroke = np.zeros(size, np.float32)
        ends = (SIDE_PX / 2 + rng.uniform(-0.6, 0.6, (2, 2)) * side).astype(int).tolist()
        cv2.line(stroke, ends[0], ends[1], 1.0, int(rng.integers(2, 9)), cv2.LINE_AA)
        tone = 255.0 if rng.random() < 0.3 else rng.uniform(0.1, 0.6) * light
        light = np.asarray(light + stroke * (tone - light), np.float32)
    noisy = cv2.GaussianBlur(light, (0, 0), 0.6) + rng.normal(0, 3, light.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8), max(
        4.0, SIDE_PX / 2 - rng.uniform(0.55, 0.8) * side
    )


def _row(what: str, spare: int, said: Counter[str], spent_s: float) -> list[str]:
    cells = [f"{said[outcome]:,}" for outcome in ("right", "nothing", "wrong")]
    return [what, f"{spare}", f"{said.total():,}", *cells, f"{1000 * spent_s / said.total():.1f}"]


if __name__ == "__main__":
    sys.exit(main())
