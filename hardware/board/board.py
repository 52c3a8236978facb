"""Makes board.kicad_pcb of board.toml and tracks.toml: python3 board.py FOLDER. KiCad 6 and later
open it.

``copper`` is the same board as plain shapes, for who wants to measure it.
"""

from __future__ import annotations

import math
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

Point = tuple[float, float]
LAYERS = ("F.Cu", "B.Cu")
TEXT = "(effects (font (size {0} {0}) (thickness {1})){2})"


@dataclass(frozen=True, slots=True)
class Pad:
    """Of ``part``, round but for the first, drilled through; ``net`` "" is joined to nothing."""

    part: str
    number: int
    net: str
    at: Point
    size: float
    drill: float


@dataclass(frozen=True, slots=True)
class Track:
    net: str
    layer: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Via:
    net: str
    at: Point


class Board:
    """``folder`` holds board.toml and tracks.toml."""

    def __init__(self, folder: Path) -> None:
        source = tomllib.loads((folder / "board.toml").read_text(encoding="utf-8"))
        laid = tomllib.loads((folder / "tracks.toml").read_text(encoding="utf-8"))
        self.board, self.rules = source["board"], source["rules"]
        self.shapes: dict[str, Any] = source["shape"]
        self.parts: dict[str, Any] = source["part"]
        self.tracks = [
            Track(net, line["layer"], tuple((x, y) for x, y in line["points"]))
            for net, lines in laid["track"].items()
            for line in lines
        ]
        self.vias = [
            Via(net, (x, y)) for net, places in laid.get("via", {}).items() for x, y in places
        ]

    def pads(self) -> Iterator[Pad]:
        for name, part in self.parts.items():
            shape = self.shapes[part["shape"]]
            for number, (place, net) in enumerate(zip(shape["pads"], part["nets"], strict=True), 1):
                yield Pad(name, number, net, placed(part, place), shape["pad"], shape["drill"])

    def nets(self) -> list[str]:
        return sorted({pad.net for pad in self.pads()} - {""})


def placed(part: dict[str, Any], place: Point) -> Point:
    """Where a point of the unturned part lies on the board."""
    turn = math.radians(part.get("turn", 0))
    (x, y), (left, top) = place, part["at"]
    return (
        round(left + x * math.cos(turn) + y * math.sin(turn), 4),
        round(top - x * math.sin(turn) + y * math.cos(turn), 4),
    )


def kicad(board: Board) -> str:
    """The board as KiCad 6 writes it."""
    numbers = {net: number for number, net in enumerate(["", *board.nets()])}
    lines = [
        '(kicad_pcb (version 20211014) (generator "samebag")',
        "(general (thickness 1.6)) (paper A4)",
        '(layers (0 "F.Cu" signal) (31 "B.Cu" signal) (36 "B.SilkS" user) (37 "F.SilkS" user)'
        ' (38 "B.Mask" user) (39 "F.Mask" user) (44 "Edge.Cuts" user) (49 "F.Fab" user))',
        "(setup (pad_to_mask_clearance 0.05))",
        *(f'(net {number} "{net}")' for net, number in numbers.items()),
        *(line for name in board.parts for line in _footprint(board, name, numbers)),
        *(
            line
            for number, at in enumerate(board.board["holes"], 1)
            for line in _hole(board, number, at)
        ),
        *_edge(board),
        *_titles(board),
        *(
            _segment(board, track, numbers, start, end)
            for track in board.tracks
            for start, end in _legs(track)
        ),
        *(_via(board, via, numbers) for via in board.vias),
        ")",
    ]
    return "\n".join(lines) + "\n"


def _legs(track: Track) -> Iterator[tuple[Point, Point]]:
    return pairwise(track.points)


def _xy(point: Point) -> str:
    return f"{point[0]:g} {point[1]:g}"


def _footprint(board: Board, name: str, numbers: dict[str, int]) -> Iterator[str]:
    part, pads = board.parts[name], [pad for pad in board.pads() if pad.part == name]
    shape, turn = board.shapes[part["shape"]], part.get("turn", 0)
    left, top, right, bottom = shape["body"]
    middle = shape.get("text", [(left + right) / 2, (top + bottom) / 2])
    yield (
        f'(footprint "samebag:{part["shape"]}" (layer "F.Cu") (at {_xy(part["at"])}'
        f" {turn}) (attr through_hole)"
    )
    where, small = f"(at {_xy(middle)} {_upright(turn)})", TEXT.format(0.9, 0.15, "")
    yield f'(fp_text reference "{name}" {where} (layer "F.Fab") {small})'
    yield f'(fp_text value "{part["value"]}" {where} (layer "F.Fab") {small})'
    if not name.startswith("J"):
        text = f"{name} {part['value']}".rstrip()
        yield f'(fp_text user "{text}" {where} (layer "F.SilkS") {small})'
    yield from (
        f'(fp_text user "{text}" (at {place}) (layer "F.SilkS") {how})'
        for text, place, how in _labels(board, name)
    )
    yield (
        f'(fp_rect (start {left} {top}) (end {right} {bottom}) (layer "F.SilkS")'
        " (width 0.15) (fill none))"
    )
    for pad, place in zip(pads, shape["pads"], strict=True):
        kind = "rect" if pad.number == 1 else "circle"
        net = f' (net {numbers[pad.net]} "{pad.net}")' if pad.net else ""
        yield (
            f'(pad "{pad.number}" thru_hole {kind} (at {_xy(place)} {turn}) (size'
            f" {pad.size} {pad.size})"
            f" (drill {pad.drill}) (layers *.Cu *.Mask){net})"
        )
    yield ")"


def _upright(turn: int) -> int:
    """The text's own turn on the board, as KiCad writes it: read from below or from the right."""
    return turn % 180


def _labels(board: Board, name: str) -> Iterator[tuple[str, str, str]]:
    """Of screw terminals, on the side away from the board's edge."""
    part = board.parts[name]
    is_above = part["at"][1] < board.board["height"] / 2
    how = TEXT.format(0.9, 0.15, " (justify right)" if is_above else " (justify left)")
    for label, (x, _) in zip(
        part.get("labels", ()), board.shapes[part["shape"]]["pads"], strict=False
    ):
        yield label, f"{x:g} {4.1 if is_above else -4.1} 90", how


def _hole(board: Board, number: int, at: Point) -> Iterator[str]:
    drill = board.board["hole_drill"]
    yield (
        f'(footprint "samebag:hole" (layer "F.Cu") (at {_xy(at)}) (attr'
        " exclude_from_pos_files exclude_from_bom)"
    )
    yield f'(fp_text reference "H{number}" (at 0 0) (layer "F.Fab") {TEXT.format(1, 0.15, "")})'
    yield f'(fp_text value "M3" (at 0 1.5) (layer "F.Fab") {TEXT.format(1, 0.15, "")})'
    yield (
        f'(pad "" np_thru_hole circle (at 0 0) (size {drill} {drill}) (drill {drill})'
        " (layers *.Cu *.Mask)))"
    )


def _edge(board: Board) -> Iterator[str]:
    width, height = board.board["width"], board.board["height"]
    corners = [(0, 0), (width, 0), (width, height), (0, height), (0, 0)]
    for start, end in pairwise(corners):
        yield f'(gr_line (start {_xy(start)}) (end {_xy(end)}) (layer "Edge.Cuts") (width 0.1))'


def _titles(board: Board) -> Iterator[str]:
    for text, x, y in board.board["titles"]:
        yield f'(gr_text "{text}" (at {x} {y}) (layer "F.SilkS") {TEXT.format(1, 0.15, "")})'


def _segment(board: Board, track: Track, numbers: dict[str, int], start: Point, end: Point) -> str:
    width = board.rules["track"]
    ends = f"(start {_xy(start)}) (end {_xy(end)})"
    return f'(segment {ends} (width {width}) (layer "{track.layer}") (net {numbers[track.net]}))'


def _via(board: Board, via: Via, numbers: dict[str, int]) -> str:
    pad, drill = board.rules["via"]
    return (
        f'(via (at {_xy(via.at)}) (size {pad}) (drill {drill}) (layers "F.Cu" "B.Cu")'
        f" (net {numbers[via.net]}))"
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "board.kicad_pcb").write_text(kicad(Board(folder)), encoding="utf-8")
