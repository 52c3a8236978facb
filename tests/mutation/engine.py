"""Runs mutmut in the prepared copy (a process of its own, in the copy's folder) and writes what
became of each mutant.

mutmut 3.8 leaves out what matters most in rules: that a guard is missing, or a step is not taken.
Both are added.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libcst as cst
from mutmut.__main__ import cli
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.mutators import mutation_operators
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files


def drop_step(node: cst.Expr) -> Iterator[cst.BaseSmallStatement]:
    """``self.judge()`` is not called."""
    if isinstance(node.value, cst.Call):
        yield cst.Pass()


def drop_guard(node: cst.BooleanOperation) -> Iterator[cst.BaseExpression]:
    """Of ``a and b``, or ``a or b``, one is not asked."""
    for kept in (node.left, node.right):
        yield kept.with_changes(lpar=[*node.lpar, *kept.lpar], rpar=[*kept.rpar, *node.rpar])


def negate(node: cst.If) -> Iterator[cst.If]:
    """The condition is asked the wrong way round."""
    test = node.test.with_changes(
        lpar=[cst.LeftParen(), *node.test.lpar], rpar=[*node.test.rpar, cst.RightParen()]
    )
    yield node.with_changes(
        test=cst.UnaryOperation(cst.Not(), test), whitespace_before_test=cst.SimpleWhitespace(" ")
    )


def change(mutant: str, path: Path) -> str:
    """The lines of the original that the mutant lacks -> its own instead."""
    lines = get_diff_for_mutant(mutant, path=path).splitlines()[2:]
    before, after = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "-+")
    return f"{' '.join(before)} -> {' '.join(after)}"


def outcomes() -> Iterator[dict[str, str]]:
    for path in walk_mutatable_files():
        found = SourceFileMutationData(path=path)
        found.load()
        for mutant, exit_code in found.exit_code_by_key.items():
            status = status_by_exit_code[exit_code]
            told = "" if status in ("killed", "timeout", "not checked") else change(mutant, path)
            yield {"mutant": mutant, "status": status, "change": told}


def main() -> None:
    operators: Any = mutation_operators  # a list, though announced as a Sequence
    operators += [(cst.Expr, drop_step), (cst.BooleanOperation, drop_guard), (cst.If, negate)]
    cli(["run", "--max-children", "2", *sys.argv[1:]], standalone_mode=False)
    Path("outcomes.json").write_text(
        json.dumps(list(outcomes()), indent=1, ensure_ascii=False), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
