"""Settings: what is taken, and each refusal word for word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from samebag.core.rules import Pairing, Rules
from samebag.settings import Settings, SettingsError, load

SHIPPED = Path(__file__).parents[1] / "systemd" / "settings.toml"
CAMERA = "auto, none, v4l2:/dev/v4l/by-id/..., picamera:0 or file:PATH"
TABLES = (
    "camera, checks, intake, printer, rules, scanner, signals, station, storage, store, voice, web"
)
RULES = (
    "also_on_waybills, clear_s, confirm_label, crowded_s, pair_within_s, pairing,"
    " prove, settle_s, shadow,"
    " strict_unknown"
)
SYMBOLOGIES = (
    "a list of code39, codabar, itf, databar, pdf417, aztec; code128, qr and"
    " datamatrix are always read"
)
PREFIXES = 'a list of at most 10 beginnings, 1-20 of A-Z and 0-9, such as ["LP"]'
HOSTS = 'a list of names such as ["station-1.local"]'
DEEP = "has tables or lists within each other, more than 20 deep: remove them"
PIN = "a BCM pin number, 0-27"
SCANNER = (
    "auto, none, /dev/input/by-id/... (event numbers change), bluetooth:AA:BB:CC:DD:EE:FF or"
    " serial:/dev/serial/by-id/...?baud=300-4000000"
)
PRINTER = (
    "auto, none, lp:/dev/usb/lp0, tcp:HOST:9100 (port 1-65535) or serial:/dev/ttyUSB0?baud=19200"
)


def loaded(folder: Path, text: str | bytes) -> Settings:
    path = folder / "settings.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path)


def test_the_rules_reach_the_core_as_they_are_written(tmp_path: Path) -> None:
    text = (
        "[rules]\npairing = 'one-frame'\npair_within_s = 3\nsettle_s ="
        " 0\nalso_on_waybills = ['LP', '4PX']\n"
    )
    expected = Rules(
        Pairing.ONE_FRAME, pair_within_s=3.0, settle_s=0.0, also_on_waybills=("LP", "4PX")
    )
    assert loaded(tmp_path, text).rules.rules() == expected
    assert loaded(tmp_path, "").rules.rules() == Rules()


@pytest.mark.parametrize(
    "text",
    [
        "[scanner]\naddress = 'serial:/dev/ttyACM0?baud=115200'",
        "[scanner]\naddress = '/dev/input/by-id/usb-Honeywell-event-kbd'",
        "[scanner]\naddress = '/dev/samebag/scanner'",
        "[scanner]\naddress = 'bluetooth:AA:bb:cc:00:00:01'",
        "[printer]\naddress = 'serial:/dev/ttyUSB0?baud=19200&flow=none'",
        "[printer]\naddress = 'tcp:[fe80::1]:65535'",
        "[camera]\naddress = 'file:/srv/bags.mp4'",
        "[camera]\naddress = 'v4l2:/dev/v4l/by-id/usb-index0'\nfps = 30",
    ],
)
def test_addresses_that_the_devices_understand_are_taken(tmp_path: Path, text: str) -> None:
    loaded(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "' - at `$' = 1",
            "' - at `$' = 1: must have a name of letters, digits, - and _: correct it",
        ),
        (
            '[web]\n"a\\nb" = 1',
            "web.'a\\nb' = 1: must have a name of letters, digits, - and _: correct it",
        ),
        ("x = 1", f"x: no such key; there are {TABLES}: correct or remove it"),
        (
            "[rules]\nclear = 1",
            f"rules.clear: no such key; there are {RULES}: correct or remove it",
        ),
        (
            "[rules]\npairing = 'both'",
            "rules.pairing = 'both': must be one-bag or one-frame: correct it",
        ),
        ("[rules]\npair_within_s = 0.1", "rules.pair_within_s = 0.1: must be 0.5-30: correct it"),
        (
            "[rules]\npair_within_s = nan",
            "rules.pair_within_s = nan: must be a finite number: correct it",
        ),
        ("[rules]\nclear_s = inf", "rules.clear_s = inf: must be a finite number: correct it"),
        ("[rules]\nclear_s = '1'", "rules.clear_s = '1': must be 0.2-10: correct it"),
        (
            "[rules]\nstrict_unknown = 1",
            "rules.strict_unknown = 1: must be true or false: correct it",
        ),
        *(
            (
                f"[rules]\nalso_on_waybills = {it!r}",
                f"rules.also_on_waybills = {it!r}: must be {PREFIXES}: correct it",
            )
            for it in ("LP", ["lp"], [""], ["L" * 21], [1], ["L"] * 11)
        ),
        ("rules = 1", "rules = 1: must be a table: correct it"),
        ("[[rules]]", "rules = [{}]: must be a table: correct it"),
        ("[camera]\nfps = 99", "camera.fps = 99: must be 1-60 and whole: correct it"),
        (
            "[camera]\nfps = 9999999999999999",
            "camera.fps = 9999999999999999: must be 1-60 and whole: correct it",
        ),
        ("[camera]\naddress = 'usb'", f"camera.address = 'usb': must be {CAMERA}: correct it"),
        *(
            (
                f"[camera]\nsymbologies = {it!r}",
                f"camera.symbologies = {it!r}: must be {SYMBOLOGIES}: correct it",
            )
            for it in (["ITF"], ["code39", "maxicode"], [39])
        ),
        ("[signals]\nred_pin = 40", f"signals.red_pin = 40: must be {PIN}: correct it"),
        (
            "[signals]\nred_pin = 17",
            "signals = (17, 17, 22, 23): green, red, buzzer and button need a pin each: change one",
        ),
        (
            "[scanner]\naddress = '/dev/input/event3'",
            f"scanner.address = '/dev/input/event3': must be {SCANNER}: correct it",
        ),
        (
            "[scanner]\naddress = 'serial:/dev/x?baud=5'",
            f"scanner.address = 'serial:/dev/x?baud=5': must be {SCANNER}: correct it",
        ),
        (
            '[scanner]\naddress = "serial:/dev/\\u0000"',
            "scanner.address = 'serial:/dev/\\x00': must have no control characters: correct it",
        ),
        (
            "[printer]\naddress = 'tcp:box:99999'",
            f"printer.address = 'tcp:box:99999': must be {PRINTER}: correct it",
        ),
        ("[printer]\naddress = 'usb'", f"printer.address = 'usb': must be {PRINTER}: correct it"),
        ("[printer]\nprofile = 80", "printer.profile = 80: must be a text in quotes: correct it"),
        (
            "[storage]\ndirectory = 'here'",
            "storage.directory = 'here': must be an absolute path: correct it",
        ),
        (
            "[station]\nname = 'a b'",
            "station.name = 'a b': must be 1-32 letters, digits, . _ -: correct it",
        ),
        ("source = 'x'", "source = 'x': no such key: remove it"),
        ("a =", "not TOML: Invalid value (at end of document): correct that line"),
        (
            "[station]\nshifts = ['8']",
            "station.shifts = ['8']: must be a list of times such as 08:00: correct it",
        ),
        (
            "[station]\nshifts = ['24:00']",
            "station.shifts = ['24:00']: must be a list of times such as 08:00: correct it",
        ),
        *(
            (f"[web]\nhosts = {it!r}", f"web.hosts = {it!r}: must be {HOSTS}: correct it")
            for it in (["a b"], [1], "station-1.local")
        ),
        (
            "[station]\nname = 2026-02-10",
            "station.name = 2026-02-10: must be 1-32 letters, digits, . _ -: correct it",
        ),
        (
            f"[station]\nname = '{'a' * 999}'",
            f"station.name = '{'a' * 99}…: must be 1-32 letters, digits, . _ -: correct it",
        ),
        (f"a = {'[' * 4000}{']' * 4000}", DEEP),
        (f"a{'.a' * 4000} = 1", DEEP),
        (f"a = {'{a = ' * 4000}1{'}' * 4000}", DEEP),
        (f"[rules]\nclear_s = 1{'0' * 5000}", "has a number that is too long: correct it"),
        (b"#" * 1_000_001, "is larger than 1,000,000 bytes: name the right file"),
        ("[station]\nname = 'x'".encode("utf-16"), "byte 0 is not UTF-8: save the file as UTF-8"),
        (b"a = '\xff'", "byte 5 is not UTF-8: save the file as UTF-8"),
    ],
)
def test_wrong_settings_are_named_with_file_key_value_rule_and_cure(
    tmp_path: Path, text: str | bytes, error: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        loaded(tmp_path, text)
    assert str(refused.value) == f"{tmp_path}/settings.toml: {error}"


def test_the_settings_file_that_comes_along_says_the_defaults(tmp_path: Path) -> None:
    uncommented = re.sub(r"(?m)^# (?=\w+ = )", "", SHIPPED.read_text(encoding="utf-8"))
    assert uncommented.count(" = ") == 55
    assert replace(loaded(tmp_path, uncommented), source="defaults") == Settings()


WRONG = (
    r"""
-1 | 99999999999999999999 | 0.0001 | nan | -inf | 1e400 | true | '' | "\n" | 'a b' | '\'
'𝟠' | 2026-02-10 | 07:00:00
[] | [1] | [[]] | [''] | ['a b'] | ["\u0000"] | ['24:00'] | {} | {x = 1} | [{}] | 24:00:00
""".replace("\n", " | ")
    .strip(" |")
    .split(" | ")
)


def test_no_key_of_the_settings_lets_a_wrong_value_end_in_anything_but_its_name(
    tmp_path: Path,
) -> None:
    table, refused, keys = "", 0, set()
    for line in SHIPPED.read_text(encoding="utf-8").splitlines():
        table = line.split("]")[0] + "]" if line.startswith("[") else table
        if not (found := re.match(r"# (\w+) = ", line)):
            continue
        name = f"{table[1:-1]}.{found[1]}"
        for value in WRONG:
            try:
                loaded(tmp_path, f"{table}\n{found[1]} = {value}\n")
            except SettingsError as err:
                refused += 1
                keys.add(name)
                assert re.match(
                    rf"{re.escape(str(tmp_path))}/settings.toml: ({re.escape(name)}|not TOML)[ :]",
                    str(err),
                ), str(err)
        with pytest.raises(
            SettingsError, match=re.escape(f"settings.toml: {name}x: no such key; there are ")
        ):
            loaded(tmp_path, f"{table}\n{found[1]}x = 1\n")
    assert (len(keys), refused > 1000) == (55, True)


def test_notepads_mark_before_the_first_byte_is_no_fault(tmp_path: Path) -> None:
    assert loaded(tmp_path, b'\xef\xbb\xbf[station]\r\nname = "x"\r\n').station.name == "x"


def test_what_stands_in_a_default_place_and_is_no_file_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "samebag.settings.DEFAULT_PATHS", (tmp_path / "samebag.toml", tmp_path / "settings.toml")
    )
    (tmp_path / "settings.toml").write_text("[station]\nname = 'second'")
    assert load().station.name == "second"
    (tmp_path / "samebag.toml").symlink_to(tmp_path / "gone")
    with pytest.raises(
        SettingsError, match=r"samebag\.toml: No such file or directory: name a readable file"
    ):
        load()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match="No such file or directory: name a readable file with --settings"
    ):
        load(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="Is a directory: name a readable file with --settings"):
        load(tmp_path)
