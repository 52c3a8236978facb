"""``make install`` and ``make uninstall`` into a folder, with a Python that only pretends to
build."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PYTHON = """#!/bin/sh
case "$1 $2" in
  "-m venv")
    for new in "$@"; do :; done
    mkdir -p "$new/bin"; cp "$0" "$new/bin/python"
    echo "home = $new" >"$new/pyvenv.cfg"; touch "$new/bin/activate" ;;
  "-m pip") [ "$BROKEN" != pip ] || exit 1; printf '#!%s\\nnew\\n' "$0" >"${0%/*}/samebag" ;;
  "-c import sys;"*) [ "$3" = lgpio ] && [ "$BROKEN" != lgpio ] ;;
esac
"""


class Root:
    """What DESTDIR names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "root"
        self._python = folder / "python"
        self._python.write_text(PYTHON)
        self._python.chmod(0o755)

    def make(
        self, target: str, *, broken: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        given = [
            f"{name}={value}" for name, value in {"DESTDIR": str(self.folder), **variables}.items()
        ]
        environment = {"PATH": os.environ["PATH"], "PYTHON": str(self._python), "BROKEN": broken}
        command = ["make", "--silent", "-C", str(REPOSITORY), target, *given]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=50
        )

    def files(self) -> set[str]:
        found = (path for path in self.folder.rglob("*") if not path.is_dir() or path.is_symlink())
        return {str(path.relative_to(self.folder)) for path in found}


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


def test_an_upgrade_replaces_the_program_and_keeps_settings_and_data(root: Root) -> None:
    assert root.make("install").returncode == 0
    installed = root.files()
    for place in (
        "opt/samebag/bin/samebag",
        "usr/local/bin/samebag",
        "usr/lib/systemd/system/samebag.service",
        "usr/lib/systemd/system/getty@tty1.service.d/samebag.conf",
        "usr/lib/udev/rules.d/70-samebag.rules",
        "etc/samebag/settings.toml",
        "usr/share/doc/samebag/docs/manual.md",
    ):
        assert place in installed
    assert (
        root.folder / "opt/samebag/bin/samebag"
    ).read_text() == "#!/opt/samebag/bin/python\nnew\n"
    assert not [
        path
        for path in (root.folder / "opt/samebag/bin").iterdir()
        if str(root.folder) in path.read_text()
    ]

    settings, book = (
        root.folder / "etc/samebag/settings.toml",
        root.folder / "var/lib/samebag/book.db",
    )
    settings.write_text("[station]\nname = '7'\n")
    book.parent.mkdir(parents=True)
    book.write_text("parcels")
    (root.folder / "opt/samebag/bin/samebag").write_text("old")
    assert root.make("install").returncode == 0
    assert root.files() == installed | {"var/lib/samebag/book.db"}
    assert (settings.read_text(), book.read_text()) == ("[station]\nname = '7'\n", "parcels")
    assert "new" in (root.folder / "opt/samebag/bin/samebag").read_text()

    assert root.make("uninstall").returncode == 0
    assert root.files() == {"etc/samebag/settings.toml", "var/lib/samebag/book.db"}
    assert root.make("uninstall", PURGE="1").returncode == 0
    assert root.files() == set()


@pytest.mark.parametrize("broken", ["pip", "lgpio"])
def test_a_build_that_fails_leaves_the_station_as_it_was(root: Root, broken: str) -> None:
    root.make("install")
    before = root.files()
    (root.folder / "opt/samebag/bin/samebag").write_text("old")
    assert root.make("install", broken=broken).returncode != 0
    assert root.files() == before
    assert (root.folder / "opt/samebag/bin/samebag").read_text() == "old"


def test_every_file_of_the_folder_has_its_place(root: Root) -> None:
    root.make("install")
    shipped = {
        path.read_bytes()
        for path in (REPOSITORY / "systemd").iterdir()
        if path.name != "install.sh"
    }
    installed = {
        (root.folder / path).read_bytes()
        for path in root.files()
        if "opt/" not in path and "/bin/" not in path
    }
    assert shipped <= installed
