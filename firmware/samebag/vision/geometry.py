"""Where a code lies in the frame: corners, and whether two boxes are one printed code. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from samebag.core.events import Box

Gray = npt.NDArray[np.uint8]  # height × width, 0 black

LEAST_BARS_PX = (70.0, 12.0)  # 11 symbol characters of 0.6 px; two cells of texture
LEAST_HEIGHT_PX = 14.0  # a box seen by one or two scan lines is laid out this high
LEAST_ROWS = 60  # are kept of high ones: ten strips
# kept beyond both ends of the bars; ten modules of 2.4 px, the quiet zone of ISO/IEC 15417
QUIET_PX = 24
# of the length: glare and fingers hide the ends of bars from whoever looks for them
QUIET_SHARE = 0.3
# One code broken by a glare band comes as two boxes above each other. Bars of a label are at most
# 0.3 of their length high, so boxes of one text nearer than half their length are one code, never
# two labels.
ONE_CODE = 0.5
POINT_PX = 0.5  # a side as short comes from rounding
IN_LINE_DEG = 12.0  # crumpled film bends a label so far from end to end


def clockwise(corners: Sequence[tuple[float, float]]) -> Box:
    """Corners starting at the code's top left, turned clockwise; zxing mirrors bars that it reads
    backwards."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    turned = (cx - ax) * (dy - by) - (cy - ay) * (dx - bx) >= 0
    return tuple(corners) if turned else (corners[3], corners[2], corners[1], corners[0])


def around(points: Sequence[tuple[int, int]], heading_deg: float) -> Box:
    """The box around zbar's scan lines; ``heading_deg`` is roughly where the text runs, clockwise
    from right.

    Of a single line two sides are points, which have no direction; a single end of one is a pixel
    long.
    """
    if float(np.ptp(np.asarray(points, np.float32), axis=0).max()) < POINT_PX:
        return _pixel(points[0], math.radians(heading_deg))
    corners = cv2.boxPoints(cv2.minAreaRect(np.asarray(points, np.float32))).tolist()
    box = clockwise([(x, y) for x, y in corners])
    starts = [box[k:] + box[:k] for k in range(4)]
    turns = {b: abs((angle_deg(b) - heading_deg + 180) % 360 - 180) for b in starts}
    return min(starts, key=lambda b: (math.dist(b[0], b[1]) < POINT_PX, turns[b]))


def _pixel(at: tuple[int, int], heading: float) -> Box:
    """At that place, along the text."""
    x, y = math.cos(heading) / 2, math.sin(heading) / 2
    start, end = (at[0] - x, at[1] - y), (at[0] + x, at[1] + y)
    return start, end, end, start


def angle_deg(box: Box) -> float:
    """Direction of the code's top edge, clockwise from right."""
    (ax, ay), (bx, by) = box[0], box[1]
    return math.degrees(math.atan2(by - ay, bx - ax))


def centre(box: Box) -> tuple[float, float]:
    return sum(x for x, _ in box) / 4, sum(y for _, y in box) / 4


def sides_px(box: Box) -> tuple[float, float]:
    """Length along the text and height across it."""
    a, b, c, d = box
    return (math.dist(a, b) + math.dist(d, c)) / 2, (math.dist(a, d) + math.dist(b, c)) / 2


def one_code(a: Box, b: Box) -> bool:
    """Whether two boxes with the same text are the same print."""
    return math.dist(centre(a), centre(b)) < ONE_CODE * max(*sides_px(a), *sides_px(b))


def alike(a: Box, b: Box) -> bool:
    """Whether two boxes are of one place and one length."""
    one_place = inside(centre(a), b) and inside(centre(b), a)
    return one_place and 0.75 < sides_px(a)[0] / max(sides_px(b)[0], 1.0) < 1.33


def joined(a: Box, b: Box) -> Box | None:
    """The box of bars whose middle is faded or under glare; None if the two do not lie in one
    line."""
    a, b = (a, b) if sides_px(a)[0] >= sides_px(b)[0] else (b, a)
    (length_px, height_px), angle = sides_px(a), math.radians(angle_deg(a))
    right = np.array([math.cos(angle), math.sin(angle)])
    below = np.array([-right[1], right[0]])
    middle = np.array(centre(a))
    aside_px, away_px = (
        abs((np.array(centre(b)) - middle) @ below),
        abs((np.array(centre(b)) - middle) @ right),
    )
    turned = abs((angle_deg(a) - angle_deg(b) + 90) % 180 - 90)
    if (
        turned > IN_LINE_DEG
        or aside_px > height_px / 2
        or away_px > 1.5 * length_px + sides_px(b)[0] / 2
    ):
        return None
    along = [float((np.array(corner) - middle) @ right) for corner in a + b]
    start, end = middle + min(along) * right, middle + max(along) * right
    half = height_px / 2 * below
    corners = (start - half, end - half, end + half, start + half)
    return tuple((float(x), float(y)) for x, y in corners)


def beside(box: Box, read: Box) -> list[Box]:
    """What a box holds before and after the code that was read in it, where another one has
    room."""
    a, b, _, d = np.array(box)
    length_px = max(sides_px(box)[0], 1.0)
    right = (b - a) / length_px
    places = [float((np.array(corner) - a) @ right) for corner in read]
    parts = ((0.0, min(places)), (max(places), length_px))
    return [
        tuple(
            (float(x), float(y))
            for x, y in (a + start * right, a + end * right, d + end * right, d + start * right)
        )
        for start, end in parts
        if end - start >= LEAST_BARS_PX[0]
    ]


@dataclass(frozen=True, slots=True)
class Flat:
    """A code laid with its bars upright: its pixels, the way back into the frame, and how much it
    is enlarged."""

    pixels: Gray
    back: npt.NDArray[np.float64]
    scale: float = 1.0

    def box(self, start: float, end: float) -> Box:
        """Bars that run from column ``start`` to ``end``, in frame pixels; backwards if they are
        read so."""
        top, bottom = (0, self.pixels.shape[0]) if start <= end else (self.pixels.shape[0], 0)
        corners = ((start, top), (end, top), (end, bottom), (start, bottom))
        return self.in_frame(corners)

    def in_frame(self, box: Box) -> Box:
        return tuple((float(x), float(y)) for x, y in (self.back @ (x, y, 1.0) for x, y in box))


def lay_flat(
    gray: Gray, box: Box, scale: float = 1.0, most: tuple[float, float] = (math.inf, math.inf)
) -> Flat:
    """The code with its bars upright and its quiet zones, enlarged along the text only.

    With more columns than ``most[0]`` it is enlarged less, with more pixels than ``most[1]`` rows
    are left out. Rows follow the box's top edge and columns its sides: zxing gives bars that lie
    askew a slanting box.
    """
    a, b, c, d = np.array(box)
    along, down = (b - a + c - d) / 2, (d - a + c - b) / 2
    length_px, height_px = float(np.hypot(*along)), float(np.hypot(*down))
    right = along / max(length_px, 1.0)
    below = down / height_px if height_px >= 1 else np.array([-right[1], right[0]])
    columns_px = length_px + 2 * max(QUIET_PX, QUIET_SHARE * length_px)
    scale = min(scale, max(1.0, most[0] / columns_px))
    width, height = round(columns_px * scale), round(max(height_px, LEAST_HEIGHT_PX))
    if height > most[1] / width:
        rows = min(height, max(LEAST_ROWS, int(most[1] / width)))
        below, height = below * (height / rows), rows
    corner = (a + b + c + d) / 4 - right * (width - scale) / scale / 2 - below * (height - 1) / 2
    back = np.column_stack([right / scale, below, corner])
    pixels = cv2.warpAffine(
        gray,
        back,
        (width, height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_paper(gray, box),  # for a code that touches the frame's edge
    )
    return Flat(np.asarray(pixels, np.uint8), back, scale)


def lay_whole(gray: Gray, box: Box, room_px: float, scale: float) -> Flat:
    """What lies in the box and so far around it, upright and enlarged both ways."""
    length_px, height_px = sides_px(box)
    angle = math.radians(angle_deg(box))
    right, below = (
        np.array([math.cos(angle), math.sin(angle)]),
        np.array([-math.sin(angle), math.cos(angle)]),
    )
    width, height = (max(1, round((side + 2 * room_px) * scale)) for side in (length_px, height_px))
    corner = (
        np.array(centre(box)) - right * (width - 1) / scale / 2 - below * (height - 1) / scale / 2
    )
    back = np.column_stack([right / scale, below / scale, corner])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    pixels = cv2.warpAffine(
        gray, back, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return Flat(np.asarray(pixels, np.uint8), back)


def _paper(gray: Gray, box: Box) -> float:
    """How bright the paper between the bars is."""
    (left, top), (right, bottom) = (
        np.array(box).min(0).astype(int),
        np.array(box).max(0).astype(int),
    )
    # every 16th pixel is enough
    around = gray[max(0, top) : bottom + 1 : 4, max(0, left) : right + 1 : 4]
    return float(np.sort(around, axis=None)[int(0.9 * (around.size - 1))]) if around.size else 255.0


def bounds(box: Box, gray: Gray) -> Box:
    """The upright box around it, within the frame: a torn matrix may be thought to reach beyond."""
    (left, top), (right, bottom) = np.array(box).min(0), np.array(box).max(0)
    height, width = gray.shape
    left, right = (float(np.clip(x, 0, width - 1)) for x in (left, right))
    top, bottom = (float(np.clip(y, 0, height - 1)) for y in (top, bottom))
    return (left, top), (right, top), (right, bottom), (left, bottom)


def scaled(box: Box, times: float) -> Box:
    """In a picture so many times as large; cv2.resize maps pixel middles."""
    return tuple(((x + 0.5) * times - 0.5, (y + 0.5) * times - 0.5) for x, y in box)


def grown(box: Box, times: float) -> Box:
    """Larger about its own centre."""
    mx, my = centre(box)
    return tuple((mx + times * (x - mx), my + times * (y - my)) for x, y in box)


def higher(box: Box, px: float) -> Box:
    """With so much more above and below the code."""
    a, b, c, d = np.array(box)
    down = d - a + c - b
    down *= px / max(float(np.hypot(*down)), 1.0)
    return tuple((float(x), float(y)) for x, y in (a - down, b - down, c + down, d + down))


def longer(box: Box, share: float, most_px: float) -> Box:
    """With so much of its length more before and after the code, but so many pixels at most."""
    a, b, c, d = np.array(box)
    length_px = max(sides_px(box)[0], 1.0)
    along = (b - a + c - d) / 2 * (min(share * length_px, most_px) / length_px)
    return tuple((float(x), float(y)) for x, y in (a - along, b + along, c + along, d - along))


def leaning(box: Box, px: float) -> Box:
    """Whose sides come nearer to the start by so much from row to row."""
    a, b, c, d = np.array(box)
    length_px, height_px = (max(side, 1.0) for side in sides_px(box))
    along = (b - a + c - d) / 2 * (px * height_px / 2 / length_px)
    return tuple((float(x), float(y)) for x, y in (a + along, b + along, c - along, d - along))


def inside(point: tuple[float, float], box: Box) -> bool:
    return cv2.pointPolygonTest(np.array(box, np.float32), point, False) >= 0
