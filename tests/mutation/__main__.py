"""``make mutants``: are the rules of a bag tested? Every small change to ``core`` must make a test
of it fail.

Works on a copy in ``build/mutation``. Fails when under 98 % of the mutants are killed, when a
survivor is not explained in ``survivors.toml``, or when one that is explained there has been
killed.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
COPY = ROOT / "build" / "mutation"
LEAST = 0.98
# The bag machine is left out: what only chance kills is not tested. Its findings are tests with
# names.
SETUP_CFG = """\
[mutmut]
source_paths = src
also_copy =
    docs
    tests
pytest_add_cli_args =
    -p
    no:cacheprovider
pytest_add_cli_args_test_selection =
    tests/core
    --ignore=tests/core/test_bag_machine.py
timeout_multiplier = 3
timeout_constant = 10
use_git_change_detection = false
"""
# A mutant is a fork of a process in which all tests have run: what that one has cached, or
# importing them, hides it. And only what a test itself makes the cache work out is known to be
# tested by it.
CONFTEST_PY = """\
import functools
import gc

import hypothesis

hypothesis.settings.register_profile("mutation", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("mutation")


caches = []


def pytest_collection_finish() -> None:
    for cached in gc.get_objects():
        is_cached = isinstance(cached, functools._lru_cache_wrapper)
        if is_cached and cached.__module__.startswith("samebag."):
            caches.append(cached)


def pytest_runtest_setup() -> None:
    for cached in caches:
        cached.cache_clear()
"""


def undecorated(source: str) -> str:
    """mutmut leaves decorated functions out: properties and cached functions are made such below
    their definition."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(
                decorator_list=[
                    ast.Name("property" | "cache") | ast.Call(ast.Name("lru_cache")) as decorator
                ],
                end_lineno=int(end),
            ):
                made = ast.unparse(decorator)
                lines[decorator.lineno - 1] = ""
                lines[end - 1] += f"\n{' ' * node.col_offset}{node.name} = {made}({node.name})"
    return "\n".join(lines) + "\n"


def copy() -> None:
    """``core`` alone, which proves on the way that it needs nothing else of ours."""
    shutil.rmtree(COPY, ignore_errors=True)
    package = COPY / "src" / "samebag"
    shutil.copytree(ROOT / "firmware" / "samebag" / "core", package / "core")
    (package / "__init__.py").touch()
    for module in package.rglob("*.py"):
        module.write_text(undecorated(module.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copytree(ROOT / "tests" / "core", COPY / "tests" / "core")
    shutil.copytree(ROOT / "docs", COPY / "docs")  # the decision table
    (COPY / "tests" / "__init__.py").touch()
    (COPY / "tests" / "conftest.py").write_text(CONFTEST_PY, encoding="utf-8")
    (COPY / "setup.cfg").write_text(SETUP_CFG, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant. ``function`` is where it is, ``change`` its text, empty once it is
    dead."""

    mutant: str
    status: str
    change: str

    @property
    def module(self) -> str:
        """``samebag.core.bag.bag.xǁBagǁstate__mutmut_3`` -> ``bag.bag``."""
        return self.mutant.removeprefix("samebag.core.").rpartition(".")[0]

    @property
    def function(self) -> str:
        """``samebag.core.bag.bag.xǁBagǁstate__mutmut_3`` -> ``bag.bag.Bag.state``."""
        name = self.mutant.rpartition(".")[2].rpartition("__mutmut_")[0]
        return f"{self.module}.{name.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"


def outcomes() -> list[Outcome]:
    """Of the mutants that were tried."""
    found = json.loads((COPY / "outcomes.json").read_text(encoding="utf-8"))
    return [Outcome(**outcome) for outcome in found if outcome["status"] != "not checked"]


def explained() -> set[tuple[str, str]]:
    table = tomllib.loads((HERE / "survivors.toml").read_text(encoding="utf-8"))
    return {
        (entry["function"], change) for entry in table["survivor"] for change in entry["changes"]
    }


def tell_score(tried: list[Outcome]) -> float:
    by_module: dict[str, Counter[str]] = {}
    for outcome in tried:
        by_module.setdefault(outcome.module, Counter())[outcome.status] += 1
    for module, counts in sorted(by_module.items()):
        print(
            f"{module:14}{counts.total():6} "
            f" {', '.join(f'{n} {status}' for status, n in counts.most_common())}"
        )
    killed = sum(not outcome.change for outcome in tried) / len(tried)
    print(f"{'all':14}{len(tried):6}  {killed:.2%} killed")
    return killed


def tell_survivors(tried: list[Outcome], *, all_tried: bool) -> bool:
    """Whether each of them is explained, and nothing else is."""
    alive = {(outcome.function, outcome.change) for outcome in tried if outcome.change}
    unexplained, outdated = alive - explained(), explained() - alive if all_tried else set()
    for function, change in sorted(unexplained):
        print(f"survived, and survivors.toml does not explain it: {function}: {change}")
    for function, change in sorted(outdated):
        print(f"survivors.toml explains what is no survivor: {function}: {change}")
    return not unexplained and not outdated


def main() -> int:
    only = sys.argv[1:]  # names of mutants, with * and ?; all if there are none
    copy()
    subprocess.run([sys.executable, HERE / "engine.py", *only], cwd=COPY, check=True)
    tried = outcomes()
    enough = tell_score(tried) >= LEAST or bool(only)
    return 0 if tell_survivors(tried, all_tried=not only) and enough else 1


if __name__ == "__main__":
    sys.exit(main())
