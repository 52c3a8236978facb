"""Says who sets a camera's exposure, and what the camera lets be set. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from samebag.core.words import Words
from samebag.doctor.finding import Finding, ok, plain

if TYPE_CHECKING:
    from samebag.devices.camera.light import Light
    from samebag.devices.camera.sources import Source

EXPOSURE = Words("摄像头曝光", "camera exposure")
BY_SETTINGS = Words("摄像头自动（按设置）", "the camera's own, by the settings")


def exposure(source: Source, *, by_labels: bool) -> Iterator[Finding]:
    """Nothing of a recording."""
    if source.live:
        yield ok(EXPOSURE, _of(source.light) if by_labels else BY_SETTINGS)


def _of(light: Light | None) -> Words:
    if light is None:
        return Words("摄像头自动：它不能设快门", "the camera's own: it offers no shutter time")
    shortest_ms, longest_ms = (1000 * s for s in light.limits.shutter_s)
    least, most = light.limits.gain
    shutter = f"{shortest_ms:.2g}-{longest_ms:.2g} ms"
    gain = (
        Words(f"，增益 {least:g}-{most:g}", f", gain {least:g}-{most:g}")
        if most > least
        else plain("")
    )
    return Words(f"随标签：快门 {shutter}{gain.zh}", f"by the labels: shutter {shutter}{gain.en}")
