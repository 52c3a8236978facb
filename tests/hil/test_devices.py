"""Devices are pulled and put back at every stage of a bag and of a print; nobody restarts
anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .guest import Guest
from .lamps import lit, spans
from .orders import demo_bags
from .paper import labels


@pytest.fixture
def alive(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever happens in the scenario, it is one life of the daemon."""
    guest: Guest = next(
        request.getfixturevalue(name) for name in ("hands", "guest") if name in request.fixturenames
    )
    pid = guest.property("MainPID")
    yield
    assert (guest.property("MainPID"), guest.property("NRestarts")) == (pid, "0")


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize(
    "stage", ["between bags", "in the middle of a scan", "between the two labels"]
)
def test_a_scanner_pulled_is_a_fault_and_works_again_when_put_back(
    hands: Guest, stage: str
) -> None:
    bag, after = list(demo_bags())[:2]
    if stage == "in the middle of a scan":
        hands.call("type", bag.waybill[:6])
    if stage == "between the two labels":
        hands.scan(bag.waybill)
    hands.unplug("scanner")
    pulled_s = hands.now_s()
    hands.told("device-lost", "scanner lost: .*plug")
    hands.flashes(pulled_s)
    hands.plug("scanner")
    hands.told("device-back", "scanner")
    assert spans(lit(hands.pins()), "green") == []
    hands.settle()
    if stage == "between the two labels":
        hands.call("run", "sleep 5", 20.0)  # that bag's time is over: its list alone passes nothing
        hands.scan(bag.cargo_list)
        assert spans(lit(hands.pins()), "green") == []
        hands.scan("SAMEBAG-CLEAR")
    hands.lone("green", hands.scan(after.waybill, after.cargo_list))
    assert hands.told("match")["SAMEBAG_PARCEL"] == after.parcel


@pytest.mark.usefixtures("alive")
def test_a_camera_pulled_with_a_bag_under_it_is_a_fault_and_the_bag_passes_when_it_is_back(
    guest: Guest,
) -> None:
    guest.show("bag-2-list")
    guest.unplug("camera")
    pulled_s = guest.now_s()
    guest.told("device-lost", "camera lost")
    guest.flashes(pulled_s)
    shown_s = guest.show("bag-2")
    assert spans(lit(guest.pins()), "green") == []
    guest.plug("camera")
    guest.told("device-back", "camera")
    guest.lone("green", shown_s)
    assert [entry["SAMEBAG_PARCEL"] for entry in guest.journal("SAMEBAG_EVENT=match")] == ["P-1002"]


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize(
    ("fault", "reason"), [("paper out", "no paper"), ("cover open", "cover open")]
)
def test_a_printer_without_paper_or_closed_cover_is_a_fault_and_prints_when_it_is_over(
    hands: Guest, fault: str, reason: str
) -> None:
    bag = next(demo_bags())
    hands.call("fault", fault, True)
    began_s = hands.now_s()
    hands.told("device-lost", f"printer lost: .*{reason}")
    hands.flashes(began_s)
    hands.scan(bag.waybill, bag.cargo_list)
    hands.call("fault", fault, False)
    hands.told("device-back", "printer")
    if not hands.journal("SAMEBAG_EVENT=match"):  # judged only with a printer that works
        hands.scan(bag.waybill, bag.cargo_list)
    hands.lone("green", began_s)
    (codes,) = labels(hands, 1)
    assert any(bag.waybill in code for code in codes)


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize("how", ["unplugged", "stops reading", "paper runs out"])
def test_a_printer_that_fails_in_the_middle_of_a_label_asks_and_a_second_copy_says_so(
    hands: Guest, how: str
) -> None:
    bag = next(demo_bags())
    hands.call("hang_after", 20_000)
    hands.scan(bag.waybill, bag.cargo_list)
    hands.told("job-moved", "label 1 .*sending")
    if how == "unplugged":
        hands.unplug("printer")
        hands.call("hang_after", None)
    if how == "paper runs out":
        hands.call("fault", "paper out", True)
        hands.call("hang_after", None)
    hands.told("job-asked", r"Did label 1 \(.*\) come out\?")
    if how == "unplugged":
        hands.plug("printer")
    hands.call("hang_after", None)
    hands.call("fault", "paper out", False)
    hands.told("device-back", "printer")
    if hands.call("labels")["count"]:
        hands.scan("SAMEBAG-LABEL-IS-THERE")
        hands.told("job-moved", "label 1 .*confirmed")
        assert len(labels(hands, 1)) == 1
        return
    hands.scan("SAMEBAG-PRINT-AGAIN")
    hands.told("job-moved", "label 2 .*confirmed")
    assert [state for (state,) in hands.sql("SELECT state FROM print_job ORDER BY number")] == [
        "replaced",
        "confirmed",
    ]
    assert len(labels(hands, 1)) == 1
