"""Which symbologies the camera reads, and what to set for one more."""

from __future__ import annotations

import pytest

from samebag.core.symbologies import (
    BY_NEED,
    DEFAULT,
    NAMES,
    UNREADABLE,
    UnknownSymbology,
    cure,
    switched_on,
)


def test_what_is_needed_is_read_beside_the_default_and_nothing_else_is() -> None:
    assert switched_on(()) == DEFAULT
    assert switched_on(["itf", "qr"]) == DEFAULT | {"itf"}
    with pytest.raises(UnknownSymbology) as refused:
        switched_on(["itf", "maxicode", "zz"])
    assert str(refused.value) == (
        "symbology 'maxicode': must be one of aztec, codabar, code128, code39, databar,"
        " datamatrix, itf, pdf417, qr:"
        " correct it"
    )


def test_each_that_may_lie_there_unread_has_a_name_and_a_cure_where_there_is_one() -> None:
    assert set(NAMES) == UNREADABLE.union(BY_NEED)
    assert cure("itf") == 'camera.symbologies = ["itf"]'
    assert cure("maxicode") == cure("qr") == ""
