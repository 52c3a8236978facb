"""What codes look like: which count at the bag, and which of the carriers' own numbers are
right."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.core.codes.tracking import (
    Digit,
    Recognised,
    _fitting,
    _forms,
    _table,
    carrier_named,
    carrier_of,
    explain,
    form_of,
    service_named,
)
from samebag.core.labels import CodeForm

OTHERS = tomllib.loads(
    Path(__file__).with_name("tracking_numbers.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("code", "carrier"),
    [
        ("LX473124829CN", "UPU S10 (post)"),
        ("LX473124820CN", "UPU S10 (post)"),  # a wrong digit is still a waybill's
        ("UE473124829YP", "Yanwen"),
        ("1Z999AA10123456784", "UPS"),
        ("YT2312345678901234", "YunExpress"),
        ("LP00143017183663", "Cainiao"),
        ("SF1234567890123", "SF Express"),
        ("9400111899223100001234", "USPS"),
        ("JDVA11408814483", "China domestic"),
        ("4006381333931", None),  # EAN-13
        ("8012345678901234", None),  # an order number
        ("986578788855", None),  # FedEx, and one in ten of all numbers of 12 digits
        ("FH-15-96", None),  # a routing code
        ("lx473124829cn", None),  # codes come normalised
        ("", None),
    ],
)
def test_only_shapes_that_goods_and_orders_do_not_have_count(
    code: str, carrier: str | None
) -> None:
    assert carrier_of(code) == carrier
    assert (form_of(code) is None) is (carrier is None)


def could_be(number: str, carrier: str) -> bool:
    readings = explain(CodeForm().normalise(number))
    mine = [reading for reading in readings if reading.carrier and reading.carrier.name == carrier]
    return any(reading.digit is not Digit.WRONG and not reading.no_post for reading in mine)


@pytest.mark.parametrize("kind", OTHERS)
def test_carriers_own_numbers_are_told_right_from_wrong(kind: str) -> None:
    numbers = OTHERS[kind]
    assert [number for number in numbers["valid"] if not could_be(number, numbers["carrier"])] == []
    assert [number for number in numbers["invalid"] if could_be(number, numbers["carrier"])] == []


@given(st.integers(0, 10**8 - 1), st.integers(0, 8), st.integers(1, 9))
def test_any_single_wrong_digit_of_a_postal_number_is_found(
    serial: int, place: int, by: int
) -> None:
    digits = next(
        f"{serial:08d}{d}" for d in range(10) if could_be(f"RB{serial:08d}{d}CN", "UPU S10 (post)")
    )
    wrong = f"{digits[:place]}{(int(digits[place]) + by) % 10}{digits[place + 1 :]}"
    (reading,) = explain(f"RB{wrong}CN")
    # the digit of 10 is 0 and that of 11 is 5, as those of 1 and 6 are: S10 itself cannot tell
    # these apart
    assert reading.digit is Digit.WRONG or {digits[8], wrong[8]} <= {"0", "5"}
    assert (
        reading.expected is None
        or explain(f"RB{wrong[:8]}{reading.expected}CN")[0].digit is Digit.RIGHT
    )


def test_a_postal_number_tells_its_service_its_limits_and_its_post() -> None:
    (reading,) = explain("RB123456785CN")
    (service,) = reading.services
    assert (
        service
        is service_named(" china post REGISTERED packet ")
        is service_named("中国邮政挂号小包")
    )
    assert (service.max_weight_g, service.country_count, service.days, service.promised_days) == (
        2000,
        177,
        (16, 35),
        60,
    )
    assert reading.indicator is not None
    assert (reading.indicator.en, reading.country, reading.no_post) == ("registered", "CN", False)
    assert explain("RB123456785XX")[0].no_post


def test_a_wrong_digit_is_told_with_the_right_one_and_comes_after_what_it_may_be_else() -> None:
    assert [(r.digit, r.expected) for r in explain("LX473124828CN")] == [(Digit.WRONG, 9)]
    assert [(r.digit, r.expected) for r in explain("LX473124829CN")] == [(Digit.RIGHT, None)]
    assert [(r.form.carrier, r.digit) for r in explain("986578788854")] == [
        ("SF Express", Digit.NONE),
        ("FedEx", Digit.WRONG),
    ]


def test_only_postal_numbers_have_a_post_and_a_service_indicator() -> None:
    (reading,) = explain("LP00143017183663")
    assert (reading.country, reading.no_post, reading.indicator) == ("", False, None)


def test_the_likeliest_comes_first_and_plain_digits_may_be_many_things() -> None:
    assert [(reading.form.carrier, reading.digit) for reading in explain("986578788855")] == [
        ("FedEx", Digit.RIGHT),
        ("SF Express", Digit.NONE),
    ]
    assert [reading.form.carrier for reading in explain("8143812362060033")] == [""]
    assert explain("FH-15-96") == ()


@pytest.mark.parametrize(
    ("name", "recognised"),
    [
        *(
            (name, Recognised.YES)
            for name in ("UPU S10 (post)", "EMS", "UPS", "FedEx", "DHL", "TNT", "TOLL")
        ),
        *((name, Recognised.YES) for name in ("SF Express", "Cainiao")),
        *((name, Recognised.ONLINE) for name in ("YunExpress", "Yanwen", "4PX")),
        ("China domestic", Recognised.NO),
    ],
)
def test_the_platforms_list_of_recognised_carriers_is_kept(
    name: str, recognised: Recognised
) -> None:
    carrier = carrier_named(name)
    assert carrier is not None
    assert carrier.recognised is recognised
    assert carrier.source
    assert (
        carrier.tracking in ("", "https://www.mytoll.com/")
        or carrier.tracking.format("X1").count("X1") == 1
    )


@given(
    st.sampled_from(_table().form).flatmap(lambda form: st.from_regex(form.shape))
    | st.text("LPCN129", max_size=24)
)
def test_all_shapes_that_fit_are_found_at_once(code: str) -> None:
    assert _fitting(code) == [(form, shape) for form, shape in _forms() if shape.fullmatch(code)]


@given(st.text("AZCNUYTLP1Z09 -", max_size=40) | st.text(max_size=60))
def test_any_text_can_be_explained(text: str) -> None:
    code = CodeForm().normalise(text)
    carrier = carrier_of(code)
    assert carrier is None or carrier in {reading.form.carrier for reading in explain(code)}
