"""The merged label: what is drawn is what the bytes print, and every code on it can be read
back."""

import re
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from pyzbar import pyzbar

from samebag.bench.virtual_printer import PrinterBytesError, parse
from samebag.core.codes.merged import merged_code
from samebag.core.codes.own_codes import listed_code
from samebag.core.parcels import Item, Parcel
from samebag.label.escpos import encode, resync
from samebag.label.layout import (
    MARGIN,
    Bar,
    Block,
    Code,
    MergedLabel,
    Slip,
    Text,
    shown_time,
    slips,
)
from samebag.label.profiles import PrinterProfile, profiles
from samebag.label.raster import render
from samebag.label.symbols import LabelError, barcode
from samebag.label.typeface import printable, typeface
from samebag.label.wrapping import wrap

PROFILES = list(profiles().values())
ALL = "58mm 80mm 4inch"
BY_WIDTH = [profiles()[name] for name in ALL.split()]
PRINTED = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode])
HOOD = Item("HD-3301-BK-XL", "男士连帽卫衣加绒加厚秋冬新款", "黑色 Black / XL", 2)
CUP = Item("CUP-500", "不锈钢保温杯 Stainless steel vacuum bottle", "银色", 12)
KEY = bytes(32)
ORDERS = "240123-1", "240123-2"
PARCEL = Parcel(
    "P-1", "LX123456789CN", (), ORDERS, ORDERS, "燕文 Yanwen", "Japan", items=(HOOD, CUP)
)
MADE_AT = "2026-11-11T14:03:22+08:00"


def label(parcel: Parcel = PARCEL, copy: int = 1) -> MergedLabel:
    return MergedLabel(
        parcel, 1042, copy, "SB-01", MADE_AT, merged_code("P-1", 1042, copy, KEY), "LI MEI"
    )


def parcel(**changes: object) -> Parcel:
    return Parcel(**{"name": "P-1", "tracking_number": "LX123456789CN", **changes})  # type: ignore[arg-type]


def codes(image: Image.Image) -> dict[str, str]:
    return {
        found.text: found.format.name
        for found in zxingcpp.read_barcodes(image.convert("L"), formats=PRINTED)
    }


def by_zbar(image: Image.Image) -> set[str]:
    return {found.data.decode() for found in pyzbar.decode(image.convert("L"))}


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)
def test_printed_dots_are_the_drawn_dots_and_all_codes_read_back(profile: PrinterProfile) -> None:
    drawn = render(label(), profile)
    printed = parse(b"".join(encode(drawn, profile)), profile.width_dots)
    assert [image.tobytes() for image in printed] == [image.tobytes() for image in drawn]
    bars = {"LX123456789CN": "Code128"} | (
        {listed_code("240123-1"): "Code128"} if profile.width_dots > 384 else {}
    )
    assert codes(printed[0]) == {**bars, merged_code("P-1", 1042, 1, KEY): "QRCode"}
    assert by_zbar(printed[0]) == {*bars, merged_code("P-1", 1042, 1, KEY)}
    assert drawn[0].width == profile.width_dots


def raster(row_bytes: int, rows: int, dots: bytes, tall: int = 0) -> bytes:
    return b"\x1dv0" + struct.pack("<BHH", tall, row_bytes, rows) + dots


def test_framing_is_esc_at_bands_and_cut_or_feed() -> None:
    picture = Image.new("1", (384, 120), 1)
    picture.paste(0, (0, 100, 8, 101))  # one row of ink at the left
    picture.paste(0, (16, 101, 24, 102))
    white = (
        raster(1, 47, bytes(47), tall=2),
        raster(1, 3, bytes(3), tall=2),
        raster(1, 9, bytes(9), tall=2),
    )
    ink = raster(3, 2, b"\xff\x00\x00" + b"\x00\x00\xff")
    assert encode([picture], profiles()["58mm"]) == [
        b"\x1b@",
        *white[:2],
        ink,
        white[2],
        b"\x1bd\x04",
    ]
    bars = Image.new("1", (576, 7), 0)
    twice, once = raster(72, 3, b"\xff" * 72 * 3, tall=2), raster(72, 1, b"\xff" * 72)
    assert encode([bars], profiles()["80mm"]) == [b"\x1b@", twice, once, b"\x1dVB\x00"]


@pytest.mark.parametrize("profile", profiles().values(), ids=lambda p: p.name)
@pytest.mark.parametrize("alike", [True, False])
def test_no_band_has_so_many_rows_that_some_printers_fall_out_of_step(
    profile: PrinterProfile, alike: bool
) -> None:
    for height in range(1, 3 * profile.band_rows):
        picture = Image.new("1", (profile.width_dots, height), 0)
        if not alike:
            picture.paste(1, (8, 0, 16, 1))
        bands = [
            struct.unpack("<BH", job[3:4] + job[6:8]) for job in encode([picture], profile)[1:-1]
        ]
        printed = [rows * 2 if tall else rows for tall, rows in bands]
        assert sum(printed) == height
        assert all(0 < rows <= profile.band_rows and rows % 48 for rows in printed)
        assert all(rows % 48 for _, rows in bands)


@pytest.mark.parametrize("cut", range(0, 96 * 48 + 8, 997))
def test_a_job_cut_off_anywhere_does_not_spoil_the_next_after_resync(cut: int) -> None:
    profile = profiles()["58mm"]
    drawn = render(label(), profile)
    job = b"".join(encode(drawn, profile))
    broken = job[2:][:cut]
    printed = parse(b"\x1b@" + broken + resync(profile) + job, profile.width_dots)
    assert printed[-1].tobytes() == drawn[-1].tobytes()


@pytest.mark.parametrize("profile", BY_WIDTH, ids=lambda p: p.name)
def test_long_list_goes_on_with_number_and_codes_on_every_slip(profile: PrinterProfile) -> None:
    long = parcel(items=tuple(Item(f"SKU-{n}", "保温杯", "红", 1) for n in range(60)))
    drawn = render(label(long, copy=2), profile)
    assert len(drawn) > 1
    for image in drawn:
        assert (
            codes(image).items()
            >= {"LX123456789CN": "Code128", merged_code("P-1", 1042, 2, KEY): "QRCode"}.items()
        )
        assert image.height <= profile.max_slip_mm * profile.dots_per_mm


def laid(content: MergedLabel, profile: PrinterProfile) -> list[Slip]:
    return slips(content, profile, lambda text, size_dots: typeface(size_dots).width_dots(text))


def marks(content: MergedLabel) -> list[list[str]]:
    """What stands white on black, slip by slip."""
    on_80 = laid(content, profiles()["80mm"])
    return [
        [block.text for block in slip.blocks if isinstance(block, Text) and block.white]
        for slip in on_80
    ]


def texts(slip: Slip) -> list[str]:
    return [block.text for block in slip.blocks if isinstance(block, Text)]


@pytest.mark.parametrize("profile", BY_WIDTH, ids=lambda p: p.name)
def test_it_says_what_it_is_where_to_how_much_and_who_checked_it(profile: PrinterProfile) -> None:
    [slip] = laid(label(), profile)
    said = texts(slip)
    assert said[:2] == ["已核对，非面单", "Checked – not a waybill"]
    assert {"JP 日本", "2 种 14 件", "2 lines, 14 pcs"} <= {*said}
    assert any(text.startswith("打包员 LI MEI  SB-01") for text in said)
    [unknown] = laid(label(replace(PARCEL, country="Atlantis", items=())), profile)
    assert "Atlantis" in texts(unknown)
    assert not any(re.search("种|货品|数量", text) for text in texts(unknown))


@pytest.mark.parametrize("profile", BY_WIDTH, ids=lambda p: p.name)
def test_print_number_and_head_which_prove_a_label_stand_on_one_line(
    profile: PrinterProfile,
) -> None:
    for packer in ("", "LI", "LI MEI", "WANG XIAOMING 1234567890"):
        [slip] = laid(replace(label(), packer=packer, head="K7Q2M4XA"), profile)
        assert [text[-14:] for text in texts(slip) if "#" in text] == ["#1042 K7Q2M4XA"]


@pytest.mark.parametrize(
    ("code", "by_profile"),
    [("1001", ALL), ("8190123456789012", "80mm 4inch"), ("ORDER-2026-0042", "4inch"), ("单1", "")],
)
def test_the_lists_code_has_bars_where_they_fit_and_counts_those_that_have_none(
    code: str, by_profile: str
) -> None:
    merged = replace(PARCEL, orders=("1",), list_codes=(code, "B-2", "B-3"))
    for profile in BY_WIDTH:
        [slip] = laid(label(merged), profile)
        bars = [block.symbol for block in slip.blocks if isinstance(block, Code)][2:]
        assert len(bars) == (profile.name in by_profile.split())
        assert all(symbol.module_dots >= 3 for symbol in bars), (
            "what the camera cannot read would hold greens back"
        )
        assert (f"配货单 List {code} +2" in texts(slip)) == bool(bars)
        said = "".join(texts(slip)).replace(" ", "")
        assert f"配货单List{code},B-2,B-3" in said, "all of them in words, as they are no order's"


def box(block: Block) -> tuple[int, int, int, int]:
    """Left, top, right and bottom; of a code with its quiet zones left and right, of text without
    what hangs below."""
    match block:
        case Text(x, y, text, size):
            return x, y, x + typeface(size).width_dots(text), y + size
        case Code(x, y, symbol, height):
            return x - symbol.quiet_dots, y, x + symbol.width_dots + symbol.quiet_dots, y + height
    return block.x, block.y, block.x + block.width_dots, block.y + block.height_dots


EDGE = 8  # dots of a quiet zone may lie where no printer prints
LONG = Item("A-VERY-LONG-SKU-WITHOUT-ANY-BLANKS-0123456789", "名" * 70, "属性 " * 20, 12345)
MANY = tuple(
    Item(f"SKU-{n}-RED", "Women's cotton T-shirt, summer", "红 / L", n) for n in range(1, 12)
)


@pytest.mark.parametrize("profile", BY_WIDTH, ids=lambda p: p.name)
@pytest.mark.parametrize("items", [(), (HOOD,), (HOOD, CUP), (LONG, *MANY)], ids=len)
def test_nothing_overlaps_or_leaves_the_paper(
    items: tuple[Item, ...], profile: PrinterProfile
) -> None:
    country = "Bosnia and Herzegovina"
    for slip in laid(
        label(replace(PARCEL, country=country, service="专线 " * 9, items=items), copy=2), profile
    ):
        inked = [
            b
            for b in slip.blocks
            if not isinstance(b, Bar) and not (isinstance(b, Text) and b.white)
        ]
        boxes = sorted(map(box, inked))
        for left, top, right, bottom in boxes:
            assert (top >= 0, bottom <= slip.height_dots) == (True, True)
            assert (left >= -EDGE, right <= slip.width_dots + EDGE) == (True, True)
        for number, (left, top, right, bottom) in enumerate(boxes):
            for x, y, x1, y1 in boxes[number + 1 :]:
                assert x >= right or x1 <= left or y >= bottom - 2 or y1 - 2 <= top, (
                    left,
                    top,
                    right,
                    bottom,
                    x,
                    y,
                )


def test_paper_of_104_mm_has_the_list_in_two_columns_and_one_item_its_whole_width() -> None:
    columns = {
        block.x for block in laid(label(), profiles()["4inch"])[0].blocks if isinstance(block, Bar)
    }
    assert columns == {MARGIN, 428}
    [one] = laid(label(replace(PARCEL, items=(HOOD,))), profiles()["4inch"])
    assert {block.x for block in one.blocks if isinstance(block, Bar)} == {MARGIN}


def test_copies_and_slips_are_marked() -> None:
    assert marks(label()) == [[]]
    assert marks(label(copy=2)) == [["补打 COPY 2"]]
    assert marks(label(parcel(items=(HOOD,) * 18), copy=3)) == [
        ["补打 COPY 3", "1/2"],
        ["补打 COPY 3", "2/2"],
    ]


@pytest.mark.parametrize("number", ["X" * 60, "单号123", "LX123456789CN" * 20])
def test_code_too_long_for_two_dot_bars_becomes_qr_never_thinner(number: str) -> None:
    profile = profiles()["58mm"]
    assert barcode(number, profile.width_dots) is None
    assert codes(render(label(parcel(tracking_number=number)), profile)[0])[number] == "QRCode"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_bars_are_whole_dots_with_quiet_zones(number: str) -> None:
    for profile in BY_WIDTH:
        if symbol := barcode(number, profile.width_dots):
            assert symbol.module_dots >= 2
            assert symbol.width_dots + 2 * symbol.quiet_dots <= profile.width_dots
            assert symbol.quiet_modules >= 10


HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            "名" * 150,
            "W" * 150,
            "😀👩‍👩‍👧",
            "\x00\x1b@\x1dV\x00",
            "\u200b\u200e\ufeff",
            "שלום مرحبا",
            "e\u0301 \r\n\t",
        ]
    ),
)


@given(st.sampled_from(BY_WIDTH), HOSTILE, HOSTILE, HOSTILE, HOSTILE, st.integers(1, 10**6))
# a head longer than a slip may be, again on each of the slips
@example(BY_WIDTH[0], "", "W" * 500, "名" * 500, "", 1)
@settings(max_examples=25, deadline=None)
def test_hostile_text_is_drawn_and_printed(
    profile: PrinterProfile, name: str, service: str, words: str, sku: str, quantity: int
) -> None:
    item = Item(sku, words, name, quantity)
    hostile = parcel(
        name=name, service=service, country=words, orders=(sku, name), items=(item, item)
    )
    drawn = render(label(hostile), profile)
    printed = parse(b"".join(encode(drawn, profile)), profile.width_dots)
    assert [image.tobytes() for image in printed] == [image.tobytes() for image in drawn]
    assert "LX123456789CN" in codes(drawn[-1])


@given(st.text(max_size=80), st.integers(50, 400))
@settings(max_examples=100, deadline=None)
def test_wrapping_keeps_every_letter_within_the_width(text: str, width_dots: int) -> None:
    def measure(words: str, size_dots: int) -> int:
        return typeface(size_dots).width_dots(words)

    shown = printable(text)
    lines = wrap(shown, 24, width_dots, measure)
    assert "".join(lines).replace(" ", "") == shown.replace(" ", "")
    assert all(measure(line, 24) <= width_dots for line in lines)


def test_missing_glyphs_show_a_box_and_shapeless_ones_nothing() -> None:
    assert printable(" a\u200b\u202eb\tc\x00\ue000 ") == "ab c□□"
    assert typeface(24).glyph("😀") == typeface(24).glyph("□")


def test_time_is_shown_to_the_minute() -> None:
    assert shown_time("2026-11-11T14:03:22+08:00") == "2026-11-11 14:03"


def test_label_without_a_number_is_refused_by_name() -> None:
    with pytest.raises(
        LabelError, match=r"^parcel 'P-1': no tracking number to print; import it again with one$"
    ):
        render(label(parcel(tracking_number="")), profiles()["80mm"])


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (b"\x1b@hello", "byte 2 is 0x68: no command begins so"),
        (
            b"\x1dv0\x00\x48\x00\x01\x00" + bytes(72),
            "byte 0 is 0x1d: ESC @ must come before the first picture",
        ),
        (
            b"\x1b@\x1dv0\x00\x49\x00\x01\x00" + bytes(73),
            "byte 6 is 0x49: GS v 0 must be 1-72 bytes wide, is 73",
        ),
        (
            b"\x1b@\x1dv0\x01\x48\x00\x01\x00" + bytes(72),
            "byte 5 is 0x01: GS v 0 must print at m = 0 or 2",
        ),
        (
            b"\x1b@\x1dv0\x02\x48\x00\x3d\x00" + bytes(72 * 61),
            "byte 8 is 0x3d: GS v 0 must print 1-120 rows",
        ),
        (b"\x1b@\x1dVA\x00", "byte 2 is 0x1d: 1d 56 41 00 has a parameter"),
        (
            b"\x1b@\x1dv0\x00\x48\x00\x01\x00" + bytes(72),
            "byte 82: the job ends inside a command or without cut",
        ),
    ],
)
def test_strict_reader_refuses_foreign_bytes(job: bytes, message: str) -> None:
    with pytest.raises(PrinterBytesError) as refusal:
        parse(job, 576)
    assert str(refusal.value).startswith(message)


def test_labels_need_no_numpy() -> None:
    program = (
        "import sys\n"
        "from tests.label.test_label import label\n"
        "from samebag.label.profiles import profiles\nfrom samebag.label.raster import render\n"
        "from samebag.label.escpos import encode\n"
        "profile = profiles()['80mm']\nencode(render(label(), profile), profile)\n"
        "assert not {'numpy', 'cv2'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=True)
