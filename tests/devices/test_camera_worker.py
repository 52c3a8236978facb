"""What a worker process tells its camera of light, from its start to each of its ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from samebag.devices.camera.port import ENVIRONMENT

HERE = Path(__file__).parents[2]  # whose tests are to be imported, wherever another test has gone
TOLD = """
import os, sys, time
from tests.vision.pictures import bag, noisy
from samebag.devices.camera import worker as camera_worker
from samebag.devices.camera.sources import SourceLost

class Camera:
    live, every = True, False
    pictures = 0
    white = bag("LX000000001CN", "DD0000000001")

    @property
    def light(self):
        return self

    def read(self):
        time.sleep(0.02)
        self.pictures += 1
        if self.pictures == {pictures}:
            raise SourceLost("camera: pulled", "plug it in")
        return noisy(self.white, self.pictures)

    def relight(self, times):
        print(times, "times", file=sys.stderr, flush=True)

    def automatic(self):
        print("automatic", file=sys.stderr)

    def give_back(self):
        print("given back", file=sys.stderr, flush=True)

    def close(self):
        time.sleep(9)

camera_worker.open_source = lambda *named: Camera()
named = ["v4l2:0", "{folder}", "1000", "64", "64", "15", "{exposure}", "{folder}/live", "code128"]
os._exit(camera_worker.main(named))
"""


@pytest.mark.parametrize(
    ("ends", "status"), [("asked", -signal.SIGTERM), ("left alone", 0), ("its camera is pulled", 1)]
)
@pytest.mark.parametrize("exposure", ["labels", "camera"])
def test_however_a_worker_ends_the_camera_is_given_back(
    tmp_path: Path, ends: str, status: int, exposure: str
) -> None:
    pictures = 20 if ends == "its camera is pulled" else 0
    script = TOLD.format(folder=tmp_path, pictures=pictures, exposure=exposure)
    command = [sys.executable, "-c", script]
    # libraries start no thread of their own then, which would take the signal
    environment = os.environ | ENVIRONMENT
    with subprocess.Popen(
        command,
        cwd=HERE,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as worker:
        assert worker.stdin and worker.stdout and worker.stderr
        for text in worker.stdout:
            if b'"view"' in text:
                break
        if ends == "asked":
            worker.terminate()
        elif ends == "left alone":
            worker.stdin.close()
        said = worker.stderr.read().decode()
    assert worker.returncode == status, said
    told = said.splitlines()
    assert (told[:1], told[-1:]) == (
        ([], []) if exposure == "camera" else (["automatic"], ["given back"])
    )


def test_a_worker_tells_the_camera_what_the_labels_need(tmp_path: Path) -> None:
    script = TOLD.format(folder=tmp_path, pictures=0, exposure="labels")
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as worker:
        assert worker.stderr
        said = [next(worker.stderr), next(worker.stderr)]
        worker.kill()
    assert said == [b"automatic\n", b"0.4 times\n"]
