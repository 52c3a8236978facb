"""Checks that all device nodes share: may the station's user open them, and does a running station
have them open?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from samebag.core.words import Words
from samebag.doctor.finding import AS_ROOT, Examined, Finding, bad, ok, unknown
from samebag.doctor.host import USER

# systemd/samebag.service, SupplementaryGroups=
GROUPS = (
    "input",
    "gpio",
    "video",
    "lp",
    "dialout",
)
READ_WRITE = 0o6


def access(case: Examined, thing: Words, paths: Sequence[Path]) -> Finding:
    """For the user that the service has, whoever runs the doctor."""
    of_it = Words(f"{thing.zh}权限", f"{thing.en} access")
    closed = [path for path in paths if not _may_open(case, path)]
    if not closed:
        return ok(of_it, Words(f"用户 {USER} 可读可写", f"user {USER} may read and write it"))
    node, groups = closed[0].stat(), ", ".join(GROUPS)
    owners = (
        f"{case.host.user_of(node.st_uid)}:{case.host.group_of(node.st_gid)}"
        f" {node.st_mode & 0o777:o}"
    )
    return bad(
        of_it,
        Words(f"{closed[0]} 属于 {owners}", f"{closed[0]} is {owners}"),
        rule=Words(
            f"必须是 660，且属于这些组之一：{groups}",
            f"must be 660 and of one of the groups {groups}",
        ),
        cure=Words(
            "请安装 udev 规则（sudo make install），然后拔下再插上，或重启",
            "install the udev rules (sudo make install), then unplug it and plug it in"
            " again, or restart",
        ),
    )


def _may_open(case: Examined, path: Path) -> bool:
    node = path.stat()
    bits = {node.st_mode & READ_WRITE}
    if case.host.group_of(node.st_gid) in GROUPS:
        bits.add(node.st_mode >> 3 & READ_WRITE)
    if case.host.user_of(node.st_uid) == USER:
        bits.add(node.st_mode >> 6 & READ_WRITE)
    return READ_WRITE in bits


def held(case: Examined, thing: Words, paths: Sequence[Path]) -> Finding | None:
    """Whether the running station has it open; None if none runs."""
    if case.running is None:
        return None
    of_it = Words(f"{thing.zh}占用", f"{thing.en} in use")
    has = [case.running.has(path) for path in paths]
    if None in has:
        value = Words(
            "看不到运行中的工位是否打开了它", "whether the running station has it open is hidden"
        )
        return unknown(of_it, value, cure=AS_ROOT)
    if all(has):
        return ok(of_it, Words("已由运行中的工位打开", "open in the running station"))
    return bad(
        of_it,
        Words("工位在运行，但没有用它", "the station runs without it"),
        rule=Words("必须由运行中的工位打开", "must be open in the running station"),
        cure=Words(
            "原因见 journalctl -u samebag；sudo systemctl restart samebag",
            "journalctl -u samebag tells why; sudo systemctl restart samebag",
        ),
    )
