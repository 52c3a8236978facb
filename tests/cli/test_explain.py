"""``samebag explain``: what a packer's supervisor is told of a code."""

from __future__ import annotations

import json

import pytest

from samebag.cli import main


@pytest.mark.parametrize(
    ("code", "says", "exit_code"),
    [
        ("rb 123 456 785 cn", "the check digit is right", 0),
        ("RB123456786CN", "the shape is right, the check digit is WRONG: it must be 5", 1),
        ("SF1234567890123", "the shape is right; no check digit is known for it", 0),
    ],
)
def test_a_code_is_right_or_wrong_or_beyond_telling(
    capsys: pytest.CaptureFixture[str], code: str, says: str, exit_code: int
) -> None:
    assert main(["explain", code]) == exit_code
    (reading,) = json.loads(capsys.readouterr().out)["readings"]
    assert reading["digit_says"] == says


def test_limits_and_the_official_page_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "RB123456785CN"])
    said = json.loads(capsys.readouterr().out)
    (reading,) = said["readings"]
    assert (said["code"], reading["recognised"], reading["country"]) == (
        "RB123456785CN",
        "yes",
        "CN",
    )
    assert reading["track"] == "https://www.ems.com.cn/queryList?mailNum=RB123456785CN"
    (service,) = reading["services"]
    assert service["says"].startswith(
        "at most 2000 g; 177 countries; 16-35 days; promised 60 days; "
    )


def test_people_read_lines_and_what_nobody_knows_is_found_wrong(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["explain", "4006381333931", "??"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "4006381333931"
    assert "  goods' barcode (EAN-13), which says nothing of the parcel" in lines
    assert lines[-2:] == ["??", "  not recognised: no number known here looks so"]
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert main(["explain", "4006381333931", "??"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "  商品条码 EAN-13（与包裹无关）" in lines
    assert lines[-2:] == ["??", "  认不出：不像任何已知单号"]
