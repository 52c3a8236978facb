"""Clips of speech: rendered once by espeak-ng, all equally loud, and made quieter when the station
starts."""

from __future__ import annotations

import io
import math
import subprocess
import tomllib
import wave
from array import array
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path

from samebag.core.verdicts import VerdictKind
from samebag.ports import DeviceError

FOLDER = Path("/usr/share/samebag/voice")  # by language; sudo make install-voice fills it
# espeak-ng's, and words a minute; its plain "cmn" reads most pinyin in English
# (findings/espeak-mandarin-*)
VOICES = {
    "zh": ("cmn-latn-pinyin", 220),
    "en": ("en-gb", 170),
}
FULL = 32767  # of 16 bits
LOUDNESS = 0.1  # ours: root mean square, -20 dB of full scale
PEAK = 0.89  # ours: -1 dB, so that no card distorts


def phrases() -> Mapping[VerdictKind, Mapping[str, str]]:
    text = resources.files(__package__).joinpath("voice.toml").read_text("utf-8")
    return {VerdictKind(kind): said for kind, said in tomllib.loads(text).items()}


def render(folder: Path) -> int:
    """Writes ``LANGUAGE/VERDICT.wav`` for all there are, and says how many. Raises DeviceError."""
    for language in VOICES:
        (folder / language).mkdir(parents=True, exist_ok=True)
        for kind, said in phrases().items():
            (folder / language / f"{kind}.wav").write_bytes(
                as_loud(_spoken(language, said[language]))
            )
    return len(VOICES) * len(phrases())


def _spoken(language: str, text: str) -> bytes:
    voice, words_a_minute = VOICES[language]
    command = ["espeak-ng", "-v", voice, "-s", str(words_a_minute), "--stdout", text]
    try:
        return subprocess.run(command, capture_output=True, check=True, timeout=30).stdout
    except FileNotFoundError as err:
        raise DeviceError("espeak-ng: is not installed: apt install espeak-ng") from err
    except (OSError, subprocess.SubprocessError) as err:
        raise DeviceError(f"espeak-ng: {err}: apt install espeak-ng") from err


def as_loud(clip: bytes) -> bytes:
    """At LOUDNESS, or below it where its peak would pass PEAK."""
    return _changed(clip, lambda samples: min(LOUDNESS / _rms(samples), PEAK / _peak(samples)))


def quieter(clip: bytes, percent: int) -> bytes:
    return _changed(clip, lambda _: percent / 100)


def _changed(clip: bytes, gain_of: Callable[[array[int]], float]) -> bytes:
    """The samples that are there count: espeak-ng writes a length of 2 GB where it does not know it
    yet."""
    with wave.open(io.BytesIO(clip)) as heard:
        how, samples = heard.getparams(), array("h", heard.readframes(len(clip)))
    gain = gain_of(samples)
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setparams(how)
        made.setnframes(len(samples))
        made.writeframes(array("h", (round(gain * sample) for sample in samples)).tobytes())
    return out.getvalue()


def _rms(samples: array[int]) -> float:
    return (
        math.sqrt(sum(sample * sample for sample in samples) / max(len(samples), 1)) / FULL
        or LOUDNESS
    )


def _peak(samples: array[int]) -> float:
    return max(map(abs, samples), default=0) / FULL or PEAK
