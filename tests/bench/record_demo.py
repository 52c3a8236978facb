"""Record the demo that the virtual station plays: the video, what the packer does, the book, the
expected verdicts.

    record_demo.py --reading DIR --out DIR

DIR of --reading holds bagframes.py, which renders packing tables; ffmpeg with libx264 writes the
video. All seeds are fixed.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from samebag.core.labels import Command, Kind
from samebag.core.parcels import Item, Parcel, Standing
from samebag.core.verdicts import VerdictKind

Frame = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 1280, 720
FPS = 10
S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)  # UPU S10-12, check digit
SCENE = 7  # a wooden table under a camera with little noise, which keeps the video small
SLIDE_S = 0.5
EXPOSURE_S, GRIP = 0.012, (WIDTH / 2, HEIGHT * 0.93)  # as bagframes.sequence
SPAN = 1.15 * WIDTH  # from rest to out of sight
# zxing-cpp and zbar scan rows and columns: 1-D codes tilted more than 10-15 degrees are lost
STRAIGHT_DEG = 8
ENOUGH_READS = 5  # frames of a bag at rest that zxing-cpp alone must read, each label
PARCELS = 55
BOTH_LABELS = frozenset({Kind.WAYBILL, Kind.CARGO_LIST})

GOODS = (  # SKU, name, attributes to choose from
    ("CASE", "手机壳 Phone case", ("红色 / iPhone 15", "透明 clear / S24", "黑色 / Redmi 13")),
    ("CABLE", "数据线 USB-C cable", ("白色 / 1 m", "黑色 / 2 m")),
    ("EARBUD", "蓝牙耳机 Earbuds", ("白色", "粉色 pink")),
    ("FLASK", "不锈钢保温杯 Steel flask", ("银色 / 500 ml", "绿色 / 750 ml")),
    ("SOCK", "儿童袜子 Kids' socks", ("黄色 / 3-5", "蓝色 / 6-8")),
    ("DRESS", "连衣裙 Dress", ("红色 / XL", "碎花 floral / M", "黑色 / S")),
    ("CLIP", "发夹 Hair clip", ("珍珠 pearl", "金色")),
    ("RING", "钥匙扣 Key ring", ("熊猫 panda", "皮革 leather")),
    ("BOX", "收纳盒 Storage box", ("大 / L", "中 / M")),
    ("UMBR", "雨伞 Umbrella", ("黑色", "蓝色 / 8K")),
    ("LED", "LED灯带 LED strip", ("暖白 / 5 m", "RGB / 10 m")),
    ("TEE", "T恤 T-shirt", ("白色 / L", "黑色 / XXL")),
    ("INSOLE", "鞋垫 Insoles", ("42", "38")),
)
SERVICES = (  # service, the countries it goes to, shape of its tracking numbers
    ("AliExpress Standard Shipping", ("RU", "ES", "BR", "PL"), "LP00############"),
    ("China Post Registered", ("BR", "FR", "RU"), "S10 RB CN"),
    ("ePacket", ("US", "FR", "ES"), "S10 LX CN"),
    ("Cainiao Super Economy", ("RU", "KR", "PL"), "S10 UA CN"),
    ("YunExpress", ("FR", "ES", "PL"), "YT################"),
    ("USPS eCommerce", ("US",), "94####################"),
    ("CJ Logistics", ("KR",), "############"),
)
GS = "\x1d"
PRINTED = {  # service, what its waybill's symbol says: more than the number (docs/symbols.md)
    "USPS eCommerce": f"42010001{GS}{{}}",
    "FedEx Ground": "9622080430000425198400{}",
    "Yamato Transport": "A{}A",  # Codabar, as a scanner types it
}
ORDERS = ("SO-2024-######", "PO######-####", "################", "DD##########")


@dataclass(frozen=True, slots=True)
class Bag:
    """One bag on the table: the codes of its labels, which of them the camera sees, and what must
    come out.

    ``parcel`` is the one that the labels known to the book name together, None where there is no
    such one.
    """

    waybill: str
    cargo_list: str
    verdict: VerdictKind = VerdictKind.MATCH
    parcel: str | None = None
    seen: frozenset[Kind] = BOTH_LABELS

    @property
    def seen_codes(self) -> set[str]:
        codes = {Kind.WAYBILL: self.waybill, Kind.CARGO_LIST: self.cargo_list}
        return {codes[kind] for kind in self.seen}

    @property
    def scanned_codes(self) -> list[str]:
        """What the packer scans: labels on the bag's underside, and a waybill that the station does
        not take."""
        codes = [code for code in (self.waybill, self.cargo_list) if code not in self.seen_codes]
        return [*codes, self.waybill] if self.verdict is VerdictKind.UNKNOWN else codes

    @property
    def held(self) -> bool:
        return self.verdict is not VerdictKind.MATCH


@dataclass(frozen=True, slots=True)
class Stay:
    """When a bag enters the view, comes to rest, begins to leave and is gone, in seconds of the
    video."""

    bag: Bag
    enter_s: float
    rest_s: float
    leave_s: float
    gone_s: float


def s10_check_digit(digits: str) -> int:
    rest = 11 - sum(int(d) * w for d, w in zip(digits, S10_WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def numbered(rng: random.Random, shape: str) -> str:
    """A number of that shape: # is a digit, and ``S10 LX CN`` one of the UPU's standard S10 with
    its check digit."""
    if not shape.startswith("S10 "):
        return "".join(rng.choice("0123456789") if c == "#" else c for c in shape)
    _, service, country = shape.split()
    digits = numbered(rng, "########")
    return f"{service}{digits}{s10_check_digit(digits)}{country}"


def item(rng: random.Random) -> Item:
    sku, name, attributes = rng.choice(GOODS)
    which = rng.randrange(len(attributes))
    return Item(f"{sku}-{which + 1:02}", name, attributes[which], rng.choice((1, 1, 1, 2, 3)))


def parcel(rng: random.Random, number: int, **given: Any) -> Parcel:
    """Parcel ``number`` of the label roll; ``given`` fields replace the random ones."""
    service, countries, shape = rng.choice(SERVICES)
    random_fields: dict[str, Any] = {
        "tracking_number": numbered(rng, shape),
        "orders": (numbered(rng, rng.choice(ORDERS)),),
        "service": service,
        "country": rng.choice(countries),
        "items": tuple({i.sku: i for i in (item(rng) for _ in range(rng.randint(1, 5)))}.values()),
    }
    return Parcel(name=f"P-{1000 + number}", print_order=number, **random_fields | given)


def parcels() -> list[Parcel]:
    """The book. P-1001 to P-1015 come to the table, one case each; the others are never seen."""
    rng = random.Random(2)
    split = (numbered(rng, "SO-2024-######"),)
    # Numbers of carriers that print more than them have their check digits, or green would come
    # with a notice.
    special: dict[int, dict[str, Any]] = {
        3: {"waybill_codes": (numbered(rng, "LP00############"),)},
        7: {"orders": split, "tracking_number": "9477486336680990689215"},
        8: {"orders": split},
        11: {"standing": Standing.CANCELLED},
        12: {
            "orders": (numbered(rng, "DD##########"), numbered(rng, "DD##########")),
            "tracking_number": "9499379209674892731503",
        },
        14: {"tracking_number": "4444-1375-8703", "service": "Yamato Transport", "country": "JP"},
        15: {"tracking_number": "273198627451", "service": "FedEx Ground", "country": "US"},
    }
    return [parcel(rng, n, **special.get(n, {})) for n in range(1, PARCELS + 1)]


def waybill(p: Parcel) -> str:
    """What its symbol says: the number, or a further code of the book, in what the carrier prints
    around it."""
    number = next(iter(p.waybill_codes), p.tracking_number)
    return PRINTED.get(p.service, "{}").format(number.replace("-", ""))


def bags(book: list[Parcel]) -> list[Bag]:
    """The bags of the demo in the order they come."""

    def whole(
        n: int, verdict: VerdictKind = VerdictKind.MATCH, seen: frozenset[Kind] = BOTH_LABELS
    ) -> Bag:
        p = book[n - 1]
        return Bag(waybill(p), p.orders[0], verdict, p.name, seen)

    def crossed(waybill_of: int, list_of: int) -> Bag:
        return Bag(waybill(book[waybill_of - 1]), book[list_of - 1].orders[0], VerdictKind.MISMATCH)

    stranger = numbered(random.Random(9), "S10 LX CN")
    return [
        whole(1),
        whole(2),
        whole(3),  # its waybill's bar is not the tracking number but a further code of the book
        crossed(4, 6),
        whole(5, seen=frozenset({Kind.WAYBILL})),
        crossed(6, 4),
        whole(7),  # an order split over two parcels: the same list code on both
        whole(8),
        Bag(stranger, book[8].orders[0], VerdictKind.UNKNOWN, book[8].name),
        whole(10, seen=frozenset()),
        whole(11, VerdictKind.CANCELLED),
        whole(12),  # two merged orders; the list's bar has the first
        whole(2, VerdictKind.DUPLICATE),
        # its waybill is Codabar, which the camera does not look for
        whole(14, seen=frozenset({Kind.CARGO_LIST})),
        whole(15),
    ]


def stays(shown: list[Bag]) -> list[Stay]:
    """One bag after the other, the table empty between them."""
    out, at_s = [], 1.0
    for number, bag in enumerate(shown):
        rest_s = at_s + SLIDE_S
        still_s = 1.2 + number % 3 / 10
        if bag.scanned_codes:
            still_s = scan_s(len(bag.scanned_codes))
        if bag.held:
            still_s = acknowledge_s(bag) + 0.8
        leave_s = rest_s + still_s
        gone_s = leave_s + SLIDE_S
        out.append(Stay(bag, *(round(t, 3) for t in (at_s, rest_s, leave_s, gone_s))))
        at_s = gone_s + (0.7 if bag.held else 0.5)
    return out


def scan_s(nth: int) -> float:
    """When the packer scans the nth label of a bag, in seconds after it came to rest."""
    return 0.6 + 0.7 * nth


def acknowledge_s(bag: Bag) -> float:
    """When the packer acknowledges a hold: the verdict has long fallen, or the clear would only
    start the bag over."""
    return 1.2 + (scan_s(0) if bag.scanned_codes else 0.0)


def acts(plan: list[Stay]) -> Iterator[dict[str, object]]:
    """What the packer does beside moving bags: scans, and acknowledges every hold."""
    for stay in plan:
        for nth, code in enumerate(stay.bag.scanned_codes):
            yield {"at": round(stay.rest_s + scan_s(nth), 2), "scan": code}
        if stay.bag.held:
            yield {
                "at": round(stay.rest_s + acknowledge_s(stay.bag), 2),
                "command": Command.CLEAR.name.lower(),
            }


def place_of(stay: Stay, t_s: float) -> float:
    """Pixels from the bag's place of rest: negative while it comes from the left, positive while it
    leaves."""
    to_come, since = (stay.rest_s - t_s) / SLIDE_S, (t_s - stay.leave_s) / SLIDE_S
    return SPAN * (max(0.0, since) ** 2 - min(1.0, max(0.0, to_come)) ** 2)


def hand_drop(stay: Stay, t_s: float) -> float:
    """Pixels that the pushing hand has withdrawn below its grip while the bag rests."""
    return 0.15 * HEIGHT * min(1.0, max(0.0, min(t_s - stay.rest_s, stay.leave_s - t_s)) / 0.3)


def read(frame: Frame) -> set[str]:
    """What zxing-cpp alone reads, in the formats of the station."""
    formats = zxingcpp.barcode_formats_from_str("Code128,QRCodeModel2,DataMatrix")
    gray = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    found = zxingcpp.read_barcodes(
        gray, formats, try_downscale=False, text_mode=zxingcpp.TextMode.Plain
    )
    return {code.text for code in found}


def is_straight(look: Any) -> bool:
    """Whether both labels lie within STRAIGHT_DEG of a quarter turn; H maps the label's artwork
    into the frame."""
    tilts = (np.degrees(np.arctan2(label["H"][1, 0], label["H"][0, 0])) for label in look.labels)
    return all(abs((tilt + 45) % 90 - 45) <= STRAIGHT_DEG for tilt in tilts)


def impb_bars(text: str) -> npt.NDArray[np.uint8]:
    """USPS's symbol as a row of modules, 1 is dark, with the FNC1 that is read as GS: bagframes has
    none."""
    postcode, number = text.split(GS)
    content = f"[420]{postcode.removeprefix('420')}[{number[:2]}]{number[2:]}"
    symbol = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.Code128, gs1=True)
    pixels = np.asarray(symbol.to_image(add_quiet_zones=False), np.uint8)
    return np.asarray(pixels[0] == 0, np.uint8)


class Studio:
    """Renders the plan with bagframes: one table, one camera, one bag at a time."""

    def __init__(self, bagframes: ModuleType) -> None:
        self.bf = bagframes
        rng = bagframes.rng_for("scene", SCENE)
        self.table = bagframes.table(rng, HEIGHT, WIDTH)
        self.camera = bagframes.make_camera(rng, WIDTH, HEIGHT, 0) | {"motion": (0.0, 0.0)}

    def frames(self, plan: list[Stay]) -> Iterator[Frame]:
        number = 0
        for stay in plan:
            bag, hand = self.look(stay.bag), self.hand(stay.bag)
            while (t_s := number / FPS) < stay.gone_s:
                x, drop = place_of(stay, t_s), hand_drop(stay, t_s)
                speed = place_of(stay, t_s + EXPOSURE_S / 2) - place_of(stay, t_s - EXPOSURE_S / 2)
                layers = (
                    [(bag, round(x), 0), (hand, round(x), round(drop))] if abs(x) < SPAN else []
                )
                yield self.photo(number, layers, speed)
                number += 1
        yield from (self.photo(n, []) for n in range(number, number + FPS))

    def photo(self, number: int, layers: list[tuple[Any, int, int]], speed: float = 0.0) -> Frame:
        image, glare, _ = self.bf.compose(self.table, layers)
        taken: Frame = self.bf.camera(
            self.bf.rng_for("frame", number), image, glare, self.camera, (speed, 0.0)
        )
        return taken

    def hand(self, bag: Bag) -> Any:
        return self.bf.hand_layer(self.bf.rng_for("hand", bag.waybill), WIDTH, HEIGHT, GRIP, 0)

    def look(self, bag: Bag) -> Any:
        """The first of its random looks that the reader of an upright label can be asked to
        read."""
        looks = (self.drawn(bag, attempt) for attempt in count())
        return next(look for look in looks if is_straight(look) and self.legible(look, bag))

    def drawn(self, bag: Bag, attempt: int) -> Any:
        rng = self.bf.rng_for("look", bag.waybill, bag.cargo_list, attempt)
        printed, bars = bag.waybill.replace(GS, ""), self.bf.code128_modules
        given: dict[str, Any] = {
            "tracking_number": lambda _: printed,
            "order_number": lambda _: bag.cargo_list,
        }
        for kind, draw in ((Kind.WAYBILL, "shipping_art"), (Kind.CARGO_LIST, "cargo_art")):
            if kind not in bag.seen:
                given[draw] = lambda *_: self.sticker()
        if GS in bag.waybill:
            given["code128_modules"] = lambda text: (
                impb_bars(bag.waybill) if text == printed else bars(text)
            )
        with mock.patch.multiple(self.bf, **given):
            return self.bf.build_bag(rng, WIDTH, HEIGHT, 0)

    def sticker(self) -> Any:
        """What lies up when the label is on the bag's underside."""
        art = self.bf.Art(1200, 460)
        art.d.rectangle((20, 20, 1180, 440), outline=0, width=12)
        art.text(120, 60, "易碎 FRAGILE", 150, True)
        art.text(120, 270, "小心轻放 Handle with care", 80)
        return art

    def legible(self, look: Any, bag: Bag) -> bool:
        """Whether three photos of it, pressed harder than the video, are all read."""
        press = [cv2.IMWRITE_JPEG_QUALITY, 60]
        jpegs = (cv2.imencode(".jpg", self.photo(-n, [(look, 0, 0)]), press)[1] for n in (1, 2, 3))
        photos = (np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8) for jpeg in jpegs)
        return all(bag.seen_codes <= read(photo) for photo in photos)


def write_video(path: Path, frames: Iterator[Frame]) -> None:
    source = f"-f rawvideo -pix_fmt bgr24 -s {WIDTH}x{HEIGHT} -r {FPS} -i -"
    # A key frame each second for seeking, no B-frames so that frame n lies at n / FPS, one thread
    # for equal bytes.
    coding = (
        f"-c:v libx264 -preset slow -crf 25 -g {FPS} -bf 0 -pix_fmt yuv420p"
        " -threads 1 -movflags +faststart"
    )
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        *source.split(),
        *coding.split(),
        "-fflags",
        "+bitexact",
        str(path),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as ffmpeg:
        assert ffmpeg.stdin is not None
        for frame in frames:
            ffmpeg.stdin.write(frame.tobytes())
    if ffmpeg.returncode:
        raise SystemExit(f"{path}: ffmpeg ended with {ffmpeg.returncode}: it must have libx264")


def write_lines(path: Path, lines: Iterator[dict[str, object]]) -> None:
    path.write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
    )


def parcel_columns(p: Parcel) -> dict[str, object]:
    """The columns of the ``samebag`` CSV profile that are equal in all rows of a parcel."""
    return {
        "parcel": p.name,
        "tracking_number": p.tracking_number,
        "waybill_codes": ";".join(p.waybill_codes),
        "orders": ";".join(p.orders),
        "list_codes": ";".join(p.list_codes),
        "service": p.service,
        "country": p.country,
        "status": p.standing.value,
        "print_order": p.print_order,
    }


def write_book(path: Path, book: list[Parcel]) -> None:
    rows = [parcel_columns(p) | asdict(i) for p in book for i in p.items]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def expected(plan: list[Stay]) -> Iterator[dict[str, object]]:
    for number, stay in enumerate(plan, 1):
        yield {
            "bag": number,
            "verdict": stay.bag.verdict.value,
            "parcel": stay.bag.parcel,
            "waybill": stay.bag.waybill,
            "cargo_list": stay.bag.cargo_list,
            "rest_at": stay.rest_s,
            "leave_at": stay.leave_s,
        }


def video_frames(path: Path) -> Iterator[Frame]:
    video = cv2.VideoCapture(str(path))
    while (taken := video.read())[0]:
        yield np.asarray(taken[1], np.uint8)


def reads(video: Path, plan: list[Stay]) -> Counter[tuple[int, str]]:
    """In how many frames of each bag at rest each code is read, off the finished video."""
    found = Counter[tuple[int, str]]()
    for number, frame in enumerate(video_frames(video)):
        for index, stay in enumerate(plan, 1):
            if stay.rest_s <= number / FPS < stay.leave_s:
                found.update((index, code) for code in read(frame))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reading", type=Path, required=True, help="folder of bagframes.py")
    parser.add_argument("--out", type=Path, required=True, help="folder of the recording")
    options = parser.parse_args()
    sys.path.insert(0, str(options.reading))
    book = parcels()
    plan = stays(bags(book))
    write_book(options.out / "book.csv", book)
    write_lines(options.out / "events.jsonl", acts(plan))
    write_lines(options.out / "expected.jsonl", expected(plan))
    video = options.out / "bags.mp4"
    write_video(video, Studio(importlib.import_module("bagframes")).frames(plan))
    found = reads(video, plan)
    for key, frames in sorted(found.items()):
        print(*key, frames)
    wanted = {(index, code) for index, stay in enumerate(plan, 1) for code in stay.bag.seen_codes}
    if poor := [key for key in wanted if found[key] < ENOUGH_READS]:
        raise SystemExit(
            f"{video}: read in fewer than {ENOUGH_READS} frames at rest: {poor}: choose"
            " another SCENE"
        )


if __name__ == "__main__":
    main()
