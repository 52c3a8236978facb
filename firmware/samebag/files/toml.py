"""TOML files that people write: taken as Notepad saves them, and refused in one sentence, whatever
is in them. Pure."""

from __future__ import annotations

import tomllib
from typing import Any

BOM = b"\xef\xbb\xbf"  # Notepad's "UTF-8 with BOM"; TOML 1.0 knows none
MOST_BYTES = 1_000_000  # ours: a hundred times the longest that anybody needs
MOST_DEEP = 20  # ours: the deepest of ours has four levels; Python gives up at some hundreds


class BadToml(ValueError):
    """Says what is wrong, the rule and the cure."""


def toml_in(raw: bytes) -> dict[str, Any]:
    """``raw`` is the whole file, or MOST_BYTES of it and one more. Raises BadToml, and nothing
    else."""
    if len(raw) > MOST_BYTES:
        raise BadToml(f"is larger than {MOST_BYTES:,} bytes: name the right file")
    try:
        table = tomllib.loads(raw.removeprefix(BOM).decode())
    except UnicodeDecodeError as err:
        raise BadToml(f"byte {err.start} is not UTF-8: save the file as UTF-8") from err
    except tomllib.TOMLDecodeError as err:
        raise BadToml(f"not TOML: {err}: correct that line") from err
    except ValueError as err:  # Python's own of a number of thousands of digits
        raise BadToml("has a number that is too long: correct it") from err
    except RecursionError as err:
        raise _too_deep() from err
    if _is_deep(table):
        raise _too_deep()
    return table


def _too_deep() -> BadToml:
    return BadToml(
        f"has tables or lists within each other, more than {MOST_DEEP} deep: remove them"
    )


def _is_deep(table: dict[str, Any]) -> bool:
    level: list[Any] = [table]
    for _ in range(MOST_DEEP):
        inner = (part.values() if isinstance(part, dict) else part for part in level)
        level = [value for values in inner for value in values if isinstance(value, dict | list)]
    return bool(level)
