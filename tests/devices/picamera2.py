"""The Pi's own camera as picamera2 has it, as far as light goes."""

from __future__ import annotations

from typing import Any


class Picamera2:
    """As picamera2 0.3.38: 0 is automatic; it knows what its driver knows."""

    def __init__(self, **more: Any) -> None:
        self.camera_controls = {
            "ExposureTime": (29, 0, None),
            "AnalogueGain": (1.12, 16.0, None),
            **more,
        }
        self.told: list[dict[str, float]] = []

    def capture_metadata(self) -> dict[str, float]:
        return {"ExposureTime": 33_000, "AnalogueGain": 4.0, "DigitalGain": 1.25}

    def set_controls(self, wanted: dict[str, float]) -> None:
        if not set(wanted) <= set(self.camera_controls):
            raise RuntimeError("Control is not advertised by libcamera")
        self.told.append(wanted)
