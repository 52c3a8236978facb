"""Draws what the rules are worth: false greens and false reds per 100,000 bags over carelessness,
as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import log10

Rates = Mapping[str, Mapping[str, Mapping[str, float]]]  # pairing, packers, what: per 100,000 bags

WIDTH, HEIGHT, LEFT, TOP = 300, 220, 44, 30
LOWEST, HIGHEST = 0.1, 10_000.0  # of the logarithmic axis; what never happened lies on its floor
COLOURS = ("#1b6ca8", "#d1495b", "#edae49", "#3c7a57", "#777777")


def drawn(rates: Rates) -> str:
    """One panel for each pairing."""
    panels = [
        _panel(pairing, by_level, 20 + k * (WIDTH + 150))
        for k, (pairing, by_level) in enumerate(rates.items())
    ]
    width, height = 20 + len(rates) * (WIDTH + 150), HEIGHT + 80
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">'
        f'<rect width="{width}" height="{height}" fill="white"/>{"".join(panels)}</svg>\n'
    )


def _panel(pairing: str, by_level: Mapping[str, Mapping[str, float]], x: float) -> str:
    levels = list(by_level)
    happened = [
        name for name in by_level[levels[0]] if any(by_level[level][name] for level in levels)
    ]
    parts = [_text(x + LEFT, TOP - 12, f'pairing = "{pairing}", per 100,000 bags', bold=True)]
    for rate in (0.1, 1, 10, 100, 1_000, 10_000):
        y = _y(rate)
        parts.append(f'<path d="M{x + LEFT} {y:.0f}h{WIDTH - LEFT}" stroke="#ddd"/>')
        parts.append(_text(x, y + 4, "0" if rate == LOWEST else f"{rate:,}"))
    for number, level in enumerate(levels):
        parts.append(_text(_x(x, number, levels) - 18, TOP + HEIGHT + 18, level))
    for name, colour in zip(happened, COLOURS, strict=False):
        points = [(_x(x, n, levels), _y(by_level[level][name])) for n, level in enumerate(levels)]
        path = "L".join(f"{px:.0f} {py:.0f}" for px, py in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
    parts += _legend(happened, x + WIDTH + 12)
    return "".join(parts)


def _legend(names: Sequence[str], x: float) -> list[str]:
    lines = []
    for number, (name, colour) in enumerate(zip(names, COLOURS, strict=False)):
        y = TOP + 20 * number
        lines.append(
            f'<path d="M{x:.0f} {y}h14" stroke="{colour}"'
            f' stroke-width="2"/>{_text(x + 18, y + 4, name)}'
        )
    return lines


def _text(x: float, y: float, text: str, *, bold: bool = False) -> str:
    weight = "bold" if bold else "normal"
    return f'<text x="{x:.0f}" y="{y:.0f}" font-weight="{weight}">{escape(text)}</text>'


def _x(x: float, number: int, levels: Sequence[str]) -> float:
    return x + LEFT + 24 + number * (WIDTH - LEFT - 48) / (len(levels) - 1)


def _y(rate: float) -> float:
    share = log10(max(rate, LOWEST) / LOWEST) / log10(HIGHEST / LOWEST)
    return TOP + HEIGHT * (1 - share)
