"""What one look may cost: so much work for each kind of attempt; what is left over comes first in
the next one. Pure.

Printed stripes, a table full of labels or a grid make dozens of regions, some as large as the
frame. Work is counted in pixels, and not timed, so that a picture is read alike on every machine.
Regions are compared by place: at rest those of one look lie where those of the last one lay, and on
a bag that moves all are new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from samebag.core.events import Box
from samebag.vision.geometry import alike

Turns = list[tuple[Box, int]]  # how many each place had
NEW = -1


@dataclass(frozen=True, slots=True)
class Purse:
    """What attempts may spend together in one look; ``price`` is what a pixel costs those that ask
    now."""

    name: str
    px: float
    price: float = 1.0


class Work:
    """The memory of one camera's looks; a picture alone has its own, of so many looks at once.

    ``left_over`` names the kinds of which the last look put some off, first that of the one with
    the fewest turns.
    """

    def __init__(self, looks: int = 1) -> None:
        self.looks = looks
        self.left_over: list[str] = []
        self._turns: dict[str, Turns] = {}
        self._late: dict[str, list[Box]] = {}
        self._again: set[Box] = set()
        self._spent: dict[str, float] = defaultdict(float)

    def begin(self) -> None:
        """A look begins."""
        self.left_over = sorted(filter(self.put_off, self._late), key=self._fewest_turns)
        self._late.clear()
        self._spent.clear()
        self._again.clear()

    def forget(self) -> None:
        """What lies there has changed."""
        self.left_over = []
        self._turns.clear()
        self._late.clear()

    def in_turn(
        self,
        kind: str,
        boxes: Sequence[Box],
        wanted: Callable[[Box], bool],
        px_of: Callable[[Box], float],
        *purses: Purse,
    ) -> Iterator[Box]:
        """As many as all purses pay for; each pays the first in any case. New ones, then those of
        the fewest turns.

        ``wanted`` is asked when a box's turn comes.
        """
        before = self._turns.pop(kind, [])
        had: dict[Box, int] = {box: _turns(box, before) for box in boxes}
        for box in sorted(boxes, key=had.__getitem__):
            if not wanted(box):
                continue
            had[box] = max(0, had[box])
            if self._pays(purses, px_of(box)):
                had[box] += 1
                yield box
            else:
                self._late.setdefault(kind, []).append(box)
        self._turns[kind] = [(box, turns - (box in self._again)) for box, turns in had.items()]

    def again(self, kind: str, box: Box) -> None:
        """It had but half of its turn."""
        self._late.setdefault(kind, []).append(box)
        self._again.add(box)

    def _pays(self, purses: Sequence[Purse], px: float) -> bool:
        spent = [self._spent[purse.name] for purse in purses]
        costs = [purse.price * px for purse in purses]
        most = [self.looks * purse.px for purse in purses]
        if any(
            before and before + cost > limit
            for before, cost, limit in zip(spent, costs, most, strict=True)
        ):
            return False
        for purse, cost in zip(purses, costs, strict=True):
            self._spent[purse.name] += cost
        return True

    def _fewest_turns(self, kind: str) -> int:
        return min(turns for _, turns in self._turns[kind])

    @property
    def unfinished(self) -> bool:
        """Whether any had no turn yet."""
        return any(turns < 1 for kind in self._late for _, turns in self._turns[kind])

    def put_off(self, kind: str) -> list[Box]:
        """Those that had no turn in this look."""
        return self._late.get(kind, [])


def _turns(box: Box, before: Turns) -> int:
    return next((turns for place, turns in before if alike(box, place)), NEW)
