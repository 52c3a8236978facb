"""``samebag import``, ``verify`` and ``bench``, and what every command says of itself."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import cv2
import pytest

from samebag.cli import COMMANDS, main
from samebag.cli.station.bench import DEMO
from tests.devices.printer_world import named
from tests.store.ledgers import match, next_event, opened
from tests.vision.pictures import bag, noisy, table

from .daemon import ORDERS, refused, samebag


def test_every_command_says_what_it_does_and_wrong_usage_is_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    overview = samebag("--help")
    assert overview.returncode == 0
    for name, purpose in COMMANDS.items():
        assert purpose in " ".join(overview.stdout.split())
        done = samebag(name, "--help")
        assert (done.returncode, f"usage: samebag {name}" in done.stdout) == (0, True)
        with pytest.raises(
            SystemExit
        ) as wrong:  # in this process: that it starts alone was seen above
            main([name, "--no-such-option"])
        assert (wrong.value.code, capsys.readouterr().err.startswith("usage: samebag")) == (2, True)
    assert samebag().returncode == 2
    assert samebag("--version").stdout.startswith("samebag 0.")


def test_import_takes_the_good_rows_lists_the_refused_and_ends_with_1(tmp_path: Path) -> None:
    orders, book = tmp_path / "orders.csv", tmp_path / "deep" / "book.db"
    orders.write_text(ORDERS.replace("LX000000002CN", "1.23E+15"), encoding="utf-8")
    done = samebag("import", orders, "--book", book)
    assert done.returncode == 1
    assert json.loads(done.stdout)["new"] == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"samebag: {orders}: row 3: tracking_number = '1.23E+15': ")
    orders.write_text(ORDERS, encoding="utf-8")
    done = samebag("import", orders, "--book", book)
    assert (done.returncode, done.stderr) == (0, "")
    assert {k: json.loads(done.stdout)[k] for k in ("new", "unchanged")} == {
        "new": 1,
        "unchanged": 2,
    }


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("none.csv", "--book", "book.db"), 1, "none.csv: "),
        (("orders.csv", "--book", "book.db", "--profile", "no"), 1, "no"),
        (("orders.csv", "--book", "orders.csv"), 1, "orders.csv: "),
        (("orders.csv", "--settings", "none.toml"), 2, "none.toml: No such file or directory"),
        (("orders.csv", "--book", "/proc/none/book.db"), 1, "/proc/none"),
    ],
)
def test_an_import_that_cannot_be_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    error: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("orders.csv").write_text(ORDERS, encoding="utf-8")
    ended, said = refused(capfd, "import", *arguments)
    (line,) = said.splitlines()
    assert ended == code
    assert line.startswith("samebag: ")
    assert error in line


def test_verify_tells_a_whole_ledger_from_a_broken_one(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    for absent in (path, tmp_path):
        done = samebag("verify", "--ledger", absent)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
        assert done.stderr.startswith(
            f"samebag: {absent}: {'is not there yet' if absent == path else ''}"
        )
    with opened(path) as (ledger, events):
        ledger.record(match(1, "A"))
        next_event(events)
    done = samebag("verify", "--ledger", path)
    assert (done.returncode, json.loads(done.stdout)["whole"]) == (0, True)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            "DROP TRIGGER entry_is_never_changed; UPDATE entry SET bag = 2 WHERE seq = 1"
        )
    done = samebag("verify", "--ledger", path)
    assert (done.returncode, json.loads(done.stdout)["fault"][:16]) == (1, "entry 1: altered")


def test_a_full_disk_under_the_output_is_an_error_and_a_reader_that_left_is_not(
    tmp_path: Path,
) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(ORDERS, encoding="utf-8")
    command = f"{sys.executable} -m samebag import {orders} --book {tmp_path}/book.db"
    for into, said in (
        (">/dev/full", "samebag: No space left on device: free space, or write to another place\n"),
        ("| true", ""),
    ):
        done = subprocess.run(
            ["bash", "-c", f"{command} {into}"], capture_output=True, text=True, check=False
        )
        assert done.stderr == said


# bench


def verdicts(run: Path) -> list[tuple[str, str | None]]:
    with closing(sqlite3.connect(run / "ledger.db")) as db:
        rows = db.execute("SELECT body FROM entry WHERE kind = 'verdict' ORDER BY seq").fetchall()
    return [(told["kind"], told.get("parcel")) for told in (json.loads(body) for (body,) in rows)]


def test_the_bench_plays_any_recording_with_its_book_and_script(tmp_path: Path) -> None:
    frames = [table()] * 8 + [bag("LX000000001CN", "OA")] * 15 + [table()] * 22
    (tmp_path / "bags").mkdir()
    for k, frame in enumerate([*frames, *[bag("LX000000002CN", "no code of ours")] * 22]):
        cv2.imwrite(str(tmp_path / "bags" / f"{k:04}.png"), noisy(frame, k))
    (tmp_path / "script.jsonl").write_text('{"at": 3.6, "scan": "OC"}\n')
    orders = tmp_path / "orders.csv"
    orders.write_text(ORDERS + "D,1.23E+15,OD,ES,T1,Tee,1\n", encoding="utf-8")
    paths = ("--book", orders, "--script", tmp_path / "script.jsonl", "--out", tmp_path / "out")
    done = samebag("bench", tmp_path / "bags", "--once", *paths, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = (tmp_path / "out").iterdir()
    assert verdicts(run) == [("match", "A"), ("mismatch", None)]
    assert "1 match, 1 mismatch" in done.stdout
    assert "The pages of this station: http://127.0.0.1:" in done.stdout
    assert "tracking_number = '1.23E+15'" in done.stderr
    assert len(list((run / "labels").iterdir())) == 1
    assert len(list((run / "evidence").rglob("*.jpg"))) == 2


@pytest.mark.timeout(120)
def test_the_demo_gives_what_it_is_expected_to(tmp_path: Path) -> None:
    expected = [
        json.loads(line)
        for line in (DEMO / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    done = samebag("bench", "--once", "--headless", "--out", tmp_path, timeout_s=100)
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = tmp_path.iterdir()
    parcels = [told["parcel"] for told in expected if told["verdict"] == "match"]
    kinds = [told["verdict"] for told in expected]
    assert [kind for kind, _ in verdicts(run)] == kinds
    assert [parcel for kind, parcel in verdicts(run) if kind == "match"] == parcels
    assert [named(path).split("|")[1] for path in sorted((run / "labels").iterdir())] == parcels
