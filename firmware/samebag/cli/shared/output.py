"""How the commands speak: lines for people in their terminal's language, JSON lines in English for
programs."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from io import TextIOWrapper
from pathlib import Path

from samebag.core.words import calling
from samebag.orders.taking.outcome import ImportReport
from samebag.settings import Settings


def add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--json", action="store_true", help="JSON lines also on a terminal (always into a pipe)"
    )


def for_programs(args: argparse.Namespace) -> bool:
    return args.json or not sys.stdout.isatty()


def is_watched() -> bool:
    """Whether a person sees what goes to standard error: the journal's lines would say twice what
    is printed."""
    return sys.stderr.isatty()


def terminal_language(environment: Mapping[str, str] = os.environ) -> str:
    """``zh`` or ``en``, as locale(7) has it; that locale need not be installed."""
    said = [
        environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)
    ]
    return "zh" if said and said[0].startswith("zh") else "en"


def as_it_is(said: str) -> str:
    """For what is in the right language already."""
    return said


def local(said: str) -> str:
    """English said in the terminal's language."""
    if terminal_language() == "en":
        return said
    from samebag.words.chinese import translated  # the catalog is read by those who need it

    return translated(said)


def in_either(fields: Mapping[str, object], name: str = "") -> str:
    """Of a field that is there in both languages (``NAME_zh``, ``NAME_en``) the terminal's."""
    return str(fields[f"{name}_{terminal_language()}".lstrip("_")])


def speaker(
    args: argparse.Namespace,
    line: Callable[[Mapping[str, object]], str],
    put: Callable[[str], str] = local,
) -> Callable[..., None]:
    """Prints one object a call: as JSON for programs, else as ``line`` says it in English, ``put``
    for its reader."""
    as_json = for_programs(args)
    take_any_text("utf-8" if as_json else None)  # RFC 8259: JSON is UTF-8

    encode = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps makes one a call

    def say(**fields: object) -> None:
        said = encode(fields) if as_json else put(line(fields))
        print(said, flush=True)

    return say


def naming(settings: Settings) -> Callable[[str], str]:
    """As ``local``, and the cargo list has the store's own name for it."""
    return lambda said: calling(local(said), settings.store.list_name)


def complain(said: str) -> None:
    print(f"samebag: {local(said)}", file=sys.stderr, flush=True)


def take_any_text(encoding: str | None = None) -> None:
    """Codes and words may be Chinese, the terminal's encoding may not; standard error is so by
    itself."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")


def say_refused(file: Path, report: ImportReport) -> None:
    for refusal in report.refused:
        complain(f"{file}: {refusal}")
    if report.refused_rows > len(report.refused):
        complain(f"{file}: {report.refused_rows - len(report.refused)} more rows")
