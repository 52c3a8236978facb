"""docs/rules.md is the rules: every citation of it leads somewhere, and what it lists of the code
is there."""

from __future__ import annotations

import re
from pathlib import Path

from samebag.core.bag.green import NEEDS
from samebag.core.bag.passed import NEXT, Glance
from samebag.core.verdicts import Waits

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
RULES = set(re.findall(r"^(\d\.\d) ", TEXT, re.MULTILINE)) | set(
    re.findall(r"^## (\d)\. ", TEXT, re.MULTILINE)
)
CITED = re.compile(r"rules\.md (\d(?:\.\d)?)((?:, \d\.\d)*)")
SOURCES = [
    path for folder in ("firmware", "src", "tests") for path in (ROOT / folder).rglob("*.py")
]


def cited_in(path: Path) -> set[str]:
    found = CITED.findall(path.read_text(encoding="utf-8"))
    return {rule for first, more in found for rule in (first, *more.split(", ")) if rule}


def test_every_rule_that_is_cited_exists() -> None:
    assert {(path, rule) for path in SOURCES for rule in cited_in(path) - RULES} == set()
    assert sum(len(cited_in(path)) for path in SOURCES) > 20


def rows_after(heading: str) -> list[list[str]]:
    lines = TEXT.partition(heading)[2].split("\n\n")[1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_what_green_needs_stands_there_in_its_order_with_its_rules() -> None:
    rows = rows_after("**What green needs**")
    assert [f"`{need.__name__}`" for need in NEEDS] == [
        row[0] for row in rows if row[0].startswith("`")
    ]
    assert sorted(waits for row in rows for waits in re.findall(r"`([^`]+)`", row[1])) == sorted(
        Waits
    )
    assert {rule for row in rows for rule in row[2].split(", ")} <= RULES


def test_what_a_passed_bag_goes_through_stands_there() -> None:
    glances = (Glance.BARE, Glance.FOREIGN, Glance.BOTH, Glance.OWN, Glance.OTHERS)
    rows = {row[0].partition(" (")[0]: row[1:] for row in rows_after("7.4 What a passed bag")}
    for where, after in NEXT.items():
        expected = [after[glance].value if glance in after else "" for glance in glances]
        assert rows.get(where.value, [""] * len(glances)) == expected
