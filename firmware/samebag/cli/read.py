"""``samebag read``: the codes on pictures."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from samebag.core.events import Sighting

MOST_PIXELS = 100_000_000  # a 100 kB file can ask for a gigabyte; phones take 50 megapixels


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("read", help="read the codes on pictures")
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="PNG, JPEG and the like")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 if any picture could not be read as a picture; one without codes is no fault."""
    # OpenCV takes its limit when it is imported
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MOST_PIXELS))
    from samebag.devices.recording import RecordingError

    failed = False
    for path in args.images:
        try:
            sightings, took_ms = _read(path)
        except RecordingError as err:
            print(f"samebag read: {err}", file=sys.stderr, flush=True)
            failed = True
        else:
            print(_object(path, sightings, took_ms) if args.json else _row(path, sightings, took_ms), flush=True)
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


def _object(path: Path, sightings: tuple[Sighting, ...], took_ms: float) -> str:
    codes = [
        {
            "text": s.code,
            "symbology": s.symbology,
            "box": [[round(x, 1), round(y, 1)] for x, y in s.box],
            "by": list(s.by),
        }
        for s in sightings
    ]
    return json.dumps({"file": str(path), "codes": codes, "ms": round(took_ms, 1)})


def _row(path: Path, sightings: tuple[Sighting, ...], took_ms: float) -> str:
    codes = ", ".join(f"{s.symbology} {s.code!r} ({'+'.join(s.by)})" for s in sightings)
    name = str(path).encode(errors="backslashreplace").decode()  # file names may be no UTF-8
    return f"{name}  {took_ms:6.1f} ms  {codes or 'no codes'}"
