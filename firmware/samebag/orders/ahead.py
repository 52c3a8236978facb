"""What an order file says, in batches; a large one is read by a process of its own, beside the one that writes."""

from __future__ import annotations

import gc
import os
import signal
import socket
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from io import BufferedRWPair
from itertools import islice
from pathlib import Path
from typing import NoReturn

import msgspec

from samebag.core.labels import CodeForm
from samebag.orders.profile import Layout, Profile
from samebag.orders.refusals import Refusal
from samebag.orders.rows import Part, PartReader, Refuse, Said
from samebag.orders.tables import Table
from samebag.ports import OrderFileError

BATCH = 1000  # parts looked up and written at a time; more is no faster
LARGE_BYTES = 4 << 20  # ours: 5,000 AliExpress orders; smaller files are done before anybody waits
LENGTH_BYTES = 4  # before each message


class Batch(msgspec.Struct, array_like=True):
    """``read`` is how much of the file was, 0 to 1. The last one says so, or why nothing of the file can be taken."""

    parts: list[Said] = []
    refused: list[tuple[Refusal, list[str]]] = []
    read: float = 0.0
    is_last: bool = False
    fault: bytes = b""


Batches = Callable[[CodeForm, Refuse], Iterator[tuple[list[Said], float]]]


@contextmanager
def reading(path: Path, table: Table, layout: Layout, profile: Profile) -> Iterator[Batches]:
    """What gives all parts, in the file's order, each batch with how much was read. Enter it before the book is open.

    A spreadsheet is in memory as a whole, and one process should hold it.
    """
    reader = partial(PartReader, path, table, layout, profile)
    if not table.delimiter or path.stat().st_size < LARGE_BYTES:
        yield partial(_here, reader, table)
        return
    ours, theirs = socket.socketpair()
    child = os.fork()
    if not child:
        ours.close()
        _serve(theirs.makefile("rwb"), reader, table)
    theirs.close()
    try:
        with ours, ours.makefile("rwb") as talk:
            yield partial(_beside, path, talk)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


Reader = Callable[[CodeForm, Refuse], PartReader]


def _here(reader: Reader, table: Table, form: CodeForm, refuse: Refuse) -> Iterator[tuple[list[Said], float]]:
    parts = map(Part.said, reader(form, refuse).parts())
    while batch := list(islice(parts, BATCH)):
        yield batch, table.part()


def _beside(path: Path, talk: BufferedRWPair, form: CodeForm, refuse: Refuse) -> Iterator[tuple[list[Said], float]]:
    decoder = msgspec.msgpack.Decoder(Batch)
    _say(talk, form)
    talk.flush()
    while size := int.from_bytes(talk.read(LENGTH_BYTES)):
        batch = decoder.decode(talk.read(size))
        if batch.fault:
            raise OrderFileError(os.fsdecode(batch.fault))
        for refusal, names in batch.refused:
            refuse(refusal, names)
        if batch.parts:
            yield batch.parts, batch.read
        if batch.is_last:
            return
    raise OrderFileError(f"{path}: the process that read it has died: import it again; nothing was taken")


def _serve(talk: BufferedRWPair, reader: Reader, table: Table) -> NoReturn:
    """The child: it says Batches until it has read the file, or nobody listens."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the import ends by it, and then so does this
    gc.disable()
    try:
        with suppress(BrokenPipeError, ConnectionResetError):
            form = msgspec.msgpack.decode(talk.read(int.from_bytes(talk.read(LENGTH_BYTES))), type=CodeForm)
            _Speaker(talk, table.part).tell(partial(reader, form))
            talk.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


class _Speaker:
    def __init__(self, talk: BufferedRWPair, read: Callable[[], float]) -> None:
        self._talk, self._read = talk, read
        self._refused: list[tuple[Refusal, list[str]]] = []

    def tell(self, reader: Callable[[Refuse], PartReader]) -> None:
        fault = b""
        try:
            parts = map(Part.said, reader(self._refuse).parts())
            while batch := list(islice(parts, BATCH)):
                self._say(batch)
        except OrderFileError as err:
            fault = os.fsencode(str(err))
        self._say([], is_last=True, fault=fault)

    def _refuse(self, refusal: Refusal, names: Iterable[str]) -> None:
        """A file of nothing but bad rows must not fill the memory."""
        self._refused.append((refusal, list(names)))
        if len(self._refused) == BATCH:
            self._say([])

    def _say(self, parts: list[Said], is_last: bool = False, fault: bytes = b"") -> None:
        _say(self._talk, Batch(parts, self._refused, self._read(), is_last, fault))
        self._refused = []


def _say(talk: BufferedRWPair, what: object) -> None:
    message = msgspec.msgpack.encode(what)
    talk.write(len(message).to_bytes(LENGTH_BYTES) + message)
