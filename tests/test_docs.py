"""The pages for people: links lead somewhere, named files exist, and the first page is one that is
read to its end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
FIRMWARE = HOUSE / "firmware" / "samebag"
DOCS = HOUSE / "docs"
PAGES = sorted(path for folder in (HOUSE, DOCS, HOUSE / "hardware") for path in folder.glob("*.md"))
LINK = re.compile(r'\]\(([^)\s]+)\)|src="([^"]+)"')
KINDS = "py|toml|md|sql|sh|html|css|js|yml|svg|service|path|timer|catalog|rules|sysusers|tmpfiles"
FILE = re.compile(rf"[\w./-]+\.(?:{KINDS})\b")
TO_BE_NAMED = re.compile(r"\bNAME\b|NAME_")  # in the checklists: what the reader will write


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_there(link: str, page: Path) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HOUSE).as_posix())
def test_every_link_leads_to_a_file_and_a_heading_of_it(page: Path) -> None:
    links = [one or other for one, other in LINK.findall(page.read_text("utf-8"))]
    inside = [link for link in links if not re.match(r"\w+:", link)]
    assert [link for link in inside if not is_there(link, page)] == []


@pytest.mark.parametrize("name", ["architecture", "contributing", "glossary"])
def test_every_file_that_tour_checklists_and_glossary_name_exists(name: str) -> None:
    text = (DOCS / f"{name}.md").read_text("utf-8")
    named = {file for file in FILE.findall(text) if not TO_BE_NAMED.search(file)}
    folders = set(re.findall(r"`([\w./-]+/)`", text)) | set(re.findall(r"(?m)^ +([\w/]+/) ", text))
    assert named
    assert [thing for thing in sorted(named | folders) if not _exists(thing)] == []


def _exists(thing: str) -> bool:
    """Below the firmware or the house; a bare name in the tour's tree is in one of its folders."""
    if any((folder / thing).exists() for folder in (FIRMWARE, HOUSE)):
        return True
    rooms = (FIRMWARE, *(HOUSE / name for name in ("systemd", "docs", "hardware")))
    return "/" not in thing and any(any(room.rglob(thing)) for room in rooms)


def test_the_readme_is_read_to_its_end_and_leads_to_every_page() -> None:
    text = (HOUSE / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 150
    assert [page.name for page in DOCS.glob("*.md") if f"(docs/{page.name})" not in text] == []


def test_the_readmes_pictures_are_small_and_all_are_shown() -> None:
    text, pictures = (HOUSE / "README.md").read_text("utf-8"), [*(DOCS / "pictures").iterdir()]
    assert [path.name for path in pictures if f"docs/pictures/{path.name}" not in text] == []
    assert sum(path.stat().st_size for path in pictures) < 300_000


def test_the_readme_tells_of_all_that_ci_calls() -> None:
    text = (HOUSE / "README.md").read_text("utf-8")
    called = re.findall(r"(?m)^\s*make ([a-z -]+)", (HOUSE / ".ci" / "run").read_text("utf-8"))
    targets = {target for line in called for target in line.split()}
    assert targets >= {"check", "test", "hil"}
    assert [target for target in sorted(targets) if f"make {target}" not in text] == []


def test_targets_that_the_pages_name_are_the_makefiles() -> None:
    makefile = (HOUSE / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    said = {
        one
        for page in PAGES
        for one in re.findall(r"(?:`|    |sudo )make ([a-z-]+)", page.read_text("utf-8"))
    }
    assert said - targets == set()
