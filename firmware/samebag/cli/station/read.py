"""``samebag read``: the codes on pictures."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samebag.cli.shared.output import add_json, complain, speaker
from samebag.core.symbologies import BY_NEED, switched_on
from samebag.ports import DeviceError
from samebag.words.screen import of_symbology

if TYPE_CHECKING:
    from samebag.core.events import Sighting
    from samebag.vision.geometry import Gray
    from samebag.vision.reader import Reader, Seen
    from samebag.vision.regions import Region

MOST_PIXELS = 100_000_000  # a 100 kB file can ask for a gigabyte; phones take 50 megapixels
LETTERS_DOTS = 22  # on a picture 960 to 1920 pixels wide


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "images", nargs="+", type=Path, metavar="IMAGE", help="PNG, JPEG and the like"
    )
    also = f"of {', '.join(BY_NEED)}: read it too; may be repeated"
    command.add_argument(
        "--also", action="append", choices=BY_NEED, default=[], metavar="SYMBOLOGY", help=also
    )
    command.add_argument(
        "--explain", action="store_true", help="also draw what was read and what was not, and why"
    )
    command.add_argument(
        "--out", type=Path, default=Path(), metavar="DIR", help="where drawings go, default here"
    )
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 if any picture could not be read as a picture; one without codes is no fault."""
    # OpenCV takes its limit when it is imported
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MOST_PIXELS))
    from samebag.devices.camera.recording import RecordingError
    from samebag.vision.off_there import OffWatch
    from samebag.vision.reader import Reader

    on = switched_on(args.also)
    failed, say, reader, watch = False, speaker(args, _line), Reader(on), OffWatch(on)
    for number, path in enumerate(args.images):
        try:
            gray, seen, took_ms = _read(path, reader)
        except RecordingError as err:
            complain(str(err))
            failed = True
        else:
            off = watch.still(gray, seen.regions)
            told = {"off": [of_symbology(symbology).en for symbology in off]} if off else {}
            drawn = (
                {"explained": _explain(gray, seen.regions, _target(args, number))}
                if args.explain
                else {}
            )
            say(
                file=_named(path),
                codes=[_code(s) for s in seen.sightings],
                ms=round(took_ms, 1),
                **told,
                **drawn,
            )
    return 1 if failed else 0


def _read(path: Path, reader: Reader) -> tuple[Gray, Seen, float]:
    """In this process: zbar's QR reader, which can abort it, is never on."""
    import cv2

    from samebag.devices.camera.recording import RecordingError, picture_of
    from samebag.vision.decoders import DecodeError

    gray = picture_of(path, cv2.IMREAD_GRAYSCALE)
    started_s = time.perf_counter()
    try:
        seen = reader.still(gray)
    except DecodeError as err:
        raise RecordingError(f"{path}: {err}: give a smaller picture") from err
    return gray, seen, (time.perf_counter() - started_s) * 1000


def _target(args: argparse.Namespace, number: int) -> Path:
    """Where the drawing of that picture goes; those whose names are alike are numbered."""
    stem = args.images[number].stem
    before = sum(path.stem == stem for path in args.images[:number])
    return Path(args.out, f"{stem}{f'-{before + 1}' if before else ''}-explained.png")


def _explain(gray: Gray, regions: Sequence[Region], target: Path) -> str:
    """Writes the drawing and names it."""
    from samebag.label.typeface import FontMissing, typeface
    from samebag.vision.explain import explained

    try:
        drawing = explained(gray, regions, typeface(LETTERS_DOTS))
        target.parent.mkdir(parents=True, exist_ok=True)
        drawing.save(target)
    except FontMissing as err:
        raise DeviceError(str(err)) from err
    except OSError as err:
        raise DeviceError(
            f"{target}: {err.strerror}: give a folder that can be written, with --out DIR"
        ) from err
    return _named(target)


def _code(sighting: Sighting) -> dict[str, object]:
    box = [[round(x, 1), round(y, 1)] for x, y in sighting.box]
    return {
        "text": sighting.code,
        "symbology": sighting.symbology,
        "box": box,
        "by": list(sighting.by),
    }


def _named(path: Path) -> str:
    """File names may be no UTF-8."""
    return str(path).encode(errors="backslashreplace").decode()


def _listed(values: object) -> list[Any]:
    assert isinstance(values, list)
    return values


def _line(read: Mapping[str, object]) -> str:
    found = _listed(read["codes"])
    codes = ", ".join(
        f"{code['symbology']} {code['text']!r} ({'+'.join(code['by'])})" for code in found
    )
    drawn = f"  -> {read['explained']}" if "explained" in read else ""
    off = "".join(f"; {told}" for told in _listed(read.get("off", [])))
    return f"{read['file']}  {read['ms']:6.1f} ms  {codes or 'no codes'}{off}{drawn}"
