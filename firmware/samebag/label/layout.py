"""Where everything of a merged label goes, in dots; a list too long for one slip goes on on the
next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from samebag.core.codes.own_codes import listed_code
from samebag.core.labels import LIST_NAME, split_number
from samebag.core.parcels import Item, Parcel
from samebag.label.countries import shown_country
from samebag.label.profiles import PrinterProfile
from samebag.label.symbols import LabelError, Symbol, barcode, qr
from samebag.label.typeface import printable
from samebag.label.wrapping import Measure, wrap

MARGIN = 12  # dots at each side: 1.5 mm, what a slightly skewed roll needs
GAP = 10
LEADING = 6  # between two lines of text
# 2.5, 3, 4 and 6 mm: readable at arm's length from TEXT on
SMALL, TEXT, LARGE, HUGE = (
    20,
    24,
    32,
    48,
)
# the number takes the largest that fits on a line
NUMBER_SIZES = (
    88,
    76,
    64,
    56,
    48,
    44,
    40,
    36,
    32,
    28,
    24,
)
TITLE = "已核对，非面单", "Checked – not a waybill"
PARCEL_QR_MM = 17
TRACKING_QR_MM = 30
# ours: a list as wide as a 58 mm printer's can be read; paper for two such has two
COLUMN_DOTS = 360
COLUMN_GAP = 24
CAMERA_DOTS = 3  # a module of 0.375 mm, as hardware/optics.md asks for
# a slip shows at least this much of the list, even under a head of absurd height
MIN_LIST_DOTS = 200


@dataclass(frozen=True, slots=True)
class MergedLabel:
    """What one merged label says. No buyer's name or address is ever on it."""

    parcel: Parcel
    print_number: int
    copy: int
    station: str
    wall_time: str  # ISO 8601
    code: str  # the small QR code's text: it names this very print
    packer: str = ""  # whose badge was scanned
    list_name: str = LIST_NAME
    # of the ledger: with the print number it proves the match's entry (core/heads.py)
    head: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    x: int
    y: int
    text: str
    size_dots: int
    bold: bool = False
    white: bool = False  # on a black Bar


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle: a rule, or the ground of white text."""

    x: int
    y: int
    width_dots: int
    height_dots: int


@dataclass(frozen=True, slots=True)
class Code:
    """A barcode stretched to that height, or a QR code; x, y is its top left, quiet zones lie
    outside.

    ``along`` the paper it stands on its end: turned, so that its height is what it takes of the
    width.
    """

    x: int
    y: int
    symbol: Symbol
    height_dots: int
    along: bool = False


Block = Text | Bar | Code


@dataclass(frozen=True, slots=True)
class Band:
    """Blocks side by side over the whole width, y from the band's own top."""

    height_dots: int
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """Of the list: where it begins and ends."""

    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Slip:
    """One piece of paper."""

    width_dots: int
    height_dots: int
    blocks: tuple[Block, ...]


def slips(label: MergedLabel, profile: PrinterProfile, measure: Measure) -> list[Slip]:
    """The label's slips in print order. LabelError where its codes cannot be printed at all."""
    return _Sheet(label, profile, measure).slips()


def beside(*columns: Sequence[Band]) -> list[Band]:
    """The columns' bands side by side; a shorter one ends above the others."""
    rows = zip_longest(*columns, fillvalue=Band(0))
    return [
        Band(max(b.height_dots for b in row), tuple(block for b in row for block in b.blocks))
        for row in rows
    ]


def stack(width_dots: int, bands: Iterable[Band]) -> Slip:
    blocks: list[Block] = []
    y = 0
    for band in bands:
        blocks += [replace(block, y=block.y + y) for block in band.blocks]
        y += band.height_dots
    return Slip(width_dots, y, tuple(blocks))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The measures that every band of one label shares."""

    label: MergedLabel
    profile: PrinterProfile
    measure: Measure

    @property
    def right(self) -> int:
        return self.profile.width_dots - MARGIN

    @property
    def inner(self) -> int:
        return self.profile.width_dots - 2 * MARGIN

    def slips(self) -> list[Slip]:
        columns = self.columns()
        head = [
            self.title(),
            *self.tracking(),
            self.rule(4),
            *self.identity(),
            *self.list_head(columns),
        ]
        frame = [self.tags("1/1"), *head, *self.foot(last=True)]
        room = self.profile.max_slip_mm * self.profile.dots_per_mm - sum(
            band.height_dots for band in frame
        )
        pages = paginate(self.rows(columns), max(room, MIN_LIST_DOTS))
        count = len(pages)
        return [
            stack(
                self.profile.width_dots,
                [
                    self.tags(f"{page}/{count}" if count > 1 else ""),
                    *head,
                    *rows,
                    *self.foot(last=page == count),
                ],
            )
            for page, rows in enumerate(pages, 1)
        ]

    # the head, repeated on every slip so that none can be stuck on another bag unnoticed

    def tags(self, page: str) -> Band:
        """White on black at the top: which copy, which slip of how many; nothing on an ordinary
        label."""
        copy = f"补打 COPY {self.label.copy}" if self.label.copy > 1 else ""
        blocks: list[Block] = []
        x = MARGIN
        for tag in filter(None, (copy, page)):
            width = self.measure(tag, LARGE) + 2 * GAP
            blocks += [
                Bar(x, 0, width, LARGE + 12),
                Text(x + GAP, 4, tag, LARGE, bold=True, white=True),
            ]
            x += width + GAP
        return Band(LARGE + 12 + GAP if blocks else 0, tuple(blocks))

    def title(self) -> Band:
        """What it is: nobody may take it for a waybill."""
        chinese, english = TITLE
        return self.pair(chinese, english, TEXT)

    def tracking(self) -> list[Band]:
        number = self.label.parcel.tracking_number
        if not number:
            raise LabelError(
                f"parcel {self.label.parcel.name!r}: no tracking number to print; import"
                " it again with one"
            )
        symbol = barcode(number, self.profile.width_dots)
        above, height = GAP, max(80, self.profile.width_dots // 6)
        if symbol is None:
            symbol = qr(number, TRACKING_QR_MM * self.profile.dots_per_mm, self.profile.width_dots)
            above, height = symbol.quiet_dots, symbol.height_dots
        code = Code((self.profile.width_dots - symbol.width_dots) // 2, above, symbol, height)
        return [
            Band(above + height + max(GAP, symbol.quiet_dots // 2), (code,)),
            self.number(printable(number)),
        ]

    def number(self, number: str) -> Band:
        """The number with its last four digits largest; on several lines if longer than any
        carrier's."""
        head, last, tail = split_number(number)
        for size in NUMBER_SIZES:
            large = size * 3 // 2
            widths = self.measure(head, size), self.measure(last, large), self.measure(tail, size)
            if sum(widths) + 2 * GAP <= self.inner:
                break
        else:
            return self.lines([number], LARGE, self.inner, bold=True)
        x = (self.profile.width_dots - sum(widths) - 2 * GAP) // 2
        drop = large - size - size // 10  # both sizes stand on one baseline
        return Band(
            large + GAP,
            (
                Text(x, drop, head, size),
                Text(x + widths[0] + GAP, 0, last, large, bold=True),
                Text(x + widths[0] + widths[1] + 2 * GAP, drop, tail, size),
            ),
        )

    def identity(self) -> list[Band]:
        """Country, service and orders at the left, the QR code of this print at the right."""
        parcel = self.label.parcel
        name = qr(self.label.code, PARCEL_QR_MM * self.profile.dots_per_mm, self.profile.width_dots)
        side = name.width_dots + 2 * name.quiet_dots
        code = Code(self.right - name.width_dots, name.quiet_dots, name, name.height_dots)
        # a very long parcel name makes a QR code that stands alone
        beside = self.inner - side >= self.inner // 3
        wide = self.inner - side if beside else self.inner
        lists = [code for code in parcel.list_codes if code not in parcel.orders]
        words = [
            self.lines([shown_country(parcel.country)], HUGE, wide, bold=True),
            self.lines([parcel.service], TEXT + 4, wide, bold=True),
            self.lines(
                [f"订单 Order {', '.join(parcel.orders)}" if parcel.orders else ""], TEXT, wide
            ),
            self.lines(
                [f"{self.label.list_name} List {', '.join(lists)}" if lists else ""], TEXT, wide
            ),
            self.lines([f"包裹 Parcel {parcel.name}"], SMALL, wide),
        ]
        text = stack(self.profile.width_dots, words)
        if not beside:
            return [Band(GAP), Band(text.height_dots, text.blocks), Band(side, (code,))]
        return [
            Band(GAP),
            Band(max(text.height_dots, side - name.quiet_dots), (*text.blocks, code)),
        ]

    # the list

    def columns(self) -> list[Column]:
        """As many as the paper has room for, and the list lines."""
        room = (self.inner + COLUMN_GAP) // (COLUMN_DOTS + COLUMN_GAP)
        count = max(1, min(room, len(self.label.parcel.items)))
        step = (self.inner + COLUMN_GAP) // count
        return [
            Column(MARGIN + i * step, MARGIN + (i + 1) * step - COLUMN_GAP) for i in range(count)
        ]

    def list_head(self, columns: Sequence[Column]) -> list[Band]:
        """None over no list: an order file need not tell what is in a parcel."""
        if not self.label.parcel.items:
            return []
        quantity = "数量 Qty"
        wide = self.measure(quantity, SMALL)
        heads = (
            (Text(c.left, 0, "货品 Item", SMALL), Text(c.right - wide, 0, quantity, SMALL))
            for c in columns
        )
        return [self.rule(4), Band(SMALL + GAP, tuple(text for head in heads for text in head))]

    def rows(self, columns: Sequence[Column]) -> list[list[Band]]:
        """The list from left to right, then down; as many items a row as there are columns."""
        items, count = self.label.parcel.items, len(columns)
        rows = (items[first : first + count] for first in range(0, len(items), count))
        return [beside(*map(self.item, row, columns)) for row in rows]

    def item(self, item: Item, column: Column) -> list[Band]:
        """One line of the list as bands that may be parted between slips."""
        quantity = f"×{item.quantity}"
        x = column.right - self.measure(quantity, LARGE)
        wide = max(x - GAP - column.left, (column.right - column.left) // 3)
        rows = [
            Band(TEXT + LEADING, (Text(column.left, 0, line, TEXT, bold),))
            for text, bold in [(item.sku, True), (item.name, False), (item.attributes, False)]
            for line in wrap(printable(text), TEXT, wide, self.measure)
        ] or [Band(TEXT + LEADING)]
        rows[0] = replace(
            rows[0], blocks=(*rows[0].blocks, Text(x, -4, quantity, LARGE, bold=True))
        )
        return [self.rule(1, column), *rows]

    def foot(self, last: bool) -> list[Band]:
        label = self.label
        origin = [
            label.packer and f"打包员 {label.packer}",
            label.station,
            shown_time(label.wall_time),
        ]
        # what verify --label takes: never parted
        proof = f"#{label.print_number} {label.head}".rstrip()
        made = ["  ".join(filter(None, origin)), proof]
        if self.measure(printable(line := "  ".join(made)), SMALL) <= self.inner:
            made = [line]
        on = "续下张 continued on the next slip"
        return [
            self.rule(4),
            *(self.total() if last else [self.lines([on], TEXT, self.inner, bold=True)]),
            self.lines(made, SMALL, self.inner),
        ]

    def total(self) -> list[Band]:
        """How much it is, and the list's own code beside it or below."""
        items = self.label.parcel.items
        if not items:
            return self.list_code(0)
        pieces = sum(item.quantity for item in items)
        chinese, english = (
            f"{len(items)} 种 {pieces} 件",
            f"{counted(len(items), 'line')}, {counted(pieces, 'pc')}",
        )
        used = MARGIN + max(self.measure(chinese, LARGE), self.measure(english, SMALL)) + GAP
        if code := self.list_code(used):
            return beside([self.pair(chinese, english, SMALL, used)], code)
        return [self.pair(chinese, english, SMALL), *self.list_code(0)]

    def list_code(self, left: int) -> list[Band]:
        """Bars and number in what is right of ``left``; behind the mark by which no station takes
        it for a list.

        Not where they were too thin for the camera: what it cannot read on a table holds greens
        back (rules.md 4.2).
        """
        codes = self.label.parcel.list_codes
        symbol = barcode(listed_code(codes[0]), self.profile.width_dots - left) if codes else None
        if not symbol or symbol.module_dots < CAMERA_DOTS:
            return []
        x = (
            self.profile.width_dots - symbol.width_dots - symbol.quiet_dots
            if left
            else symbol.quiet_dots
        )
        height = symbol.least_height_dots
        said = f"{self.label.list_name} List {printable(codes[0])}" + (
            f" +{len(codes) - 1}" if len(codes) > 1 else ""
        )
        blocks = Code(x, LEADING, symbol, height), Text(x, height + 2 * LEADING, said, SMALL)
        return [Band(height + SMALL + 4 * LEADING, blocks)]

    # what bands are made of

    def pair(self, first: str, second: str, size: int, most_x: int = 0) -> Band:
        """The first large, the second behind it, or below where it would end after ``most_x`` (the
        right margin)."""
        x = MARGIN + self.measure(first, LARGE) + 2 * GAP
        texts = [Text(MARGIN, 0, first, LARGE, bold=True)]
        if x + self.measure(second, size) <= (most_x or self.right):
            return Band(LARGE + GAP, (*texts, Text(x, (LARGE - size) * 3 // 4, second, size)))
        return Band(
            LARGE + size + 2 * LEADING, (*texts, Text(MARGIN, LARGE + LEADING, second, size))
        )

    def rule(self, thick: int, column: Column | None = None) -> Band:
        over = column or Column(MARGIN, self.right)
        return Band(thick + 2 * LEADING, (Bar(over.left, LEADING, over.right - over.left, thick),))

    def lines(self, texts: Sequence[str], size: int, width_dots: int, bold: bool = False) -> Band:
        wrapped = [
            line for text in texts for line in wrap(printable(text), size, width_dots, self.measure)
        ]
        step = size + LEADING
        return Band(
            len(wrapped) * step,
            tuple(Text(MARGIN, i * step, line, size, bold) for i, line in enumerate(wrapped)),
        )


def paginate(items: list[list[Band]], room_dots: int) -> list[list[Band]]:
    """The items' bands by slip: an item stays whole unless it alone is higher than a slip's
    room."""
    pages: list[list[Band]] = [[]]
    left = room_dots
    for item in items:
        whole = sum(band.height_dots for band in item)
        for band in item:
            needed = whole if band is item[0] and whole <= room_dots else band.height_dots
            if needed > left:
                pages.append([])
                left = room_dots
            pages[-1].append(band)
            left -= band.height_dots
    return pages


def counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def shown_time(wall_time: str) -> str:
    """``2026-11-11 14:03`` of an ISO 8601 time: to the minute, as a packer reads it."""
    return printable(wall_time)[:16].replace("T", " ")
