"""5,000 bags that try to fool the rules; and whether the world's judge, twins and replay files can
be trusted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from samebag.cli import main
from samebag.core.rules import Pairing

from .acts import Act, Do, Way
from .run import play_all, shifts
from .shrink import shortened, write_replay
from .station import CoreStation
from .truth import FATAL, Fault
from .twin import is_explained
from .world import Shift, World

BAGS = {
    Pairing.ONE_FRAME: (("careful", 700), ("careless", 700), ("fast line", 500), ("hostile", 900)),
    Pairing.ONE_BAG: (("careful", 500), ("reckless", 500), ("fast line", 400), ("hostile", 800)),
}
SCANNED = Shift(7, "careful", Pairing.ONE_BAG, Way.SCANNER, bags=4)
WATCHED = Shift(7, "careful", Pairing.ONE_BAG, Way.CAMERA, bags=4)
CROSSED = (  # the lists of bags 0 and 1; paper 2n is the waybill of bag n, 2n + 1 its list
    Act(0.1, Do.PEEL, 1),
    Act(0.2, Do.PEEL, 3),
    Act(0.3, Do.STICK, 1, 1),
    Act(0.4, Do.STICK, 3, 0),
)
SCANNED_ACROSS = (
    *CROSSED,
    Act(1.0, Do.PICK_UP, 0),
    Act(1.5, Do.SCAN, 0, 0, 0.05),
    Act(2.0, Do.PICK_UP, 1),
    Act(2.5, Do.SCAN, 1, 0, 0.05),
)


@pytest.mark.timeout(300)  # seconds on an idle machine
@pytest.mark.parametrize("pairing", Pairing)
def test_of_5000_bags_none_is_falsely_green_missed_or_stuck(pairing: Pairing) -> None:
    for level, bags in BAGS[pairing]:
        result = play_all(shifts(pairing, level, bags), processes=2)
        assert [fault for fault in result.faults if fault[1].what in FATAL] == []
        assert result.tally["passed"] > (0.1 if level == "hostile" else 0.4) * bags
        if level == "careful":
            tally = result.tally
            assert tally["false red"] * 300 <= bags
            assert tally["waited"] * 20 <= tally["at once"]
            assert tally["unsealed"] * 20 <= tally["sealed"]


def test_a_shift_is_the_same_twice_and_its_acts_alone_bring_it_about_again() -> None:
    shift = Shift(3, "reckless", Pairing.ONE_FRAME)
    first, second = World(shift, records=True).run(), World(shift, records=True).run()
    assert (first.acts, first.arrived) == (second.acts, second.arrived)
    assert World(shift, first.acts).run().judge.tally == first.judge.tally


def test_the_judge_sees_that_two_labels_scanned_on_two_bags_are_not_on_one() -> None:
    faults = World(SCANNED, SCANNED_ACROSS).run().judge.faults
    assert [(f.what, f.about, f.proof) for f in faults if f.what == "false green"] == [
        ("false green", "P0", "scanner-twice")
    ]
    assert not World(SCANNED, SCANNED_ACROSS[4:7]).run().judge.tally["false green scanner-twice"]


def test_the_judge_sees_a_station_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CoreStation, "take", lambda *_: None)
    shown = (Act(1.0, Do.PICK_UP, 0), Act(1.5, Do.SCAN, 0, 0, 0.05), Act(2.0, Do.SCAN, 3, 0, 0.05))
    tally = World(SCANNED, (*CROSSED, *shown)).run().judge.tally
    assert (tally["missed red"], tally["stuck"]) == (1, 1)


def test_a_twin_explains_what_reads_cannot_tell_and_nothing_else() -> None:
    across = World(SCANNED, SCANNED_ACROSS, records=True).run()
    assert is_explained(across, next(f for f in across.judge.faults if f.what == "false green"))
    seen = World(WATCHED, (*CROSSED, Act(1.0, Do.LAY, 0, 50, 0.2)), records=True).run()
    assert not is_explained(seen, Fault("false green", 3.0, "P0"))  # its view had a list of P1


def test_a_fault_is_shortened_to_the_acts_that_cause_it_and_replay_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = (Act(0.6, Do.COVER, 4, 0, 1.0), Act(0.7, Do.SCAN_GOODS), Act(0.8, Do.STALL, 0, 0, 0.1))
    acts = sorted((*SCANNED_ACROSS, *more), key=lambda act: act.at_s)
    fault = Fault("false green", 0, "P0", "scanner-twice")
    fewest = shortened(SCANNED, acts, fault)
    assert {act.do for act in fewest} == {Do.PEEL, Do.SCAN} and len(fewest) == 3
    command = write_replay(SCANNED, fewest, fault, tmp_path)
    assert main(command.split()[1:]) == 0
    verdicts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(v["verdict"], v["parcel"], v["proof"]) for v in verdicts if "verdict" in v] == [
        ("match", "P0", "scanner-twice")
    ]
