"""The cards that `samebag commands` prints: command barcodes, proof pairs, badges; as slips or on A4 pages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from PIL import Image, ImageOps

from samebag.core.badges import packer_code, supervisor_code
from samebag.core.labels import PROOF_LIST, PROOF_WAYBILL, PROOF_WRONG_LIST, Command
from samebag.label.layout import GAP, LARGE, MARGIN, SMALL, TEXT, Band, Bar, Code, Slip, Text, stack
from samebag.label.raster import draw, width_dots
from samebag.label.symbols import Symbol, barcode
from samebag.label.wrapping import wrap

TITLE_SIZES = (80, 64, 56, 48, 40, 32, 24)  # the title takes the largest that fits on one line
CODE_DOTS = 1000  # ours: 125 mm, what every hand scanner takes in from a hand's breadth or two
BAR_DOTS = 144  # ours: 18 mm, 15 % of the longest and more, as ISO/IEC 15417 advises for scanning by hand
PAGE_DOTS_MM = 8  # as on the printers: what is proven for slips holds for pages
PAGE_DPI = PAGE_DOTS_MM * 25.4
PAGE_DOTS = (210 * PAGE_DOTS_MM, 297 * PAGE_DOTS_MM)  # ISO 216, A4
EDGE_DOTS = 10 * PAGE_DOTS_MM  # what no office printer reaches
BETWEEN_DOTS = 5 * PAGE_DOTS_MM  # room for scissors


class Ink(Enum):
    """The colour of a card's title where there is more than black; its words and its sign say the same."""

    BLACK = (0, 0, 0)
    GREEN = (0, 122, 51)
    RED = (200, 0, 0)


@dataclass(frozen=True, slots=True)
class Card:
    """Its codes are seen together."""

    title: str
    words: tuple[str, str]  # zh, en
    codes: tuple[str, ...]
    ink: Ink = Ink.BLACK


COMMANDS: Mapping[Command, Card] = {
    command: Card(title, words, (command.value,))
    for command, title, words in (
        (
            Command.CLEAR,
            "确认 CLEAR",
            ("确认报警；或重新开始读取这一袋", "Acknowledge an alarm, or start a half-read bag over"),
        ),
        (
            Command.PRINT_AGAIN,
            "重新打印 PRINT AGAIN",
            ("站台询问的标签缺失或损坏：再打印一张", "The label asked about is missing or torn: print it again"),
        ),
        (
            Command.LABEL_IS_THERE,
            "标签完好 LABEL IS THERE",
            ("站台询问的标签已完整打印", "The label asked about came out whole"),
        ),
        (
            Command.REPRINT,
            "补打标签 REPRINT",
            ("先扫描班长工牌：补打上一袋的标签", "Supervisor's badge first: another copy of the last bag's label"),
        ),
        (
            Command.END_WARNINGS,
            "结束警告 END WARNINGS",
            ("先扫描班长工牌：找袋、召回、错位均已处理", "Supervisor's badge first: all wanted bags are settled"),
        ),
    )
}
PROOFS = (
    Card(
        "√ 正确 GOOD",
        ("亮绿灯，响一声", "The green lamp, one beep"),
        (PROOF_WAYBILL, PROOF_LIST),
        Ink.GREEN,
    ),
    Card(
        "× 错误 BAD",
        ("亮红灯，长响；然后扫描确认 CLEAR", "The red lamp, long beeps; then scan CLEAR"),
        (PROOF_WAYBILL, PROOF_WRONG_LIST),
        Ink.RED,
    ),
)


def packer_card(name: str) -> Card:
    return Card(name, ("包装员：扫描上岗，再扫描下岗", "Packer: scan to log in, again to log out"), (packer_code(name),))


def supervisor_card(name: str, key: bytes) -> Card:
    words = "班长：扫描后一分钟内扫描命令", "Supervisor: scan, then a command within a minute"
    return Card(name, words, (supervisor_code(name, key),))


def slip(card: Card, width: int) -> Slip:
    """The card on paper so many dots wide; codes too long to lie across it stand along it."""
    inner = width - 2 * MARGIN
    return stack(width, [_title(card.title, width), *_lines(card.words, LARGE, inner), *_codes(card.codes, width)])


def pages(cards: Iterable[Card]) -> list[Image.Image]:
    """A4 in colour, PAGE_DPI."""
    page_width, page_height = PAGE_DOTS
    done: list[Image.Image] = []
    y = page_height
    for card in cards:
        picture = _coloured(card, page_width - 2 * EDGE_DOTS)
        if y + picture.height > page_height - EDGE_DOTS:
            done.append(Image.new("RGB", PAGE_DOTS, "white"))
            y = EDGE_DOTS
        done[-1].paste(picture, (EDGE_DOTS, y))
        y += picture.height + BETWEEN_DOTS
    return done


def _coloured(card: Card, width: int) -> Image.Image:
    black = draw(slip(card, width))
    picture = black.convert("RGB")
    title = black.crop((0, 0, width, _title(card.title, width).height_dots)).convert("L")
    picture.paste(ImageOps.colorize(title, card.ink.value, "white"))
    return ImageOps.expand(picture, border=2, fill=card.ink.value)


def _title(title: str, width: int) -> Band:
    """White on a bar; as large as fits."""
    sizes = (size for size in TITLE_SIZES if width_dots(title, size) <= width - 4 * MARGIN)
    size = next(sizes, TITLE_SIZES[-1])
    height = size * 3 // 2
    text = Text(2 * MARGIN, (height - size) // 2 - size // 16, title, size, bold=True, white=True)
    return Band(height, (Bar(0, 0, width, height), text))


def _lines(texts: Sequence[str], size: int, inner: int) -> list[Band]:
    lines = [line for text in texts for line in wrap(text, size, inner, width_dots)]
    return [Band(GAP), *(Band(size + GAP, (Text(MARGIN, 0, line, size),)) for line in lines)]


def _codes(codes: Sequence[str], width: int) -> list[Band]:
    if symbols := _symbols(codes, min(width, CODE_DOTS)) or _symbols(codes, width):
        return [
            band
            for code, symbol in zip(codes, symbols, strict=True)
            for band in (_across(symbol, width), *_lines([code], TEXT, width))
        ]
    symbols = _symbols(codes, CODE_DOTS) or _symbols(codes, 2 * CODE_DOTS)
    return [_along(symbols, width), *_lines(codes, SMALL, width)]


def _symbols(codes: Sequence[str], most_dots: int) -> list[Symbol]:
    """None of them where one is longer than that with its quiet zones."""
    symbols = [symbol for code in codes if (symbol := barcode(code, most_dots))]
    return symbols if len(symbols) == len(codes) else []


def _across(symbol: Symbol, width: int) -> Band:
    return Band(2 * GAP + BAR_DOTS, (Code((width - symbol.width_dots) // 2, 2 * GAP, symbol, BAR_DOTS),))


def _along(symbols: Sequence[Symbol], width: int) -> Band:
    column = width // len(symbols)
    above = symbols[0].quiet_dots
    blocks = [
        Code(column * i + (column - BAR_DOTS) // 2, above, symbol, BAR_DOTS, along=True)
        for i, symbol in enumerate(symbols)
    ]
    return Band(max(symbol.width_dots for symbol in symbols) + 2 * above, tuple(blocks))
