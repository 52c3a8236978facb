"""How a camera is to be exposed: shutter time and gain within its limits. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

# a lamp's light comes and goes so often: other shutter times show bands
HALF_WAVE_S = {
    50: 1 / 100,
    60: 1 / 120,
}
# ours: with more of it the sensor's noise hides narrow bars; a longer shutter blurs what moves
NOISY_GAIN = 8.0


@dataclass(frozen=True, slots=True)
class Exposure:
    """A camera's light is the product."""

    shutter_s: float
    gain: float = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a camera can do. A gain that nobody knows in numbers is fixed: 1 to 1."""

    shutter_s: tuple[float, float]
    gain: tuple[float, float] = (1.0, 1.0)
    mains_hz: int = 50


def relit(now: Exposure, times: float, limits: Limits) -> Exposure:
    """So many times the light, as near as the limits allow.

    A short shutter first, for a bag that moves: one half wave of the mains, less where even that is
    too bright. Then gain, as long as it is not noisy; then further half waves, up to the frame's
    time; then the rest of the gain.
    """
    light, (least_gain, most_gain) = now.shutter_s * now.gain * times, limits.gain
    wave_s = HALF_WAVE_S[limits.mains_hz]
    shortest_s, longest_s = limits.shutter_s
    bright_s = light / least_gain
    if bright_s < wave_s:
        shutter_s = bright_s
    else:
        waves = light / wave_s / min(most_gain, max(least_gain, NOISY_GAIN))
        shutter_s = wave_s * (
            max(1, math.ceil(waves - 1e-6)) if most_gain > least_gain else _nearest(waves)
        )
        shutter_s = min(shutter_s, wave_s * max(1, int(longest_s / wave_s + 1e-6)))
    shutter_s = min(longest_s, max(shortest_s, shutter_s))
    return Exposure(shutter_s, min(most_gain, max(least_gain, light / shutter_s)))


def _nearest(waves: float) -> int:
    """Without a gain to make up for it; in light, so that 1.5 times too much is as bad as too
    little."""
    low = max(1, int(waves))
    return low if waves / low < (low + 1) / waves else low + 1
