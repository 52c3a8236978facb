"""Checks that all device nodes share: may the station's user open them, and does a running station have them open?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from samebag.doctor.finding import Case, Finding, bad, ok, unknown
from samebag.doctor.host import USER

GROUPS = ("input", "gpio", "video", "lp", "dialout")  # systemd/samebag.service, SupplementaryGroups=
READ_WRITE = 0o6


def access(case: Case, thing: str, paths: Sequence[Path]) -> Finding:
    """For the user that the service has, whoever runs the doctor."""
    closed = [path for path in paths if not _may_open(case, path)]
    if not closed:
        return ok(f"{thing} access", f"user {USER} may read and write it")
    node = closed[0].stat()
    owners = f"{case.host.user_of(node.st_uid)}:{case.host.group_of(node.st_gid)} {node.st_mode & 0o777:o}"
    return bad(
        f"{thing} access",
        f"{closed[0]} is {owners}",
        rule=f"must be 660 and of one of the groups {', '.join(GROUPS)}",
        cure="install the udev rules (sudo make install), then unplug it and plug it in again, or restart",
    )


def _may_open(case: Case, path: Path) -> bool:
    node = path.stat()
    bits = {node.st_mode & READ_WRITE}
    if case.host.group_of(node.st_gid) in GROUPS:
        bits.add(node.st_mode >> 3 & READ_WRITE)
    if case.host.user_of(node.st_uid) == USER:
        bits.add(node.st_mode >> 6 & READ_WRITE)
    return READ_WRITE in bits


def held(case: Case, thing: str, paths: Sequence[Path]) -> Finding | None:
    """Whether the running station has it open; None if none runs."""
    if case.running is None:
        return None
    has = [case.running.has(path) for path in paths]
    if None in has:
        return unknown(
            f"{thing} in use", "whether the running station has it open is hidden", cure="sudo samebag doctor"
        )
    if all(has):
        return ok(f"{thing} in use", "open in the running station")
    return bad(
        f"{thing} in use",
        "the station runs without it",
        rule="must be open in the running station",
        cure="journalctl -u samebag tells why; sudo systemctl restart samebag",
    )
