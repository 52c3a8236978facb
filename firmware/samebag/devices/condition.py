"""How a device is, as the station was last told: lost once for each reason, back only after
that."""

from __future__ import annotations

from collections.abc import Callable

from samebag.core.events import Device, DeviceBack, DeviceLost
from samebag.ports import Put


class Condition:
    """Of one device, for its own thread alone: what is tried again every second is said once."""

    def __init__(self, device: Device, put: Put, clock: Callable[[], float]) -> None:
        self._device, self._put, self._clock = device, put, clock
        self._reason = ""  # as last said, "" while the device is fine

    @property
    def is_lost(self) -> bool:
        return bool(self._reason)

    def lost(self, reason: str, cure: str) -> None:
        if reason != self._reason:
            self._reason = reason
            self._put(DeviceLost(self._device, reason, cure, self._clock()))

    def back(self) -> None:
        if self._reason:
            self._reason = ""
            self._put(DeviceBack(self._device, self._clock()))
