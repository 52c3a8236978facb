"""Each verdict is spoken, the newest first, as loud as the others; a card that fails costs nothing
but speech."""

from __future__ import annotations

import io
import logging
import struct
import threading
import time
import wave
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from samebag.core.verdicts import RecordVerdict, Verdict, VerdictKind
from samebag.devices import voice
from samebag.devices.clips import LOUDNESS, PEAK, as_loud, phrases, quieter, render
from samebag.devices.voice import Voice

RATE = 22050


def clip(samples: np.ndarray) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(RATE)
        made.writeframes((samples * 32767).astype("<i2").tobytes())
    return out.getvalue()


def samples(heard: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(heard)) as read:
        return np.frombuffer(read.readframes(len(heard)), "<i2") / 32767


def rms(heard: bytes) -> float:
    return float(np.sqrt(np.mean(samples(heard) ** 2)))


def verdict(kind: VerdictKind, *, shadow: bool = False) -> RecordVerdict:
    return RecordVerdict(Verdict(kind, 1, 0.0, (), shadow=shadow))


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voice")
    assert render(folder) == 2 * len(VerdictKind)
    return folder


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ALSA writes into a file what it would play, at once: no kernel here has a card, or a
    loopback."""
    heard = tmp_path / "heard.raw"
    config = f'pcm.!default {{ type file file "{heard}" format raw slave.pcm {{ type null }} }}\n'
    (tmp_path / "asound.conf").write_text(config)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    return heard


def heard_within(card: Path, least_bytes: int) -> bool:
    until_s = time.monotonic() + 10
    while time.monotonic() < until_s:
        if card.exists() and card.stat().st_size >= least_bytes:
            return True
        threading.Event().wait(0.01)
    return False


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_verdict_is_said_in_both_languages_equally_loud_and_short(
    rendered: Path, language: str
) -> None:
    assert set(phrases()) == set(VerdictKind)
    for kind in VerdictKind:
        said = (rendered / language / f"{kind}.wav").read_bytes()
        assert rms(said) == pytest.approx(LOUDNESS, rel=0.05) or np.abs(
            samples(said)
        ).max() == pytest.approx(PEAK, 0.01)
        assert rms(said) > LOUDNESS / 2
        assert np.abs(samples(said)).max() <= PEAK + 0.001
        assert 0.3 < len(samples(said)) / RATE < 4.0


def test_loudness_is_root_mean_square_and_no_peak_is_cut() -> None:
    quiet = clip(0.01 * np.sin(np.arange(RATE) / 20))
    assert rms(as_loud(quiet)) == pytest.approx(LOUDNESS, rel=0.01)
    click = np.zeros(RATE)
    click[100] = 0.5
    assert np.abs(samples(as_loud(clip(click)))).max() == pytest.approx(PEAK, rel=0.01)
    assert np.abs(samples(as_loud(clip(np.zeros(RATE))))).max() == 0
    assert rms(quieter(as_loud(quiet), 50)) == pytest.approx(LOUDNESS / 2, rel=0.01)
    assert np.abs(samples(quieter(as_loud(quiet), 0))).max() == 0


def test_a_length_that_was_not_known_when_the_clip_began_is_the_real_one_after() -> None:
    streamed = bytearray(clip(0.1 * np.ones(1000)))
    streamed[4:8] = streamed[40:44] = struct.pack("<I", 0x7FFFF000)
    assert len(samples(as_loud(bytes(streamed)))) == 1000


def test_a_verdict_is_heard_at_the_volume_that_is_set(
    rendered: Path, card: Path, tmp_path: Path
) -> None:
    said = quieter((rendered / "zh" / "match.wav").read_bytes(), 30)
    with closing(Voice(rendered / "zh", tmp_path / "clips", 30)) as speaks:
        speaks.told(verdict(VerdictKind.MATCH), None)
        assert heard_within(card, 2 * len(samples(said)))
    played = np.frombuffer(card.read_bytes(), "<i2") / 32767
    assert np.array_equal(played[: len(samples(said))], samples(said))


def test_a_shadowed_verdict_is_not_said(rendered: Path, card: Path, tmp_path: Path) -> None:
    with closing(Voice(rendered / "zh", tmp_path / "clips", 30)) as speaks:
        speaks.told(verdict(VerdictKind.MISMATCH, shadow=True), None)
        speaks.told("anything else", None)
    assert not card.exists()


def test_the_newest_verdict_cuts_short_what_is_being_said(
    rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    player = tmp_path / "player"
    player.write_text(f'#!/bin/sh\nbasename "$1" >>{log}\nexec tail -f /dev/null\n')
    player.chmod(0o755)
    monkeypatch.setattr(voice, "STARTS", (str(player),))
    with closing(Voice(rendered / "en", tmp_path / "clips", 60)) as speaks:
        speaks.told(verdict(VerdictKind.MATCH), None)
        assert heard_within(log, len("match.wav\n"))
        speaks.told(verdict(VerdictKind.UNKNOWN), None)
        assert heard_within(log, len("match.wav\nunknown.wav\n"))
    assert log.read_text() == "match.wav\nunknown.wav\n"


def test_a_card_that_plays_nothing_is_told_once_and_again_after_it_played(
    rendered: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries, plays = tmp_path / "tries", tmp_path / "plays"
    player = tmp_path / "player"
    player.write_text(
        f"#!/bin/sh\necho >>{tries}\n[ -e {plays} ] && exit 0\necho no such card >&2\nexit 1\n"
    )
    player.chmod(0o755)
    monkeypatch.setattr(voice, "STARTS", (str(player),))
    with (
        caplog.at_level(logging.WARNING),
        closing(Voice(rendered / "en", tmp_path / "clips", 60)) as speaks,
    ):
        for count in (1, 2):
            speaks.told(verdict(VerdictKind.MATCH), None)
            assert heard_within(tries, count)
    assert [record.getMessage() for record in caplog.records] == [
        "voice: nothing is said: no such card"
    ]


def test_clips_that_were_never_rendered_are_told_with_the_cure(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING),
        closing(Voice(tmp_path / "none", tmp_path / "clips", 60)) as speaks,
    ):
        speaks.told(verdict(VerdictKind.MATCH), None)
        speaks.told(verdict(VerdictKind.MATCH), None)
    (told,) = caplog.records
    assert told.getMessage().endswith(
        "none/match.wav: No such file or directory: sudo make install-voice"
    )
