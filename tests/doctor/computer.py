"""A folder that looks like a computer: what the doctor reads below /dev, /sys, /proc, /etc and
/var."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samebag.core.words import Words
from samebag.doctor.finding import CheckState, Examined, Finding
from samebag.doctor.host import Host, running_station
from samebag.settings import Settings, load

LEDGER = "/var/lib/samebag/ledger.db"
NOW_S = 1_800_000_000.0


class Computer:
    """All its files belong to user ``owner`` and group ``group``; its clock goes on by ``tick_s``
    at each look."""

    def __init__(self, root: Path) -> None:
        self.root, self.owner, self.group, self.synchronised = root, "samebag", "input", True
        self.tick_s, self._now_s = 0.0, 0.0

    def put(self, place: str, text: str = "", mode: int = 0o660) -> Path:
        path = self.root / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def link(self, place: str, target: str) -> None:
        path = self.root / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(self.root / target.lstrip("/"))

    def run_station(
        self,
        *open_files: str,
        words: str = "python3 /opt/samebag/bin/samebag run",
        state: str = "S",
    ) -> None:
        """Process 7 with its ledger and those files open."""
        if not (self.root / LEDGER.lstrip("/")).exists():
            self.put(LEDGER)
        self.process(7, words, state, 1, LEDGER, *open_files)

    def process(self, pid: int, words: str, state: str, parent: int, *open_files: str) -> None:
        self.put(f"/proc/{pid}/cmdline", words.replace(" ", "\0") + "\0")
        self.put(f"/proc/{pid}/stat", f"{pid} (a (b) c) {state} {parent} 7 7 0")
        (self.root / f"proc/{pid}/fd").mkdir()
        for number, place in enumerate(open_files):
            self.link(f"/proc/{pid}/fd/{number}", place)

    def host(self, **replaced: Any) -> Host:
        parts: dict[str, Any] = {
            "clock": self._clock,
            "now": lambda: NOW_S,
            "root": self.root,
            "user_of": lambda uid: self.owner,
            "group_of": lambda gid: self.group,
            "clock_synchronised": lambda: self.synchronised,
        }
        return Host(**parts | replaced)

    def case(self, settings: str = "", **replaced: Any) -> Examined:
        """Examined with those settings."""
        host, read = self.host(**replaced), self.settings(settings)
        return Examined(host, read, running_station(host, read))

    def settings(self, text: str) -> Settings:
        return load(self.put("/etc/samebag/settings.toml", text))

    def _clock(self) -> float:
        self._now_s += self.tick_s
        return self._now_s


@dataclass(frozen=True, slots=True)
class English:
    """A line of the table as a technician reads it."""

    thing: str
    state: CheckState
    value: str
    rule: str
    cure: str


def by_thing(findings: Iterable[Finding]) -> dict[str, English]:
    """Each of them once, and none without what a technician needs, in two languages that say the
    same."""
    found = list(findings)
    for finding in found:
        assert finding.value.en
        assert (finding.state is CheckState.OK) == (not finding.cure.en), finding
        assert (finding.state is CheckState.BAD) == bool(finding.rule.en), finding
        assert not finding.rule.en or ("must" in finding.rule.en and "必须" in finding.rule.zh), (
            finding
        )
        assert is_chinese(finding.cure) or re.match("(sudo|samebag) |$", finding.cure.zh), finding
        for words in (finding.thing, finding.value, finding.rule, finding.cure):
            assert facts(words.zh) == facts(words.en), words
    for language in ("zh", "en"):
        assert len({finding.thing.said(language) for finding in found}) == len(found)
    return {
        f.thing.en: English(f.thing.en, f.state, f.value.en, f.rule.en, f.cure.en) for f in found
    }


def is_chinese(words: Words) -> bool:
    return re.search("[\u4e00-\u9fff]", words.zh) is not None


def facts(text: str) -> list[str]:
    """What is the same in every language: numbers, paths, names of settings and files."""
    return sorted(re.findall(r"(?a)\d+|[A-Za-z]\w*[_./]\w[\w./]*", text))
