"""Checks of the camera: there, its rate, and by one picture light, sharpness and what is read on the table.

OpenCV and the decoders are imported only where there is a camera to look through.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from samebag.devices.camera import ENVIRONMENT
from samebag.doctor.finding import NONE, Case, Finding, bad, in_use, left_out, ok, unknown
from samebag.doctor.nodes import access, held

if TYPE_CHECKING:
    from samebag.devices.camera_sources import Source
    from samebag.vision.boxes import Gray
    from samebag.vision.reader import Seen

PLUGGED = "must be plugged in and named by the settings"
MEASURE_S = 2.5  # exposure has settled then, and a picture that stands still for 2 s is noticed
RATE_SHARE = 0.6  # of what the settings ask for: cameras halve their rate in the dark
MOST_BLUR_PX = 1.2  # hardware/optics.md: at 1.0 px bars need a third more pixels, at 1.7 px none is read
PAPER = (90, 250)  # gray levels; hardware/optics.md wants 200, bars lost in white cannot be read back
MOST_CLIPPED = 0.2  # of a code's box; paper is about half of it
DARK = 40  # gray levels of the brightest hundredth: an unlit room, or a cap on the lens
PUT_DOWN = "put a bag with both labels down and try again"
CAP = "switch the lamps on, take the cap off the lens"


@dataclass(frozen=True, slots=True)
class Series:
    """Some seconds of pictures: how many came a second, and the last one."""

    gray: Gray
    rate_hz: float


def camera(case: Case) -> Iterator[Finding]:
    os.environ.update(ENVIRONMENT)  # OpenCV takes it at its import
    if case.settings.camera.address == NONE:
        yield left_out("camera")
        return
    kind, _, place = _followed(case, case.settings.camera.address).partition(":")
    path = case.host.at(f"/dev/video{place}" if place.isdigit() else place) if kind == "v4l2" else None
    if path and not path.exists():
        yield bad("camera", f"{path}: no such device", rule=PLUGGED, cure="plug it in, or correct camera.address")
        return
    if path:
        yield from _node(case, path)
    if case.running and kind != "file":
        yield in_use("camera picture")
    elif path and not os.access(path, os.R_OK | os.W_OK):
        yield unknown("camera picture", f"{path} may not be opened by this user", cure="sudo samebag doctor")
    else:
        yield from through(case, f"{kind}:{path or place}")


def _followed(case: Case, address: str) -> str:
    """What ``auto`` means here."""
    if address != "auto":
        return address
    from samebag.devices.camera_sources import first_camera

    kind, _, place = first_camera(case.host.at("/dev/v4l/by-id")).partition(":")
    return f"{kind}:{case.host.own(Path(place))}" if kind == "v4l2" else f"{kind}:{place}"


def _node(case: Case, path: Path) -> Iterator[Finding]:
    yield ok("camera", f"{path}{_name(case, path)}")
    yield access(case, "camera", [path])
    if holding := held(case, "camera", [path]):
        yield holding


def _name(case: Case, path: Path) -> str:
    name = case.host.said(f"/sys/class/video4linux/{path.resolve().name}/name")
    return f": {name}" if name else ""


def through(case: Case, address: str) -> Iterator[Finding]:
    """What is seen through a camera that is free."""
    from samebag.devices.camera_sources import SourceLost, open_source
    from samebag.vision.reader import Reader

    wanted = case.settings.camera
    try:
        with closing(open_source(address, wanted.width, wanted.height, wanted.fps)) as source:
            series = taken(source, case.host.clock)
    except SourceLost as lost:
        yield bad("camera picture", lost.reason, rule="must give pictures that move", cure=lost.cure)
        return
    yield rate(series.rate_hz, wanted.fps)
    seen = Reader(code39=wanted.code39).still(series.gray)
    yield decoded(seen)
    yield light(series.gray, seen)
    yield sharpness(series.gray)


def taken(source: Source, clock: Callable[[], float]) -> Series:
    """SourceLost for a camera that gives no pictures, or the same one again and again."""
    from samebag.devices.camera_frames import Watch
    from samebag.devices.camera_sources import SourceLost
    from samebag.devices.recording import gray_of

    last, count, watch = source.read(), 0, Watch()
    began_s = at_s = clock()
    while at_s - began_s < MEASURE_S and (image := source.read()) is not None:
        last, count, at_s = image, count + 1, clock()
        if source.live:
            watch.look(image, at_s)
    if last is None:
        raise SourceLost("camera: no picture", "name a camera, or a recording that has pictures")
    return Series(gray_of(last), count / max(at_s - began_s, 1e-3))


def rate(rate_hz: float, wanted_hz: float) -> Finding:
    value = f"{rate_hz:.1f} pictures a second"
    if rate_hz >= RATE_SHARE * wanted_hz:
        return ok("camera rate", value)
    return bad(
        "camera rate",
        value,
        rule=f"must be {RATE_SHARE * wanted_hz:g} or more, camera.fps being {wanted_hz:g}",
        cure="give more light; plug a USB camera straight into the Pi; set a smaller size",
    )


def decoded(seen: Seen) -> Finding:
    codes = ", ".join(f"{sighting.symbology} {sighting.code!r}" for sighting in seen.sightings)
    if seen.sightings:
        also = f"; {seen.unread} more unread" if seen.unread else ""
        return ok("camera reads", f"{codes}{also}")
    if not seen.unread:
        return unknown("camera reads", "no code lies under it", cure=PUT_DOWN)
    return bad(
        "camera reads",
        f"nothing; {seen.unread} regions look like a code",
        rule="must read every label that lies under it",
        cure="see the lines below; samebag read --explain PICTURE shows what is not read, and why",
    )


def light(gray: Gray, seen: Seen) -> Finding:
    """By the paper of the labels, or else whether it is dark."""
    from samebag.doctor.picture import clipped_share, paper_level

    boxes = [sighting.box for sighting in seen.sightings if sighting.box]
    paper, clipped = paper_level(gray, boxes), clipped_share(gray, boxes)
    if paper is None:
        return _unlabelled(gray)
    if PAPER[0] <= paper <= PAPER[1] and clipped <= MOST_CLIPPED:
        return ok("camera light", f"paper at {paper:.0f} of 255")
    return bad(
        "camera light",
        f"paper at {paper:.0f} of 255, {clipped:.0%} of a label white beyond measure",
        rule=f"must be {PAPER[0]}-{PAPER[1]}, {MOST_CLIPPED:.0%} at most",
        cure="more light from the sides" if paper < PAPER[0] else "less light, or shade the lamp that shines in",
    )


def _unlabelled(gray: Gray) -> Finding:
    import numpy as np

    brightest = float(np.percentile(gray, 99))
    if brightest < DARK:
        value = f"dark: {brightest:.0f} of 255 at best"
        return bad("camera light", value, rule=f"must be {DARK} or more", cure=CAP)
    return unknown("camera light", "no label to judge it by", cure=PUT_DOWN)


def sharpness(gray: Gray) -> Finding:
    from samebag.doctor.picture import blur_px

    blurred_px = blur_px(gray)
    if blurred_px is None:
        return unknown("camera focus", "nothing with sharp edges lies under it", cure=PUT_DOWN)
    if blurred_px <= MOST_BLUR_PX:
        return ok("camera focus", f"blurred by {blurred_px:.1f} px")
    return bad(
        "camera focus",
        f"blurred by {blurred_px:.1f} px",
        rule=f"must be {MOST_BLUR_PX:g} px at most",
        cure="focus on a label 2 cm above the table and fix the lens there; wipe the glass",
    )
