"""A board as KiCad keeps it, read anew: its copper as thick lines and discs, what touches what, and
how far apart."""

from __future__ import annotations

import cmath
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LAYERS = frozenset({"F.Cu", "B.Cu"})
Node = list[Any]


@dataclass(frozen=True, slots=True)
class Copper:
    """A line from ``start`` to ``end``, complex numbers in mm, ``radius`` thick to each side;
    ``pad`` "U1.3", or ""."""

    net: str
    pad: str
    layers: frozenset[str]
    start: complex
    end: complex
    radius: float

    def gap_mm(self, other: Copper) -> float:
        """Between their edges; below zero where they overlap."""
        return _between(self.start, self.end, other.start, other.end) - self.radius - other.radius


@dataclass(frozen=True, slots=True)
class Hole:
    at: complex
    drill: float
    is_plated: bool


class Board:
    def __init__(self, path: Path) -> None:
        self._tree = _parsed(path.read_text(encoding="utf-8"))
        self._nets = {int(node[1]): node[2] for node in _all(self._tree, "net")}
        self.copper = [*self._pads(), *self._tracks(), *self._vias()]

    def corners(self) -> set[complex]:
        return {_point(_one(node, "start")) for node in _all(self._tree, "gr_line")}

    def holes(self) -> list[Hole]:
        found = []
        for footprint in _all(self._tree, "footprint"):
            for pad in _all(footprint, "pad"):
                place = _placed(footprint, pad)
                found.append(Hole(place, float(_one(pad, "drill")[1]), pad[2] == "thru_hole"))
        vias = (
            Hole(_point(_one(via, "at")), float(_one(via, "drill")[1]), True)
            for via in _all(self._tree, "via")
        )
        return [*found, *vias]

    def values(self) -> dict[str, str]:
        """Of parts by name."""
        texts = [
            {text[1]: text[2] for text in _all(footprint, "fp_text")}
            for footprint in _all(self._tree, "footprint")
        ]
        return {text["reference"]: text["value"] for text in texts}

    def islands(self) -> list[set[Copper]]:
        """What touches, over both layers."""
        islands: list[set[Copper]] = []
        for piece in self.copper:
            touched = [
                island for island in islands if any(_touch(piece, other) for other in island)
            ]
            islands = [island for island in islands if island not in touched]
            islands.append({piece}.union(*touched))
        return islands

    def strangers(self) -> Iterator[tuple[Copper, Copper]]:
        """Pairs of one layer that must not touch."""
        for one, other in itertools.combinations(self.copper, 2):
            if one.layers & other.layers and one.net != other.net:
                yield one, other

    def _pads(self) -> Iterator[Copper]:
        for footprint in _all(self._tree, "footprint"):
            name = next(text[2] for text in _all(footprint, "fp_text") if text[1] == "reference")
            for pad in (pad for pad in _all(footprint, "pad") if pad[2] == "thru_hole"):
                pad_name = f"{name}.{pad[1]}"
                net = _one(pad, "net")[2] if _all(pad, "net") else f"only {pad_name}"
                middle, half = _placed(footprint, pad), float(_one(pad, "size")[1]) / 2
                yield Copper(net, pad_name, LAYERS, middle, middle, half)
                if pad[3] == "rect":
                    square = [
                        middle + half * complex(x, y)
                        for x, y in ((1, 1), (1, -1), (-1, -1), (-1, 1), (1, 1))
                    ]
                    yield from (
                        Copper(net, pad_name, LAYERS, a, b, 0)
                        for a, b in itertools.pairwise(square)
                    )

    def _tracks(self) -> Iterator[Copper]:
        for node in _all(self._tree, "segment"):
            start, end = _point(_one(node, "start")), _point(_one(node, "end"))
            net, layer = self._nets[int(_one(node, "net")[1])], frozenset({_one(node, "layer")[1]})
            yield Copper(net, "", layer, start, end, float(_one(node, "width")[1]) / 2)

    def _vias(self) -> Iterator[Copper]:
        for node in _all(self._tree, "via"):
            at = _point(_one(node, "at"))
            yield Copper(
                self._nets[int(_one(node, "net")[1])],
                "",
                LAYERS,
                at,
                at,
                float(_one(node, "size")[1]) / 2,
            )


def _touch(one: Copper, other: Copper) -> bool:
    # a square and its own disc
    return bool(one.layers & other.layers) and one.gap_mm(other) <= 1e-9


def _placed(footprint: Node, pad: Node) -> complex:
    """KiCad turns against the clock on a board whose y goes down."""
    at = _one(footprint, "at")
    turn = math.radians(float(at[3]) if len(at) > 3 else 0)
    return _point(at) + _point(_one(pad, "at")) * cmath.exp(-1j * turn)


def _point(node: Node) -> complex:
    return complex(float(node[1]), float(node[2]))


def _between(a: complex, b: complex, c: complex, d: complex) -> float:
    """Of two lines' points, the least distance."""
    if _cross(a, b, c, d):
        return 0.0
    return min(_from_line(a, c, d), _from_line(b, c, d), _from_line(c, a, b), _from_line(d, a, b))


def _from_line(point: complex, a: complex, b: complex) -> float:
    if a == b:
        return abs(point - a)
    along = ((point - a) * (b - a).conjugate()).real / abs(b - a) ** 2
    return abs(point - a - min(1.0, max(0.0, along)) * (b - a))


def _cross(a: complex, b: complex, c: complex, d: complex) -> bool:
    def side(p: complex, q: complex, r: complex) -> float:
        return ((q - p).conjugate() * (r - p)).imag

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _all(node: Node, name: str) -> list[Node]:
    return [child for child in node if isinstance(child, list) and child and child[0] == name]


def _one(node: Node, name: str) -> Node:
    return _all(node, name)[0]


def _parsed(text: str) -> Node:
    """An S-expression as lists of words."""
    stack: list[Node] = [[]]
    for opened, closed, quoted, word in re.findall(r'(\()|(\))|"([^"]*)"|([^\s()"]+)', text):
        if opened:
            stack.append([])
        elif closed:
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(quoted or word)
    tree: Node = stack[0][0]
    return tree
