"""``samebag import --inbox`` as the path unit starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from samebag.cli import main
from samebag.words.alike import CURE

from .daemon import ORDERS, samebag


def test_the_inbox_is_emptied_a_slow_writer_waited_for_and_the_journal_told_no_cell(
    tmp_path: Path,
) -> None:
    inbox, book = tmp_path / "inbox", tmp_path / "book.db"
    inbox.mkdir()
    (inbox / "rows.csv").write_text(ORDERS.replace("LX000000002CN", "1.23E+15"), encoding="utf-8")
    arguments = [
        sys.executable,
        "-m",
        "samebag",
        "import",
        "--inbox",
        str(inbox),
        "--book",
        str(book),
    ]
    with (inbox / "slow.csv").open("w", encoding="utf-8") as writer:
        run = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, encoding="utf-8")
        assert run.stderr
        refused = run.stderr.readline()
        writer.write(ORDERS)
    _, rest = run.communicate(timeout=30)
    assert run.returncode == 0
    assert (
        "warning orders-refused: rows.csv: 2 may leave, 0 no number, 2 new, 0 changed, 0 unchanged"
        in refused
    )
    assert "0 passed over, 1 refused" in refused
    assert (
        "info orders-taken: slow.csv: 3 may leave, 0 no number, 1 new, 0 changed, 2 unchanged"
        in rest
    )
    assert "1.23E+15" not in refused + rest
    assert "1.23E+15" in Path(refused.split("; why: ")[1].strip()).read_text(encoding="utf-8")
    done = samebag("import", next((inbox / "done").iterdir()), "--book", book)
    assert json.loads(done.stdout)["unchanged"] == 3


def test_a_wrong_profile_touches_no_file(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    done = samebag("import", "--inbox", tmp_path, "--profile", "no", "--book", tmp_path / "book.db")
    assert (done.returncode, done.stderr) == (
        1,
        "samebag: profile no: must be one of samebag, aliexpress, amazon, ebay, erp-zh,"
        " etsy, lazada, mabang, shein,"
        " shipstation, shopee, shopify, temu, tiktok, woocommerce,"
        " or a .toml file\n",
    )
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]


def test_a_source_unlike_the_others_and_bags_never_green_are_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (inbox := tmp_path / "inbox").mkdir()
    for name, code in (("erp.csv", "LX00000000{}CN"), ("shop.csv", "O{}")):
        rows = "".join(
            f"{name}{n},LX00000000{n}{name[0]}CN,O{n},{code.format(f'{n}{name[0]}')}\n"
            for n in range(4)
        )
        (inbox / name).write_text(f"parcel,tracking_number,orders,list_codes\n{rows}")
        os.utime(inbox / name, (1.7e9, 1.7e9 + (name == "shop.csv")))
    assert main(["import", "--inbox", str(inbox), "--book", str(tmp_path / "book.db")]) == 0
    journal = capsys.readouterr().err.splitlines()
    told = [line for line in journal if "new-source" in line]
    assert [line.partition("warning ")[2] for line in told] == [
        "new-source: shop.csv: a source that is new, and not like the others in the"
        " barcode on the cargo list:"
        " if it replaces one, import it with --source"
    ]
    taken = next(path for path in (inbox / "done").iterdir() if path.name.endswith("erp.csv"))
    assert [line.partition("warning ")[2] for line in journal if "never-green" in line] == [
        "never-green: erp.csv: 4 of 4 parcels to be shipped can never be green, such as"
        " erp.csv0: LX000000000ECN is on"
        f" both its labels; why, and the cure: {taken}.txt"
    ]
    assert f"\n  cure: {CURE.en}\n" in taken.with_name(f"{taken.name}.txt").read_text("utf-8")
    assert (
        main(["import", str(taken), "--book", str(tmp_path / "book.db"), "--source", "erp.csv"])
        == 0
    )
    said = capsys.readouterr()
    assert json.loads(said.out)["never_green"]["parcels"] == 4
    assert f"samebag: {taken}: cure: {CURE.en}\n" in said.err
