"""What happens at the station, as lines of the journal."""

from __future__ import annotations

from samebag.core.codes.badges import badge_in
from samebag.core.events import (
    CodeScanned,
    CommandGiven,
    Device,
    DeviceBack,
    DeviceLost,
    ShiftBegan,
)
from samebag.core.verdicts import Action, GiveNotice, RecordVerdict
from samebag.core.words import Words
from samebag.journal import Journal, JournalEvent
from samebag.ports import (
    EvidenceSaved,
    JobMoved,
    JobState,
    ProbationMoved,
    ScanRefused,
    StationEvent,
    SymbologyOff,
    WaitLasts,
)
from samebag.station.flapping import Flapping

NAMED = 10  # parcels in a line's field; the ledger has all
STORES = frozenset(device for device in Device if device.is_file)

JOBS = {JobState.ASKED: JournalEvent.JOB_ASKED, JobState.WITHDRAWN: JournalEvent.JOB_WITHDRAWN}


class JournalTeller:
    """Changes of state only; single reads and views would drown them, and so would a device that
    flaps."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._flapping = Flapping()
        self._devices: dict[str, tuple[JournalEvent, Words]] = {}  # as each is now

    def beat(self, at_s: float) -> None:
        """Now and then: a device that flapped and stays as it is now is told."""
        for device, untold in self._flapping.settled(at_s):
            event, words = self._devices[device]
            self._journal.say(event, _after(words.en, untold))

    def told(self, about: StationEvent | Action, words: Words) -> None:
        say = self._journal.say
        match about:
            case RecordVerdict(verdict, head):
                say(
                    JournalEvent(verdict.kind),
                    words.en,
                    verdict=verdict.kind,
                    parcel=verdict.parcel or "",
                    bag=verdict.bag,
                    proof=verdict.proof or "",
                    head=head,
                )
                if verdict.passes and verdict.check:
                    say(JournalEvent.WARNED, words.en, parcel=verdict.parcel or "", bag=verdict.bag)
            case GiveNotice(notice, bag, _, parcels):
                say(JournalEvent(notice), words.en, parcel=" ".join(parcels[:NAMED]), bag=bag)
            case WaitLasts(wait=wait):
                say(
                    JournalEvent.WAITS,
                    words.en,
                    parcel=wait.parcel or "",
                    bag=wait.bag,
                    waits=wait.waits,
                )
            case ProbationMoved():
                say(JournalEvent.PROBATION, words.en)
            case ShiftBegan():
                say(JournalEvent.UNPROVEN, words.en)
            case CodeScanned() if badge_in(about.code, b""):
                say(JournalEvent.BADGE, words.en)
            case CodeScanned() | CommandGiven():
                say(JournalEvent.SCAN_REFUSED, words.en)
            case DeviceLost(device, reason, at_s=at_s):
                lost = JournalEvent.STORE_FAULT if device in STORES else JournalEvent.DEVICE_LOST
                self._moved(device, reason, at_s, lost, words)
            case DeviceBack(device, at_s):
                self._moved(device, "", at_s, JournalEvent.DEVICE_BACK, words)
            case ScanRefused(reason):
                say(JournalEvent.SCAN_REFUSED, f"{words.en}: {reason}")
            case SymbologyOff():
                say(JournalEvent.SYMBOLOGY_OFF, words.en)
            case EvidenceSaved(bag, path, sha256):
                say(JournalEvent.EVIDENCE, f"{path} sha256 {sha256}", bag=bag)
            case JobMoved(_, state):
                say(JOBS.get(state, JournalEvent.JOB_MOVED), words.en)

    def _moved(
        self, device: str, state: str, at_s: float, event: JournalEvent, words: Words
    ) -> None:
        self._devices[device] = event, words
        untold = self._flapping.moved(device, state, at_s)
        if untold is not None:
            self._journal.say(event, _after(words.en, untold))


def _after(words: str, untold: int) -> str:
    return f"{words}; {untold} changes before it were not told" if untold else words
