"""The verdict: mismatch? closed? what does green still need? (rules.md 3). Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from samebag.core.bag import hold, passed, seal
from samebag.core.bag.deadlines import asks_at_s
from samebag.core.bag.green import GreenCase, first_missing, foreign_labels, settle_from, strangers
from samebag.core.bag.reads import (
    Read,
    are_two_bags,
    common_parcels,
    is_complete,
    named,
    proof_of,
    proof_of_sources,
)
from samebag.core.bag.turn import OPEN, Turn, may_be_sealed
from samebag.core.labels import Kind
from samebag.core.parcels import Standing
from samebag.core.verdicts import (
    LabelRead,
    NoticeKind,
    Proof,
    ReadBy,
    RecordVerdict,
    Verdict,
    VerdictKind,
    Waits,
)

CLOSED = {  # why a match is not green, gravest first
    Standing.PASSED: VerdictKind.DUPLICATE,
    Standing.SHIPPED: VerdictKind.DUPLICATE,
    Standing.CANCELLED: VerdictKind.CANCELLED,
    Standing.VANISHED: VerdictKind.CANCELLED,
    Standing.CHANGED: VerdictKind.CHANGED,
    Standing.BARRED: VerdictKind.BARRED,
}
ONE_FRAME = Proof.ONE_FRAME  # asked of each frame: see verdicts.py
SETTLING, FOREIGN_LABEL, STRANGER = Waits.SETTLING, Waits.FOREIGN_LABEL, Waits.STRANGER
PROOF_CARDS = Waits.PROOF_CARDS
FEWEST_OF_TWO = 3  # labels of two bags: two waybills, and one list code in two places
Reads = tuple[Read, ...]


def judge(turn: Turn) -> None:
    """What the reads on the table amount to, now."""
    bag = turn.bag
    waits, two_bags = None, False
    if (bag.reads or bag.in_hand) and not hold.is_final(bag):
        two_bags = part_two_bags(turn)
        reads = turn.judged_reads()
        in_view = _in_view(turn, reads)
        waits = _judge(turn, reads, in_view, two_bags=two_bags)
        two_bags = two_bags or (bool(in_view) and passed.lies_in_view(turn))
    if waits is not SETTLING:
        bag.settle_from_s = None
    bag.waits = waits
    if waits is PROOF_CARDS:
        turn.refuse_ticks()
    watch_crowd(turn, two_bags=two_bags)


def _judge(turn: Turn, reads: Reads, in_view: Reads, *, two_bags: bool) -> Waits | None:
    bag, together = turn.bag, (*turn.bag.in_hand, *reads)
    if two_bags:
        return Waits.TWO_BAGS
    if not together:
        return None
    common = common_parcels(together)
    if not common:
        mismatch(turn, together, in_view)
        return None
    if bag.hold:
        waits = bag.hold.acknowledged and any(is_complete(reads, parcel) for parcel in common)
        return Waits.RED_BAG if waits else None
    standings = {parcel: turn.standing(parcel, together) for parcel in common}
    if OPEN not in standings.values():
        return judge_closed(turn, together, in_view, standings)
    return judge_open(turn, reads, in_view, common)


def _in_view(turn: Turn, reads: Reads) -> Reads:
    boxes = turn.bag.view.boxes
    return tuple([read for read in reads if read.label.code in boxes])


def part_two_bags(turn: Turn) -> bool:
    """Whether two whole pairs lie side by side; a frame that misses one of their labels changes
    nothing.

    What goes without the table being bare is set aside: of two bags with crossed labels, half
    covered, a whole pair of one parcel is in view. What stays and does not go together turns red.
    """
    bag = turn.bag
    if not bag.two_bags and len(bag.reads) < FEWEST_OF_TWO:
        return False
    reads = turn.judged_reads()
    bag.two_bags = bag.two_bags or are_two_bags(reads, _in_view(turn, reads))
    if not bag.two_bags:
        return False
    since_s = bag.view.at_s - turn.rules.clear_s
    gone = [read for read in bag.reads if read.last_s < since_s]
    turn.set_aside(gone)
    bag.reads = tuple(read for read in bag.reads if read not in gone)
    return are_two_bags(bag.reads, bag.reads)


def mismatch(turn: Turn, reads: Reads, in_view: Reads) -> None:
    proof = Proof.ONE_FRAME if len(in_view) == len(reads) else proof_of_sources(reads)
    hold.refuse(turn, VerdictKind.MISMATCH, reads, proof=proof)


def judge_closed(
    turn: Turn, reads: Reads, in_view: Reads, standings: Mapping[str, Standing]
) -> Waits | None:
    """No candidate may leave: red at once. Only a lone label of the bag that passed last says
    nothing new."""
    whole = next((parcel for parcel in sorted(standings) if is_complete(reads, parcel)), None)
    if may_be_sealed(reads) and set(standings.values()) == {Standing.PASSED}:
        return seal_late(turn, reads, in_view, frozenset(standings))
    if whole is None and standings == {turn.bag.last_parcel: Standing.PASSED}:
        return None
    kind = next(CLOSED[standing] for standing in CLOSED if standing in standings.values())
    hold.refuse(turn, kind, reads, proof=_proof_of_whole(reads, in_view, whole) if whole else None)
    return None


def _proof_of_whole(reads: Reads, in_view: Reads, parcel: str) -> Proof:
    return ONE_FRAME if is_complete(in_view, parcel) else proof_of_sources(reads)


def judge_open(turn: Turn, reads: Reads, in_view: Reads, parcels: frozenset[str]) -> Waits | None:
    """Green, or what it still needs; that may come while the bag lies there."""
    case = _case(turn, reads, in_view, parcels)
    waits = first_missing(case)
    if waits is None and ask_again(turn):
        return _judge(
            turn, turn.judged_reads(), _in_view(turn, turn.judged_reads()), two_bags=False
        )
    if waits is None:
        match(turn, case)
    elif waits is STRANGER and turn.rules.strict_unknown and _are_foreign(turn, reads):
        hold.refuse_strangers(turn)
        return None
    else:
        _note(turn, case, waits)
    return waits


def ask_again(turn: Turn) -> bool:
    """Whether an import has made another label of a code since it was read: then all is judged anew
    (rules.md 1.5)."""
    bag = turn.bag
    asked = [(read, turn.label(read.label.code) or read.label) for read in bag.reads]
    bag.reads = tuple(structs.replace(read, label=label) for read, label in asked)
    return any(label != read.label for read, label in asked)


def seal_late(turn: Turn, reads: Reads, in_view: Reads, parcels: frozenset[str]) -> Waits | None:
    """A bag that passed and left without its merged label is back for it: that needs what green
    needs."""
    case = _case(turn, reads, in_view, parcels)
    if waits := first_missing(case):
        _note(turn, case, waits)
        return waits
    merged = next(read for read in reads if read.label.merged_of)
    passed.passes(turn, case.parcel, reads, None, in_view=bool(in_view))
    seal.seal(turn, merged.label, merged.by)
    return None


def _case(turn: Turn, reads: Reads, in_view: Reads, parcels: frozenset[str]) -> GreenCase:
    bag, rules = turn.bag, turn.rules
    proof = proof_of(reads, in_view, min(parcels), rules.pairing)
    if proof is ONE_FRAME or any(is_complete(in_view, parcel) for parcel in parcels):
        bag.whole_s = min(bag.whole_s, bag.view.at_s)
    since_s = settle_from(bag, rules, reads, proof, bag.settle_from_s)
    return GreenCase(bag, rules, reads, in_view, parcels, proof, passed.lies_in_view(turn), since_s)


def _note(turn: Turn, case: GreenCase, waits: Waits) -> None:
    """For the packer: which parcel waits, and which labels are in its way."""
    turn.parcel = case.parcel if len(case.parcels) == 1 else None
    turn.in_the_way = ()
    if waits is FOREIGN_LABEL:
        turn.in_the_way = tuple(
            LabelRead(label.kind, label.code, ReadBy.CAMERA) for label in foreign_labels(case)
        )
    elif waits is STRANGER:
        turn.in_the_way = tuple(
            LabelRead(Kind.UNKNOWN, code, ReadBy.CAMERA) for code in strangers(case)
        )
    elif waits is SETTLING:
        turn.bag.settle_from_s = case.settle_from_s


def _are_foreign(turn: Turn, reads: Reads) -> bool:
    return not any(hold.may_share_a_waybill(stranger, reads) for stranger in turn.bag.strangers)


def match(turn: Turn, case: GreenCase) -> None:
    """All that green needs is there; it is shown when this is on disk."""
    bag, parcel = turn.bag, case.parcel
    camera_only = case.proof in (Proof.ONE_FRAME, Proof.CAMERA)
    verdict = Verdict(
        VerdictKind.MATCH,
        bag.number,
        turn.now_s,
        named(case.reads),
        parcel,
        (parcel,),
        case.proof,
        bag.view.unread if camera_only else 0,
        turn.rules.shadow,
    )
    turn.silence()
    sealed_by = None if turn.rules.confirm_label and verdict.prints else ""
    passed.passes(turn, parcel, case.reads, sealed_by, in_view=bool(case.in_view))
    bag.storing, bag.owes_green, bag.waits = verdict, True, None
    turn.actions.append(RecordVerdict(verdict))


def watch_crowd(turn: Turn, *, two_bags: bool) -> None:
    """Two bags for ``crowded_s``, or a wait for the bare table: the packer is asked to clear it
    (rules.md 5.3).

    Once asked for, it stays so until the table was bare, or nothing is read there.
    """
    bag = turn.bag
    is_blocked = bag.waits is FOREIGN_LABEL or (bag.asked and bag.crowded and bool(bag.reads))
    if not two_bags and not is_blocked:
        bag.crowded_from_s, bag.crowded = None, False
    elif bag.crowded_from_s is None:
        bag.crowded_from_s = turn.now_s
    elif not bag.crowded and turn.now_s >= asks_at_s(bag, turn.rules):
        bag.crowded = bag.asked = True
        turn.give(
            NoticeKind.CROWDED if bag.knows_bare or two_bags else NoticeKind.BARE_UNKNOWN,
            bag.number,
        )
