"""The hand scanner at its real speed, on the kernel's keyboard driver."""

from __future__ import annotations

from statistics import median

from . import latency
from .guest import Guest
from .orders import as_csv, made_bags
from .ready import import_orders

BAGS = 500  # two scans each
AT_ONCE = 25  # bags typed in one call
FAST_S = 0.080  # a scanner's 21 characters
CONSOLE = "/run/console"


def test_a_thousand_scans_in_bursts_arrive_unaltered_and_the_console_gets_none(
    scanner: Guest,
) -> None:
    bags = made_bags(BAGS, seed=5)
    import_orders(scanner, "bursts.csv", as_csv(bags))
    listen_at_console(scanner)
    latency.trace(scanner)
    took_s: list[float] = []
    last_s: list[float] = []
    for first in range(0, BAGS, AT_ONCE):
        codes = [
            f"{code}\n"
            for bag in bags[first : first + AT_ONCE]
            for code in (bag.waybill, bag.cargo_list)
        ]
        typed = scanner.call("type", *codes)
        took_s += [last - begun for begun, last in typed]
        last_s += [last for _, last in typed][1::2]  # of each bag
    scanner.told("match", count=BAGS)
    passed = [entry["SAMEBAG_PARCEL"] for entry in scanner.journal("SAMEBAG_EVENT=match")]
    assert passed == [bag.parcel for bag in bags]
    assert scanner.journal("SAMEBAG_EVENT=scan-refused") == []
    assert median(took_s) <= FAST_S
    assert scanner.fetch(CONSOLE) == b""
    latency.report(scanner, last_s)

    # the same console does hear a scanner that nobody holds: the test can fail
    scanner.run("systemctl stop samebag")
    scanner.scan(bags[0].waybill)
    assert bags[0].waybill.encode() in scanner.fetch(CONSOLE)


def listen_at_console(guest: Guest) -> None:
    """Whatever is typed on the first console from now on, as a login there would get it."""
    guest.run(f"setsid sh -c 'cat /dev/tty1 >{CONSOLE} 2>/dev/null' </dev/null >/dev/null 2>&1 &")
