"""Where the machine allows it, one to mount in."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .own_machine import OwnMachine


@pytest.fixture
def own_machine(tmp_path: Path) -> OwnMachine:
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("udevadm"):
        pytest.skip("needs root, and Debian's packages util-linux and udev")
    if subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        pytest.skip("this container may not make namespaces")
    return OwnMachine(tmp_path)
