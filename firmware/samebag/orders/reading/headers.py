"""Which of an order file's first rows has the column names: blank lines, titles and notes may stand
above it. Pure."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from samebag.orders.profile import BYTE_ORDER_MARK, Profile, fits, known_columns, title_of
from samebag.orders.reading.plain_rows import without_first

MOST_ROWS = 20  # ours: exports have three lines above the header at most
ENOUGH = 2  # titles; one alone may stand in any note
NOTHING = (False, 0)

Rate = Callable[[Sequence[str]], tuple[bool, int]]
NumberedRow = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Lead:
    """The first rows of a table, and the place of the header among them; None if all are blank."""

    rows: list[list[str]]
    place: int | None
    delimiter: str = ""

    def header(self, place: int) -> list[str]:
        """As wide as the rows under it are, if they agree: exports end rows or header with a
        delimiter too many."""
        header = [cell.strip(BYTE_ORDER_MARK) for cell in self.rows[place]]
        below = {len(row): row for row in self.rows[place + 1 :] if any(row)}
        told = sum(any(row) for row in self.rows[place + 1 :])
        if len(below) != 1 or told < ENOUGH:
            return header
        (width,) = below
        extra = [cell for row in self.rows[place + 1 :] for cell in row[len(header) :]]
        if any(header[width:]) or any(extra):
            return header
        return [*header[:width], *[""] * (width - len(header))]

    def above(self, place: int) -> tuple[NumberedRow, ...]:
        """What is not blank there."""
        return tuple(
            (number, row) for number, row in enumerate(self.rows[:place], 1) if any(map(_says, row))
        )


def rated_by(profiles: Mapping[str, Profile]) -> Rate:
    """What tells how well a row would do as a header: whether a profile fits it, and how many
    columns one knows."""
    titles = known_titles(profiles)

    def rate(row: Sequence[str]) -> tuple[bool, int]:
        row = without_first(row, titles)
        places = dict.fromkeys(map(title_of, row))
        if sum(title in titles for title in places) < ENOUGH:
            return NOTHING
        return (
            any(fits(profile, row) for profile in profiles.values()),
            max(len(known_columns(profile, places)) for profile in profiles.values()),
        )

    return rate


def lead_of(rows: Iterable[list[str]], rate: Rate) -> Lead:
    kept = list(rows)
    return Lead(kept, header_among(kept, rate))


def lead_of_text(lines: Sequence[str], rate: Rate, delimiters: Sequence[str]) -> Lead:
    """By the delimiter with which the best header is found."""
    leads = []
    for delimiter in delimiters:
        rows = list(_split(lines, delimiter))
        leads.append(Lead(rows, header_among(rows, rate), delimiter))
    return max(leads, key=lambda lead: _rated(lead, rate))


def header_among(rows: Sequence[Sequence[str]], rate: Rate) -> int | None:
    """The first that a profile fits; else the one it knows most of; else the first that is as wide
    as a table's.

    No row of parcels is taken for it where one fits: a profile's titles are no codes.
    """
    rated = [rate(row) for row in rows[:MOST_ROWS]]
    fitting = [place for place, (is_fit, _) in enumerate(rated) if is_fit]
    if fitting:
        return fitting[0]
    if max(rated, default=NOTHING) > NOTHING:
        return rated.index(max(rated))
    filled = [_filled(row) for row in rows[:MOST_ROWS]]
    return next(
        (place for place, cells in enumerate(filled) if cells and 2 * cells >= max(filled)), None
    )


def _rated(lead: Lead, rate: Rate) -> tuple[tuple[bool, int], int]:
    row = [] if lead.place is None else lead.rows[lead.place]
    return rate(row), _filled(row)


def _split(lines: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    """Until one that csv cannot split, as the last of the lines may be."""
    try:
        yield from csv.reader(lines, delimiter=delimiter, strict=True)
    except csv.Error:
        return


def _filled(row: Sequence[str]) -> int:
    return sum(map(_says, row))


def _says(cell: str) -> bool:
    return bool(cell.strip().strip(BYTE_ORDER_MARK))


def known_titles(profiles: Mapping[str, Profile]) -> frozenset[str]:
    return frozenset(title_of(title) for profile in profiles.values() for title in _titles(profile))


def _titles(profile: Profile) -> list[str]:
    groups = [*profile.columns.values(), *(awaits.column for awaits in profile.awaits)]
    return [title for titles in groups for title in titles]
