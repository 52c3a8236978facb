"""Reads Code 128 whose bars blur has merged: fits whole symbols, blurred like the print, along a
strip. Pure.

Libraries measure bars one by one and lose those that a moving hand or a lens turned into gray. Here
a strip is compared with every symbol as a blurred camera shows it, and the row of symbols that fits
best is found by dynamic programming (Viterbi 1967), with room for film that stretches and shrinks.
zxing then reads the clean picture of that row, so that its start, check and stop characters still
protect the text. Blur errs alike in all strips, so three have to agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import cv2
import numpy as np
import numpy.typing as npt
from zxingcpp import BarcodeFormat, create_barcode

from samebag.core.events import Box
from samebag.vision.bars.strips import AGREEING, ENLARGED, Votes, far_apart
from samebag.vision.decoders import CodeReading, Decoder
from samebag.vision.geometry import Flat, Gray, sides_px

Floats = npt.NDArray[np.float32]

ROWS_PX = 6
MOST_STRIPS = 6
MOST_FITTED = 3  # of those that check a text read otherwise
NEARBY = 0.1  # of the region: evens out shade, but not the gray of merged bars
FAINTEST = 0.4  # of the contrast that most of a strip has; less is paper
SAMPLES = 4  # a module
# modules (ISO/IEC 15417, 4.2); fingers and print leave three of the quiet zone's ten
SYMBOL, STOP, QUIET = (
    11,
    13,
    3,
)
STARTS = ((2, 1, 1, 4, 1, 2), (2, 1, 1, 2, 1, 4), (2, 1, 1, 2, 3, 2))  # ISO/IEC 15417, table 1
STOP_WIDTHS = (2, 3, 3, 1, 1, 1, 2)
BLUR_MODULES = 0.6  # the most with which codes are to be read; sharper ones fit nearly as well
LEAST_MODULE_PX = 1.0
SYMBOLS = range(5, 30)  # before the stop: three to 27 characters
# from one module width tried to the next: a symbol and its quiet zone then fit to half a module
SCALES = 1.06
ROOM = (
    0.08,
    8.0,
    # share of the region and pixels by which its ends may be wrong: up to the label's edge, and a
    # cell
)
OFFSETS = np.arange(-10, 11)  # where a symbol may begin, beside an even spread
STRETCHES = np.arange(-4, 5)  # samples by which it may be wider: film bends by an eighth at most
STRETCH_COST = 0.0002  # of a sample squared: half a module costs as much as noise
TRIED = 2  # guesses at the number of symbols and the direction
# Mean squares of what is left over, 1 being black on white: at the ends, by all symbols, by one;
# and by how much more the second best symbol leaves over, at least as much as all do. Of 175 right
# rows on rendered bags half have less than 0.008 and a lead of more than 0.0145; of 12 wrong ones
# that zxing takes none is within, at the ends of a wrong number of symbols one was, but there
# another number leaves over less.
MOST_LEFT_AT_ENDS, MOST_LEFT, MOST_LEFT_OF_ONE, LEAST_LEAD = 0.08, 0.013, 0.03, 0.01


@dataclass(frozen=True, slots=True)
class _Ends:
    """How many symbols lie between which columns of a strip, and what the fit of both ends leaves
    over."""

    left_over: float
    symbols: int
    backwards: bool
    start: float
    end: float

    @property
    def module(self) -> float:
        return (self.end - self.start) / (SYMBOL * self.symbols + STOP)

    def columns(self, samples: npt.NDArray[np.floating], symbol: int) -> npt.NDArray[np.floating]:
        """Of places counted in samples from where a symbol begins on an even spread."""
        return self.start + (SYMBOL * symbol + samples / SAMPLES) * self.module

    def places(self, width: int) -> tuple[float, float]:
        """Columns of start and end in the strip as it lies."""
        return (width - self.start, width - self.end) if self.backwards else (self.start, self.end)

    def light(self, strip: Floats) -> Floats:
        """In the direction of reading, as ``start`` and ``end`` count."""
        return strip[::-1] if self.backwards else strip


def read_blurred(flat: Flat, box: Box, votes: Votes, decoder: Decoder) -> CodeReading | None:
    """``flat`` is that box laid flat; ``decoder`` reads the clean picture of what was fitted."""
    strips = light_strips(flat.pixels)
    length = flat.scale * sides_px(box)[0]
    like: _Ends | None = None
    for k in far_apart(len(strips))[:MOST_STRIPS]:
        votes.asked += 1
        ends, text = _best_text(strips[k], _ends(strips[k], length, like), decoder)
        if ends and text:
            like = ends
            votes.add(text, (k + 0.5) * flat.pixels.shape[0] / len(strips))
            if text == votes.undisputed:
                return CodeReading(text, "code128", flat.box(*ends.places(flat.pixels.shape[1])))
        if not votes.rows:
            # print and torn bars: a second strip reads no more of them, and takes as long
            return None
    return None


def fits(strips: Floats, reading: CodeReading, decoder: Decoder, spare: int = 0) -> bool:
    """Whether two of the strips say the same as ``reading``, whose box is in them, if they are
    taken for the symbols that fit them best: by areas, where libraries go by edges. ``strips`` are
    rows from 0 at dark to 1 at light; so many symbols may be others. Of a wrong text whose check
    character is right two are wrong at least."""
    (left, _), (right, _) = reading.box[:2]
    width, said = strips.shape[1], 0
    start, end = (width - left, width - right) if left > right else (left, right)
    guesses = [_Ends(0.0, count, left > right, start, end) for count in _counts(reading.text)]
    for k in far_apart(len(strips))[:MOST_FITTED]:
        best = min(
            (_Row.fitted(ends, ends.light(strips[k])) for ends in guesses),
            key=lambda row: row.left_over,
        )
        if best.left_over > MOST_LEFT_OF_ONE:
            continue
        if not _says(best.symbols, reading.text, spare, decoder):
            return False
        guesses, said = [best.ends], said + 1
        if said == AGREEING:
            return True
    return False


def _counts(text: str) -> tuple[int, int]:
    """Of symbols before the stop. Printers change code sets where they like, so there may be one
    more than zxing would print."""
    least = len(_drawn(text))
    return least, least + 1


def _says(symbols: list[int], text: str, spare: int, decoder: Decoder) -> bool:
    drawn = _drawn(text)
    near = len(drawn) == len(symbols) and int((drawn != _patterns()[symbols]).any(1).sum()) <= spare
    return near or [r.text for r in decoder.read(_clean(symbols))] == [text]


def _drawn(text: str) -> Floats:
    """The symbols before the stop, as zxing would print them."""
    row = np.array(
        create_barcode(text, BarcodeFormat.Code128).to_image(scale=1, add_quiet_zones=False)
    )[0]
    return np.float32(row[:-STOP] > 127).reshape(-1, SYMBOL)


def light_strips(flat: Gray) -> Floats:
    """0 at the darkest nearby, 1 at the brightest."""
    size = (flat.shape[1], max(2, flat.shape[0] // ROWS_PX))
    means = cv2.resize(flat, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    nearby = (int(NEARBY * flat.shape[1]) | 1, 1)
    window = np.ones(nearby[::-1], np.uint8)
    low, high = (
        cv2.blur(cv2.erode(means, window), nearby),
        cv2.blur(cv2.dilate(means, window), nearby),
    )
    most = np.percentile(high - low, 90, axis=1, keepdims=True)
    return np.asarray(
        1 - np.minimum((high - means) / np.maximum(high - low, FAINTEST * most + 1), 1), np.float32
    )


def _ends(strip: Floats, length: float, like: _Ends | None) -> list[_Ends]:
    """The best guesses for bars about so long in the middle; the one ``like`` those of another
    strip."""
    near, room = (len(strip) - length) / 2, ROOM[0] * length + ROOM[1] * ENLARGED
    found: dict[tuple[int, bool], _Ends] = {}
    for module in _modules_tried(length, like):
        begins = np.arange(near - room, near + room, module / 2)
        left, right = (_edges(light, begins, module) for light in (strip, strip[::-1]))
        for backwards, (start, stop) in enumerate(((left[0], right[1]), (right[0], left[1]))):
            end = len(strip) - stop[1]
            count = round(((end - start[1]) / module - STOP) / SYMBOL)
            ends = _Ends(start[0] + stop[0], count, bool(backwards), start[1], end)
            kind = count, ends.backwards
            wanted = kind == (like.symbols, like.backwards) if like else count in SYMBOLS
            if (
                wanted
                and abs(ends.module / module - 1) < SCALES - 1
                and (kind not in found or found[kind].left_over > ends.left_over)
            ):
                found[kind] = ends
    good = [e for e in found.values() if e.left_over < MOST_LEFT_AT_ENDS]
    return sorted(good, key=lambda e: e.left_over)[:TRIED]


def _modules_tried(length: float, like: _Ends | None) -> npt.NDArray[np.floating]:
    """Widths of a module that are possible."""
    least, most = (length / (SYMBOL * count + STOP) for count in (SYMBOLS[-1], SYMBOLS[0]))
    if like:
        least = most = like.module
    least = max(LEAST_MODULE_PX * ENLARGED, least / SCALES)
    return np.asarray(
        least * SCALES ** np.arange(int(np.log(most / least) / np.log(SCALES) + 1.5) + 1)
    )


def _edges(light: Floats, begins: Floats, module: float) -> list[tuple[float, float]]:
    """Of a start and of a stop read backwards: what is left over, and where its first bar
    begins."""
    inner = (np.arange(_edge_symbols().shape[1]) + 0.5) / SAMPLES - QUIET
    left = _left_over(_at(light, begins[:, None] + module * inner), _edge_symbols())
    fits = left[:, :-1].min(1), left[:, -1]
    return [(float(fit.min()), float(begins[fit.argmin()])) for fit in fits]


def _best_text(
    strip: Floats, guesses: Sequence[_Ends], decoder: Decoder
) -> tuple[_Ends | None, str | None]:
    """What zxing reads in the symbols that fit best, if they fit well and no others do."""
    rows = [_Row.fitted(ends, ends.light(strip)) for ends in guesses]
    best = min(rows, key=lambda row: row.left_over, default=None)
    if best is None or not best.certain:
        return None, None
    texts = [r.text for r in decoder.read(_clean(best.symbols)) if r.symbology == "code128"]
    return best.ends, texts[0] if texts else None


@dataclass(frozen=True, slots=True)
class _Row:
    """The symbols that fit best between two ends: what they leave over, the worst of them, and by
    how much the next best symbol is worse, at least."""

    ends: _Ends
    symbols: list[int]
    left_over: float
    worst: float
    lead: float

    @property
    def certain(self) -> bool:
        few_left = self.left_over <= MOST_LEFT and self.worst <= MOST_LEFT_OF_ONE
        return few_left and self.lead >= max(LEAST_LEAD, self.left_over)

    @staticmethod
    def fitted(ends: _Ends, light: Floats) -> _Row:
        symbols, columns = _path(ends, light)
        left = _left_over(_at(light, columns), _symbols())
        best = left[np.arange(len(symbols)), symbols]
        left[np.arange(len(symbols)), symbols] = np.inf
        return _Row(
            ends, symbols, float(best.mean()), float(best.max()), float((left.min(1) - best).min())
        )


def _path(ends: _Ends, light: Floats) -> tuple[list[int], Floats]:
    """The symbols, and the columns of their samples."""
    reached = np.where(np.abs(OFFSETS) <= SAMPLES // 2, 0.0, np.inf)
    steps = []
    for k in range(ends.symbols):
        left = _left_over(_at(light, ends.columns(_grid(), k)), _symbols())
        if k == 0:
            left[:, ~_is_start()] = np.inf
        best = left.argmin(1)
        fit = (
            left[np.arange(len(left)), best].reshape(len(OFFSETS), -1) + STRETCH_COST * STRETCHES**2
        )
        leaving = np.pad(reached[:, None] + fit, ((0, 1), (0, 0)), constant_values=np.inf)
        arriving = leaving[_before(), np.arange(len(STRETCHES))]
        chosen = arriving.argmin(1)
        reached = arriving.min(1)
        steps.append((best, chosen))
    stops = ends.columns(OFFSETS[:, None] + np.arange(_stopped().shape[1]) + 0.5, ends.symbols)
    at = int((reached + _left_over(_at(light, stops), _stopped())[:, 0]).argmin())
    row = []
    for k, (best, chosen) in reversed([*enumerate(steps)]):
        stretch = int(chosen[at])
        at = int(_before()[at, stretch])
        here = at * len(STRETCHES) + stretch
        row.append((int(best[here]), ends.columns(_grid()[here], k)))
    return [symbol for symbol, _ in row[::-1]], np.array(
        [columns for _, columns in row[::-1]], np.float32
    )


def _at(light: Floats, columns: npt.NDArray[np.floating]) -> Floats:
    """What lies there; column 0 begins at 0 and has its middle at 0.5."""
    across = (columns - 0.5).astype(np.float32)
    found = cv2.remap(
        light[None],
        across,
        np.zeros_like(across),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(found, np.float32)


def _left_over(seen: Floats, wanted: Floats) -> Floats:
    """Mean square of the difference of each row of ``seen`` to each of ``wanted``."""
    squares = (seen**2).sum(1)[:, None] - 2 * seen @ wanted.T + (wanted**2).sum(1)
    return np.asarray(squares / seen.shape[1], np.float32)


def _clean(symbols: list[int]) -> Gray:
    bars = np.concatenate([*(_patterns()[s] for s in symbols), _modules(STOP_WIDTHS)])
    row = np.repeat(np.pad(bars, 10, constant_values=1), 3).astype(np.uint8) * 255
    return np.tile(row, (10, 1))


def _modules(widths: tuple[int, ...]) -> Floats:
    """Bars 0, spaces 1."""
    return np.repeat(np.arange(len(widths)) % 2, widths).astype(np.float32)


@cache
def _patterns() -> Floats:
    """All rows of three bars and spaces of 1 to 4 modules with an even number of dark ones; two are
    in no table."""
    widths = (
        w for w in product((1, 2, 3, 4), repeat=6) if sum(w) == SYMBOL and sum(w[::2]) % 2 == 0
    )
    return np.array([_modules(w) for w in widths])


@cache
def _is_start() -> npt.NDArray[np.bool_]:
    starts = np.array([_modules(w) for w in STARTS])
    return np.asarray((_patterns()[:, None] == starts).all(2).any(1))


@cache
def _symbols() -> Floats:
    return _blurred(_patterns(), 1, 0)


@cache
def _edge_symbols() -> Floats:
    """The quiet zone and what follows it: three starts, and as much of the stop read backwards."""
    edges = np.vstack([_patterns()[_is_start()], _modules(STOP_WIDTHS)[None, ::-1][:, :SYMBOL]])
    return _blurred(np.pad(edges, ((0, 0), (QUIET, 0)), constant_values=1), 1, 0)


@cache
def _stopped() -> Floats:
    return _blurred(np.pad(_modules(STOP_WIDTHS), (0, QUIET), constant_values=1)[None], 1, 1)


def _blurred(modules: Floats, before: float, after: float) -> Floats:
    """Rows as a blurred camera shows them between a module each of what lies beside them, and gray
    beyond."""
    beside = [np.full((len(modules), 1), level, np.float32) for level in (0.5, before, after, 0.5)]
    fine = np.repeat(np.hstack([*beside[:2], modules, *beside[2:]]), SAMPLES, axis=1)
    soft = cv2.GaussianBlur(
        fine, (0, 0), BLUR_MODULES * SAMPLES, sigmaY=0.01, borderType=cv2.BORDER_REPLICATE
    )
    return np.ascontiguousarray(soft[:, 2 * SAMPLES : -2 * SAMPLES])


@cache
def _grid() -> npt.NDArray[np.float64]:
    """The samples of a symbol for each offset and stretch."""
    lengths = SYMBOL * SAMPLES + STRETCHES
    inner = (np.arange(SYMBOL * SAMPLES) + 0.5) / (SYMBOL * SAMPLES)
    return (OFFSETS[:, None, None] + lengths[:, None] * inner).reshape(-1, SYMBOL * SAMPLES)


@cache
def _before() -> npt.NDArray[np.intp]:
    """From which offset one is reached with each stretch; the row after the last stands for
    none."""
    index = np.arange(len(OFFSETS))[:, None] - STRETCHES
    return np.where((index < 0) | (index >= len(OFFSETS)), len(OFFSETS), index)
