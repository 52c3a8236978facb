"""Daemon, worker, clock, card and kernel fail: the station comes back by itself, and no bag is
green for it."""

from __future__ import annotations

from .guest import Guest
from .lamps import BUZZER, GREEN, RED, lit, spans
from .machine import Clock, until
from .orders import Bag, demo_bags

RESTART_S = 300.0  # systemd's patience, the end, the start of Python on an emulated processor
EVIDENCE = "/var/lib/samebag/evidence"


def test_a_daemon_that_hangs_is_ended_by_the_watchdog_and_its_green_with_it(hands: Guest) -> None:
    bag, after = list(demo_bags())[:2]
    pid = hands.property("MainPID")
    hands.lone("green", hands.scan(bag.waybill, bag.cargo_list))
    stopped_s = hands.now_s()
    hands.run(f"kill -STOP {pid}")
    until(
        lambda: hands.property("MainPID") not in (pid, "0"), "another life of the daemon", RESTART_S
    )
    went_off_s = [ended for _, ended in spans(lit(hands.pins()), "green") if ended]
    assert went_off_s and went_off_s[-1] > stopped_s
    hands.told("started", count=2, within_s=RESTART_S)
    assert "watchdog" in hands.run("journalctl --no-pager -b -u samebag _PID=1").lower()
    hands.settle()
    hands.lone("green", hands.scan(after.waybill, after.cargo_list))


def test_a_daemon_that_is_killed_leaves_every_pin_low(hands: Guest) -> None:
    bag = next(demo_bags())
    pid = hands.property("MainPID")
    hands.lone("green", hands.scan(bag.waybill, bag.cargo_list))
    own = {change.by for change in hands.pins()}
    killed_s = hands.now_s()
    hands.run(f"kill -KILL {pid}")
    until(
        lambda: hands.property("MainPID") not in (pid, "0"), "another life of the daemon", RESTART_S
    )
    after = [change for change in hands.pins() if change.at_s > killed_s and change.by not in own]
    written = {
        change.pin
        for change in after
        if (change.kind, change.word, change.level) == ("value", "set", 0)
    }
    assert written >= {GREEN, RED, BUZZER}
    assert [hands.call("level", pin) for pin in (GREEN, RED, BUZZER)] == [0, 0, 0]
    hands.told("started", count=2, within_s=RESTART_S)
    assert len(spans(lit(hands.pins()), "green")) == 1  # the same bag needs new reads


def test_a_camera_worker_that_hangs_is_killed_and_replaced(guest: Guest) -> None:
    daemon, worker = guest.property("MainPID"), worker_of(guest)
    guest.run(f"kill -STOP {worker}")
    stopped_s = guest.now_s()
    guest.told("device-lost", "camera worker hangs")
    guest.flashes(stopped_s)
    guest.told("device-back", "camera", within_s=RESTART_S)
    assert worker_of(guest) != worker
    assert guest.property("MainPID") == daemon
    guest.lone("green", guest.show("bag-1"))


def test_a_full_card_is_a_fault_and_over_when_there_is_room(hands: Guest) -> None:
    bag, after = list(demo_bags())[:2]
    hands.run("dd if=/dev/zero of=/var/lib/samebag/full bs=64k", ok=(1,), within_s=60.0)
    began_s = hands.now_s()
    hands.scan(bag.waybill, bag.cargo_list)
    hands.told("store-fault", "free space")
    hands.flashes(began_s)
    assert spans(lit(hands.pins()), "green") == []
    hands.run("rm /var/lib/samebag/full")
    hands.told("device-back", "ledger")
    hands.run("sleep 6")  # until what was scanned meanwhile is too old to be on the next bag
    hands.lone("green", hands.scan(after.waybill, after.cargo_list))
    assert "whole" in hands.whole()


def test_a_clock_that_jumps_by_years_changes_no_verdict(hands: Guest) -> None:
    pid = hands.property("MainPID")
    bags = demo_bags()
    for date in ("2044-02-29 12:00:00", "2001-01-01 00:00:00", "2026-11-22 12:00:00"):
        hands.run(f"date -s '{date}'")
        bag = next(bags)
        hands.lone("green", hands.scan(bag.waybill, bag.cargo_list))
    verdicts = hands.sql(
        "SELECT substr(wall_time, 1, 4) FROM entry WHERE kind = 'verdict' ORDER BY seq"
    )
    assert verdicts == [["2044"], ["2001"], ["2026"]]
    assert "whole" in hands.whole()
    assert (hands.property("MainPID"), hands.property("NRestarts")) == (pid, "0")


def test_a_kernel_that_panics_is_reset_by_the_hardware_and_the_station_is_ready_again(
    off: Guest,
) -> None:
    first, last, new = list(demo_bags())[:3]
    off.boot_from("scanner", Clock.HOST)
    has_started(off)
    for bag in (first, last):
        off.lone("green", off.scan(bag.waybill, bag.cargo_list))
    off.run("setsid sh -c 'sleep 1; echo c >/proc/sysrq-trigger' </dev/null >/dev/null 2>&1 &")
    until(
        lambda: "Kernel panic" in off.machine.serial.read_text(errors="replace"), "the panic", 30.0
    )
    off.wait_for_boot()
    has_started(off)
    # the last one may still lie there: its labels are ignored
    off.scan(first.waybill, first.cargo_list)
    off.told("duplicate")  # that it had passed survived
    off.scan("SAMEBAG-CLEAR")
    off.told("cleared")
    packed(off, new)
    assert "whole" in off.whole()


def packed(guest: Guest, bag: Bag) -> None:
    """On a starved host the station may say that it lost keys: then the packer scans again."""
    scanned_s = guest.scan(bag.waybill, bag.cargo_list)
    guest.settle()
    if "lost keys" in guest.messages():
        scanned_s = guest.scan(bag.waybill, bag.cargo_list)
    guest.lone("green", scanned_s)


def has_started(guest: Guest) -> None:
    guest.told("started", within_s=RESTART_S)
    guest.plug("scanner")
    guest.told("device-back", "scanner", within_s=RESTART_S)
    # what else starts takes the processor meanwhile
    guest.run("systemctl is-system-running --wait", ok=(0, 1))
    guest.settle()


def worker_of(guest: Guest) -> str:
    return guest.run("pgrep -f samebag.devices.camera.worker | head -n 1").strip()
