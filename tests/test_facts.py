"""Each verdict, signal and device, walked through all that shows or tells it: what one lacks is
named with its file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from samebag.aftersales.story import VERDICTS
from samebag.cli.station.doctor import CHECKS
from samebag.core.bag.judge import CLOSED
from samebag.core.bag.reads import PROOFS
from samebag.core.events import Device, DeviceBack, DeviceLost
from samebag.core.labels import Kind
from samebag.core.parcels import Standing
from samebag.core.verdicts import HOLDS, LabelRead, Proof, ReadBy, Signal, Verdict, VerdictKind
from samebag.core.words import Words
from samebag.devices.clips import phrases
from samebag.devices.lamps.patterns import PATTERNS, Pattern, Track
from samebag.doctor import camera, pins, printer, scanner, storage
from samebag.journal import ENTRIES, JournalEvent
from samebag.settings import Settings
from samebag.web.pages.catalog import load_catalog
from samebag.web.pages.faces import REFUSALS
from samebag.web.rendering import FOLDER
from samebag.web.texts import load_words
from samebag.words import screen
from samebag.words.chinese import translated

HOUSE = Path(__file__).parents[1]
CHINESE = re.compile("[\u4e00-\u9fff]")
WORDS, SPOKEN = load_words(), phrases()
TEMPLATES = Environment(loader=FileSystemLoader(FOLDER / "templates"), autoescape=True)
LABELS = (
    LabelRead(Kind.WAYBILL, "LX1", ReadBy.SCANNER),
    LabelRead(Kind.CARGO_LIST, "O-1", ReadBy.SCANNER),
)


@pytest.mark.parametrize("kind", VerdictKind)
def test_a_verdict_is_shown_and_told_everywhere(kind: VerdictKind) -> None:
    assert "\n".join(lacks_of_verdict(kind)) == ""


@pytest.mark.parametrize("signal", Signal)
def test_a_signal_has_its_pattern_and_its_word(signal: Signal) -> None:
    assert "\n".join(lacks_of_signal(signal)) == ""


def test_what_the_lamps_hold_is_what_the_verdicts_say() -> None:
    assert {signal.value for signal in HOLDS} == {kind.value for kind in VerdictKind if kind.holds}
    assert Signal.MATCH not in HOLDS


def test_whatever_keeps_a_parcel_from_leaving_has_its_verdict() -> None:
    assert set(CLOSED) == set(Standing) - {Standing.OPEN}
    assert all(kind.holds for kind in CLOSED.values())


def test_every_set_of_readers_has_its_own_proof_and_every_proof_its_words() -> None:
    readers = [
        frozenset(some) for n in range(1, len(ReadBy) + 1) for some in combinations(ReadBy, n)
    ]
    assert set(PROOFS) == {frozenset(), *readers}
    assert {*PROOFS.values(), Proof.ONE_FRAME} == set(Proof)
    assert len(Proof) == len(readers) + 1
    assert all(is_said(screen.PROOF_WORDS[proof]) for proof in Proof)


@pytest.mark.parametrize("device", Device)
def test_a_device_is_named_in_both_languages_and_found_where_a_technician_looks(
    device: Device,
) -> None:
    lost = screen.of_fault(DeviceLost(device, "no such device", "call a technician", 1.0))
    assert lost.zh.startswith(f"{device.zh}故障：")
    assert is_said(lost)
    assert is_said(screen.of_back(DeviceBack(device, 1.0)))
    section, checked, thread = FITTED[device]
    assert hasattr(Settings(), section)
    assert f"\n[{section}]" in (HOUSE / "systemd" / "settings.toml").read_text("utf-8")
    assert checked in [check.thing for check in CHECKS]
    assert f"\n| {thread} | `" in (HOUSE / "docs" / "architecture.md").read_text("utf-8")


# device: its settings, its check of samebag doctor, its thread in docs/architecture.md
FITTED: Mapping[Device, tuple[str, Words, str]] = {
    Device.SCANNER: ("scanner", scanner.SCANNER, "scanner"),
    Device.CAMERA: ("camera", camera.CAMERA, "camera"),
    Device.PRINTER: ("printer", printer.PRINTER, "printer"),
    Device.SIGNALS: ("signals", pins.CHIP, "signals"),
    Device.LEDGER: ("storage", storage.LEDGER_FILE, "ledger"),
    Device.EVIDENCE: ("storage", storage.SPACE, "camera"),
    Device.BOOK: ("storage", storage.ORDERS, "the loop (main)"),
}


def lacks_of_verdict(kind: VerdictKind) -> Iterator[str]:
    face = kind.value if kind.holds or kind is VerdictKind.MATCH else REFUSALS.get(kind, "")
    if kind.value not in {signal.value for signal in Signal}:
        yield "core/verdicts.py: Signal"
    if not face:
        yield "web/pages/faces.py: REFUSALS, as it does not hold"
    yield from (
        f"web/words.toml: {key}"
        for key in (f"face.{face}", f"next.{face}")
        if not in_both(WORDS.get(key))
    )
    if shape(face) == shape("no such face"):
        yield "web/templates/shapes.html"
    if kind not in VERDICTS or not is_said(VERDICTS[kind]):
        yield "aftersales/story.py: VERDICTS"
    if not is_said(screen.of_verdict(Verdict(kind, 1, 1.0, LABELS, "P-1", ("P-1",)), None, None)):
        yield "screen.py: of_verdict"
    if not is_said(kind.called) or not CHINESE.search(translated(f"3 {kind}")):
        yield "core/verdicts.py: called"
    if not in_both(SPOKEN.get(kind)):
        yield "devices/voice.toml"
    yield from lacks_of_journal(kind)
    yield from lacks_of_guides(kind)


def shape(face: str) -> str:
    macro = TEMPLATES.get_template("shapes.html").module.shape  # type: ignore[attr-defined]  # as the template names it
    return str(macro(face))


def lacks_of_journal(kind: VerdictKind) -> Iterator[str]:
    if kind.value not in {event.value for event in JournalEvent}:
        yield "journal.py: JournalEvent"
        return
    number = ENTRIES[JournalEvent(kind)].message_id
    for name in ("samebag.catalog", "samebag.zh_CN.catalog"):
        if number not in load_catalog(HOUSE / "systemd" / name):
            yield f"systemd/{name}"


def lacks_of_guides(kind: VerdictKind) -> Iterator[str]:
    """The manual has its word, the packer's card what the lamps do."""
    words = {
        "docs/glossary.md": kind.value,
        "docs/manual.md": kind.called.en,
        "README.zh.md": kind.called.zh,
    }
    blinks = reds(kind) if kind.holds and kind is not VerdictKind.MISMATCH else 0
    if blinks:
        often = "once" if blinks == 1 else f"{blinks} times"
        words |= {
            "hardware/packer.md": f"red blinks {often} |",
            "hardware/packer.zh.md": f"红灯闪 {blinks} 下",
        }
    yield from (
        f"{page}: {word}"
        for page, word in words.items()
        if word not in (HOUSE / page).read_text("utf-8")
    )


def reds(kind: VerdictKind) -> int:
    """How often red blinks in a round; never where it has no pattern yet."""
    return len(PATTERNS.get(Signal(kind), Pattern()).red.steps_ms) // 2


def lacks_of_signal(signal: Signal) -> Iterator[str]:
    if signal not in PATTERNS:
        yield "devices/lamps/patterns.py: PATTERNS"
        return
    pattern = PATTERNS[signal]
    if signal in HOLDS and (pattern.green != Track() or not pattern.red.steps_ms):
        yield "devices/lamps/patterns.py: a hold is red alone"
    if not in_both(WORDS.get(f"lamps.{signal}")):
        yield f"web/words.toml: lamps.{signal}"


def is_said(words: Words | None) -> bool:
    """``screen.of_verdict`` gives None for a kind that it lacks; mypy names it too."""
    return bool(words and CHINESE.search(words.zh) and words.en and not CHINESE.search(words.en))


def in_both(said: Mapping[str, str] | None) -> bool:
    return bool(said and is_said(Words(said["zh"], said["en"])))
