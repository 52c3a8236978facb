"""What an order file says, in batches; a large one is read by a process of its own, beside the one
that writes."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from io import BufferedRWPair
from itertools import islice
from pathlib import Path
from typing import NoReturn

import msgspec

from samebag.core.labels import CodeForm
from samebag.orders.meaning.refusals import RowRefusal
from samebag.orders.profile import Layout, Profile
from samebag.orders.reading.apart import broken_by, die_with, how_ended
from samebag.orders.reading.odd_rows import Refuse
from samebag.orders.reading.rows import FileTold, Part, PartReader
from samebag.orders.reading.tables import Table
from samebag.ports import OrderFileError
from samebag.store.book.records import ParcelSaid

# parts looked up and written at a time; more do not fit between the processes, and one waits
BATCH = 200
LARGE_BYTES = 4 << 20  # ours: 5,000 AliExpress orders; smaller files are done before anybody waits
LENGTH_BYTES = 4  # before each message

Reader = Callable[[CodeForm, Refuse], PartReader]
Tell = Callable[[FileTold], None]  # once, behind the last part
Batches = Callable[[CodeForm, Refuse, Tell], Iterator[tuple[list[ParcelSaid], float]]]


class Batch(msgspec.Struct, array_like=True):
    """``read`` is how much of the file was, 0 to 1. ``fault`` is why nothing of the file can be
    taken.

    ``told`` comes with the last.
    """

    parts: list[ParcelSaid]
    refused: list[tuple[RowRefusal, list[str]]]
    read: float
    told: FileTold | None
    fault: bytes


@contextmanager
def reading(path: Path, table: Table, layout: Layout, profile: Profile) -> Iterator[Batches]:
    """What gives all parts, in the file's order, each batch with how much was read, 0 to 1.

    Enter it before the book is open: no connection of SQLite's may be in two processes
    (sqlite.org/howtocorrupt.html,
    2.6).
    """
    reader = partial(PartReader, path, table, layout, profile)
    if path.stat().st_size < LARGE_BYTES:
        yield partial(_here, reader, table)
        return
    ours, theirs = socket.socketpair()
    parent, child = os.getpid(), os.fork()
    if not child:
        ours.close()
        die_with(parent)
        _serve(path, theirs.makefile("rwb"), reader, table)
    theirs.close()
    try:
        with ours, ours.makefile("rwb") as talk:
            yield partial(_beside, partial(how_ended, path, child), talk)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _here(
    reader: Reader, table: Table, form: CodeForm, refuse: Refuse, tell: Tell
) -> Iterator[tuple[list[ParcelSaid], float]]:
    rows = reader(form, refuse)
    parts = map(Part.said, rows.parts())
    while batch := list(islice(parts, BATCH)):
        yield batch, table.part()
    tell(rows.told())


def _beside(
    ended: Callable[[], OrderFileError],
    talk: BufferedRWPair,
    form: CodeForm,
    refuse: Refuse,
    tell: Tell,
) -> Iterator[tuple[list[ParcelSaid], float]]:
    decoder = msgspec.msgpack.Decoder(Batch)
    _say(talk, form)
    while message := _heard(talk):
        batch = decoder.decode(message)
        if batch.fault:
            raise OrderFileError(os.fsdecode(batch.fault))
        for refusal, names in batch.refused:
            refuse(refusal, names)
        if batch.parts:
            yield batch.parts, batch.read
        if batch.told:
            tell(batch.told)
            return
    raise ended()


def _serve(path: Path, talk: BufferedRWPair, reader: Reader, table: Table) -> NoReturn:
    """The child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    speaker = _Speaker(talk, table)
    with suppress(BrokenPipeError, ConnectionResetError):  # nobody listens any more
        try:
            if form := _heard(talk):
                speaker.tell(partial(reader, msgspec.msgpack.decode(form, type=CodeForm)))
        except BaseException as err:
            speaker.break_off(err if isinstance(err, OrderFileError) else broken_by(path, err))
    os._exit(0)


class _Speaker:
    def __init__(self, talk: BufferedRWPair, table: Table) -> None:
        self._talk, self._table = talk, table
        self._refused: list[tuple[RowRefusal, list[str]]] = []
        self._names = 0

    def tell(self, reader: Callable[[Refuse], PartReader]) -> None:
        rows = reader(self._refuse)
        parts = map(Part.said, rows.parts())
        while batch := list(islice(parts, BATCH)):
            self._batch(batch)
        self._batch([], told=rows.told())

    def break_off(self, err: OrderFileError) -> None:
        self._batch([], fault=os.fsencode(str(err)))

    def _refuse(self, refusal: RowRefusal, names: Iterable[str]) -> None:
        """A file of nothing but bad rows must not fill the memory."""
        self._refused.append((refusal, list(names)))
        self._names += len(self._refused[-1][1])
        if self._names > BATCH:
            self._batch([])

    def _batch(
        self, parts: list[ParcelSaid], *, told: FileTold | None = None, fault: bytes = b""
    ) -> None:
        _say(self._talk, Batch(parts, self._refused, self._table.part(), told, fault))
        self._refused, self._names = [], 0


def _say(talk: BufferedRWPair, what: object) -> None:
    message = msgspec.msgpack.encode(what)
    talk.write(len(message).to_bytes(LENGTH_BYTES) + message)
    talk.flush()


def _heard(talk: BufferedRWPair) -> bytes:
    """Empty if the other side has ended, in the middle of a message too."""
    size = int.from_bytes(talk.read(LENGTH_BYTES))
    message = talk.read(size)
    return message if len(message) == size else b""
