"""The guides in Chinese say what the English ones say: the same headings, steps and rows, commands
and keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from samebag.cli import COMMANDS

HOUSE = Path(__file__).parents[1]
CHINESE = re.compile("[\u4e00-\u9fff]")


def shape(text: str) -> list[str]:
    """Each line's beginning that makes it a heading, a step or a row with so many cells."""
    found = re.findall(r"(?m)^(#+ |\d+\. |- |\|.*\|$)", text)
    return [f"row of {mark.count('|')}" if mark.startswith("|") else mark for mark in found]


def as_typed(text: str) -> set[str]:
    """What stands in backticks: commands, keys, lines of the doctor; a Chinese sentence may need
    one of them twice."""
    return {" ".join(each.split()) for each in re.findall(r"`([^`]+)`", text)}


@pytest.mark.parametrize("guide", ["commissioning", "failures", "packer"])
def test_a_chinese_guide_has_the_headings_steps_rows_and_commands_of_the_english_one(
    guide: str,
) -> None:
    english, chinese = (
        (HOUSE / "hardware" / f"{guide}{end}").read_text("utf-8") for end in (".md", ".zh.md")
    )
    assert shape(chinese) == shape(english)
    assert as_typed(chinese) == as_typed(english)
    assert re.findall(r"\]\((.*?)\)", chinese) == re.findall(r"\]\((.*?)\)", english)
    without = [
        line
        for line in chinese.splitlines()
        if line.startswith(("#", "|")) and not CHINESE.search(line)
    ]
    assert [line for line in without if set(line) - set("|-")] == []


def test_the_chinese_readme_names_commands_files_and_keys_that_there_are() -> None:
    text = (HOUSE / "README.zh.md").read_text("utf-8")
    settings = (HOUSE / "systemd" / "settings.toml").read_text("utf-8")
    assert {
        name for name in re.findall(r"`samebag ([a-z]+)", text) if name not in COMMANDS
    } == set()
    assert [path for path in re.findall(r"\]\((.*?)\)", text) if not (HOUSE / path).exists()] == []
    for table, key in re.findall(r"`\[(\w+)\] (\w+)`", text):
        assert re.search(rf"(?ms)^\[{table}\].*?^# {key} = ", settings), f"[{table}] {key}"
