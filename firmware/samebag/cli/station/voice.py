"""``samebag voice``: the clips that a station speaks with, rendered by espeak-ng."""

from __future__ import annotations

import argparse
from pathlib import Path

from samebag.cli.shared.output import add_json, speaker
from samebag.devices.clips import FOLDER, render


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out", type=Path, default=FOLDER, metavar="FOLDER", help="where to (default: %(default)s)"
    )
    add_json(command)
    command.epilog = (
        "Part of sudo make install-voice. [voice] language in the settings switches it on."
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    clips = render(args.out)
    speaker(args, lambda done: f"{done['clips']} clips: {done['to']}")(
        clips=clips, to=str(args.out)
    )
    return 0
