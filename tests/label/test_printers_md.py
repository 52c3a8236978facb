"""docs/printers.md has every class of printers.toml, with what it is asked."""

import re
from pathlib import Path

from samebag.label.profiles import Confirm, PrinterProfile, profiles

TABLE = Path(__file__).parents[2] / "docs/printers.md"
ROW = re.compile(r"^\| (`[^|]*`) \| ([^|]*) \|", re.MULTILINE)


def asked(profile: PrinterProfile) -> str:
    behind = {Confirm.GS_H: ["GS ( H"], Confirm.GS_R: ["GS r"], Confirm.NONE: []}[profile.confirm]
    assert profile.status in ((1, 2, 3, 4), ())
    return ", ".join([*(["DLE EOT 1-4"] if profile.status else []), *behind]) or "-"


def test_the_table_names_every_class_and_what_it_is_asked() -> None:
    told = {
        name: what
        for names, what in ROW.findall(TABLE.read_text("utf-8"))
        for name in re.findall("`(.*?)`", names)
    }
    assert told == {name: asked(profile) for name, profile in profiles().items()}
