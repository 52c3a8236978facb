"""Built-in profiles: a shop's header chooses its own among all, and each state word means one thing
or is refused."""

from __future__ import annotations

import csv
import random
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.core.labels import CodeForm
from samebag.core.parcels import Standing
from samebag.orders.meaning.cells import Notation, parse_head
from samebag.orders.meaning.refusals import BadCell
from samebag.orders.meaning.states import Agreed, may_be_label_bought, settled
from samebag.orders.profile import AUTO, OWN, choose, lay_out, load_profiles
from samebag.orders.taking.importer import import_file
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader
from samebag.store.book.records import AWAITING
from tests.bench.aliexpress import HEADER as ALIEXPRESS

LX = "LX123456785CN"
OPEN, SHIPPED, CANCELLED = Standing.OPEN, Standing.SHIPPED, Standing.CANCELLED
BUILT_IN = load_profiles(AUTO)
TITLES = {  # as the shops write them, shortened by what no profile reads
    "aliexpress": ",".join(ALIEXPRESS),
    "amazon": (
        "amazon-order-id,merchant-order-id,purchase-date,last-updated-date,order-status,"
        "fulfillment-channel"
        ",sales-channel,url,ship-service-level,product-name,sku,asin,item-status,"
        "quantity,currency,item-price"
        ",ship-city,ship-state,ship-postal-code,ship-country,promotion-ids,tracking-number"
    ),
    "ebay": (
        "Sales Record Number,Order Number,Buyer Username,Buyer Note,Buyer State,Buyer"
        " Country,Ship To State,"
        "Ship To Country,Item Number,Item Title,Custom Label,Quantity,Sold For,Payment"
        " Method,Sale Date,Paid On Date,"
        "Ship By Date,Shipped On Date,Shipping Service,Tracking Number,Transaction ID,"
        "Variation Details"
    ),
    "erp-zh": "包裹号,订单号,包裹状态,运单号,物流方式,收件国家,SKU,商品名称,规格,数量",
    "etsy": (
        "Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Item Total,Currency,"
        "Transaction ID,Listing ID,Date Paid,"
        "Date Shipped,Ship Name,Ship City,Ship State,Ship Zipcode,Ship Country,Order ID,"
        "Variations,Order Type,SKU,"
        "Tracking Number"
    ),
    "lazada": (
        "orderItemId,orderType,lazadaId,sellerSku,wareHouse,createTime,orderNumber,"
        "shippingName,shippingCountry,"
        "payMethod,paidPrice,itemName,variation,cdShippingProvider,shippingProvider,"
        "cdTrackingCode,trackingCode,status"
    ),
    "mabang": (
        "订单编号,交易号,结算状态,店铺名称,国家,货运单号,物流公司,物流渠道,买家自选物流,"
        "内部单号,库存sku*数量,平台sku*数量,"
        "库存sku,组合sku,商品名称,平台"
    ),
    "samebag": "parcel,tracking_number,waybill_codes,orders,list_codes,service,country,"
    "status,sku,quantity",
    "shein": "GSP订单号,订单状态,订单创建时间,要求发货时间,卖家SKU,平台SKU,商品名称,"
    "规格,国家/地区,仓库,运单号",
    "shipstation": (
        "Order - Number,Order - Status,Ship To - Name,Ship To - Country,Item - SKU,Item"
        " - Name,Item - Qty,"
        "Shipment - Service,Shipment - Tracking Number,Date - Shipped Date"
    ),
    "shopee": (
        "Order ID,Order Status,Cancel reason,Tracking Number*,Shipping Option,SKU"
        " Reference No.,Product Name,"
        "Variation Name,Quantity,Username (Buyer),Province"
    ),
    "shopify": (
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,"
        "Shipping Method,Created at,"
        "Lineitem quantity,Lineitem name,Lineitem sku,Lineitem fulfillment status,"
        "Shipping Country,Notes,Cancelled at,"
        "Payment Method,Payment Reference,Id,Tags,Tracking Number"
    ),
    "temu": (
        "Order ID,order status,Logistics service suggestion,Order item ID,order item status,"
        "product name by customer order,product name,variation,contribution sku,SKU ID,"
        "quantity purchased,"
        "quantity shipped,quantity to ship,ship city,ship state,ship country,purchase"
        " date,latest shipping time,"
        "tracking number,carrier,order settlement status"
    ),
    "tiktok": (
        "Order ID,Order Status,Order Substatus,Cancelation/Return Type,SKU ID,Seller"
        " SKU,Product Name,Variation,"
        "Quantity,Created Time,Paid Time,Shipped Time,Cancelled Time,Tracking ID,Delivery Option,"
        "Shipping Provider Name,Buyer Message,Country,Payment Method,Package ID"
    ),
    "woocommerce": (
        "Order Number,Order Status,Order Date,Customer Note,State Code (Billing),"
        "Country Code (Shipping),Item #,SKU,"
        "Item Name,Product Variation,Quantity,Quantity (- Refund),Item Cost,Shipping"
        " Method Title,Tracking Number"
    ),
}
HEADERS = {name: titles.split(",") for name, titles in TITLES.items()}
VARIANTS = {
    "ebay": [
        "Order number,Dispatched on date,Paid on date,Tracking number,Item title,Custom"
        " label,Quantity"
    ],
    "lazada": ["Order Number,Seller SKU,Item Name,Tracking Code,Status"],
    "shopee": [
        "No. Pesanan,Status Pesanan,No. Resi,Opsi Pengiriman,Nomor Referensi SKU,Nama"
        " Produk,Nama Variasi,Jumlah",
        "หมายเลขคำสั่งซื้อ,สถานะการสั่งซื้อ,*หมายเลขติดตามพัสดุ,เลขอ้างอิง SKU (SKU Reference No.),ชื่อสินค้า,จำนวน",
        "訂單編號,訂單狀態,商品名稱,商品選項名稱,數量,寄送方式,包裹查詢號碼,買家備註",
    ],
    "shopify": [
        "Name,Order Fulfillment Status,Payment: Status,Line: Type,Line: Title,Line: SKU,"
        "Line: Quantity,"
        "Fulfillment: Tracking Number"
    ],
    "woocommerce": [
        "order_id,order_number,status,shipping_country,tracking_provider,"
        "tracking_number,item_name,item_sku"
    ],
}
EVERY = [
    *HEADERS.items(),
    *((name, header.split(",")) for name, headers in VARIANTS.items() for header in headers),
]


def test_each_built_in_profile_has_a_header_here() -> None:
    assert set(HEADERS) == set(BUILT_IN)


@pytest.mark.parametrize(("name", "header"), EVERY)
def test_a_shops_header_chooses_its_profile_in_any_order(name: str, header: list[str]) -> None:
    shuffled = random.Random(7).sample(header, len(header))
    assert [choose(BUILT_IN, some) for some in (header, shuffled)] == [name, name]


@pytest.mark.parametrize(("name", "header"), HEADERS.items())
def test_a_shops_header_chooses_its_profile_without_the_columns_that_may_be_missing(
    name: str, header: list[str]
) -> None:
    must = ("parcel", "tracking_number", "orders", "sku", "products", "name", "note")
    kept = [
        title
        for column, titles in BUILT_IN[name].columns.items()
        if column in must
        for title in titles
    ]
    kept += [title for awaits in BUILT_IN[name].awaits for title in awaits.column]
    known = set(map(str.casefold, kept))
    assert choose(BUILT_IN, [title for title in header if title.casefold() in known]) == name


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_state_word_means_one_thing_and_what_is_unknown_is_refused(name: str) -> None:
    for awaits in BUILT_IN[name].awaits:
        assert awaits.closed is not None
        words = Counter(word.casefold() for word in (*awaits.open, *awaits.shipped, *awaits.closed))
        assert words.most_common(1)[0][1] == 1
        assert set(awaits.label_bought) <= {*awaits.open, *awaits.shipped}
    sent = BUILT_IN[name].sent
    assert sent is None or [word for word in sent.words if word != word.casefold()] == []


def written(folder: Path, header: list[str], row: dict[str, str]) -> Path:
    path = folder / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, [row.get(title, "") for title in header]])
    return path


AMAZON = {
    "amazon-order-id": "1",
    "tracking-number": LX,
    "order-status": "Unshipped",
    "sku": "A",
    "quantity": "1",
}
ETSY = {
    "Order ID": "1",
    "Tracking Number": LX,
    "Date Paid": "09/03/26",
    "Item Name": "Cup",
    "Quantity": "1",
}
SHOPEE = {"Order ID": "1", "Tracking Number*": LX, "Order Status": "To Ship", "Product Name": "Cup"}
TEMU = {
    "Order ID": "PO-1",
    "tracking number": LX,
    "order status": "Unshipped",
    "contribution sku": "A",
}
SHEIN = {"GSP订单号": "1", "运单号": LX, "订单状态": "待发货", "卖家SKU": "A"}
WOO = {
    "Order Number": "1",
    "Tracking Number": LX,
    "Order Status": "Processing",
    "Item #": "2",
    "SKU": "A",
}


@pytest.mark.parametrize(
    ("name", "row", "standing"),
    [
        ("amazon", AMAZON, OPEN),
        ("amazon", AMAZON | {"fulfillment-channel": "Merchant"}, OPEN),
        ("amazon", AMAZON | {"order-status": "Shipped"}, SHIPPED),
        ("amazon", AMAZON | {"order-status": "Pending"}, CANCELLED),
        ("amazon", AMAZON | {"fulfillment-channel": "Amazon"}, CANCELLED),
        ("etsy", ETSY, OPEN),
        ("etsy", ETSY | {"Date Shipped": "09/05/26"}, SHIPPED),
        ("etsy", ETSY | {"Date Paid": ""}, CANCELLED),
        ("shopee", SHOPEE, OPEN),
        ("shopee", SHOPEE | {"Order Status": "Shipping"}, SHIPPED),
        ("shopee", SHOPEE | {"Order Status": "Cancelled"}, CANCELLED),
        ("temu", TEMU, OPEN),
        ("temu", TEMU | {"order status": "Shipped"}, SHIPPED),
        ("temu", TEMU | {"order status": "Canceled"}, CANCELLED),
        ("shein", SHEIN, OPEN),
        ("shein", SHEIN | {"订单状态": "已发货"}, SHIPPED),
        ("shein", SHEIN | {"订单状态": "已取消"}, CANCELLED),
        ("woocommerce", WOO, OPEN),
        ("woocommerce", WOO | {"Order Status": "On hold"}, CANCELLED),
    ],
)
def test_a_shops_words_tell_what_may_leave(
    tmp_path: Path, name: str, row: dict[str, str], standing: Standing
) -> None:
    header = [title for title in HEADERS[name] if title != "fulfillment-channel" or title in row]
    done = import_file(written(tmp_path, header, row), tmp_path / "book.db")
    assert (done.profile, done.refused, done.may_leave) == (name, (), standing is OPEN)
    with closing(BookReader(tmp_path / "book.db")) as book:
        assert book.standing(next(iter(row.values()))) is standing


@pytest.mark.parametrize(
    ("name", "title", "word"),
    [
        ("aliexpress", "订单状态", "等待发货确认"),
        ("amazon", "order-status", "Verschickt"),
        ("lazada", "status", "menunggu"),
        ("mabang", "订单状态", "#N/A"),
        ("shein", "订单状态", "生产中"),
        ("shipstation", "Order - Status", "Rejected Fulfillment"),
        ("shopee", "Order Status", "พร้อมส่ง"),
        ("shopify", "Fulfillment Status", "未发货"),
        ("shopify", "Financial Status", "Bezahlt"),
        ("temu", "order status", "待发货"),
        ("tiktok", "Order Status", "待发货"),
        ("woocommerce", "Order Status", "In Bearbeitung"),
        ("erp-zh", "包裹状态", "TRUE"),
    ],
)
def test_a_word_that_the_profile_does_not_know_is_a_refused_row_with_the_cure(
    tmp_path: Path, name: str, title: str, word: str
) -> None:
    profile = BUILT_IN[name]
    header = [*HEADERS[name], *([] if title in HEADERS[name] else [title])]
    row = {title: "X1" for column in ("parcel", "orders") for title in profile.columns[column]}
    row |= dict.fromkeys(profile.columns["tracking_number"], LX)
    row |= {awaits.column[0]: awaits.open[0].replace("*", "yes") for awaits in profile.awaits}
    row["Order - Number"] = "X1"
    done = import_file(written(tmp_path, header, row | {title: word}), tmp_path / "book.db")
    (refusal,) = done.refused
    assert (done.profile, done.new, refusal.value, refusal.column) == (name, 0, word, title)
    assert "samebag profile new" in refusal.cure


WORDS = sorted(
    {
        word
        for p in BUILT_IN.values()
        for a in p.awaits
        for word in (*a.open, *a.shipped, *(a.closed or ()))
    }
)


@given(st.data(), st.sampled_from([name for name in BUILT_IN if name != OWN]))
def test_nothing_is_open_that_the_file_calls_anything_else(data: st.DataObject, name: str) -> None:
    """Whatever words of whichever shop stand in its columns of states, and whichever of these are
    there."""
    known = BUILT_IN[name]
    there = data.draw(st.lists(st.sampled_from(known.awaits), min_size=1, unique=True))
    header = [
        known.columns["parcel"][0],
        known.columns["tracking_number"][0],
        known.columns["orders"][0],
    ]
    header += known.columns.get("products", ())[:1]
    header += [awaits.column[0] for awaits in there]
    said = {
        awaits.column[0]: data.draw(
            st.sampled_from(awaits.open) | st.sampled_from(WORDS) | st.text(max_size=5)
        )
        for awaits in there
    }
    label_bought = data.draw(st.booleans()) and may_be_label_bought(known)
    try:
        profile = settled(
            Path("f"), known, header, Agreed(no_states_open=True, label_bought=label_bought), ""
        )
        layout = lay_out(Path("f"), profile, header)
        row = ["X1", LX, "X1", *([""] * (len(header) - 3 - len(there))), *said.values(), ""]
        head = parse_head(
            [row[place] for place in layout.head], Notation(profile, CodeForm(), several=False)
        )
    except (BadCell, OrderFileError):
        return
    if head.standing in AWAITING:
        for awaits in there:
            words = awaits.label_bought if label_bought and awaits.label_bought else awaits.open
            word = said[awaits.column[0]].strip()
            assert word.casefold() in map(str.casefold, words) or (word and "*" in words)


def test_an_amazon_report_of_what_is_unshipped_tells_no_state_and_is_asked_about(
    tmp_path: Path,
) -> None:
    header = [
        "order-id",
        "order-item-id",
        "sku",
        "quantity-purchased",
        "quantity-to-ship",
        "tracking-number",
    ]
    row = {
        "order-id": "1",
        "tracking-number": LX,
        "sku": "A",
        "quantity-purchased": "3",
        "quantity-to-ship": "2",
    }
    path = written(tmp_path, header, row)
    with pytest.raises(OrderFileError, match="no column tells whether a parcel may leave"):
        import_file(path, tmp_path / "book.db")
    done = import_file(path, tmp_path / "book.db", no_states="open")
    assert (done.profile, done.may_leave) == ("amazon", 1)
    with closing(BookReader(tmp_path / "book.db")) as book:
        parcel = book.parcel("1")
    assert parcel
    assert [item.quantity for item in parcel.items] == [2]


def test_what_narrows_a_state_down_is_heard_even_where_the_state_itself_is_missing(
    tmp_path: Path,
) -> None:
    header = ["Name", "Financial Status", "Tracking Number", "Lineitem sku"]
    row = {"Name": "#1", "Financial Status": "pending", "Tracking Number": LX}
    path = written(tmp_path, header, row)
    with pytest.raises(OrderFileError, match="no column tells"):
        import_file(path, tmp_path / "book.db", profile="shopify")
    assert (
        import_file(path, tmp_path / "book.db", profile="shopify", no_states="open").may_leave == 0
    )


def test_the_books_own_profile_is_nobody_elses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in (OWN, "shopify"):
        (tmp_path / f"{name}.toml").write_text('[columns]\nparcel = ["Mine"]\n')
    monkeypatch.setattr("samebag.orders.profile.STORES_OWN", tmp_path)
    found = load_profiles(AUTO)
    assert found["shopify"].columns == {"parcel": ("Mine",)}
    assert found[OWN] == BUILT_IN[OWN]
