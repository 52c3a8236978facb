"""The runner finds a planted fault, names its kind and shortens what causes it."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace

from .__main__ import kind_of, shortened


def planted(data: bytes, chance: Random) -> None:
    assert b"x" not in data, "an x"


def test_a_fault_has_its_kind_and_its_shortest_cause() -> None:
    surface = SimpleNamespace(check=planted)
    assert kind_of(surface, b"abc", "0") == ""
    kind = kind_of(surface, b"abcxdefg", "0")
    assert kind == "AssertionError an x in planted"
    assert shortened(surface, b"abcxdefg", "0", kind) == b"x"
