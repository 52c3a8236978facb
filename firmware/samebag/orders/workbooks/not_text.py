"""Cells of a spreadsheet that are not what was typed into them. Pure."""

from __future__ import annotations


class NotText(str):
    """The text of a cell that is a date or a number with digits lost: as a code it cannot be
    trusted."""

    __slots__ = ()


class NoValue(NotText):
    """Says why a cell in which something stands has no value: it is an error, or a formula that was
    not worked out."""

    __slots__ = ()


class EmptyResult(str):
    """Of a formula: whether nothing is what it comes to, or what a program saved that works none
    out, no file tells."""

    __slots__ = ()


class RowWithout(list[str]):
    """A row of which a cell is NoValue or EmptyResult."""

    __slots__ = ()
