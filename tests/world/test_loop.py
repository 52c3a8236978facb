"""The real loop, book and ledger in the world: nothing is lost, nothing doubled, wherever the power
goes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from samebag.core.rules import Pairing

from .acts import Way
from .loop import LoopStation
from .truth import FATAL
from .world import Shift, World


@pytest.mark.parametrize("way", [Way.BOTH, Way.SCANNER])
def test_no_row_or_label_is_lost_or_doubled_wherever_the_power_goes(
    tmp_path: Path, way: Way
) -> None:
    cuts = 0
    for seed in range(3):
        folder = tmp_path / str(seed)
        folder.mkdir()
        world = World(
            Shift(seed, "reckless", Pairing.ONE_BAG, way, bags=20),
            build=partial(LoopStation, folder=folder),
        )
        world.run()
        assert isinstance(world.station, LoopStation)
        cuts += world.station.cuts
        assert [f for f in world.judge.faults if f.what in FATAL and f.what != "false green"] == []
        assert len(world.station.passed) >= 5
    assert cuts > 0
