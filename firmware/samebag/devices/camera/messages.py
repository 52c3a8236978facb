"""What the camera worker and the station say to each other, one JSON object a line."""

from __future__ import annotations

import msgspec

from samebag.core.events import ViewSeen


class Beat(msgspec.Struct, tag="beat", frozen=True):
    """The worker's loop turns, though no frame came."""


class ViewMessage(msgspec.Struct, tag="view", frozen=True):
    seen: ViewSeen


class Saved(msgspec.Struct, tag="saved", frozen=True):
    """The evidence of a bag is on disk."""

    bag: int
    path: str
    at_s: float


class Unsaved(msgspec.Struct, tag="unsaved", frozen=True):
    """The evidence of a bag waits in memory; the worker tries again by itself."""

    reason: str
    cure: str


class SwitchedOff(msgspec.Struct, tag="switched-off", frozen=True):
    """A code of that symbology lies there, which is switched off."""

    symbology: str
    at_s: float


class Ended(msgspec.Struct, tag="ended", frozen=True):
    """The recording is over; the worker still keeps evidence of its last frame."""

    at_s: float


class WorkerFault(msgspec.Struct, tag="fault", frozen=True):
    """No pictures can be had; the worker ends, and a new one may try."""

    reason: str
    cure: str


Message = Beat | ViewMessage | Saved | Unsaved | SwitchedOff | Ended | WorkerFault


class Keep(msgspec.Struct, tag="keep", frozen=True):
    """The one command: write the newest decoded frame as evidence. The worker ends when its input
    closes."""

    bag: int
    caption: str
    bad_codes: tuple[str, ...]


_messages: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)
_commands: msgspec.json.Decoder[Keep] = msgspec.json.Decoder(Keep)


def line(spoken: Message | Keep) -> bytes:
    return msgspec.json.encode(spoken) + b"\n"


def message(text: bytes) -> Message:
    """Raises ``msgspec.DecodeError`` on anything that is not a whole message."""
    return _messages.decode(text)


def command(text: bytes) -> Keep:
    """Raises ``msgspec.DecodeError`` on anything that is not a whole command."""
    return _commands.decode(text)
