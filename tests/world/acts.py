"""What hands, the store and fate can do at a table, how packers work, and how careless they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from .roll import Mistakes


class Do(Enum):
    """What happens physically. ``what`` is a bag's, paper's or parcel's number; see World.do for
    the rest."""

    PICK_UP = "pick up"
    LAY = "lay"
    SLIDE = "slide"
    FLIP = "flip"
    TAKE = "take"
    COVER = "cover"
    CARRY_PAST = "carry past"  # of another bag, across the view's edge
    PEEL = "peel"
    STICK = "stick"
    SCAN = "scan"
    SCAN_GOODS = "scan goods"
    CLEAR = "clear"
    CUT = "power cut"
    LOSE = "lose printer"
    # ``to``: after so many seconds the station is told that it is lost; 0: never
    STALL = "camera stalls"
    LAG = "frame lags"
    CANCEL = "cancel"  # the last four come ``for_s`` later
    CHANGE = "change order"
    RELABEL = "new tracking number"
    ELSEWHERE = "pass at another station"


IMPORTS = (Do.CANCEL, Do.CHANGE, Do.RELABEL)


@dataclass(frozen=True, slots=True)
class Act:
    at_s: float
    do: Do
    what: int = 0
    to: float = 0.0
    for_s: float = 0.0


class Way(Enum):
    """What the station has, and so how its packers work."""

    CAMERA = "camera"
    BOTH = "scanner and camera"
    SCANNER = "scanner"
    LINE = "fast line"  # a camera; each bag pushes the one before it out of the view


@dataclass(frozen=True, slots=True)
class Habits:
    """How often, as a share of bags."""

    hurry: float = 0.5  # takes the bag without waiting for an answer
    two_at_once: float = 0.10
    exchange: float = 0.25  # one bag out, the next in, never an empty table
    scan_over: float = 0.10  # scans one bag while another lies under the camera
    double_scan: float = 0.20
    mis_aim: float = 0.05  # scans a label of another bag, or of goods
    half_way: float = 0.10  # takes the bag away after its first label
    gloves: float = 0.30  # a hand lies on a label for a while
    late_label: float = 0.05
    put_back: float = 0.03  # a bag that was done comes again
    ignores_red: float = 0.5  # does not clear, or leaves the bag there
    trouble: float = 0.02  # power cut, no paper, camera stalls
    imports: float = 0.04  # an order changes or passes at another station while its bag is packed
    blind: float = 0.04  # the bag is exchanged while the camera stalls
    lag: float = 0.10  # a frame of the bag comes late as it is taken away or the table is cleared
    glimpse: float = 0.10  # another bag is carried past
    straighten: float = 0.10
    scan_first: float = 0.15  # both labels, over the bare table
    rhythm: float = 0.30  # sticks whichever merged label the printer has on the bag at hand

    def scaled(self, by: float) -> Habits:
        return Habits(*(getattr(self, name) * by for name in self.__slots__))

    def one_at_a_time(self) -> Habits:
        return replace(self, two_at_once=0.0, scan_over=0.0, exchange=0.0, mis_aim=0.0)


HOSTILE = replace(
    Habits(),
    hurry=0.3,
    exchange=0.4,
    gloves=0.6,
    imports=0.1,
    blind=0.15,
    lag=0.25,
    scan_first=0.3,
    rhythm=0.5,
)
MISTAKES = Mistakes(
    swapped=0.03, chained=0.01, slipped=0.01, third=0.01, missing=0.02, returned=0.02, faces=0.03
)


@dataclass(frozen=True, slots=True)
class Level:
    """How careless. The careful have one bag at hand at a time; on the fast line nobody waits for
    anything.

    The hostile are nobody: neighbours crossed so often, half hidden, that what takes three mishaps
    at once is found.
    """

    name: str
    habits: Habits
    mistakes: Mistakes


LEVELS = {
    level.name: level
    for level in (
        Level("careful", Habits().scaled(0.02).one_at_a_time(), MISTAKES.scaled(0.05)),
        Level("normal", Habits().scaled(0.1), MISTAKES.scaled(0.15)),
        Level("careless", Habits().scaled(0.4), MISTAKES.scaled(0.4)),
        Level("reckless", Habits(), MISTAKES),
        Level("fast line", Habits().scaled(0.1), MISTAKES.scaled(0.15)),
        Level(
            "hostile",
            HOSTILE,
            replace(MISTAKES, swapped=0.3, third=0.04, returned=0.05, faces=0.06),
        ),
    )
}
