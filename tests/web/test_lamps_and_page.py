"""Lamps, buzzer and page never contradict each other: a real station, walked through all that it
can say."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from importlib.resources import files

import pytest

from samebag.core.bag.step import GREEN_FOR_S
from samebag.core.codes.badges import supervisor_code
from samebag.core.codes.merged import merged_code
from samebag.core.events import CommandGiven, DeviceBack, DeviceLost, ShiftBegan, TimePassed
from samebag.core.labels import PROOF_LIST, PROOF_WAYBILL, PROOF_WRONG_LIST, Command
from samebag.core.parcels import Standing
from samebag.core.rules import Prove, Rules
from samebag.core.verdicts import HOLDS, NoticeKind, ShowSignal, Signal, VerdictKind, in_shadow
from samebag.devices.lamps.patterns import FOREVER, PATTERNS
from samebag.outbound.door import SIGNALS, Stop
from samebag.ports import JobMoved, JobState, ProbationMoved, ScanRefused, StationEvent
from samebag.snapshot import Said, Snapshot
from samebag.station.loop import Station
from samebag.station.people import People
from samebag.station.snapshot_writer import Showing
from samebag.web.pages.faces import REFUSALS, Face, face_of
from samebag.web.rendering import Rendering
from samebag.web.texts import LANGUAGES, load_words
from samebag.words import screen
from samebag.words.faults import DEVICES
from tests.core.table import empty, scan, view
from tests.fakes import (
    FakeBook,
    FakeCamera,
    FakeLedger,
    FakePrinter,
    FakeScanner,
    FakeSignals,
    SnapshotList,
)

KEY = bytes(32)
NOON = datetime(2026, 2, 10, 12, 0, tzinfo=UTC)
WORDS, RENDER = load_words(), Rendering("en")
STRANGE = "RR473124829CN"  # a tracking number that no book here has
GO = {key for key in WORDS if key.startswith("next.match")} | {"face.ready", "face.match"}
STOP = {key for key in WORDS if re.match(rf"next\.({'|'.join(HOLDS)}|acknowledged|confirm)", key)}


def tone(signal: Signal) -> str:
    """The colour of the lamp that is lit alone."""
    green, red = bool(PATTERNS[signal].green.steps_ms), bool(PATTERNS[signal].red.steps_ms)
    return "both" if green and red else "green" if green else "red" if red else "dark"


class Desk:
    """A station, its lamps and its page; each event is followed by a look at all three."""

    def __init__(self, *, rules: Rules | None = None, camera: bool = False) -> None:
        names = [f"{n}{k}" for n in "ABCDEFG" for k in range(2)]
        self.book = FakeBook({name: (f"W{name}", f"L{name}") for name in names})
        for n, standing in STANDINGS.items():
            self.book.standings |= {f"{n}{k}": standing for k in range(2)}
        self.signals, self.file, self.ledger = FakeSignals(), SnapshotList(), FakeLedger()
        self.now_s, self.rules, self.printer = 0.0, rules or Rules(), FakePrinter()
        self.signals_seen, self.notices, self.kinds = set[Signal](), set[NoticeKind](), set[str]()
        self.showing = Showing(
            self.file,
            station="s1",
            shadow=self.rules.shadow,
            clock=self.clock,
            wall_clock=lambda: NOON,
        )
        self.station = Station(
            rules=self.rules,
            book=self.book,
            ledger=self.ledger,
            signals=self.signals,
            scanners=[FakeScanner()],
            camera=FakeCamera() if camera else None,
            printer=self.printer,
            asks_about=frozenset(),
            tellers=[self.showing],
            key=KEY,
            people=People(logout_s=60.0),
            clock=self.clock,
            seen=self.showing.seen,
        )
        self.station.start()

    def clock(self) -> float:
        return self.now_s

    def __call__(self, *events: StationEvent) -> Face:
        for event in events:
            shown = len(self.signals.shown)
            self.now_s = max(self.now_s, event.at_s)
            self.station.put(event)
            for _ in range(4):
                self.station.stop()
                self.station.run()
            face = self.agrees(self.signals.shown[shown:])
        return face

    def after(self, seconds: float) -> Face:
        return self(TimePassed(self.now_s + seconds))

    def agrees(self, new: list[ShowSignal]) -> Face:
        base, now = self.signals.base, self.file.written[-1]
        face = self.face()
        self.signals_seen |= {signal.signal for signal in (base, *new)}
        self.notices |= {
            NoticeKind(str(n["notice"])) for kind, _, n in self.ledger.notes if kind == "notice"
        }
        self.kinds.add(face.kind)
        for language in LANGUAGES:
            html = unescape(RENDER.html("face.html", language, face=face))
            said = {key for key in GO | STOP if f">{WORDS[key][language]}<" in html}
            lamps_and_page_agree(base, face, html, said)
            if any(signal.once and tone(signal.signal) == "red" for signal in new):
                a_red_blip_has_its_reason(now, face, html, language)
        return face

    def face(self) -> Face:
        return face_of(self.file.written[-1], self.now_s, self.book.parcel)


STANDINGS = {
    "C": Standing.PASSED,
    "D": Standing.CANCELLED,
    "E": Standing.CHANGED,
    "F": Standing.BARRED,
}


def lamps_and_page_agree(base: ShowSignal, face: Face, html: str, said: set[str]) -> None:
    lamps = tone(base.signal)
    assert ("is-match" in html) is (lamps == "green"), (base, face)
    assert ("is-hold" in html) is (lamps == "red"), (base, face)
    if lamps == "both" and base.signal is not Signal.READY:
        assert (
            face.kind
            in {Signal.FAULT: ("fault", "prove"), Signal.CROWDED: ("crowded",)}[base.signal]
        )
    assert not said & (STOP if lamps != "red" else GO), said
    if base.signal is not Signal.READY:
        assert not said & {"face.ready"}
        assert not re.search(
            f">({screen.CLEARED.en}|{screen.CLEARED.zh}|{screen.PROVEN.en}|{screen.PROVEN.zh})<",
            html,
        )
    if lamps == "red":
        assert bool(face.then or face.proves) is not base.quiet, (
            "the button is asked for as long as it is not pressed"
        )
        assert face.judged
        assert all(label.code in html for label in face.judged.labels) or face.proves
        assert any(about.about == "wanted" for about in face.notices) or "next.mismatch" not in said
    if PATTERNS[base.signal].buzzer.times == FOREVER and not base.quiet:
        assert "is-hold" in html


def a_red_blip_has_its_reason(now: Snapshot, face: Face, html: str, language: str) -> None:
    assert now.refused
    reasons = (getattr(now.refused, language), *(label.code for label in now.refused.labels))
    assert any(reason in html for reason in reasons), (now.refused, html)
    assert face.kind in {*REFUSALS.values(), *HOLDS, Signal.MATCH, "fault", "prove", "crowded"}, (
        face
    )


# ---- all that can be judged, and what comes after


Scene = Callable[[int, float], tuple[StationEvent, ...]]


def pair(waybill: str, cargo_list: str) -> Scene:
    return lambda n, at_s: (scan(f"W{waybill}{n}", at_s), scan(f"L{cargo_list}{n}", at_s + 0.3))


SCENES: dict[str, Scene] = {
    VerdictKind.MATCH: pair("A", "A"),
    VerdictKind.MISMATCH: pair("A", "B"),
    VerdictKind.UNKNOWN: lambda n, at_s: (scan(f"{STRANGE}", at_s),),
    VerdictKind.DUPLICATE: pair("C", "C"),
    VerdictKind.CANCELLED: pair("D", "D"),
    VerdictKind.CHANGED: pair("E", "E"),
    VerdictKind.BARRED: pair("F", "F"),
    VerdictKind.INCOMPLETE: lambda n, at_s: (scan(f"WG{n}", at_s), TimePassed(at_s + 6.0)),
    "lone unknown": lambda n, at_s: (scan("HELLOWORLD", at_s),),
    "half a bag, then an unknown": lambda n, at_s: (
        scan(f"WG{n}", at_s),
        scan("HELLOWORLD", at_s + 0.3),
    ),
    "refused": lambda n, at_s: (ScanRefused("no Enter came", at_s),),
    "nameless": lambda n, at_s: (scan("420100011234", at_s),),
    "paper of our own": lambda n, at_s: (scan("SL|ORD-7003", at_s), scan("SH|S1|2", at_s + 0.2)),
    "forged badge": lambda n, at_s: (scan(supervisor_code("WANG", b"another key"), at_s),),
    "recall": pair("A", "C"),
    "fault": lambda n, at_s: (DeviceLost("printer", "no paper", "put in a roll", at_s),),
}
CLEARINGS: dict[str, Callable[[float], tuple[StationEvent, ...]]] = {
    "at once": lambda at_s: (),
    "acknowledged": lambda at_s: (CommandGiven(Command.CLEAR, at_s), DeviceBack("printer", at_s)),
    "later": lambda at_s: (
        TimePassed(at_s + 7.0),
        CommandGiven(Command.CLEAR, at_s + 7.5),
        TimePassed(at_s + 9.0),
    ),
}


@pytest.mark.parametrize("clearing", CLEARINGS)
def test_no_two_verdicts_in_a_row_make_lamps_buzzer_and_page_contradict_each_other(
    clearing: str,
) -> None:
    assert set(VerdictKind) <= set(SCENES)
    walked, faces, signals = set[tuple[str, ...]](), set[str](), set[Signal]()
    for one, other in itertools.product(SCENES.values(), repeat=2):
        desk = Desk()
        desk(*one(0, 1.0))
        desk(
            *CLEARINGS[clearing](desk.now_s + 0.2),
            *other(1, desk.now_s + 0.4 if clearing != "later" else 20.0),
        )
        desk.after(GREEN_FOR_S - 0.1)
        desk(*CLEARINGS["later"](desk.now_s))
        walked |= {tuple(str(verdict.kind) for verdict in desk.ledger.verdicts)}
        faces |= desk.kinds
        signals |= desk.signals_seen
    assert signals >= {
        *map(Signal, HOLDS),
        Signal.MATCH,
        Signal.INCOMPLETE,
        Signal.FAULT,
        Signal.READY,
    }
    assert faces >= {
        *HOLDS,
        "match",
        "incomplete",
        "no-label",
        "scan-again",
        "fault",
        "ready",
        "reading",
    }
    if clearing == "later":
        assert walked >= {(a, b) for a in VerdictKind for b in VerdictKind}


# ---- each sentence, where it was wrong or could be


def test_a_code_that_is_no_label_is_told_as_such_and_not_with_put_a_bag_down() -> None:
    face = Desk()(scan("HELLOWORLD", 1.0))
    assert (face.kind, face.refused and face.refused.about) == ("no-label", "unknown")


def test_the_green_of_a_chains_last_bag_is_green_on_the_page() -> None:
    desk = Desk()
    desk(*SCENES["mismatch"](0, 1.0), CommandGiven(Command.CLEAR, 3.0), *pair("B", "A")(0, 4.0))
    desk(CommandGiven(Command.CLEAR, 6.0), *pair("A", "A")(0, 7.0))
    face = desk(*pair("B", "B")(0, 13.0))
    assert face.kind == "match"
    assert face.said and face.said.en == "Settled: A0、B0"
    assert desk(*SCENES["duplicate"](0, 14.0)).kind == "duplicate"


def test_what_to_do_with_a_mismatch_follows_what_is_known_of_the_other_bag() -> None:
    desk = Desk()
    assert desk(*pair("A", "B")(0, 1.0)).next("") == "mismatch"
    found = desk(CommandGiven(Command.CLEAR, 3.0), *pair("B", "A")(0, 4.0))
    assert (found.next(""), found.then) == ("mismatch-exchange", "confirm")
    assert [notice.about for notice in found.notices] == ["exchange"]
    left = Desk()(*SCENES["recall"](0, 1.0))
    assert left.next("") == "mismatch-recall"


def test_of_a_chain_of_three_only_what_is_still_missing_is_looked_for() -> None:
    desk = Desk()
    desk(*pair("A", "B")(0, 1.0), CommandGiven(Command.CLEAR, 3.0))
    (notice,) = desk(*pair("B", "G")(0, 9.0)).notices
    assert notice.en == "Wanted A0 / B0 / G0: find the bag with cargo list LA0 or waybill LXG0CN"


@pytest.mark.parametrize("scene", [kind for kind in SCENES if kind in HOLDS])
def test_a_held_bag_has_a_place_before_and_after_the_button(scene: str) -> None:
    desk = Desk(camera=True)
    desk(view("", 0.1, occupied=False), *SCENES[scene](0, 1.0))
    codes = " ".join(label.code for label in desk.face().judged.labels)  # type: ignore[union-attr]
    desk(view(codes, 2.0))
    assert desk.face().then == ("confirm" if scene == "cancelled" else "confirm-box")
    face = desk(CommandGiven(Command.CLEAR, 2.1))
    assert face.acknowledged
    assert face.next("") == ("cancelled" if scene == "cancelled" else "acknowledged")
    assert all("red box" in WORDS[key]["en"] for key in ("next.acknowledged", "next.confirm-box"))


def test_every_notice_fault_and_proof_agrees_with_the_lamps() -> None:
    desks = [
        proof(),
        watched(),
        never_bare(),
        sealed(),
        slow(),
        faults(),
        printed(),
        slipped(),
        shadowed(),
    ]
    seen = {signal for desk in desks for signal in desk.signals_seen}
    seen |= {Signal(scene) for scene in SCENES if scene in HOLDS}  # by the walk above
    assert seen == set(Signal)
    assert {notice for desk in desks for notice in desk.notices} == set(NoticeKind)
    assert not {tone(signal) for signal in SIGNALS.values()} & {"green"}  # the door's lamps
    assert set(SIGNALS) == set(Stop)


def proof() -> Desk:
    desk = Desk(rules=Rules(prove=Prove.SHIFT))
    assert desk(ShiftBegan(0.5)).kind == "prove"
    desk(scan(PROOF_WAYBILL, 1.0), scan(PROOF_LIST, 1.3), TimePassed(7.0))
    red = desk(scan(PROOF_WAYBILL, 12.0), scan(PROOF_WRONG_LIST, 12.3))
    assert red.proves
    desk(CommandGiven(Command.CLEAR, 13.0), TimePassed(20.0), *pair("A", "A")(0, 21.0))
    return desk


def watched() -> Desk:
    """Over a camera: two bags at once, before and after its table was seen bare."""
    desk = Desk(camera=True)
    frames = [view("WA0 LA0 WB0 LB0", 1 + k / 4) for k in range(40)]
    desk(
        *frames, empty(12.0), empty(13.0), *[view("WA0 LA0 WB0 LB0", 14 + k / 4) for k in range(40)]
    )
    return desk


def never_bare() -> Desk:
    desk = Desk(camera=True)
    desk(*(view("WB0", 1 + k / 4) for k in range(5)), *(view("", 2.5 + k / 4) for k in range(30)))
    face = desk(*(view("WA0 LA0", 10 + k / 4) for k in range(40)))
    assert (face.kind, face.said and face.said.about) == ("crowded", "bare-unknown")
    return desk


def sealed() -> Desk:
    desk = Desk(rules=Rules(confirm_label=True), camera=True)
    desk(
        empty(0.1),
        *(view("WA0 LA0", 1 + k / 4) for k in range(4)),
        empty(3.0),
        empty(6.0),
        empty(9.0),
    )
    assert "unsealed" in desk.kinds
    desk(
        *(view("WB0 LB0", 12 + k / 4) for k in range(4)),
        scan(merged_code("B0", 2, 1, KEY), 13.5),
        empty(15.0),
    )
    return desk


def slow() -> Desk:
    """The match before comes back from the disk when the next bag is red."""
    desk = Desk()
    desk.ledger.disk_works = None
    desk(*pair("A", "A")(0, 1.0), *pair("B", "G")(0, 8.0))
    desk.ledger.disk_works = True
    desk.ledger.commit()
    face = desk.after(0.1)
    assert (face.kind, face.judged and face.judged.parcels) == ("mismatch", ("B0", "G0"))
    return desk


def faults() -> Desk:
    desk = Desk()
    for at_s, device in enumerate(DEVICES, start=1):
        desk(
            DeviceLost(device, "no paper", "put in a roll", float(at_s)),
            scan("HELLOWORLD", at_s + 0.5),
        )
    desk(*(DeviceBack(device, 20.0) for device in DEVICES), *pair("A", "A")(0, 21.0))
    desk(ProbationMoved(22.0, "12:30"), *pair("D", "D")(0, 23.0), ProbationMoved(24.0, ""))
    return desk


def printed() -> Desk:
    """Its label is withdrawn, and asked about, under the very green."""
    desk = Desk()
    desk(*pair("A", "A")(0, 1.0))
    told = desk(JobMoved(7, JobState.WITHDRAWN, 2.0, *screen.MEANWHILE[Standing.CANCELLED]))
    assert (told.kind, told.next("match")) == ("match", "match-note")
    desk.after(GREEN_FOR_S)
    assert desk.face().kind == "withdrawn"
    desk(JobMoved(8, JobState.ASKED, 8.0, "paper out"), CommandGiven(Command.PRINT_AGAIN, 9.0))
    desk(
        scan(supervisor_code("WANG", KEY), 10.0),
        CommandGiven(Command.CLEAR, 11.0),
        *pair("D", "D")(0, 12.0),
    )
    return desk


def slipped() -> Desk:
    desk = Desk()
    desk(*pair("A", "B")(0, 1.0), CommandGiven(Command.CLEAR, 3.0), *pair("B", "C")(0, 9.0))
    return desk


def shadowed() -> Desk:
    desk = Desk(rules=Rules(shadow=True))
    for at_s, scene in enumerate(SCENES.values()):
        desk(*scene(0, 1.0 + 20 * at_s))
    assert not {now.refused.about for now in desk.file.written if now.refused} & set(VerdictKind)
    assert desk.signals_seen <= {in_shadow(ShowSignal(signal)).signal for signal in Signal} | {
        Signal.OFF
    }
    return desk


# ---- a new verdict has a face


def test_only_a_match_is_painted_green_and_only_a_held_bag_red() -> None:
    css = files("samebag.web").joinpath("static/pages.css").read_text("utf-8")
    assert re.findall(r"^(.+) \{ --bg: var\(--good\)", css, re.MULTILINE) == [".is-match"]
    assert re.findall(r"^(.+) \{ --bg: var\(--bad\)", css, re.MULTILINE) == [".is-hold"]


def test_each_verdict_has_a_signal_a_word_and_an_outline_of_its_own() -> None:
    assert {str(signal) for signal in HOLDS} == {str(kind) for kind in VerdictKind} - {
        "match",
        "incomplete",
    }
    assert {tone(Signal(kind)) for kind in HOLDS} == {"red"}
    drawn = {shape_of(kind) for kind in (*VerdictKind, "ready")}
    assert len(drawn) == len(VerdictKind) + 1
    assert {
        f"{table}.{kind}" for kind in VerdictKind for table in ("face", "verdict", "lamps")
    } <= set(WORDS)
    assert {f"face.{kind}" for kind in REFUSALS.values()} <= set(WORDS)


def shape_of(kind: str) -> str:
    html = RENDER.html("face.html", "en", face=Face(kind, refused=Said(kind, "", "", 0.0)))
    return html.partition("<svg")[2].partition("</svg>")[0]
