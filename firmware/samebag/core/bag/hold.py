"""A red verdict that waits until somebody has seen it and its labels are gone. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from samebag.core.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Hold:
    """A red verdict that waits. ``seen_s`` is when one of its labels was last in view, -inf if never.

    ``lies``: one was in view, and the table has not been empty since.
    """

    verdict: Verdict
    codes: frozenset[str]
    seen_s: float
    acknowledged: bool = False
    lies: bool = False
