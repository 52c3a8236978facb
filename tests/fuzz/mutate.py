"""Wrong bytes of right ones: cut, doubled, swapped, one bit or a piece of another in between; the
same in chunks."""

from __future__ import annotations

from random import Random


def mutated(right: bytes, pieces: tuple[bytes, ...], chance: Random) -> bytes:
    """``right`` after none to six changes."""
    data = bytearray(right)
    for _ in range(chance.randrange(7)):
        at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        match chance.randrange(5):
            case 0:
                del data[at : min(end, at + 8)]
            case 1:
                data[at:at] = data[at : min(end, at + 64)]
            case 2:
                data[at:at] = chance.choice(pieces)
            case 3:
                data[at:end] = chance.choice(pieces)
            case _ if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
    return bytes(data)


def cut(data: bytes, chance: Random) -> list[bytes]:
    """The same bytes as a wire brings them: in up to six chunks."""
    ends = sorted(chance.randrange(len(data) + 1) for _ in range(5))
    return [data[start:end] for start, end in zip([0, *ends], [*ends, len(data)], strict=True)]
