"""Which codes that the book lacks look like tracking numbers."""

from __future__ import annotations

import pytest

from samebag.core.tracking import carrier_of


@pytest.mark.parametrize(
    ("code", "carrier"),
    [
        ("LX473124829CN", "UPU S10 (post)"),
        ("1Z999AA10123456784", "UPS"),
        ("YT2312345678901234", "YunExpress"),
        ("LP00143017183663", "Cainiao"),
        ("SF1234567890123", "SF Express"),
        ("9400111899223100001234", "USPS"),
        ("4006381333931", None),  # EAN-13
        ("8012345678901234", None),  # an order number
        ("FH-15-96", None),  # a routing code
        ("lx473124829cn", None),  # codes come normalised
        ("", None),
    ],
)
def test_only_shapes_that_goods_and_orders_do_not_have_count(code: str, carrier: str | None) -> None:
    assert carrier_of(code) == carrier
