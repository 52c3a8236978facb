"""``samebag read``: the codes on pictures."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from samebag.cli.output import add_json, speaker

if TYPE_CHECKING:
    from samebag.core.events import Sighting

MOST_PIXELS = 100_000_000  # a 100 kB file can ask for a gigabyte; phones take 50 megapixels


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="PNG, JPEG and the like")
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 if any picture could not be read as a picture; one without codes is no fault."""
    # OpenCV takes its limit when it is imported
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MOST_PIXELS))
    from samebag.devices.recording import RecordingError

    failed, say = False, speaker(args, _line)
    for path in args.images:
        try:
            sightings, took_ms = _read(path)
        except RecordingError as err:
            print(f"samebag: {err}", file=sys.stderr, flush=True)
            failed = True
        else:
            say(file=_named(path), codes=[_code(s) for s in sightings], ms=round(took_ms, 1))
    return 1 if failed else 0


def _read(path: Path) -> tuple[tuple[Sighting, ...], float]:
    """In this process: zbar's QR reader, which can abort it, is never on."""
    import cv2

    from samebag.devices.recording import RecordingError, picture_of
    from samebag.vision.decode import read_frame
    from samebag.vision.decoders import DecodeError

    gray = picture_of(path, cv2.IMREAD_GRAYSCALE)
    started_s = time.perf_counter()
    try:
        sightings = read_frame(gray)
    except DecodeError as err:
        raise RecordingError(f"{path}: {err}: give a smaller picture") from err
    return sightings, (time.perf_counter() - started_s) * 1000


def _code(sighting: Sighting) -> dict[str, object]:
    box = [[round(x, 1), round(y, 1)] for x, y in sighting.box]
    return {"text": sighting.code, "symbology": sighting.symbology, "box": box, "by": list(sighting.by)}


def _named(path: Path) -> str:
    """File names may be no UTF-8."""
    return str(path).encode(errors="backslashreplace").decode()


def _line(read: Mapping[str, object]) -> str:
    found = read["codes"]
    assert isinstance(found, list)
    codes = ", ".join(f"{code['symbology']} {code['text']!r} ({'+'.join(code['by'])})" for code in found)
    return f"{read['file']}  {read['ms']:6.1f} ms  {codes or 'no codes'}"
