"""``samebag incident``: who is affected, certainly, possibly or not, where each is, and what is
written about it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from samebag.aftersales.incident.affected import Swap, judge, spread
from samebag.aftersales.incident.history import Evidence, ParcelHistory
from samebag.aftersales.incident.letters import load_letters
from samebag.aftersales.incident.lists import reship_numbers
from samebag.aftersales.incident.why import LEVELS, WORDS, Why
from samebag.aftersales.sources import opened
from samebag.cli import main
from samebag.core.labels import Kind
from samebag.core.verdicts import LabelRead, Proof, ReadBy, Verdict, VerdictKind
from samebag.ports import StoreError
from samebag.store.ledger.by_day import Recorded
from tests.aftersales.house import House, order, waybill


def judged(house: House, scope: str = "", swaps: tuple[Swap, ...] = ()) -> dict[str, str]:
    with house.sources() as sources:
        evidence = Evidence(sources)
        parcels = spread(set(scope), swaps, evidence.of, evidence.beside)
        return {f.parcel: f"{f.level}: {f.why}" for f in judge(parcels, swaps, evidence.of)}


def swapped(house: House, a: str, b: str, **how: Any) -> None:
    house.seen(waybill(a), order(b), **how)


def packed(house: House, *parcels: str, **how: Any) -> None:
    for parcel in parcels:
        house.seen(waybill(parcel), order(parcel), **how)


def test_a_swap_that_was_stopped_and_mended_affects_nobody(house: House) -> None:
    swapped(house, "A", "B")
    swapped(house, "B", "A")
    packed(house, "A", "B")
    assert judged(house, "A") == dict.fromkeys("AB", "not affected: mended")


def test_a_match_by_one_code_in_two_places_is_no_proof_for_its_parcel() -> None:
    def found(waybills: str, lists: str) -> str:
        kinds = ((Kind.WAYBILL, waybills), (Kind.CARGO_LIST, lists))
        labels = tuple(
            LabelRead(kind, code, ReadBy.CAMERA) for kind, codes in kinds for code in codes.split()
        )
        verdict = Verdict(VerdictKind.MATCH, 1, 0.0, labels, "P", ("P",), Proof.ONE_FRAME)
        match = Recorded(1, "2026-11-11T14:03:00.000+08:00", verdict, "s", "h")
        return str(judge("P", (), lambda parcel: ParcelHistory(parcel, match))[0].why)

    assert {found("LX", "LX"), found("LX LP", "LX"), found("LX", "LX ORD")} == {"one-code"}
    assert {found("LX", "ORD"), found("LX LP", "LX ORD")} == {"one-frame"}


def test_a_stopped_bag_whose_partner_had_passed_makes_the_partner_certain(house: House) -> None:
    packed(house, "B")
    swapped(house, "A", "B")
    assert judged(house, "A") == {"B": "certain: recalled", "A": "possible: wanted"}
    packed(house, "A")
    assert judged(house, "A") == {"B": "certain: recalled", "A": "not affected: mended"}


def test_a_recall_that_a_supervisor_ended_is_still_to_be_looked_into(house: House) -> None:
    packed(house, "B")
    swapped(house, "A", "B")
    house.ended_warnings()
    assert judged(house, "B") == {"B": "possible: recall-ended", "A": "possible: wanted"}


def test_a_foreign_label_beside_a_green_bag_is_a_doubt_until_its_own_bag_passes(
    house: House,
) -> None:
    house.seen_beside("A", order("B"))
    assert judged(house, "A") == {"A": "possible: foreign-label"}
    packed(house, "B")
    assert judged(house, "A") == {"A": "not affected: one-frame"}


def test_stations_are_judged_together(house: House) -> None:
    other = House(house.folder / "other")
    other.now += timedelta(hours=1)
    swapped(house, "A", "B")
    packed(other, "A")
    swapped(other, "C", "A")
    paths = {name: house.folder / f"{name}.db" for name in ("book", "dispatch", "shipments")}
    ledgers = [house.folder / "ledger.db", other.folder / "ledger.db"]
    with opened(
        ledgers, book=paths["book"], door=paths["dispatch"], told=paths["shipments"]
    ) as sources:
        evidence = Evidence(sources)
        parcels = spread("B", (), evidence.of, evidence.beside)
        found = {f.parcel: (f.why, f.chain) for f in judge(parcels, (), evidence.of)}
    assert found == {
        "A": (Why.RECALLED, ("B", "C")),
        "B": (Why.WANTED, ("A", "C")),
        "C": (Why.WANTED, ("A", "B")),
    }


def test_what_the_station_saw_in_its_shadowing_week_left_as_it_was_seen(house: House) -> None:
    swapped(house, "A", "B", shadow=True)
    house.scanned(waybill("C"), order("D"))
    assert judged(house, "AC") == {
        "A": "certain: shadow",
        "B": "certain: shadow",
        "C": "possible: wanted",
        "D": "possible: wanted",
    }


def test_only_one_picture_of_both_labels_clears_a_parcel_that_somebody_asks_about(
    house: House,
) -> None:
    packed(house, "A")
    house.scanned(waybill("B"), order("B"))
    packed(house, "C", unread=1)
    assert judged(house, "ABCD") == {
        "C": "possible: unread",
        "B": "possible: weak-proof",
        "D": "possible: not-passed",
        "A": "not affected: one-frame",
    }


def test_labels_of_a_roll_that_slipped_are_possible_until_each_passed_in_one_picture(
    house: House,
) -> None:
    swapped(house, "A", "B")
    swapped(house, "B", "C")
    packed(house, "D")
    house.scanned(waybill("E"), order("E"))
    found = judged(house, "DEF")
    assert found == {
        "E": "possible: slipped",
        "F": "possible: slipped",
        "D": "not affected: one-frame",
    }


def test_a_complaint_names_its_partner_follows_the_chain_and_asks_the_neighbours_of_its_loose_end(
    house: House,
) -> None:
    for parcel in "ABC":
        house.scanned(waybill(parcel), order(parcel))
    packed(house, "D")
    assert judged(house, swaps=(Swap("A", "B"),)) == {
        "A": "certain: complained",
        "B": "certain: goods-elsewhere",
        "C": "possible: weak-proof",
        "D": "not affected: one-frame",
    }
    closed = (Swap("A", "B"), Swap("B", "C"), Swap("C", "A"))
    assert judged(house, swaps=closed) == dict.fromkeys("ABC", "certain: complained")
    assert judged(house, swaps=(Swap("A"),))["B"] == "possible: weak-proof"


def test_chains_run_through_stopped_bags_and_complaints_alike(house: House) -> None:
    swapped(house, "B", "C")
    with house.sources() as sources:
        evidence, swaps = Evidence(sources), (Swap("A", "B"),)
        found = {
            f.parcel: f
            for f in judge(spread((), swaps, evidence.of, evidence.beside), swaps, evidence.of)
        }
    assert {name: finding.chain for name, finding in found.items()} == {
        "A": ("B", "C"),
        "B": ("A", "C"),
        "C": ("A", "B"),
    }


def test_every_reason_has_words_in_both_languages_and_a_letter_where_something_is_owed() -> None:
    assert set(WORDS) == set(Why)
    letters, owing = (
        load_letters("wrong-goods"),
        {why for why, level in LEVELS.items() if level == "certain"},
    )
    assert set(letters.zh.what) == set(letters.en.what) == owing


# ---- the command


def said(
    house: House, capsys: pytest.CaptureFixture[str], *given: str
) -> tuple[int, dict[str, Any], dict[str, Any]]:
    done = main(["incident", *given, "--settings", str(house.settings), "--json"])
    *findings, counts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return done, {finding["parcel"]: finding for finding in findings}, counts


def test_window_packer_and_roll_narrow_each_other(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    packed(house, "A", packer="LI WEI")
    packed(house, "B", packer="CHEN JIE")
    packed(house, "C", "D", packer="LI WEI")

    def named(*given: str) -> str:
        return "".join(sorted(said(house, capsys, *given, "--all")[1]))

    assert named("--from", "2026-02-10T12:02") == "BCD"
    assert named("--from", "2026-02-10", "--to", "2026-02-10T12:03") == "ABC"
    assert named("--packer", "LI WEI", "--to", "2026-02-10T12:03") == "AC"
    assert named("--roll", "roll.csv", "--places", "2-5") == "BCDE"
    assert named("--roll", "roll.csv", "--places", "2-5", "--packer", "LI WEI") == "CD"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ((), "give --from/--to, --packer, --roll with --places, or complaints"),
        (("--roll", "roll.csv"), "must be an order file's name and places 1-200"),
        (
            ("--roll", "roll.csv", "--places", "5-2"),
            "must be an order file's name and places 1-200",
        ),
    ],
)
def test_a_scope_that_says_nothing_is_refused(
    house: House, capsys: pytest.CaptureFixture[str], given: tuple[str, ...], fault: str
) -> None:
    assert main(["incident", *given, "--settings", str(house.settings)]) == 2
    assert fault in capsys.readouterr().err


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_the_folder_holds_what_is_to_be_done_and_is_written_once(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    for parcel in "ABCD":
        house.scanned(waybill(parcel), order(parcel))
    house.exported("A", "B")
    house.dispatched("A")
    list_path = house.folder / "complaints.csv"
    list_path.write_text(
        f"order,received,wish\n{order('A')},{order('B')},\n{waybill('D')} 收到 C 的货,"
        f" 退款\nnobody,{order('A')}\n",
        encoding="gb18030",
    )
    out = house.folder / "incident"
    done, findings, counts = said(house, capsys, "--complaints", str(list_path), "--out", str(out))
    assert done == 1  # one line names nobody
    assert (counts["certain"], counts["refused"], counts["out"]) == (4, 1, str(out))
    assert {name: found["where"] for name, found in findings.items()} == {
        "A": "dispatched",
        "B": "exported",
        "C": "passed",
        "D": "passed",
    }
    assert [
        (row["order"], row["replaces"], row["sku"], row["quantity"])
        for row in table(out / "reship.csv")
    ] == [
        (f"{order('A')}-RE", order("A"), "SKU-A", "1"),
        (f"{order('B')}-RE", order("B"), "SKU-B", "1"),
    ]
    assert [
        (row["parcel"], row["refund"], row["freight_en"]) for row in table(out / "refund.csv")
    ] == [("D", "full", "We pay the return freight.")]
    recall = {row["parcel"]: row for row in table(out / "recall.csv")}
    # its goods are with D's buyer, its bag may be in the house
    assert "fetch it back" in recall["C"]["todo_en"]
    assert recall["A"]["todo_en"] == "is with its buyer"
    assert recall["B"]["picture"] == "/evidence/bag-2.jpg"
    letters = sorted(path.name for path in (out / "letters").iterdir())
    assert letters == [
        f"{n:03}-{order(p)}.{lang}.txt" for n, p in enumerate("ADB", 1) for lang in ("en", "zh")
    ]
    assert "no buyer's name or address" in (out / "CONTENTS.txt").read_text("utf-8")
    proof = json.loads((out / "findings.json").read_bytes())[0]["entries"][0]
    assert proof["kind"] == "match" and len(proof["hash"]) == 64

    assert (
        main(
            ["incident", "--complaint", "A,B", "--settings", str(house.settings), "--out", str(out)]
        )
        == 1
    )
    assert "is there already" in capsys.readouterr().err


def test_a_letter_with_a_gap_leaves_no_folder_behind(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    packed(house, "A", "B")
    house.settings.write_text(
        f'[storage]\ndirectory = "{house.folder}"\n[store]\nchannel = "messages"\n'
    )
    out = house.folder / "incident"
    done = main(
        [
            "incident",
            "--complaint",
            "A received B",
            "--settings",
            str(house.settings),
            "--out",
            str(out),
        ]
    )
    assert done == 2
    assert (
        "parcel A: letter: [zh] store lacks $store: set store.name in the settings;"
        " nothing was written" in (capsys.readouterr().err)
    )
    assert not [path.name for path in house.folder.iterdir() if "incident" in path.name]


def test_a_number_for_a_second_shipment_is_never_given_twice() -> None:
    assert reship_numbers(["1234", "1234", "77-RE", "77-RE9"]) == [
        "1234-RE",
        "1234-RE2",
        "77-RE2",
        "77-RE10",
    ]


def test_what_passed_counts_as_gone_only_when_a_person_says_so(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    packed(house, "B")
    swapped(house, "A", "B")
    for given, letters in ((("--gone",), 2), ((), 0)):
        out = house.folder / f"incident{letters}"
        said(house, capsys, "--from", "2026", "--out", str(out), *given)
        assert len([*out.glob("letters/*")]) == letters


def test_what_is_removed_beside_the_chain_hides_nobody(house: House) -> None:
    packed(house, "B", "C")
    swapped(house, "A", "B")
    before = judged(house, "ABC")
    with closing(sqlite3.connect(house.folder / "ledger.db")) as db, db:
        assert db.execute("DELETE FROM code_read").rowcount > 0
    assert judged(house, "ABC") == before
    with closing(sqlite3.connect(house.folder / "ledger.db")) as db, db:
        db.execute("DELETE FROM passed WHERE parcel = 'C'")
    with pytest.raises(
        StoreError, match="its tables are not what its entries say: samebag verify names the fault"
    ):
        judged(house, "ABC")


def test_a_window_tells_of_each_parcel_once_the_gravest_first(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    packed(house, "D", "B", "C")
    house.scanned(waybill("E"), order("E"))
    swapped(house, "A", "B")
    _, found, total = said(house, capsys, "--from", "2020", "--to", "2030")
    assert (list(found), total["not affected"], total["parcels"]) == (["B", "A", "E"], 2, 5)
    _, found, _ = said(house, capsys, "--from", "2020", "--to", "2030", "--all")
    assert [(parcel, line["why"]) for parcel, line in found.items()] == [
        ("B", "recalled"),
        ("A", "wanted"),
        ("E", "weak-proof"),
        ("D", "one-frame"),
        ("C", "one-frame"),
    ]
