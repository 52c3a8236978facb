"""Which keyboards are hand scanners, by what they call themselves and by whose they are. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Words of the names in /dev/input/by-id and /sys/class/input, and in systemd/samebag.rules. None
# that a maker of keyboards bears too: a grab by mistake would lock the technician out.
_WORDS = re.compile(
    r"scan|scn|bar_?code|code_?reader|symbol|zebra|honeywell|metrologic|"
    r"hand_held_products|datalogic|newland|nls_|opticon"
    r"|netum|newtologic|mindeo|cipherlab|intermec|unitech_ms|bcst|hidkeyboard|hid_kbw|wit_122",
    re.IGNORECASE,
)
MAKERS: Mapping[str, str] = {  # usb.ids 2025.07.26: makers of which it has scanners and no keyboard
    "0536": "Hand Held Products (Honeywell)",
    "0581": "Racal Data Group (sold as Tera and under other names)",
    "05e0": "Symbol (Zebra)",
    "05f9": "PSC (Datalogic)",
    "065a": "Optoelectronics (Opticon)",
    "080c": "Datalogic",
    "0c2e": "Metrologic (Honeywell)",
    "1eab": "Newland",
    "24ea": "Meva",
    "27dd": "Mindeo",
}


def is_scanner(name: str, maker: str = "") -> bool:
    """``name`` as a device says it or as udev writes it; ``maker`` is its USB vendor, four hex
    digits."""
    return maker.lower() in MAKERS or _WORDS.search(re.sub(r"[\W_]+", "_", name)) is not None
