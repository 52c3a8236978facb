"""Checks of the camera: there, its rate, and by one picture light, sharpness and what is read on
the table.

OpenCV and the decoders are imported only where there is a camera to look through.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from samebag.core.words import Words
from samebag.devices.camera.port import ENVIRONMENT
from samebag.doctor.exposure import exposure
from samebag.doctor.finding import (
    AS_ROOT,
    Examined,
    Finding,
    bad,
    in_use,
    left_out,
    ok,
    passed_on,
    plain,
    unknown,
)
from samebag.doctor.nodes import access, held
from samebag.settings import NONE
from samebag.store.book.reader import needed_in
from samebag.words.screen import cure_of_symbology, of_symbology

if TYPE_CHECKING:
    from samebag.devices.camera.sources import Source
    from samebag.vision.geometry import Gray
    from samebag.vision.reader import Seen

Read = Callable[["Gray"], Set[str]]  # the texts of a picture
CAMERA = Words("摄像头", "camera")
PICTURE = Words("摄像头画面", "camera picture")
RATE = Words("摄像头帧率", "camera rate")
READS = Words("摄像头读码", "camera reads")
OFF = Words("摄像头不读的码制", "symbology switched off")
LIGHT = Words("摄像头光线", "camera light")
FOCUS = Words("摄像头对焦", "camera focus")
PLUGGED = Words("必须插好，并与设置相符", "must be plugged in and named by the settings")
MOVING = Words("必须有画面，且会动", "must give pictures that move")
MEASURE_S = 2.5  # exposure has settled then, and a picture that stands still for 2 s is noticed
RATE_SHARE = 0.6  # of what the settings ask for: cameras halve their rate in the dark
# hardware/optics.md: at 1.0 px bars need a third more pixels, at 1.7 px none is read
MOST_BLUR_PX = 1.2
# gray levels; hardware/optics.md wants 200, bars lost in white cannot be read back
PAPER = (
    90,
    250,
)
MOST_CLIPPED = 0.2  # of a code's box; paper is about half of it
DARK = 40  # gray levels of the brightest hundredth: an unlit room, or a cap on the lens
MORE_BLUR_PX = 0.5  # ours: what a thicker bag or a warm lens adds
MUST_READ = Words("必须读出下面的每个标签", "must read every label that lies under it")
STILL_READS = Words(
    "光线和焦距稍差时也必须读出", "must read it in somewhat worse light and focus too"
)
TOO_DARK = Words(
    '请从两侧加光；或试 camera.exposure = "labels"',
    'more light from the sides; or try camera.exposure = "labels"',
)
TOO_BRIGHT = Words(
    '请减光，或遮住直射的灯；或试 camera.exposure = "labels"',
    'less light, or shade the lamp that shines in; or try camera.exposure = "labels"',
)
TOO_FAINT = Words("边缘太弱，量不出模糊", "edges too faint to measure their blur")
FOCUS_IT = Words(
    "请对台面上方 2 cm 处的标签对焦并锁紧镜头；擦干净玻璃",
    "focus on a label 2 cm above the table and fix the lens there; wipe the glass",
)
LIGHTS = (  # ours: times the light that another hour, another lamp, another film gives
    (0.5, Words("光线减半", "in half the light"), TOO_DARK),
    (2.0, Words("光线加倍", "in twice the light"), TOO_BRIGHT),
)
PUT_DOWN = Words(
    "请放上一袋，两个标签朝上，再试一次", "put a bag with both labels down and try again"
)
CAP = Words("请开灯，取下镜头盖", "switch the lamps on, take the cap off the lens")


@dataclass(frozen=True, slots=True)
class Series:
    """Some seconds of pictures: how many came a second, and the last one."""

    gray: Gray
    rate_hz: float


def camera(case: Examined) -> Iterator[Finding]:
    os.environ.update(ENVIRONMENT)  # OpenCV takes it at its import
    if case.settings.camera.address == NONE:
        yield left_out(CAMERA)
        return
    kind, _, place = _followed(case, case.settings.camera.address).partition(":")
    path = (
        case.host.at(f"/dev/video{place}" if place.isdigit() else place) if kind == "v4l2" else None
    )
    if path and not path.exists():
        cure = Words("请插好摄像头，或改正 camera.address", "plug it in, or correct camera.address")
        yield bad(CAMERA, passed_on(f"{path}: no such device"), rule=PLUGGED, cure=cure)
        return
    if path:
        yield from _node(case, path)
    if case.running and kind != "file":
        yield in_use(PICTURE)
    elif path and not os.access(path, os.R_OK | os.W_OK):
        value = Words(f"本用户无权打开 {path}", f"{path} may not be opened by this user")
        yield unknown(PICTURE, value, cure=AS_ROOT)
    else:
        yield from through(case, f"{kind}:{path or place}")


def _followed(case: Examined, address: str) -> str:
    """What ``auto`` means here."""
    if address != "auto":
        return address
    from samebag.devices.camera.sources import first_camera

    kind, _, place = first_camera(case.host.at("/dev/v4l/by-id")).partition(":")
    return f"{kind}:{case.host.own(Path(place))}" if kind == "v4l2" else f"{kind}:{place}"


def _node(case: Examined, path: Path) -> Iterator[Finding]:
    yield ok(CAMERA, plain(f"{path}{_name(case, path)}"))
    yield access(case, CAMERA, [path])
    if holding := held(case, CAMERA, [path]):
        yield holding


def _name(case: Examined, path: Path) -> str:
    return (
        f": {name}"
        if (name := case.host.said(f"/sys/class/video4linux/{path.resolve().name}/name"))
        else ""
    )


def through(case: Examined, address: str) -> Iterator[Finding]:
    """What is seen through a camera that is free."""
    from samebag.devices.camera.sources import SourceLost, open_source
    from samebag.vision.off_there import OffWatch
    from samebag.vision.reader import Reader

    wanted = case.settings.camera
    symbologies = wanted.all_symbologies(needed_in(case.host.at(case.settings.book_path)))
    try:
        with closing(open_source(address, wanted.width, wanted.height, wanted.fps)) as source:
            yield from exposure(source, by_labels=wanted.exposure == "labels")
            series = taken(source, case.host.clock)
    except SourceLost as lost:
        yield bad(PICTURE, passed_on(lost.reason), rule=MOVING, cure=passed_on(lost.cure))
        return
    yield rate(series.rate_hz, wanted.fps)

    def read(gray: Gray) -> set[str]:
        return {sighting.code for sighting in Reader(symbologies).still(gray).sightings}

    seen = Reader(symbologies).still(series.gray)
    yield decoded(seen)
    yield from switched_off(OffWatch(symbologies).still(series.gray, seen.regions))
    yield light(series.gray, seen, read)
    yield sharpness(series.gray, seen, read)


def taken(source: Source, clock: Callable[[], float]) -> Series:
    """SourceLost for a camera that gives no pictures, or the same one again and again."""
    from samebag.devices.camera.newest import FreezeWatch
    from samebag.devices.camera.recording import gray_of
    from samebag.devices.camera.sources import SourceLost

    last, count, watch = source.read(), 0, FreezeWatch()
    began_s = at_s = clock()
    while at_s - began_s < MEASURE_S and (image := source.read()) is not None:
        last, count, at_s = image, count + 1, clock()
        if source.live:
            watch.look(image, at_s)
    if last is None:
        raise SourceLost("camera: no picture", "name a camera, or a recording that has pictures")
    return Series(gray_of(last), count / max(at_s - began_s, 1e-3))


def rate(rate_hz: float, wanted_hz: float) -> Finding:
    value, least_hz = (
        Words(f"每秒 {rate_hz:.1f} 幅", f"{rate_hz:.1f} pictures a second"),
        RATE_SHARE * wanted_hz,
    )
    if rate_hz >= least_hz:
        return ok(RATE, value)
    return bad(
        RATE,
        value,
        rule=Words(
            f"必须不少于 {least_hz:g}（camera.fps 为 {wanted_hz:g}）",
            f"must be {least_hz:g} or more, camera.fps being {wanted_hz:g}",
        ),
        cure=Words(
            "请加光；USB 摄像头请直接插在树莓派上；或在设置中改小画面",
            "give more light; plug a USB camera straight into the Pi; set a smaller size",
        ),
    )


def decoded(seen: Seen) -> Finding:
    codes = ", ".join(f"{sighting.symbology} {sighting.code!r}" for sighting in seen.sightings)
    if codes and seen.unread:
        return ok(
            READS,
            Words(f"{codes}；另有 {seen.unread} 处未读出", f"{codes}; {seen.unread} more unread"),
        )
    if codes:
        return ok(READS, plain(codes))
    if not seen.unread:
        return unknown(READS, Words("下面没有条码", "no code lies under it"), cure=PUT_DOWN)
    return bad(
        READS,
        Words(
            f"没有读出；{seen.unread} 处像条码", f"nothing; {seen.unread} regions look like a code"
        ),
        rule=MUST_READ,
        cure=Words(
            "请看下面几行；samebag read --explain PICTURE 会显示哪里没读出和原因",
            "see the lines below; samebag read --explain PICTURE shows what is not read, and why",
        ),
    )


def switched_off(there: Sequence[str]) -> Iterator[Finding]:
    for symbology in there:
        yield unknown(OFF, of_symbology(symbology), cure=cure_of_symbology(symbology))


def light(gray: Gray, seen: Seen, read: Read) -> Finding:
    """By what the reader would read of the labels in other light; of unread ones, by their
    paper."""
    from samebag.doctor.picture import clipped_share, paper_level, with_light

    paper = paper_level(gray, [region.box for region in seen.regions])
    if paper is None:
        return _unlabelled(gray)
    value = Words(f"纸面亮度 {paper:.0f}/255", f"paper at {paper:.0f} of 255")
    for times, said, cure in LIGHTS:
        if lost := _lost(seen, read(with_light(gray, times))):
            return bad(LIGHT, _if(value, said, lost), rule=STILL_READS, cure=cure)
    clipped = clipped_share(gray, [region.box for region in seen.regions if not region.text])
    if seen.unread and (clipped > MOST_CLIPPED or not PAPER[0] <= paper <= PAPER[1]):
        white = Words(
            f"{value.zh}，未读出处 {clipped:.0%} 过亮成白",
            f"{value.en}, {clipped:.0%} of what is unread is white",
        )
        return bad(LIGHT, white, rule=MUST_READ, cure=TOO_DARK if paper < PAPER[0] else TOO_BRIGHT)
    return ok(LIGHT, value)


def _lost(seen: Seen, texts: Set[str]) -> int:
    return len({sighting.code for sighting in seen.sightings} - texts)


def _if(value: Words, said: Words, lost: int) -> Words:
    return Words(
        f"{value.zh}；{said.zh}时 {lost} 个标签读不出",
        f"{value.en}; {said.en}, {lost} would not be read",
    )


def _unlabelled(gray: Gray) -> Finding:
    import numpy as np

    brightest = float(np.percentile(gray, 99))
    if brightest < DARK:
        value = Words(f"太暗：最亮处 {brightest:.0f}/255", f"dark: {brightest:.0f} of 255 at best")
        return bad(
            LIGHT, value, rule=Words(f"必须不低于 {DARK}", f"must be {DARK} or more"), cure=CAP
        )
    return unknown(LIGHT, Words("没有标签可供判断", "no label to judge it by"), cure=PUT_DOWN)


def sharpness(gray: Gray, seen: Seen, read: Read) -> Finding:
    """By what the reader would read of the labels a little out of focus; of unread ones, by the
    blur."""
    from samebag.doctor.picture import blur_px, blurred_by

    blurred_px = blur_px(gray)
    if blurred_px is None and not seen.sightings:
        return unknown(
            FOCUS,
            Words("下面没有边缘清晰的东西", "nothing with sharp edges lies under it"),
            cure=PUT_DOWN,
        )
    value = (
        Words(f"模糊 {blurred_px:.1f} px", f"blurred by {blurred_px:.1f} px")
        if blurred_px
        else TOO_FAINT
    )
    if lost := _lost(seen, read(blurred_by(gray, MORE_BLUR_PX))):
        said = Words(f"再模糊 {MORE_BLUR_PX:g} px", f"blurred by {MORE_BLUR_PX:g} px more")
        return bad(FOCUS, _if(value, said, lost), rule=STILL_READS, cure=FOCUS_IT)
    if (blurred_px or 0.0) > MOST_BLUR_PX and (seen.unread or not seen.sightings):
        rule = Words(f"必须不超过 {MOST_BLUR_PX:g} px", f"must be {MOST_BLUR_PX:g} px at most")
        return bad(FOCUS, value, rule=rule, cure=FOCUS_IT)
    return ok(FOCUS, value)
