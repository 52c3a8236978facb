"""What a device says of itself is a change, never a retry."""

from __future__ import annotations

from itertools import count

from samebag.core.events import Device, DeviceBack, DeviceLost
from samebag.devices.condition import Condition
from samebag.ports import StationEvent


def test_each_reason_is_told_once_and_back_only_after_a_loss() -> None:
    put, clock = list[StationEvent](), count(1.0)
    condition = Condition(Device.PRINTER, put.append, lambda: next(clock))
    condition.back()
    assert (put, condition.is_lost) == ([], False)
    for reason in ("no paper", "no paper", "cover open", "no paper"):
        condition.lost(reason, "look at it")
        assert condition.is_lost
    condition.back()
    condition.back()
    condition.lost("no paper", "look at it")
    assert put == [
        DeviceLost("printer", "no paper", "look at it", 1.0),
        DeviceLost("printer", "cover open", "look at it", 2.0),
        DeviceLost("printer", "no paper", "look at it", 3.0),
        DeviceBack("printer", 4.0),
        DeviceLost("printer", "no paper", "look at it", 5.0),
    ]
