"""The ``samebag`` command: its arguments, and which module does the work. The one place that names
clocks."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from samebag.cli.shared.output import complain
from samebag.cli.shared.usage import Parser
from samebag.ports import DeviceError, OrderFileError, StoreError
from samebag.settings import SettingsError

DONE, REFUSED, USAGE = 0, 1, 2  # exit codes, docs/manual.md, "Commands"

# each module has add(subparsers), which sets the function that runs it; ROOMS says where it lies
COMMANDS = {
    "run": "the station: what the systemd unit starts",
    "bench": "the same station on virtual devices, playing a recording",
    "read": "read the codes in pictures",
    "replay": "judge a recording without devices or clock",
    "import": "take an order file into the book",
    "intake": "take orders that an ERP posts (POST /orders) into the inbox",
    "profile": "write down how a store's own order files are laid out",
    "teach": "from a few bags, which rules read the labels of a new carrier or ERP",
    "explain": "what a code looks like, and whether its check digit is right",
    "dispatch": "at the door: which sealed bags may leave",
    "export": "what was shipped, for the platform, each parcel once; or the ledger",
    "trace": "the story of a parcel",
    "incident": "after a mix-up: who is affected, where they are, lists and letters",
    "letter": "a letter to a buyer",
    "case": "complaints of buyers: add, answer, close, and who must answer by when",
    "commands": "print command barcodes, proof cards and badges",
    "report": "a day, a week or a month: mix-ups stopped, cases, what is under way",
    "voice": "render what the station says of each verdict, where it speaks",
    "web": "the pages for packers, supervisors and technicians; they only read",
    "kiosk": "the packer's page on the station's own display; for the systemd unit",
    "doctor": "check every device, the card and the machine, and say what to do",
    "verify": "prove that the ledgers are whole and unaltered",
    "purge": "forget what may name a buyer after storage.keep_days; for the timer",
    "pins-off": "lamps and buzzer off after a station that was killed; for the systemd unit",
}
ROOMS = {
    "station": (
        "run",
        "bench",
        "read",
        "replay",
        "commands",
        "voice",
        "web",
        "kiosk",
        "doctor",
        "pins-off",
    ),
    "orders": ("import", "intake", "profile", "teach", "explain", "export"),
    "office": ("dispatch", "trace", "incident", "letter", "case", "report", "verify", "purge"),
}
OS_CURES = {  # errno(3)
    errno.ENOENT: "make it, or name another place",
    errno.ENOTDIR: "name another place: a part of that path is no folder",
    errno.EEXIST: "move it away, or name another place",
    errno.EISDIR: "name a file, not a folder",
    errno.EACCES: "run it as a user who may, or name another place",
    errno.EPERM: "run it as a user who may, or name another place",
    errno.EROFS: "name a place that can be written",
    errno.ENOSPC: "free space, or write to another place",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 refused or found wrong, 2 usage or settings."""
    words = list(sys.argv[1:] if argv is None else argv)
    args = _parser(words).parse_args(words)
    try:
        code: int = args.run(args)
    except SettingsError as err:
        return _fail(err, USAGE)
    except (DeviceError, StoreError, OrderFileError) as err:
        return _fail(err, REFUSED)
    except KeyboardInterrupt:
        return 130  # as a shell reports SIGINT
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output left; nothing to say, and nobody to say it to
        return REFUSED
    except OSError as err:
        return _fail(_named(err), REFUSED)
    return code


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """All commands, but the arguments of the one that is called only: a start imports no other."""
    parser = Parser(
        prog="samebag", description="Tells whether the two labels on a bag are the same parcel's."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=f"samebag {name}: {purpose}.")
        if name in words:
            import_module(_module(name)).add(command)
    return parser


def _module(command: str) -> str:
    room = next(room for room, commands in ROOMS.items() if command in commands)
    return f"samebag.cli.{room}.{'import_' if command == 'import' else command.replace('-', '_')}"


class _Version(argparse.Action):
    """Looks the version up only when asked: that takes longer than a start's other imports of
    ours."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"samebag {version('samebag')}")
        parser.exit()


def _named(err: OSError) -> str:
    """A fault of the file system that no command has put into words of its own."""
    thing = "" if err.filename is None else f"{os.fspath(err.filename)}: "
    cure = OS_CURES.get(err.errno or 0, "")
    return f"{thing}{err.strerror or err}{cure and ': '}{cure}"


def _fail(err: Exception | str, code: int) -> int:
    complain(str(err))
    return code
