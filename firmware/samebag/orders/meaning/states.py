"""Which columns of one file tell its parcels' states, and what a person said once of all files of
its source. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from samebag.orders.profile import Awaits, Profile, lay_out, title_of
from samebag.ports import OrderFileError

NoStates = Literal["open", "refuse"]
Awaiting = Literal["label-bought", "shipment"]

NOT_TOLD = "no column tells whether a parcel may leave; nothing was taken."


class Agreed(msgspec.Struct, frozen=True):
    """``no_states_open``: a file that tells no state is of parcels that may all leave.
    ``label_bought``: its bags are packed after their labels were bought, so that what the platform
    calls shipped may be still to be packed."""

    no_states_open: bool = False
    label_bought: bool = False

    def now(self, no_states: NoStates | None, awaiting: Awaiting | None) -> Agreed:
        """With what a person says this time, if anything."""
        return Agreed(
            no_states == "open" if no_states else self.no_states_open,
            awaiting == "label-bought" if awaiting else self.label_bought,
        )


def settled(
    path: Path, profile: Profile, header: Sequence[str], agreed: Agreed, again: str
) -> Profile:
    """The profile with the state columns that this header has, each of whose cells must tell. A
    file that tells no state is read only by contract, or where a person agreed: else
    OrderFileError. ``again`` is how it would be imported so.
    """
    if agreed.label_bought or profile.awaiting == "label bought":
        profile = _packed_after_label(path, profile, again)
    if profile.by_contract:
        return profile
    there = [awaits for awaits in profile.awaits if _is_in(awaits, header)]
    kept = [awaits for awaits in profile.awaits if awaits in there or not awaits.optional]
    if not tells_state(profile, header):
        # what is no order file at all has another fault
        lay_out(path, _with(profile, there), header)
        if not agreed.no_states_open:
            raise OrderFileError(_not_told(path, profile, again))
        kept = there
    told = [msgspec.structs.replace(awaits, optional=False) for awaits in kept]
    return _with(profile, [*told, *_further(told, header)])


def _further(told: Sequence[Awaits], header: Sequence[str]) -> list[Awaits]:
    """A file may have a column under several of the titles: what another than the first says counts
    too."""
    titles = {*map(title_of, header)}
    there = [
        (awaits, [title for title in awaits.column if title_of(title) in titles]) for awaits in told
    ]
    return [
        msgspec.structs.replace(awaits, column=(title,), open=("", *awaits.open), narrows=True)
        for awaits, names in there
        for title in names[1:]
    ]


def tells_state(profile: Profile, header: Sequence[str]) -> bool:
    """Not what is filled only when something is wrong, such as the day of a cancellation."""
    return any(
        _is_in(awaits, header)
        for awaits in profile.awaits
        if not awaits.narrows and not (awaits.optional and awaits.open == ("",))
    )


def _is_in(awaits: Awaits, header: Sequence[str]) -> bool:
    return not set(map(title_of, header)).isdisjoint(map(title_of, awaits.column))


def _with(profile: Profile, awaits: Sequence[Awaits]) -> Profile:
    return msgspec.structs.replace(profile, awaits=tuple(awaits))


def may_be_label_bought(profile: Profile) -> bool:
    """Whether the profile knows words for it, and nobody has said so yet."""
    return any(awaits.label_bought for awaits in profile.awaits)


def _packed_after_label(path: Path, profile: Profile, again: str) -> Profile:
    if not may_be_label_bought(profile):
        raise OrderFileError(
            f"{path}: its profile has no words for a label that is bought (label_bought"
            " of [[awaits]]): write them into"
            f" one of the store's own, or say {again} --awaiting shipment"
        )
    awaits = tuple(
        _with_labels(awaits) if awaits.label_bought else awaits for awaits in profile.awaits
    )
    return msgspec.structs.replace(profile, awaits=awaits, sent=None, awaiting="shipment")


def _with_labels(awaits: Awaits) -> Awaits:
    """What was open and has no label, or one for some of its goods only, is kept back."""
    opens = awaits.label_bought
    kept_back = tuple(word for word in awaits.open if word not in opens)
    return msgspec.structs.replace(
        awaits,
        open=opens,
        shipped=tuple(word for word in awaits.shipped if word not in opens),
        closed=None if awaits.closed is None else (*awaits.closed, *kept_back),
        label_bought=(),
    )


def _not_told(path: Path, profile: Profile, again: str) -> str:
    titles = ", ".join(
        title for awaits in profile.awaits if not awaits.narrows for title in awaits.column[:2]
    )
    export = (
        f" with the column of states ({titles})"
        if titles
        else " with a column of states, and map it ([[awaits]])"
    )
    return (
        f"{path}: {NOT_TOLD}\n  cure: export the orders again{export}\n"
        f"  or, if all parcels of such files may leave, say so once: {again} --no-states open"
    )
