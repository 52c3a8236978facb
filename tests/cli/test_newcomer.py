"""What somebody reads who asks a command for what is not there: thing, value, rule and cure, in
words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from samebag.cli import main

OTHERS_WORDS = re.compile(
    r"Errno|Traceback|fromisoformat|unable to open|invalid int|None\b|PosixPath|b'|\(\)"
)
LEDGER = "ledger.db: is not there"
DAY = "'tomorrow': must be a day such as 2026-11-20: write it so"


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("trace 1002", 1, LEDGER),
        ("verify", 1, LEDGER),
        ("report", 1, LEDGER),
        ("incident", 1, LEDGER),
        ("letter P-1", 1, LEDGER),
        ("export ledger", 1, LEDGER),
        ("export shipments --profile csv", 1, LEDGER),
        (
            "trace 1 --ledger folder",
            1,
            "folder: is a folder: move it away, or give the path of the ledger",
        ),
        ("export shipments --profile csv --ledger folder", 1, "folder: is a folder: move it away"),
        (
            "trace 1 --ledger empty",
            1,
            "empty: is empty: give the path of a ledger, or start what writes it once",
        ),
        ("trace 1 --ledger text", 1, "text: file is not a database: move it away"),
        ("report --date tomorrow", 2, DAY),
        ("case add P-1 --cause P2 --on tomorrow", 2, DAY),
        ("case show first", 2, "'first': must be a number such as 12: write it so"),
        (
            "import missing.csv",
            1,
            "missing.csv: No such file or directory: give the path of an order file",
        ),
        ("import --inbox missing", 1, "missing/done: No such file or directory: make it"),
        (
            "incident --complaints missing",
            1,
            "missing: No such file or directory: make it, or name another",
        ),
        (
            "commands --out missing/cards.pdf",
            1,
            "missing/cards.pdf: No such file or directory: make it",
        ),
        (
            "teach missing",
            1,
            "missing: No such file or directory: give lines of text, pictures or a recording",
        ),
        ("teach text", 1, "text: byte 0 is not UTF-8: give lines of text"),
        ("read missing.png", 1, "missing.png: no such file: give a picture"),
    ],
)
def test_what_is_not_there_is_named_with_a_cure(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_bytes(b"\xb6\xa9" * 100)
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[storage]\ndirectory = "{tmp_path}/data"\n')
    words = command.split()
    try:
        done = main([*words, "--settings", str(settings)] if words[0] != "read" else words)
    except SystemExit as err:
        assert isinstance(err.code, int)
        done = err.code
    heard = capsys.readouterr().err
    assert (done, said in heard, OTHERS_WORDS.search(heard)) == (code, True, None), heard
