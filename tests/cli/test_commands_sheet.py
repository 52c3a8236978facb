"""``samebag commands``: what it prints is read back by scanner and camera, and is what the station
takes it for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageOps

from samebag.bench.virtual_printer import Machine, MachineFault, VirtualPrinter
from samebag.core.codes.badges import Badge, badge_in
from samebag.core.events import CodeScanned, CommandGiven
from samebag.core.labels import PROOF_LABELS, PROOF_LIST, PROOF_WAYBILL, PROOF_WRONG_LIST, Command
from samebag.devices.scanner.framer import whole_scan
from samebag.label.profiles import profiles
from samebag.label.raster import draw
from samebag.label.sheet import (
    COMMANDS,
    PROOFS,
    STATIONS,
    Card,
    Ink,
    packer_card,
    page_card,
    pages,
    slip,
    supervisor_card,
)
from samebag.store.key import load_key
from samebag.vision.reader import Reader
from tests.vision.pictures import Gray, noisy, put, table

from .daemon import refused, samebag

KEY = bytes(32)
LONGEST = "W" * 24
CARDS = [
    *COMMANDS.values(),
    *PROOFS,
    packer_card("LI"),
    packer_card(LONGEST),
    supervisor_card("ZHANG SAN", KEY),
]
LONGEST_BADGE = supervisor_card(LONGEST, KEY)
WIDTHS = sorted({profile.width_dots for profile in profiles().values()})
# hardware/optics.md: pixels a millimetre over 40 cm of table; 8 dots a millimetre
CAMERA_PX_DOT = 4.4 / 8


def by_scanner(picture: Image.Image) -> list[str]:
    code128 = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128])
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=code128, try_downscale=False)
    return sorted(code.text for code in found)


def by_camera(picture: Image.Image) -> list[str]:
    """As it lies on the table for half a second, under a camera that hangs as it should."""
    paper = picture.convert("L")
    width, height = (round(side * CAMERA_PX_DOT) for side in paper.size)
    drawn: Gray = np.asarray(paper.resize((width, height), Image.Resampling.BOX))
    frame, reader = put(table(0, width + 200, height + 200), drawn, 100, 100), Reader()
    seen = [reader.frame(noisy(frame, k), k / 15) for k in range(8)]
    return sorted(sighting.code for sighting in seen[-1].sightings)


@pytest.mark.parametrize("width_dots", WIDTHS)
@pytest.mark.parametrize("card", [*CARDS, LONGEST_BADGE], ids=lambda card: card.title)
def test_every_slip_is_read_by_scanner_and_the_bars_are_whole_dots(
    card: Card, width_dots: int
) -> None:
    paper = slip(card, width_dots)
    assert by_scanner(draw(paper)) == sorted(card.codes)
    assert paper.width_dots == width_dots
    assert {
        block.symbol.module_dots >= 2 for block in paper.blocks if hasattr(block, "symbol")
    } == {True}


@pytest.mark.parametrize("card", PROOFS, ids=lambda card: card.title)
def test_the_camera_sees_both_codes_of_a_proof_card_in_one_view(card: Card) -> None:
    slips = [draw(slip(card, width_dots)) for width_dots in WIDTHS]
    assert [by_camera(paper) for paper in (*slips, page_card(card, 1520))] == (len(WIDTHS) + 1) * [
        sorted(card.codes)
    ]


def test_a_station_needs_one_page_and_letter_paper_loses_nothing_of_it() -> None:
    [sheet] = pages([*STATIONS, *PROOFS])
    assert sheet.size == (210 * 8, 297 * 8)
    inked = ImageOps.invert(sheet.convert("L")).getbbox()
    assert inked
    left, top, right, bottom = (edge / 8 for edge in inked)
    assert (left, 210 - right) == (10, 10)
    assert top >= (297 - 279.4) / 2 + 5, "centred on Letter, of which a printer leaves 5 mm white"
    assert bottom <= 279.4 - 5, "or laid to its top"


def test_cut_out_of_a_page_every_card_is_read_and_the_proof_cards_have_their_colours() -> None:
    cards = [*CARDS, LONGEST_BADGE]
    for card in cards:
        assert by_scanner(page_card(card, 1520)) == sorted(card.codes)
    sheets = pages(cards)
    assert len(sheets) == 2
    colours = {colour for sheet in sheets for _, colour in sheet.getcolors(1000) or []}
    assert {Ink.GREEN.value, Ink.RED.value} <= colours


def test_the_station_takes_each_code_for_what_its_card_says() -> None:
    assert {command: whole_scan(COMMANDS[command].codes[0], 1.0) for command in Command} == {
        command: CommandGiven(command, 1.0) for command in Command
    }
    good, bad = PROOFS
    assert (good.codes, bad.codes) == (
        (PROOF_WAYBILL, PROOF_LIST),
        (PROOF_WAYBILL, PROOF_WRONG_LIST),
    )
    labels = [[PROOF_LABELS[code].parcels for code in card.codes] for card in PROOFS]
    assert [bool(waybill & cargo_list) for waybill, cargo_list in labels] == [True, False]
    for name in ("LI", LONGEST):
        for card, badge in (
            (packer_card(name), Badge(name, False)),
            (supervisor_card(name, KEY), Badge(name, True)),
        ):
            scan = whole_scan(card.codes[0], 1.0)
            assert isinstance(scan, CodeScanned)
            assert badge_in(scan.code, KEY) == badge
            assert badge_in(scan.code, b"another key") == Badge(
                name, badge.supervisor, genuine=not badge.supervisor
            )


# the command


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(f'[storage]\ndirectory = "{tmp_path}"\n')
    return path


def test_names_give_their_badges_alone_and_a_supervisors_is_signed_with_the_stations_key(
    tmp_path: Path, settings: Path
) -> None:
    out = tmp_path / "badges.png"
    names = ("--packer", "LI", "--packer", "WANG", "--supervisor", "ZHAO")
    done = samebag("commands", "--out", out, "--settings", settings, *names)
    assert (done.returncode, done.stderr) == (0, "")
    read = by_scanner(Image.open(out))
    given = [code for card in json.loads(done.stdout)["cards"] for code in card["codes"]]
    assert sorted(given) == read
    key = load_key(tmp_path / "key")
    *badges, command = given
    assert [badge_in(code, key) for code in badges] == [
        Badge("LI", False),
        Badge("WANG", False),
        Badge("ZHAO", True),
    ]
    assert command == Command.ACCEPT_LEDGER.value, (
        "what only a supervisor may do does not lie at the table"
    )


def test_without_names_a_pdf_of_all_commands_and_both_proof_cards(
    tmp_path: Path, settings: Path
) -> None:
    out = tmp_path / "all.pdf"
    done = samebag("commands", "--out", out, "--settings", settings)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["cards"]) == len(Command) - 1 + 2
    assert out.read_bytes().startswith(b"%PDF-")
    assert not (tmp_path / "key").exists()  # nothing of it is secret


def test_the_label_printer_gives_one_slip_a_card_and_says_why_it_cannot(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "slips", 384)
    printer = VirtualPrinter(machine)
    settings = tmp_path / "settings.toml"
    settings.write_text(
        f'[printer]\naddress = "{printer.address}"\nprofile ='
        f' "58mm"\n[storage]\ndirectory = "{tmp_path}"\n'
    )
    try:
        done = samebag("commands", "--print", "--settings", settings)
        assert (done.returncode, done.stderr, machine.errors) == (0, "", [])
        cards = [*STATIONS, *PROOFS]
        assert [by_scanner(Image.open(path)) for path in machine.labels] == [
            sorted(card.codes) for card in cards
        ]
        machine.faults.add(MachineFault.PAPER_OUT)
        done = samebag("commands", "--print", "--settings", settings)
    finally:
        printer.close()
    assert (done.returncode, len(machine.labels)) == (1, len(cards))
    assert done.stderr.endswith(": put in a new roll and close the cover\n")
    assert not (tmp_path / "ledger.db").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        ((), 2, "one of --out and --print is needed"),
        (("--out", "sheet.doc"), 2, "'sheet.doc': must end in .pdf or .png: name it so"),
        (
            ("--out", "x.pdf", "--packer", "=李"),
            2,
            "badge name '=李': must be 1-24 of A-Z 0-9 space . _ -, or",
        ),
        (("--out", "x.pdf", "--supervisor", "li"), 2, "badge name 'li': must be 1-24 of A-Z 0-9"),
        (("--out", "/proc/none/x.pdf"), 1, "/proc/none/x.pdf"),
        (("--print", "--settings", "none.toml"), 2, "printer.address = 'none': names no printer"),
    ],
)
def test_what_cannot_be_printed_is_one_line_that_says_why(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    error: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("none.toml").write_text('[printer]\naddress = "none"\n')
    ended, said = refused(capfd, "commands", *arguments)
    assert ended == code
    assert error in said.splitlines()[-1]
