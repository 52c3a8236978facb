"""A shell that may mount what it likes: root in a mount namespace of its own, as far as its
commands can tell."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class OwnMachine:
    """``folder`` is where its commands run."""

    folder: Path

    def __call__(self, script: str) -> str:
        """What the script says; an error ends it."""
        own = ["unshare", "--mount", "--propagation=private", "bash", "-ec", script]
        ran = subprocess.run(
            own, cwd=self.folder, capture_output=True, text=True, check=False, timeout=50
        )
        assert ran.returncode == 0, ran.stderr + ran.stdout
        return ran.stdout
