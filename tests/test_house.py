"""How large a room may be, and that a name means one thing: so the house can be read."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import samebag

FIRMWARE = Path(samebag.__file__).parent
DOCS = FIRMWARE.parents[1] / "docs"
MODULES = [path for path in FIRMWARE.rglob("*.py") if not path.stem.startswith("__")]
MOST_IN_A_ROOM, MOST_ON_THE_DOORSTEP = 15, 5


def test_no_room_is_too_large_to_be_looked_over() -> None:
    rooms = Counter(path.parent for path in MODULES)
    assert rooms[FIRMWARE] <= MOST_ON_THE_DOORSTEP
    assert {room: count for room, count in rooms.items() if count > MOST_IN_A_ROOM} == {}


def test_every_room_says_what_it_is_for() -> None:
    inner = [path for path in FIRMWARE.rglob("__init__.py") if path.parent.parent != FIRMWARE]
    assert len(inner) > 20
    assert [
        path for path in inner if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ] == []


def test_a_class_name_stands_once() -> None:
    trees = [ast.parse(path.read_text("utf-8")) for path in MODULES]
    names = Counter(
        node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    )
    assert names.total() > 300
    assert [name for name, count in names.items() if count > 1] == []


def test_a_class_that_the_glossary_names_is_in_that_module() -> None:
    text = (DOCS / "glossary.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| ([A-Z]\w+) \| `([\w/]+\.py)` \|", text)
    assert len(rows) > 60
    missing = [
        (name, module)
        for name, module in rows
        if not re.search(rf"\b{name}\b", (FIRMWARE / module).read_text("utf-8"))
    ]
    assert missing == []
