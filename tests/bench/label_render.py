"""Render and encode one merged label against python-escpos encoding the finished bitmap alone."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

from PIL import Image

from samebag.core.codes.merged import merged_code
from samebag.core.parcels import Item, Parcel
from samebag.label.escpos import encode
from samebag.label.layout import MergedLabel
from samebag.label.profiles import PrinterProfile, profiles
from samebag.label.raster import render

ROUNDS = 60
NAMES = (
    "男士连帽卫衣加绒加厚秋冬新款宽松外套",
    "纯棉短袖圆领休闲上衣",
    "不锈钢真空保温杯大容量便携",
)


def measure() -> list[tuple[str, str, str, str]]:
    """Rows of what, Samebag's figure, python-escpos' figure, ratio. Every round has another number
    and other words."""
    from escpos.capabilities import Profile
    from escpos.printer import Dummy

    media = Profile()
    # or it prints a line for each image
    media.profile_data = {
        **media.profile_data,
        "media": {"width": {"pixels": 576}},
    }

    def peer(image: Image.Image) -> bytes:
        dummy = Dummy(profile=media)
        dummy.image(image)
        return bytes(dummy.output)

    profile = profiles()["80mm"]
    ours_s, peer_s = [], []
    for number in range(ROUNDS):
        label = _label(number)
        ours_s.append(_seconds(partial(_encoded, label, profile)))
        [image] = render(label, profile)
        peer_s.append(_seconds(lambda image=image: peer(image)))  # type: ignore[misc]
    ours_ms, peer_ms = (statistics.median(series) * 1000 for series in (ours_s, peer_s))
    ours_bytes, peer_bytes = sum(map(len, encode([image], profile))), len(peer(image))
    what = f"label {image.width // 8} x {image.height // 8} mm, 12 lines of Chinese: "
    return [
        (
            what + "render + encode",
            f"{ours_ms:.1f} ms",
            f"{peer_ms:.1f} ms",
            f"{ours_ms / peer_ms:.2f} x",
        ),
        (what + "bytes", f"{ours_bytes}", f"{peer_bytes}", f"{ours_bytes / peer_bytes:.2f} x"),
    ]


def _label(number: int) -> MergedLabel:
    items = tuple(
        Item(f"货号{number}{chr(0x4E00 + number)}", name, f"颜色{number} 均码", 1 + number % 9)
        for name in NAMES
    )
    parcel = Parcel(
        f"P-{number}",
        f"LX{123456000 + number}CN",
        orders=(f"81901234{number:08}",),
        list_codes=(f"81901234{number:08}",),
        service="专线",
        country="日本",
        items=items,
    )
    return MergedLabel(
        parcel,
        number,
        1,
        "SB-01",
        "2026-11-11T14:03:22+08:00",
        merged_code(parcel.name, number, 1, b""),
    )


def _encoded(label: MergedLabel, profile: PrinterProfile) -> bytes:
    return b"".join(encode(render(label, profile), profile))


def _seconds(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s
