"""Which column of an unknown file holds what: by its title where a system calls it so, and by its
cells. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from samebag.orders.guessing.states import Cells
from samebag.orders.profile import Column, Profile, known_columns, title_of
from samebag.orders.reading.looks import LOOKS, MUST_LOOK, counts_rows, mostly

CALLED: dict[
    Column, tuple[str, ...]
] = {  # parts of titles, where several columns look alike, or none
    "orders": (
        *(
            "order",
            "ref",
            "bestell",
            "auftrag",
            "pedido",
            "commande",
            "ordine",
            "zamówien",
            "pesanan",
        ),
        *("订单", "單", "单号", "注文"),
    ),
    "tracking_number": (
        *(
            "track",
            "waybill",
            "awb",
            "sendung",
            "suivi",
            "seguimiento",
            "spedizione",
            "przesył",
            "rastre",
            "resi",
        ),
        *("运单", "追踪", "跟踪", "快递单", "物流单", "追跡", "송장"),
    ),
    "quantity": (
        *(
            "qty",
            "quantity",
            "how many",
            "menge",
            "anzahl",
            "cantidad",
            "quantité",
            "quantità",
            "ilość",
            "jumlah",
        ),
        *("pcs", "units", "数量", "數量", "件数", "수량"),
    ),
}
NOT_CALLED: dict[Column, tuple[str, ...]] = {
    "quantity": (
        *(
            "#",
            "no.",
            "number",
            "price",
            "total",
            "weight",
            "stock",
            "refund",
            "shipped",
            "day",
            "line",
            "row",
        ),
        *("zip", "id", "序", "价", "金额", "重", "库存", "号"),
    ),
    "country": ("state", "province", "region", "currency", "language", "省", "州"),
}

Columns = dict[Column, tuple[str, ...]]
AS_SAID, BY_TITLE, BY_CELLS = "as said", "called so in {}", "by its cells: check it"


class ColumnFinder:
    """The columns that are told so far; ``find`` tells the others."""

    def __init__(
        self, cells: Cells, known: Mapping[str, Profile], said: Mapping[Column, str]
    ) -> None:
        """``known`` is one profile where that is the file's, else all."""
        self._cells, self._known = cells, known
        self._likely = sorted(known, key=lambda name: -len(known_columns(known[name], cells)))
        self._told: dict[Column, str] = dict(said)
        self.how: dict[Column, str] = dict.fromkeys(said, AS_SAID)
        self.doubts: dict[Column, tuple[str, ...]] = {}

    @property
    def titles(self) -> Columns:
        return {column: (title,) for column, title in self._told.items() if title}

    def find(self) -> None:
        """Said by a person, else called as in a known profile and with cells that may be such, else
        by its cells."""
        for column in get_args(Column):
            if column not in self._told:
                self._find_called(column)
        for column in LOOKS:
            if column == "quantity":  # what counts the rows of an order is none
                self._find_orders()
            if column not in self._told:
                self._find_alike(column)

    def _find_called(self, column: Column) -> None:
        for name in self._likely:
            for title in map(title_of, self._known[name].columns.get(column, ())):
                if title in self._cells and (len(self._likely) == 1 or self._may_be(column, title)):
                    self._tell(column, title, BY_TITLE.format(name))
                    return

    def _may_be(self, column: Column, title: str) -> bool:
        fits, cells = MUST_LOOK.get(column), self._cells[title]
        is_anybodys = title == "name"  # the buyer's, as likely as the goods'
        return not is_anybodys and (fits is None or not any(cells) or mostly(cells, fits))

    def _find_alike(self, column: Column) -> None:
        free = [title for title in self._cells if title not in self._told.values()]
        alike = [title for title in free if self._looks(column, title)]
        called = [
            title
            for title in alike or free
            if any(part in title for part in CALLED.get(column, ()))
        ]
        best = [title for title in called if self._may_be(column, title)] or alike
        if len({tuple(self._cells[title]) for title in best}) == 1:
            self._tell(column, best[0], BY_CELLS)
        elif best:
            self.doubts[column] = tuple(best)

    def _looks(self, column: Column, title: str) -> bool:
        if any(part in title for part in NOT_CALLED.get(column, ())) or not mostly(
            self._cells[title], LOOKS[column]
        ):
            return False
        cells = self._cells[title]
        return column != "quantity" or not counts_rows(
            cells, self._cells.get(self._told.get("parcel", ""), cells)
        )

    def _find_orders(self) -> None:
        names = [
            title
            for title in self._cells
            if title not in self._told.values() and self._tells_apart(title)
        ]
        names = [
            title for title in names if any(part in title for part in CALLED["orders"])
        ] or names
        if not {"orders", "list_codes", "parcel"} & self._told.keys() and len(names) == 1:
            self._tell("orders", names[0], BY_CELLS)
        if "orders" not in self._told and "list_codes" not in self._told and "parcel" in self._told:
            self._tell("orders", self._told["parcel"], self.how["parcel"])
        if "parcel" not in self._told and "orders" in self._told:
            self._tell("parcel", self._told["orders"], self.how["orders"])

    def _tells_apart(self, title: str) -> bool:
        """Whether that column has another code for each tracking number, and the same for the
        same."""
        numbers = self._cells.get(self._told.get("tracking_number", ""), ())
        pairs = {pair for pair in zip(numbers, self._cells[title], strict=False) if pair[0]}
        codes = {code for _, code in pairs}
        are_codes = all(code and not code.isalpha() and len(code.split()) == 1 for code in codes)
        return len(codes) == len(pairs) > 1 and are_codes

    def _tell(self, column: Column, title: str, how: str) -> None:
        self._told[column], self.how[column] = title, how
