"""How the commands speak: lines for people on a terminal, JSON lines for programs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from io import TextIOWrapper
from pathlib import Path

from samebag.orders.report import ImportReport


def add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="JSON lines also on a terminal (always into a pipe)")


def for_programs(args: argparse.Namespace) -> bool:
    return args.json or not sys.stdout.isatty()


def speaker(args: argparse.Namespace, line: Callable[[Mapping[str, object]], str]) -> Callable[..., None]:
    """Prints one object a call: as JSON for programs, else as ``line`` puts it."""
    as_json = for_programs(args)
    take_any_text("utf-8" if as_json else None)  # RFC 8259: JSON is UTF-8

    def say(**fields: object) -> None:
        print(json.dumps(fields, ensure_ascii=False) if as_json else line(fields), flush=True)

    return say


def terminal_language(environment: Mapping[str, str]) -> str:
    """``zh`` or ``en``, as locale(7) has it; that locale need not be installed."""
    said = [environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)]
    return "zh" if said and said[0].startswith("zh") else "en"


def take_any_text(encoding: str | None = None) -> None:
    """Codes and words may be Chinese, the terminal's encoding may not."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")


def say_refused(file: Path, report: ImportReport) -> None:
    for refusal in report.refused:
        print(f"samebag: {file}: {refusal}", file=sys.stderr)
    if report.refused_rows > len(report.refused):
        print(f"samebag: {file}: {report.refused_rows - len(report.refused)} more rows", file=sys.stderr)
