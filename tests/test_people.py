"""Who is at work, and when a shift begins."""

from __future__ import annotations

from datetime import datetime, timedelta

from samebag.core.codes.badges import Badge
from samebag.station.people import SUPERVISOR_S, People
from samebag.station.shifts import Shifts


def test_a_packer_is_logged_in_until_idle_or_scanned_again() -> None:
    people = People(logout_s=100)
    people.scanned(Badge("LI", supervisor=False), 0)
    people.worked(90)
    assert (people.packer(189), people.packer(191)) == ("LI", "")
    people.worked(192)
    assert people.packer(192) == "", "work does not log in"
    people.scanned(Badge("LI", supervisor=False), 200)
    people.scanned(Badge("WU", supervisor=False), 210)
    assert people.packer(211) == "WU"
    people.scanned(Badge("WU", supervisor=False), 220)
    assert people.packer(221) == ""


def test_a_supervisor_may_command_for_a_minute_and_leaves_the_packer_logged_in() -> None:
    people = People(logout_s=1000)
    assert people.supervisor(0) == ""
    people.scanned(Badge("LI", supervisor=False), 0)
    people.scanned(Badge("MA", supervisor=True), 10)
    assert (people.supervisor(10 + SUPERVISOR_S - 1), people.packer(11)) == ("MA", "LI")
    assert people.supervisor(10 + SUPERVISOR_S) == ""


def test_a_shift_begins_once_at_each_of_its_times_and_when_the_clock_jumps() -> None:
    now = datetime(2026, 11, 22, 7, 59).astimezone()
    shifts = Shifts(["20:00", "08:00"], lambda: now)
    began = []
    for _ in range(3 * 24 * 60):
        now += timedelta(minutes=1)
        if shifts.began():
            began.append(f"{now:%d %H:%M}")
    assert began == ["22 08:00", "22 20:00", "23 08:00", "23 20:00", "24 08:00", "24 20:00"]
    now += timedelta(days=400)
    assert shifts.began()
    assert not shifts.began()
    assert not Shifts([], lambda: now).began()
