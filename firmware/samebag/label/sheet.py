"""The cards that `samebag commands` prints: command barcodes, proof pairs, badges; as slips or on
pages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from PIL import Image, ImageOps

from samebag.core.codes.badges import packer_code, supervisor_code
from samebag.core.labels import PROOF_LIST, PROOF_WAYBILL, PROOF_WRONG_LIST, Command
from samebag.label.layout import (
    CAMERA_DOTS,
    GAP,
    LARGE,
    MARGIN,
    TEXT,
    Band,
    Bar,
    Code,
    Slip,
    Text,
    beside,
    stack,
)
from samebag.label.raster import draw, width_dots
from samebag.label.symbols import MIN_MODULE_DOTS, Symbol, barcode
from samebag.label.wrapping import wrap

TITLE = 56  # 7 mm: readable across the table
CODE_DOTS = 1000  # ours: 125 mm, what every hand scanner takes in from a hand's breadth or two
BAR_DOTS = (
    144  # ours: 18 mm, 15 % of the longest and more, as ISO/IEC 15417 advises for scanning by hand
)
PAGE_DOTS_MM = 8  # as on the printers: what is proven for slips holds for pages
PAGE_DPI = PAGE_DOTS_MM * 25.4
PAGE_DOTS = (210 * PAGE_DOTS_MM, 297 * PAGE_DOTS_MM)  # ISO 216, A4
EDGE_DOTS = 10 * PAGE_DOTS_MM  # what no office printer reaches
# Letter paper is 17.6 mm shorter, and printers leave 5 mm of it white: whether it is cut in the
# middle or at its end, all between these is there
TOP_DOTS, BOTTOM_DOTS = 14 * PAGE_DOTS_MM, 274 * PAGE_DOTS_MM
BETWEEN_DOTS = 5 * PAGE_DOTS_MM  # room for scissors
PAGE_TITLE = 48  # 6 mm: all cards of a station stand on one page
FRAME_DOTS = 2


class Ink(Enum):
    """The colour of a card's title where there is more than black; its words and its sign say the
    same."""

    BLACK = (0, 0, 0)
    GREEN = (0, 122, 51)
    RED = (200, 0, 0)


@dataclass(frozen=True, slots=True)
class Card:
    """Its codes are seen together; ``sets_reader``: they are for the hand scanner itself, which
    obeys them."""

    title: str
    words: tuple[str, ...]  # zh, en, line by line
    codes: tuple[str, ...]
    ink: Ink = Ink.BLACK
    sets_reader: bool = False


COMMANDS: Mapping[Command, Card] = {
    command: Card(title, words, (command.value,))
    for command, title, words in (
        (
            Command.CLEAR,
            "确认 CLEAR",
            (
                "确认报警；或重新开始读取这一袋",
                "Acknowledge an alarm, or start a half-read bag over",
            ),
        ),
        (
            Command.PRINT_AGAIN,
            "没出来，重打 PRINT AGAIN",
            (
                "工位询问的标签缺失或损坏：再打印一张",
                "The label asked about is missing or torn: print it again",
            ),
        ),
        (
            Command.LABEL_IS_THERE,
            "标签完好 LABEL IS THERE",
            ("工位询问的标签已完整打印", "The label asked about came out whole"),
        ),
        (
            Command.REPRINT,
            "补打上一袋（班长） REPRINT",
            (
                "先扫描班长工牌：补打上一袋的标签",
                "Supervisor's badge first: another copy of the last bag's label",
            ),
        ),
        (
            Command.END_WARNINGS,
            "解除警告 END WARNINGS",
            (
                "先扫描班长工牌：找袋、追回、串位均已处理",
                "Supervisor's badge first: all wanted bags are settled",
            ),
        ),
        (
            Command.ACCEPT_LEDGER,
            "接受核对日志 ACCEPT LEDGER",
            (
                "先扫描班长工牌：缺的核对日志找不回，接着用现有的",
                "Supervisor's badge first: what the ledger lacks is lost, go on with it",
            ),
        ),
    )
}
SUPERVISORS = (
    COMMANDS[Command.ACCEPT_LEDGER],
)  # goes with their badges: nothing to lie at the table
STATIONS = tuple(card for card in COMMANDS.values() if card not in SUPERVISORS)
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
    return Card(
        name,
        ("打包员：扫描登录，再扫描退出", "Packer: scan to log in, again to log out"),
        (packer_code(name),),
    )


def supervisor_card(name: str, key: bytes) -> Card:
    words = "班长：扫描后一分钟内扫描命令", "Supervisor: scan, then a command within a minute"
    return Card(name, words, (supervisor_code(name, key),))


def slip(card: Card, width: int) -> Slip:
    """The card on paper so many dots wide; codes too long to lie across it stand along it."""
    return stack(
        width, [_title(card.title, width), *_lines(card.words, LARGE, width), *_codes(card, width)]
    )


def pages(cards: Iterable[Card]) -> list[Image.Image]:
    """A4 in colour, PAGE_DPI; printed on Letter paper nothing is lost."""
    done: list[Image.Image] = []
    y = BOTTOM_DOTS
    for card in cards:
        picture = page_card(card, PAGE_DOTS[0] - 2 * EDGE_DOTS)
        if y + picture.height > BOTTOM_DOTS:
            done.append(Image.new("RGB", PAGE_DOTS, "white"))
            y = TOP_DOTS
        done[-1].paste(picture, (EDGE_DOTS, y))
        y += picture.height + BETWEEN_DOTS
    return done


def page_card(card: Card, width: int) -> Image.Image:
    """In colour and framed, so many dots wide."""
    laid = _least_high(card, width - 2 * FRAME_DOTS)
    title = next(block for block in laid.blocks if isinstance(block, Bar))
    black = draw(laid)
    picture = black.convert("RGB")
    inked = black.crop((0, 0, title.width_dots, title.height_dots)).convert("L")
    picture.paste(ImageOps.colorize(inked, card.ink.value, "white"))
    return ImageOps.expand(picture, border=FRAME_DOTS, fill=card.ink.value)


def _least_high(card: Card, width: int) -> Slip:
    """With its words at the left of its codes, where that takes less of the page."""
    above = slip(card, width)
    symbols = _fitting(card, CODE_DOTS, CAMERA_DOTS)
    if not symbols:
        return above
    left = width - max(symbol.width_dots + 2 * symbol.quiet_dots for symbol in symbols)
    words = [_title(card.title, left, PAGE_TITLE), *_lines(card.words, TEXT, left), Band(GAP)]
    sides = stack(left, words), stack(width, _codes_from(left, card, symbols))
    aside = stack(width, beside(*([Band(side.height_dots, side.blocks)] for side in sides)))
    return min(aside, above, key=lambda laid: laid.height_dots)


def _codes_from(left: int, card: Card, symbols: Sequence[Symbol]) -> list[Band]:
    """One below the other, as high as they must be."""
    bands: list[Band] = []
    for code, symbol in zip(card.codes, symbols, strict=True):
        height, x = symbol.least_height_dots, left + symbol.quiet_dots
        below = GAP + TEXT + GAP
        if bands:
            bands.append(Band(height - below))  # as _codes: farther apart than the camera needs
        bands.append(Band(GAP + height, (Code(x, GAP, symbol, height),)))
        bands.append(Band(below, (Text(x, GAP, code, TEXT),)))
    return bands


def _title(title: str, width: int, size: int = TITLE) -> Band:
    """White on a bar, in as many lines as it takes."""
    lines = wrap(title, size, width - 4 * MARGIN, width_dots)
    height = len(lines) * (size + GAP) + 2 * GAP
    texts = (
        Text(2 * MARGIN, GAP + i * (size + GAP), line, size, bold=True, white=True)
        for i, line in enumerate(lines)
    )
    return Band(height, (Bar(0, 0, width, height), *texts))


def _lines(texts: Sequence[str], size: int, width: int) -> list[Band]:
    lines = [line for text in texts for line in wrap(text, size, width - 2 * MARGIN, width_dots)]
    return [Band(GAP), *(Band(size + GAP, (Text(MARGIN, 0, line, size),)) for line in lines)]


def _codes(card: Card, width: int) -> list[Band]:
    """Bars that the camera reads too, if the paper has the room; else the narrowest that a printer
    draws."""
    ways = (
        (False, min(width, CODE_DOTS), CAMERA_DOTS),
        (True, CODE_DOTS, CAMERA_DOTS),
        (False, width, MIN_MODULE_DOTS),
        (True, 2 * CODE_DOTS, MIN_MODULE_DOTS),  # the longest badge is 157 mm
    )
    fitting = ((along, _fitting(card, most, least)) for along, most, least in ways)
    along, symbols = next((along, symbols) for along, symbols in fitting if symbols)
    bands: list[Band] = []
    for code, symbol in zip(card.codes, symbols, strict=True):
        if bands:
            bands.append(
                Band(BAR_DOTS)
            )  # measured: parallel bars nearer than 0.9 heights are one code to the camera
        bands += [_bars(symbol, width, along), *_lines([code], TEXT, width)]
    return bands


def _fitting(card: Card, most_dots: int, least_module_dots: int) -> list[Symbol]:
    """All its codes, each in so many dots with its quiet zones, or none."""
    symbols = [barcode(code, most_dots, sets_reader=card.sets_reader) for code in card.codes]
    fitting = [symbol for symbol in symbols if symbol and symbol.module_dots >= least_module_dots]
    return fitting if len(fitting) == len(card.codes) else []


def _bars(symbol: Symbol, width: int, along: bool) -> Band:
    across_dots, down_dots = (
        (BAR_DOTS, symbol.width_dots) if along else (symbol.width_dots, BAR_DOTS)
    )
    quiet = symbol.quiet_dots
    bars = Code((width - across_dots) // 2, quiet, symbol, BAR_DOTS, along)
    return Band(quiet + down_dots + (quiet if along else 0), (bars,))
