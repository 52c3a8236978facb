"""What AliExpress and 马帮 write into one cell: all products of an order, and carrier:number.
Pure."""

from __future__ import annotations

import re

import msgspec

from samebag.orders.meaning.refusals import BadCell

# lines in the order in which the export has them; those after the quantity do not matter here
PRODUCT = re.compile(
    r"\s*【[0-9]{1,4}】(?P<name>[^\n]*)"
    r"(?:\n[ \t]*\(产品属性[:：](?P<attributes>[^\n]*)\)[ \t]*)?"
    r"(?:\n[ \t]*\(商家编码[:：](?P<sku>[^\n]*)\)[ \t]*)?"
    r"\n[ \t]*\(产品数量[:：][ \t]*(?P<quantity>[0-9]+)[^\n]*\)[ \t]*"
    r"(?:\n[ \t]*\([^\n]*\)[ \t]*)*(?=\n|$)"
)
_BETWEEN = re.compile(r"[;；,，\n]")
_BETWEEN_GOODS = re.compile(r"[;；,，\n|、+/&]|\s+(?=[0-9]{1,6}\s*[*×])|(?<=[*×][0-9])\s+")
_COUNTED = (  # where several pieces of a cell are all like one of these
    re.compile(r".*?[^\s0-9](?:\s*[*×]|\s+[xX]|(?<=[^\x00-\x7f])[xX])\s*[0-9]{1,6}"),
    re.compile(r".*?\S\s*[(（]\s*[xX×*]?\s*[0-9]{1,6}\s*[)）]"),
)
_SKU_COUNTED = re.compile(r"[^\s:：]+[:：][0-9]{1,6}")  # in a name it may say a size
SKU_TIMES = re.compile(r"(?P<sku>.*?\S)(?:\s*[*×]\s*|\s+[xX]\s*)(?P<quantity>[0-9]{1,6})")
TIMES_SKU = re.compile(r"(?P<quantity>[0-9]{1,6})(?:\s*[*×]\s*|\s*[xX]\s+)(?P<sku>\S.*)")
NAMED = "must list products as name:…|sku:…|quantity:…;name:…, or as a JSON list of such"
RULE = (
    "must list products as 【1】name, (产品属性:…), (商家编码:…), (产品数量:1 …),"
    " each in a line of its own"
)
CURE = "export the orders again, and do not edit this cell"

Product = tuple[str, str, str, str]  # as profile.ITEM: sku, name, attributes, quantity


def split_products(cell: str) -> list[Product]:
    text = (cell.replace("\r\n", "\n") if "\r" in cell else cell).rstrip()
    products: list[Product] = []
    end = 0
    while end < len(text) or not products:
        match = PRODUCT.match(text, end)
        if not match:
            raise BadCell("products", cell, RULE, CURE)
        name, attributes, sku, quantity = match.groups("")
        products.append((sku, name, attributes, quantity))
        end = match.end()
    return products


def split_skus(cell: str) -> list[Product]:
    """``MUG*2;CUP*1``: a wrong list is worse than none, so all of the cell must be like that."""
    products = []
    for piece in _pieces(cell):
        match = SKU_TIMES.fullmatch(piece)
        if not match:
            raise BadCell("products", cell, "must list products as SKU*quantity;SKU*quantity", CURE)
        products.append((match["sku"].strip(), "", "", match["quantity"]))
    return products


def split_skus_behind(cell: str) -> list[Product]:
    """``2 x MUG, 1 x CUP``."""
    found = [(piece, TIMES_SKU.fullmatch(piece)) for piece in _pieces(cell)]
    if not all(match for _, match in found):
        raise BadCell(
            "products", cell, "must list products as quantity x SKU, quantity x SKU", CURE
        )
    return [(match["sku"].strip(), "", "", match["quantity"]) for _, match in found if match]


def split_named(cell: str) -> list[Product]:
    """``name:Mug|sku:MUG|quantity:2;name:…``, as WooCommerce's exports write lines, or a JSON list
    of such."""
    try:
        lines = (
            msgspec.json.decode(cell, type=list[dict[str, str | int | float | None]])
            if cell[:1] == "["
            else None
        )
    except msgspec.MsgspecError as err:
        raise BadCell("products", cell, NAMED, CURE) from err
    found = (
        lines
        if lines is not None
        else [_named(cell, piece) for piece in re.split(r";(?=\s*[a-z_]+:)", cell)]
    )
    products = []
    for line in found:
        said = {key: "" if value is None else str(value).strip() for key, value in line.items()}
        quantity = said.get("quantity") or said.get("qty")
        if not quantity or not (said.get("sku") or said.get("name")):
            raise BadCell("products", cell, NAMED, CURE)
        products.append((said.get("sku", ""), said.get("name", ""), "", quantity))
    return products


def lists_goods(cell: str, *, is_sku: bool = False) -> bool:
    """Whether it has several goods with their quantities, which no SKU and no name has."""
    pieces = _pieces(cell, _BETWEEN_GOODS)
    forms = (SKU_TIMES, TIMES_SKU, *_COUNTED, *([_SKU_COUNTED] if is_sku else []))
    return len(pieces) > 1 and any(all(map(form.fullmatch, pieces)) for form in forms)


def _pieces(cell: str, between: re.Pattern[str] = _BETWEEN) -> list[str]:
    return list(filter(None, map(str.strip, between.split(cell))))


def _named(cell: str, piece: str) -> dict[str, str]:
    fields = [field.partition(":") for field in re.split(r"\|(?=[a-z_]+:)", piece.strip())]
    if not all(mark for _, mark, _ in fields):
        raise BadCell("products", cell, NAMED, CURE)
    return {key: value for key, _, value in fields}


PRODUCTS_AS = {
    "aliexpress": split_products,
    "sku*quantity": split_skus,
    "quantity*sku": split_skus_behind,
    "named": split_named,
}


def split_shipment(cell: str) -> tuple[str, str]:
    """Carrier and number of ``carrier:number``; the same number may be there in several lines."""
    if "\n" not in cell:
        return _split_line(cell)
    shipments = [_split_line(line) for line in cell.splitlines() if line.strip()]
    numbers = {number for _, number in shipments}
    if len(numbers) > 1:
        raise BadCell(
            "tracking_number",
            cell,
            f"names {len(numbers)} tracking numbers, must be one: nothing tells which"
            " product is in which bag",
            "import this order from the ERP's file, which has a row for each bag",
        )
    return shipments[0] if shipments else ("", "")


def _split_line(line: str) -> tuple[str, str]:
    carrier, _, number = line.replace("：", ":").rpartition(":")
    return carrier.strip(), number.strip()
