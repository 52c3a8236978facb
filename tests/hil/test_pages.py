"""The pages from within their sandbox, as a browser on the station's own screen asks for them."""

from __future__ import annotations

import re

from .guest import SEEN_S, Guest
from .machine import until

ASK = "import sys, urllib.request as u; sys.stdout.buffer.write(u.urlopen(sys.argv[1]).read())"
MEANING = re.compile(r"░░ 袋 \S+ 通过")


def test_the_sandboxed_pages_show_the_bag_the_doctor_and_the_journal_with_what_it_means(
    guest: Guest,
) -> None:
    guest.lone("green", guest.show("bag-1"))
    until(
        lambda: "2760" in page(guest, "/?lang=en"), "the station page to show the bag", SEEN_S, 1.0
    )
    until(
        lambda: MEANING.search(technician(guest)) is not None,
        "the journal's lines and what they mean",
        SEEN_S,
        1.0,
    )
    until(lambda: "✓" in technician(guest), "the doctor to be done", SEEN_S, 1.0)


def technician(guest: Guest) -> str:
    return page(guest, "/technician?lang=zh")


def page(guest: Guest, path: str) -> str:
    return guest.run(f'/opt/samebag/bin/python -c "{ASK}" "http://127.0.0.1:8642{path}"')
