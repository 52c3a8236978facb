"""The judge: it sees the table itself and holds every answer of the station against it.

*At hand* is a bag that lies in the view, is in the packer's hand, or was scanned, now or AT_HAND_S
ago: what the camera saw and what the lamps say are that far apart. A bag is *right* for a parcel if
it carries a waybill with that parcel's codes, a cargo list with that parcel's codes, and no other
label but a merged one. Codes, not papers: both lists of a split order bear one code.

- False green: a match for a parcel while no bag at hand is right for it. A label in the hand counts
  for the bag that it is stuck on next; until then the match waits for its judgement (*early green*
  if it comes right).
- Third label: a match for a bag that carries its two labels and a foreign one that no frame and no
  scan had read: nothing but a look under the hand could tell. With the foreign one read, even once,
  it is a false green; with one-frame pairing also if the book lacks it and it looks like a tracking
  number (a returned parcel's old waybill).
- One paper: a match whose labels could all have been read off one sheet of paper: where waybill and
  list bear the same code, no count of boxes tells that there are two (stubs, a shiny table).
- Closed green: a match for a parcel that was cancelled, changed, labelled anew or passed elsewhere
  by then.
- Stale seal: a bag sealed though its order was cancelled or changed since the match.
- False seal: see seals.py. Waits: see waiting.py.
- Green over: the lamps still say match LAMP_S after the bag has left, and another bag rests alone
  in the view. One that shares a code with it (a split order) cannot be told from it and is not
  counted.
- Beside: a true green while a wrong bag is in view too. Counted, no fault: the screen names the
  parcel.
- False red: a hold while no label at hand, and none just scanned, gives cause for it. A second
  number on a waybill whose other number was read is no cause, nor is a neighbour's bag that one
  frame saw pass by.
- Missed red, missed over time: see missed.py.
- Stuck: the table was cleared as the screen says, then came one plain bag, and it did not pass.
- Spins: a deadline comes again at the same moment, for ever.
- Prints and rows: every match on disk is printed once, or asked about; no copy is printed twice; no
  row is lost.

Not in this world: decoders that read a code as another one (bar codes have check digits; vision has
tests of its own), and labels that are peeled off a bag after it passed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from math import inf

from samebag.core.codes.tracking import carrier_of
from samebag.core.events import ViewSeen
from samebag.core.labels import Kind
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import GiveNotice, ReadBy, Signal, Verdict, VerdictKind

from .missed import AT_HAND_S, Missed
from .roll import Bag, Paper, Roll
from .seals import Seals
from .table import FRAME_S, Table
from .waiting import Waiting

LAMP_S = 1.2  # rules.clear_s, and what it takes to show it
# a red may come so long after its cause left: the scanner's and the camera's worst delay here
CAUSE_S = 1.5
FATAL = (
    "false green",
    "one paper",
    "closed green",
    "green over",
    "missed red",
    "stuck",
    "spins",
    "false seal",
    "stale seal",
    "double print",
    "lost print",
    "lost row",
)


class Fit(Enum):
    RIGHT = "right"
    THIRD = "third"  # both labels and a foreign one
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Fault:
    """What the station did wrong, when, about which parcel or bag, and with which proof."""

    what: str
    at_s: float
    about: str
    proof: str = ""


@dataclass(frozen=True, slots=True)
class _Pending:
    verdict: Verdict
    at_s: float
    loose: Paper


class Judge:
    def __init__(self, roll: Roll, table: Table, rules: Rules) -> None:
        self.tally: Counter[str] = Counter()
        self.faults: list[Fault] = []
        self.matches: list[tuple[float, str]] = []
        self._roll, self._table, self._pairing = roll, table, rules.pairing
        self._pending: list[_Pending] = []
        self._parcel_codes = roll.on_labels
        self._waiting = Waiting(roll, rules, self.tally)
        self._seals = Seals(
            roll, table, self.tally, lambda bag, parcel: self._fits(bag, parcel), self.fault
        )
        self._missed = Missed(roll, table, rules, self.tally, self._at_hand, self.fault)
        self._green: Verdict | None = None  # what the lamps say, if they say green
        self._green_for: list[Bag] = []
        self._carried: list[tuple[Bag, float]] = []

    # ---- what the station says

    def told(self, verdict: Verdict, at_s: float) -> None:
        if verdict.kind is VerdictKind.MATCH:
            self._match(verdict, at_s)
        elif verdict.kind is VerdictKind.INCOMPLETE:
            self.tally["incomplete"] += 1
        else:
            self.tally["red"] += 1
            if not self._has_cause(verdict, at_s):
                self.fault("false red", at_s, verdict.kind)
            self._missed.refused(verdict)

    def _match(self, verdict: Verdict, at_s: float) -> None:
        parcel, proof = str(verdict.parcel), str(verdict.proof)
        self._missed.passed(parcel)
        self.matches.append((at_s, parcel))
        self.tally[f"green {proof}"] += 1
        self._check_parcel(verdict, at_s)
        fits = {bag: self._fit(bag.papers, parcel) for bag in self._at_hand(at_s, AT_HAND_S)}
        self._green, self._green_for = (
            verdict,
            [bag for bag, fit in fits.items() if fit is not Fit.NOT],
        )
        right = [bag for bag, fit in fits.items() if fit is Fit.RIGHT]
        third = [
            bag
            for bag, fit in fits.items()
            if fit is Fit.THIRD and not self._foreign_was_read(bag, verdict)
        ]
        for bag in right or third:
            bag.passed_s = at_s
            self._waiting.passed(bag, at_s)
        if right:
            self.tally["beside"] += any(not self.is_right(bag) for bag in fits if bag.on_table)
        elif third:
            self.tally[f"third label {proof}"] += 1
        elif loose := self._missing_piece(parcel, list(fits)):
            self._pending.append(_Pending(verdict, at_s, loose))
        else:
            self.fault("false green", at_s, parcel, proof)

    def _check_parcel(self, verdict: Verdict, at_s: float) -> None:
        parcel, proof = str(verdict.parcel), str(verdict.proof)
        codes = {label.code for label in verdict.labels}
        stale = any(
            parcel in self._roll.labels[code].stale for code in codes if code in self._roll.labels
        )
        if stale or not self._roll.is_open(parcel):
            self.fault("closed green", at_s, parcel, proof)
        on_waybill, on_list = self._parcel_codes[parcel]
        if codes.isdisjoint(on_list - on_waybill) or codes.isdisjoint(on_waybill - on_list):
            self.fault("one paper", at_s, parcel, proof)

    def noticed(self, notice: GiveNotice, at_s: float) -> None:
        self._seals.noticed(notice, at_s)

    def scanned(self, paper: Paper, at_s: float, lamp: Signal) -> None:
        self._missed.scanned(paper, at_s, lamp)

    def cleared(self) -> None:
        self._missed.cleared()

    def power_cut(self) -> None:
        self._missed.power_cut()

    def blind(self, at_s: float, lamp: Signal) -> None:
        """Once a frame that the camera did not take: a red may come, or the station say why not."""
        self._missed.check(at_s, lamp)

    def carried_past(self, bag: Bag, at_s: float, for_s: float) -> None:
        """Two frames may see it, and make its label count."""
        if for_s >= FRAME_S:
            self._carried.append((bag, at_s))

    def stuck_on(self, paper: Paper, bag: Bag) -> None:
        """The label that was in the hand is on a bag now: matches that waited for that are
        judged."""
        self._seals.stuck_on(paper, bag)
        waiting, self._pending = self._pending, []
        for pending in waiting:
            parcel = str(pending.verdict.parcel)
            if pending.loose is not paper:
                self._pending.append(pending)
            elif self._fit(bag.papers, parcel) is Fit.NOT:
                self.fault("false green", pending.at_s, parcel, str(pending.verdict.proof))
            else:
                bag.passed_s = pending.at_s
                self.tally["early green"] += 1

    def end(self, passed: set[str], at_s: float) -> None:
        for pending in self._pending:
            self.fault(
                "false green", pending.at_s, str(pending.verdict.parcel), str(pending.verdict.proof)
            )
        if self._roll.last not in passed:
            self.fault("stuck", at_s, self._roll.last)

    # ---- what the table shows

    def watch(self, view: ViewSeen, lamp: Signal) -> None:
        """Once a frame: does the lamp stand over the wrong bag, is a wrong bag shown in full and
        not red."""
        at_s = view.at_s
        if self._green is None:
            pass
        elif lamp is not Signal.MATCH:
            self._green = None
        elif bag := self._table.alone():
            gone_s = at_s - max(bag.until_s, self._left_s())
            if gone_s > LAMP_S and self._has_no_code_of(bag, str(self._green.parcel)):
                self.fault(
                    "green over",
                    at_s,
                    str(self._green.parcel),
                    "right" if self.is_right(bag) else "wrong",
                )
                self._green = None
        self._missed.watch(view)
        if self._missed.due or self._waiting.bag or self._table.newly_counted:
            self.check(at_s, lamp, view)

    def _count(self) -> None:
        """Labels that came to count."""
        for paper, at_s in self._table.newly_counted:
            if not paper.bag:
                continue
            self._waiting.counted(paper, self.is_right, at_s)
            self._missed.counted(paper.bag, at_s)
        self._table.newly_counted.clear()

    def check(self, at_s: float, lamp: Signal, view: ViewSeen | None = None) -> None:
        """Whether a red or a green that is due has come."""
        if self._table.newly_counted:
            self._count()
        if self._waiting.bag:
            self._waiting.watch(self._table.alone(lying=view is not None), view, at_s, lamp)
        if self._missed.due:
            self._missed.check(at_s, lamp)

    # ---- the truth

    def is_right(self, bag: Bag) -> bool:
        return any(self._fit(bag.papers, paper.parcel) is Fit.RIGHT for paper in bag.papers)

    def _fits(self, bag: Bag, parcel: str) -> bool:
        return self._fit(bag.papers, parcel) is not Fit.NOT

    def _fit(self, papers: list[Paper], parcel: str) -> Fit:
        waybill_codes, list_codes = self._parcel_codes.get(parcel, (set(), set()))
        papers = [p for p in papers if p.kind is not Kind.MERGED]
        has_waybill = any(p.kind is Kind.WAYBILL and p.codes <= waybill_codes for p in papers)
        has_list = any(p.kind is Kind.CARGO_LIST and p.codes <= list_codes for p in papers)
        if not has_waybill or not has_list:
            return Fit.NOT
        is_pure = all(
            p.codes <= (waybill_codes if p.kind is Kind.WAYBILL else list_codes) for p in papers
        )
        return Fit.RIGHT if is_pure else Fit.THIRD

    def _foreign_was_read(self, bag: Bag, verdict: Verdict) -> bool:
        """A code that the book lacks is foreign only with one-frame pairing: waybills bear several
        (rules.md 5.4)."""
        own = set.union(*self._parcel_codes[str(verdict.parcel)])
        return any(
            mark.read_s <= verdict.at_s and mark.code not in own and self._is_label(mark.code)
            for paper in bag.papers
            if paper.kind is not Kind.MERGED
            for mark in paper.marks
        )

    def _is_label(self, code: str) -> bool:
        return code in self._roll.labels or (
            self._pairing is Pairing.ONE_FRAME and carrier_of(code) is not None
        )

    def _has_no_code_of(self, bag: Bag, parcel: str) -> bool:
        own = set.union(*self._parcel_codes[parcel])
        return all(paper.codes.isdisjoint(own) for paper in bag.papers)

    def _missing_piece(self, parcel: str, bags: list[Bag]) -> Paper | None:
        """A label in the hand that would make a bag at hand right."""
        for paper in self._table.loose:
            if any(self._fit([*bag.papers, paper], parcel) is not Fit.NOT for bag in bags):
                return paper
        return None

    def _has_cause(self, verdict: Verdict, at_s: float) -> bool:
        bags = self._at_hand(at_s, CAUSE_S)
        papers = [paper for bag in bags for paper in bag.papers] + self._table.loose
        # of whichever bag: the packer meant it
        papers += [self._missed.scan.paper] if self._missed.scan else []
        match verdict.kind:
            case VerdictKind.MISMATCH:
                carried = any(at_s - since_s <= CAUSE_S for _, since_s in self._carried)
                return (
                    carried
                    or any(not self.is_right(bag) for bag in bags)
                    or bool(self._table.loose)
                )
            case VerdictKind.UNKNOWN:
                second = {
                    code
                    for bag in bags
                    if self.is_right(bag)
                    for p in bag.papers
                    if p.counts
                    for code in p.codes
                }
                unknown = [label for label in verdict.labels if label.kind is Kind.UNKNOWN]
                return any(
                    label.by is ReadBy.SCANNER or label.code not in second for label in unknown
                )
            case VerdictKind.DUPLICATE:
                return not any(
                    bag.passed_s is not None for bag in bags
                ) or not self._roll.elsewhere.isdisjoint(verdict.parcels)
        parcels = {paper.parcel for paper in papers if paper.parcel}
        may_pass = all(
            self._roll.is_open(parcel) and self._roll.is_provable(parcel) for parcel in parcels
        )
        return not may_pass or self._is_stale(papers)

    def _is_stale(self, papers: list[Paper]) -> bool:
        labels = (self._roll.labels.get(code) for paper in papers for code in paper.codes)
        return any(label.stale for label in labels if label)

    def _at_hand(self, at_s: float, within_s: float) -> list[Bag]:
        near = self._table.at_hand
        just = [
            bag for bag in self._table.bags if at_s - max(bag.left_s, bag.scanned_s) <= within_s
        ]
        return near + [bag for bag in just if bag not in near]

    def _left_s(self) -> float:
        """When the bag that the green was for left; infinity while it is here."""
        return max(
            (inf if bag in self._table.at_hand else bag.left_s for bag in self._green_for),
            default=-inf,
        )

    def fault(self, what: str, at_s: float, about: str, proof: str = "") -> None:
        self.tally[f"{what} {proof}".rstrip()] += 1
        self.faults.append(Fault(what, at_s, about, proof))
