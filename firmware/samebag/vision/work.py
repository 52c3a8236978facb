"""What one look may cost: so much work for each kind of attempt; what is left over comes first in the next one. Pure.

Printed stripes, a table full of labels or a grid make dozens of regions, some as large as the frame. Work is counted in
pixels, and not timed, so that a picture is read alike on every machine. Regions are compared by place: at rest those of
one look lie where those of the last one lay, and on a bag that moves all are new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from samebag.core.events import Box
from samebag.vision.boxes import alike

Turns = list[tuple[Box, int]]  # how many each place had
NEW = -1


@dataclass(frozen=True, slots=True)
class Purse:
    """What attempts may spend together in one look."""

    name: str
    px: float


class Work:
    """The memory of one camera's looks; a picture alone has its own, of so many looks at once.

    ``rounds`` counts the looks that left something over.
    """

    def __init__(self, looks: int = 1) -> None:
        self.rounds, self.looks = 0, looks
        self._turns: dict[str, Turns] = {}
        self._late: dict[str, list[Box]] = {}
        self._again: set[Box] = set()
        self._spent: dict[str, float] = defaultdict(float)

    def begin(self) -> None:
        """A look begins."""
        self.rounds += any(self._late.values())
        self._late.clear()
        self._spent.clear()
        self._again.clear()

    def forget(self) -> None:
        """What lies there has changed."""
        self.rounds = 0
        self._turns.clear()
        self._late.clear()

    def in_turn(
        self,
        kind: str,
        boxes: Sequence[Box],
        wanted: Callable[[Box], bool],
        px_of: Callable[[Box], float],
        purse: Purse,
    ) -> Iterator[Box]:
        """As many as the purse pays for, and the first in any case: new ones, then those that had the fewest turns.

        ``wanted`` is asked when a box's turn comes.
        """
        before = self._turns.pop(kind, [])
        had: dict[Box, int] = {box: _turns(box, before) for box in boxes}
        for box in sorted(boxes, key=had.__getitem__):
            if not wanted(box):
                continue
            had[box] = max(0, had[box])
            if self._pays(purse, px_of(box)):
                had[box] += 1
                yield box
            else:
                self._late.setdefault(kind, []).append(box)
        if self.put_off(kind):
            self._turns[kind] = [(box, turns - (box in self._again)) for box, turns in had.items()]

    def again(self, kind: str, box: Box) -> None:
        """It had but half of its turn."""
        self._late.setdefault(kind, []).append(box)
        self._again.add(box)

    def _pays(self, purse: Purse, px: float) -> bool:
        spent = self._spent[purse.name]
        if spent and spent + px > self.looks * purse.px:
            return False
        self._spent[purse.name] += px
        return True

    @property
    def unfinished(self) -> bool:
        """Whether any had no turn yet."""
        return any(turns < 1 for kind in self._late for _, turns in self._turns[kind])

    def put_off(self, kind: str) -> list[Box]:
        """Those that had no turn in this look."""
        return self._late.get(kind, [])


def _turns(box: Box, before: Turns) -> int:
    return next((turns for place, turns in before if alike(box, place)), NEW)
