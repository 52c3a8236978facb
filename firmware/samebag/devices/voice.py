"""Says each verdict through ALSA, from clips; a thread of its own plays, so that neither lamp nor
verdict waits."""

from __future__ import annotations

import logging
import subprocess
import threading
from pathlib import Path

from samebag.core.verdicts import RecordVerdict, VerdictKind
from samebag.devices.clips import phrases, quieter

# ours: to start a program takes the loop's own time, so it starts when the lamp is lit
LAMP_FIRST_S = 0.03
LOOK_S = 0.05  # ours: how soon a clip that has ended, or is to end, is noticed
STARTS = ("aplay", "-q")

log = logging.getLogger(__name__)


class Voice:
    """A station.Teller. The newest verdict is said, whatever was being said; a card that plays
    nothing is told once.

    ``clips`` is a language's folder; ``folder`` where they lie at this station's ``volume``, 0-100.
    """

    def __init__(self, clips: Path, folder: Path, volume: int) -> None:
        self._clips, self._folder, self._volume = clips, folder, volume
        self._wake = threading.Condition()
        self._newest: VerdictKind | None = None
        self._closed = self._is_silent = False
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    def told(self, about: object, words: object) -> None:
        if isinstance(about, RecordVerdict) and not about.verdict.shadow:
            with self._wake:
                self._newest = about.verdict.kind
                self._wake.notify()

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._make_clips()
        except OSError as err:
            self._failed(f"{err.filename}: {err.strerror}: sudo make install-voice")
            return
        while kind := self._next():
            self._say(kind)

    def _make_clips(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for kind in phrases():
            clip = (self._clips / f"{kind}.wav").read_bytes()
            (self._folder / f"{kind}.wav").write_bytes(quieter(clip, self._volume))

    def _next(self) -> VerdictKind | None:
        with self._wake:
            self._wake.wait_for(lambda: self._newest or self._closed)
            self._wake.wait_for(lambda: self._closed, LAMP_FIRST_S)
            kind, self._newest = self._newest, None
            return None if self._closed else kind

    def _say(self, kind: VerdictKind) -> None:
        clip = self._folder / f"{kind}.wav"
        try:
            player = subprocess.Popen(
                [*STARTS, str(clip)], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
            )
        except OSError as err:
            self._failed(f"{STARTS[0]}: {err.strerror}: sudo make install-voice")
            return
        with player:
            while player.poll() is None and not self._is_outdated():
                pass
            if player.poll() is None:
                player.kill()
                return
            said = player.stderr.read().decode(errors="replace") if player.stderr else ""
        if player.returncode:
            self._failed(said.strip())
        else:
            self._is_silent = False

    def _is_outdated(self) -> bool:
        with self._wake:
            return self._wake.wait_for(lambda: self._newest is not None or self._closed, LOOK_S)

    def _failed(self, why: str) -> None:
        if not self._is_silent:
            log.warning("voice: nothing is said: %s", why)
        self._is_silent = True
