"""The driver board as a maker gets it: joined as the wiring says, far enough apart, and made of its
sources."""

from __future__ import annotations

import hashlib
import re
import runpy
import tomllib
from itertools import pairwise

import pytest

from .circuit import HARDWARE, PARTS
from .copper import Board
from .test_hardware import WIRING

FOLDER = HARDWARE / "board"
SOURCE = tomllib.loads((FOLDER / "board.toml").read_text(encoding="utf-8"))
BOARD = Board(FOLDER / "board.kicad_pcb")
GROUND = 2
FIRST = {"J1": 1, "J2": 8, "J3": 14}  # terminals
# by terminal of wiring.yml: what its copper reaches, by circuit.md; ULN2003A: TI SLRS027, 1-7 in,
# 16-10 out
JOINED = {
    1: {"F1.1"},
    GROUND: {
        *("T13", "T15", "R1.2", "R2.2", "R3.2", "C1.2"),
        *(f"{chip}.{pin}" for chip in ("U1", "U2") for pin in (4, 5, 6, 7, 8)),
    },
    3: {"U1.1", "U2.1", "R1.1"},
    4: {"U1.2", "U2.2", "R2.1"},
    5: {"U1.3", "U2.3", "R3.1"},
    6: {"R7.2", "C1.1"},
    7: {"R6.1"},
    8: {"F1.2", "U1.9"},
    9: {"R4.2"},
    10: {"R5.2"},
    11: {"U1.14"},
    12: {"R6.2", "R7.1"},
    14: {"F2.1"},
    16: {"F2.2", "U2.9", "R8.1", "R9.1"},
    17: {"U2.16", "R8.2"},
    18: {"U2.15", "R9.2"},
}
# between two parts, at no terminal
INNER = [
    {"U1.16", "R4.1"},
    {"U1.15", "R5.1"},
    {"U2.14", "X1.1"},
]
OHMS = {
    **dict.fromkeys(("R1", "R2", "R3"), PARTS["pulldown"]["ohm"]),
    "R4": PARTS["led"]["green"]["ohm"],
    "R5": PARTS["led"]["red"]["ohm"],
    "R6": PARTS["button"]["pull_up_ohm"],
    "R7": PARTS["button"]["series_ohm"],
    **dict.fromkeys(("R8", "R9"), PARTS["tower"]["bleed_ohm"]),
}


def terminal(pad: str) -> str:
    """``T8`` for ``J2.1``."""
    part, _, number = pad.partition(".")
    return f"T{FIRST[part] + int(number) - 1}" if part in FIRST else pad


def test_copper_joins_what_the_wiring_joins_and_nothing_else() -> None:
    islands = [{terminal(piece.pad) for piece in island if piece.pad} for island in BOARD.islands()]
    wanted = [{f"T{first}", *others} for first, others in JOINED.items()] + INNER
    joined = [pads for pads in islands if len(pads) > 1]
    assert sorted(map(sorted, joined)) == sorted(map(sorted, wanted))
    alone = {pad for pads in islands if len(pads) == 1 for pad in pads}
    assert alone == {f"{chip}.{pin}" for chip in ("U1", "U2") for pin in (10, 11, 12, 13)}


def test_the_terminals_are_those_of_the_wiring_and_printed_beside_them() -> None:
    wired = WIRING["connectors"]["BOARD"]["pinlabels"]
    shown = [label for part in ("J1", "J2", "J3") for label in SOURCE["part"][part]["labels"]]
    assert [int(label.split()[0]) for label in shown] == list(range(1, len(wired) + 1))
    short = {
        "5V": "5 V",
        "gnd": "ground",
        "butt": "button",
        "buzz": "buzzer",
        "3V3": "3.3 V",
        "5VF": "5 V fused",
    }
    short |= {"24V": "24 V", "24VF": "24 V fused"}
    for label, name in zip(shown, wired, strict=True):
        word = label.split()[1]
        assert short.get(word, word) in name, label


def test_nothing_comes_nearer_than_the_rule_to_copper_edge_or_a_screws_head() -> None:
    rules, board = SOURCE["rules"], SOURCE["board"]
    nearest = min(BOARD.strangers(), key=lambda pair: pair[0].gap_mm(pair[1]))
    assert nearest[0].gap_mm(nearest[1]) >= rules["clearance"], nearest
    assert BOARD.corners() == {
        complex(x, y) for x in (0, board["width"]) for y in (0, board["height"])
    }
    for piece in BOARD.copper:
        for end in (piece.start, piece.end):
            inside = min(end.real, end.imag, board["width"] - end.real, board["height"] - end.imag)
            assert inside - piece.radius >= rules["edge"], piece
        for x, y in board["holes"]:
            screw = complex(x, y)
            assert abs(piece.start - screw) - piece.radius >= board["hole_clear"], piece
            assert abs(piece.end - screw) - piece.radius >= board["hole_clear"], piece


def test_holes_have_copper_around_them_and_stand_apart() -> None:
    holes = BOARD.holes()
    assert len({hole.at for hole in holes}) == len(holes)
    assert sorted((hole.at.real, hole.at.imag) for hole in holes if not hole.is_plated) == sorted(
        (x, y) for x, y in SOURCE["board"]["holes"]
    )
    rings = [shape["pad"] - shape["drill"] for shape in SOURCE["shape"].values()]
    # 0.3 mm around: solderable
    assert min(*rings, SOURCE["rules"]["via"][0] - SOURCE["rules"]["via"][1]) >= 0.6
    for one, other in pairwise(sorted(holes, key=lambda hole: (hole.at.real, hole.at.imag))):
        assert abs(one.at - other.at) > (one.drill + other.drill) / 2 + 0.5


@pytest.mark.parametrize("name", OHMS)
def test_the_values_printed_are_those_computed_with(name: str) -> None:
    printed = BOARD.values()[name]
    assert float(printed.replace("k", "e3")) == OHMS[name]


def test_the_board_is_what_its_sources_say() -> None:
    made = runpy.run_path(str(FOLDER / "board.py"))
    assert made["kicad"](made["Board"](FOLDER)) == (FOLDER / "board.kicad_pcb").read_text(), (
        "make hardware"
    )


def test_what_makers_take_was_made_of_the_sources_that_lie_here() -> None:
    lines = (HARDWARE / "made.sha256").read_text().splitlines()
    noted = {place: digest for digest, place in (line.split("  ") for line in lines)}
    for place, digest in noted.items():
        assert hashlib.sha256((HARDWARE / place).read_bytes()).hexdigest() == digest, (
            f"{place}: make hardware"
        )
    found = {
        str(path.relative_to(HARDWARE))
        for folder in ("board", "panel")
        for path in (HARDWARE / folder).iterdir()
    }
    assert {place for place in found if "__pycache__" not in place} | {
        "sign.svg",
        "sign.pdf",
    } == noted.keys()


def test_the_sign_says_in_both_languages_what_the_failure_table_asks_of_it() -> None:
    sign = (HARDWARE / "sign.svg").read_text(encoding="utf-8")
    said = " ".join(re.findall(r">([^<]+)</text>", sign))
    for words in (
        "Ship only: lamps dark, then green, with one beep",
        "先灭、后绿、再响一声",
        "call a technician",
        "叫技术员",
    ):
        assert words in said
    assert "sign.pdf" in (HARDWARE / "failures.md").read_text(encoding="utf-8")
