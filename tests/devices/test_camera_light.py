"""What a camera is told of its light: by ioctl on a node that keeps to C's layouts, and by
picamera2's calls."""

from __future__ import annotations

import errno
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.devices.camera import v4l2_controls
from samebag.devices.camera.exposure import HALF_WAVE_S, NOISY_GAIN, Exposure, Limits, relit
from samebag.devices.camera.light import PiLight, V4l2Light
from samebag.devices.camera.v4l2_controls import Control, ExposureMode

from .picamera2 import Picamera2
from .v4l2_node import (
    APERTURE_PRIORITY,
    GAIN,
    MANUAL,
    MODE,
    POWER_LINE,
    SHUTTER,
    Known,
    Node,
    QueryCtrl,
)

FPS = 15.0
SAID_BY_C = """
#include <stdio.h>
#include <linux/videodev2.h>
#define SAY(name, value) printf("%s %lld\\n", name, (long long)(value))
int main(void) {
  SAY("QUERYCTRL", VIDIOC_QUERYCTRL); SAY("G_CTRL", VIDIOC_G_CTRL); SAY("S_CTRL", VIDIOC_S_CTRL);
  SAY("_QUERYCTRL", sizeof(struct v4l2_queryctrl)); SAY("_CONTROL", sizeof(struct v4l2_control));
  SAY("flags", __builtin_offsetof(struct v4l2_queryctrl, flags));
  SAY("minimum", __builtin_offsetof(struct v4l2_queryctrl, minimum));
  SAY("DISABLED", V4L2_CTRL_FLAG_DISABLED); SAY("READ_ONLY", V4L2_CTRL_FLAG_READ_ONLY);
  SAY("POWER_LINE_FREQUENCY", V4L2_CID_POWER_LINE_FREQUENCY);
  SAY("MAINS_60_HZ", V4L2_CID_POWER_LINE_FREQUENCY_60HZ);
  SAY("EXPOSURE_AUTO", V4L2_CID_EXPOSURE_AUTO);
  SAY("EXPOSURE_ABSOLUTE", V4L2_CID_EXPOSURE_ABSOLUTE);
  SAY("AUTO", V4L2_EXPOSURE_AUTO); SAY("MANUAL", V4L2_EXPOSURE_MANUAL);
  SAY("SHUTTER_PRIORITY", V4L2_EXPOSURE_SHUTTER_PRIORITY);
  SAY("APERTURE_PRIORITY", V4L2_EXPOSURE_APERTURE_PRIORITY);
  return 0;
}
"""


def test_every_number_and_layout_is_the_kernels_own(tmp_path: Path) -> None:
    (tmp_path / "say.c").write_text(SAID_BY_C)
    subprocess.run(["gcc", "-o", tmp_path / "say", tmp_path / "say.c"], check=True)
    said = subprocess.run([tmp_path / "say"], check=True, capture_output=True, text=True).stdout
    kernels = {name: int(value) for name, value in (line.split() for line in said.splitlines())}
    ours: dict[str, int] = {**Control.__members__, **ExposureMode.__members__}
    for name in ("QUERYCTRL", "G_CTRL", "S_CTRL", "DISABLED", "READ_ONLY", "MAINS_60_HZ"):
        ours[name] = getattr(v4l2_controls, name)
    ours |= {"_QUERYCTRL": v4l2_controls._QUERYCTRL.size, "_CONTROL": v4l2_controls._CONTROL.size}
    ours |= {"flags": QueryCtrl.flags.offset, "minimum": QueryCtrl.minimum.offset}
    assert ours == kernels


@pytest.fixture
def node() -> Node:
    return Node()


def light_of(node: Node, folder: Path) -> V4l2Light:
    """On an open file, as ioctl wants one."""
    (folder / "video0").touch()
    light = V4l2Light.of(folder / "video0", FPS, node.ioctl)
    assert light
    return light


def test_the_shutter_is_told_from_what_the_camera_had_by_itself_and_all_is_given_back(
    node: Node, tmp_path: Path
) -> None:
    light = light_of(node, tmp_path)
    light.relight(0.3)  # of 33.3 ms
    assert node.told == [(MODE, MANUAL), (SHUTTER, 100)]
    light.relight(0.5)
    light.relight(2.0)  # of what it was told, whatever it says
    assert node.told[2:] == [(SHUTTER, 50), (SHUTTER, 100)]
    light.give_back()
    assert node.told[4:] == [(MODE, APERTURE_PRIORITY)]
    light.relight(2.0)
    light.automatic()
    assert len(node.told) == 5  # nothing after it
    assert node.known[GAIN].value == 64  # in whatever unit that is


def test_a_camera_that_was_never_told_is_not_touched_and_one_that_a_dead_worker_left_is_freed(
    node: Node, tmp_path: Path
) -> None:
    light_of(node, tmp_path).give_back()
    light_of(node, tmp_path).automatic()
    assert node.told == []
    light_of(node, tmp_path).relight(0.5)  # and that worker is killed
    light_of(node, tmp_path).automatic()
    assert node.known[MODE].value == APERTURE_PRIORITY


@pytest.mark.parametrize(
    "of_it", [{MODE: None}, {SHUTTER: None}, {SHUTTER: Known(1, 1, 9, 1, flags=0x4)}, {}]
)
def test_a_camera_without_a_shutter_that_can_be_set_is_left_alone(
    node: Node, tmp_path: Path, of_it: dict[int, Known | None]
) -> None:
    node.known = {k: v for k, v in {**node.known, **of_it}.items() if v} if of_it else {}
    (tmp_path / "video0").touch()
    assert V4l2Light.of(tmp_path / "video0", FPS, node.ioctl) is None
    assert V4l2Light.of(tmp_path / "none", FPS, node.ioctl) is None
    node.fails_with = errno.ENOTTY  # no controls at all
    assert V4l2Light.of(tmp_path / "video0", FPS, node.ioctl) is None
    assert node.told == []


def test_a_camera_that_refuses_is_left_to_itself_and_one_that_has_gone_is_said(
    node: Node, tmp_path: Path
) -> None:
    light = light_of(node, tmp_path)
    node.refuses = frozenset({SHUTTER})
    light.relight(0.5)
    assert node.told == [(MODE, MANUAL), (MODE, APERTURE_PRIORITY)]
    node.refuses = frozenset()
    light.relight(0.5)
    assert len(node.told) == 2
    light = light_of(node, tmp_path)
    light.relight(0.5)
    node.refuses = frozenset({MODE})
    light.automatic()
    node.fails_with = errno.ENODEV
    with pytest.raises(OSError, match="fails"):
        light.relight(2.0)
    with pytest.raises(OSError, match="fails"):
        light.automatic()
    light.give_back()


def test_limits_are_the_cameras_own_and_the_frames_time(node: Node, tmp_path: Path) -> None:
    limits = light_of(node, tmp_path).limits
    assert limits.shutter_s == pytest.approx((3e-4, 1 / FPS))
    assert (limits.gain, limits.mains_hz) == ((1.0, 1.0), 50)
    node.known[POWER_LINE].value, node.known[SHUTTER].most = 2, 500
    light = light_of(node, tmp_path)
    assert light.limits.shutter_s == pytest.approx((3e-4, 0.05))
    assert light.limits.mains_hz == 60
    light.relight(1000.0)
    assert node.told[-1] == (SHUTTER, 500)
    light.relight(1e-6)
    assert node.told[-1] == (SHUTTER, 3)


def test_the_pis_own_camera_gets_a_short_shutter_and_gain_and_is_left_to_itself() -> None:
    camera = Picamera2()
    light = PiLight.of(camera, FPS)
    assert light
    light.automatic()
    assert camera.told == []
    light.relight(0.4)
    assert camera.told == [{"ExposureTime": 10_000, "AnalogueGain": pytest.approx(6.6)}]
    light.automatic()
    assert camera.told[1:] == [{"ExposureTime": 0, "AnalogueGain": 0.0}]
    del camera.camera_controls["AnalogueGain"]
    assert PiLight.of(camera, FPS) is None


@given(
    st.builds(Exposure, st.floats(1e-4, 1.0), st.floats(1.0, 16.0)),
    st.floats(0.01, 100.0),
    st.sampled_from(
        [
            Limits((1e-4, 1 / 15), (1.0, 16.0)),
            Limits((2e-3, 1 / 30), (1.0, 4.0), 60),
            Limits((3e-4, 1 / 15)),
        ]
    ),
)
def test_an_exposure_gives_the_light_asked_within_the_limits_by_a_short_shutter_first(
    now: Exposure, times: float, limits: Limits
) -> None:
    then = relit(now, times, limits)
    (shortest_s, longest_s), (least, most) = limits.shutter_s, limits.gain
    assert shortest_s <= then.shutter_s <= longest_s
    assert least <= then.gain <= most
    wave_s, light = HALF_WAVE_S[limits.mains_hz], now.shutter_s * now.gain * times
    waves = then.shutter_s / wave_s
    assert waves < 1 or waves == pytest.approx(round(waves)) or then.shutter_s == shortest_s
    least_light, most_light = shortest_s * least, int(longest_s / wave_s + 1e-6) * wave_s * most
    if least_light <= light <= most_light:
        exact = most > least or light < wave_s * least
        assert then.shutter_s * then.gain == pytest.approx(light, rel=1e-6 if exact else 0.5)
    if most > least and waves > 1.01:  # no longer one while gain can still do it without much noise
        assert light / (wave_s * (round(waves) - 1)) > min(NOISY_GAIN, most) - 1e-6
