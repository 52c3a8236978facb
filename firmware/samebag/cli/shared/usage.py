"""How the commands' help and argparse's own complaints are said in the terminal's language."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from samebag.cli.shared.columns import wrapped
from samebag.cli.shared.output import local, terminal_language


class Parser(argparse.ArgumentParser):
    def __init__(self, **how: Any) -> None:
        super().__init__(**{"formatter_class": _Help, **how})

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {local(f'error: {message}')}\n")


class _Help(argparse.HelpFormatter):
    """Texts come wrapped by width, where a Chinese letter takes two columns."""

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading and local(heading))

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, local("usage: ") if prefix is None else prefix)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if terminal_language() == "en":
            return super()._fill_text(text, width, indent)
        return "\n".join(
            indent + line for line in wrapped(local(" ".join(text.split())), width - len(indent))
        )

    def _split_lines(self, text: str, width: int) -> list[str]:
        if terminal_language() == "en":
            return super()._split_lines(text, width)
        return wrapped(local(" ".join(text.split())), width)
