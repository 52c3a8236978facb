"""The watch over the remote log: late is said once, whole again too, and a stuck upload is started
again."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

LOG_AGE = Path(__file__).parents[2] / "systemd" / "log-age"
RESTARTED = "try-restart --no-block systemd-journal-upload.service"


class Upload:
    """journalctl, logger and systemctl as the script sees them; they write down what they are
    asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state, self.late = folder, folder / "state", folder / "late"
        for name, does in (
            ("journalctl", f'echo "$@" >>{folder}/asked; cat {self.late} 2>/dev/null || true'),
            ("logger", f"grep ^MESSAGE= >>{folder}/said"),
            ("systemctl", f'echo "$@" >>{folder}/ordered'),
        ):
            tool = folder / "bin" / name
            tool.parent.mkdir(exist_ok=True)
            tool.write_text(f"#!/bin/sh\n{does}\n")
            tool.chmod(0o755)

    def at(self, cursor: str | None, *, late: bool) -> None:
        self.state.unlink(missing_ok=True)
        if cursor:
            self.state.write_text(f"# This is private data. Do not parse.\nLAST_CURSOR={cursor}\n")
        self.late.unlink(missing_ok=True)
        if late:
            self.late.write_text("2026-01-01T00:00:00 station samebag[1]: a line\n")

    def look(self) -> None:
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        subprocess.run(
            [LOG_AGE, self.state, self.folder / "cursor"],
            env={"PATH": path},
            check=True,
            timeout=20,
        )

    def noted(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    return Upload(tmp_path)


def test_a_log_that_keeps_up_is_not_talked_about(upload: Upload) -> None:
    upload.at("s=1;i=2", late=False)
    upload.look()
    assert upload.noted("asked") == ["--quiet --lines=1 --until=-15min --after-cursor=s=1;i=2"]
    assert upload.noted("said") == upload.noted("ordered") == []


def test_a_late_log_is_said_once_started_again_when_it_does_not_move_and_said_to_be_whole(
    upload: Upload,
) -> None:
    for cursor in ("s=1;i=2", "s=1;i=3"):  # slow, but it moves
        upload.at(cursor, late=True)
        upload.look()
    assert upload.noted("ordered") == []
    upload.look()
    upload.look()
    assert upload.noted("ordered") == [RESTARTED] * 2
    upload.at("s=1;i=9", late=False)
    upload.look()
    upload.look()
    late, whole = upload.noted("said")
    assert late.startswith(
        "MESSAGE=the remote log lacks lines older than 15min: see systemctl status"
    )
    assert whole == "MESSAGE=the remote log has all lines again"


def test_an_upload_that_never_began_is_late_too(upload: Upload) -> None:
    upload.at(None, late=True)
    upload.look()
    upload.look()
    assert upload.noted("asked") == ["--quiet --lines=1 --until=-15min"] * 2
    assert len(upload.noted("said")) == len(upload.noted("ordered")) == 1
