"""``samebag case``, ``report`` and ``verify`` as a supervisor types them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from samebag.cli import main
from samebag.orders.taking.importer import import_file
from tests.store.ledgers import match, next_event, opened

NOW = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
LONG_AGO = str(NOW.date() - timedelta(days=8))


@pytest.fixture(autouse=True)
def one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that began before midnight ends on the same day."""
    for command in ("case", "report"):
        monkeypatch.setattr(f"samebag.cli.office.{command}.wall_clock", lambda: NOW)


@pytest.fixture
def given(tmp_path: Path) -> list[str]:
    """The settings of a station that packed A, and not yet B; C and D are one order."""
    orders = tmp_path / "orders.csv"
    rows = ("A,LX000000001CN,OA", "B,LX000000002CN,OB", "C,LX000000003CN,OC", "D,LX000000004CN,OC")
    orders.write_text("\n".join(("parcel,tracking_number,orders", *rows)) + "\n")
    import_file(orders, tmp_path / "book.db")
    with opened(tmp_path / "ledger.db") as (ledger, events):
        ledger.record(match(7, "A"))
        next_event(events)
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[storage]\ndirectory = "{tmp_path}"\n')
    return ["--settings", str(settings)]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samebag.cli.shared.output.for_programs", lambda args: False)


def test_a_complaint_from_its_first_word_to_its_end(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(
            [
                "case",
                "add",
                "lx000000001cn",
                "--cause",
                "W1",
                "--on",
                LONG_AGO,
                "--note",
                "Maria",
                *given,
            ]
        )
        == 0
    )
    opened = json.loads(capsys.readouterr().out)
    assert (opened["case"], opened["parcel"], opened["bag"], opened["late_days"]) == (1, "A", 7, 3)
    assert main(["case", "list", "--overdue", *given]) == 1
    assert "Maria" not in capsys.readouterr().out
    assert main(["case", "answer", "1", *given]) == main(["case", "list", "--overdue", *given]) == 0
    assert (
        main(["case", "close", "1", "--result", "reship", *given])
        == main(["case", "list", *given])
        == 0
    )
    capsys.readouterr()
    assert main(["case", "show", "1", *given]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["notes"] == [{"on": LONG_AGO, "words": "Maria"}]
    assert (shown["packed"], shown["promised_until"]) == ("2026-02-10", "2026-04-11")
    assert main(["verify", *given]) == 0
    assert [json.loads(line)["entries"] for line in capsys.readouterr().out.splitlines()] == [1, 4]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ["add", "OC", "--cause", "P2"],
            1,
            "'OC': may be C, D: give the parcel's name or its tracking number",
        ),
        (
            ["add", "A", "--cause", "P2", "--on", "2999-01-01"],
            1,
            "--on = 2999-01-01: must be today",
        ),
        (["answer", "5"], 1, "case 5: there is none: samebag case list --all has them"),
        (["show", "5"], 1, "case 5: there is none: samebag case list --all has them"),
        (["add", "A", "--cause", "X1"], 2, "invalid choice: 'X1'"),
        (["add", "A"], 2, "required: --cause"),
    ],
)
def test_what_cannot_be_is_refused(
    given: list[str], words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        ended = main(["case", *words, *given])
    except SystemExit as usage:
        ended = int(str(usage.code))
    assert ended == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2999-01-01"])
def test_a_report_on_no_day_of_a_station_is_refused(
    given: list[str], day: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "month", "--date", day, *given]) == 1
    assert f"--date = {day}: must be from 1970-01-01 to today" in capsys.readouterr().err
    assert main(["report", "month", "--date", "1970-01-01", *given]) == 0


@pytest.mark.usefixtures("terminal")
def test_people_read_it_in_their_terminals_language(
    given: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    main(["case", "add", "A", "--cause", "P1", "--on", LONG_AGO, *given])
    main(["case", "add", "B", "--cause", "B4", "--treasure", *given])
    capsys.readouterr()
    assert main(["case", "list", *given]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("前答复；逾期 3 天")
    assert second.endswith("平台处理，只需提供证据")
    assert main(["report", "month", "--date", "2026-02-10", *given]) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        "station-1  2026-02-01 - 2026-02-28\n1 袋，拦下错贴 0，0 不完整\n\n纠纷：2 未结\n"
    )
    assert "逾期 3 天：纠纷 1，A, P1, 期限 " in told
    assert main(["case", "causes"]) == 0
    assert capsys.readouterr().out.count("\n") == 2 * 16
    monkeypatch.setenv("LC_ALL", "C")
    assert main(["report", "month", "--date", "2026-02-10", *given]) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        "station-1  2026-02-01 - 2026-02-28\n1 bags, 0 mix-ups stopped, 0 incomplete\n"
    )
