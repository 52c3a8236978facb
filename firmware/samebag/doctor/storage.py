"""Checks of card and files: the station's folder, its space and speed, book and ledger, the remote
log's cursor."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from samebag.core.words import Words
from samebag.doctor.finding import AS_ROOT, Examined, Finding, bad, ok, passed_on, plain, unknown
from samebag.doctor.host import USER
from samebag.ports import StoreError
from samebag.store.book.purge import last_purge
from samebag.store.book.reader import BOOK, BookReader, probation_in
from samebag.store.database import Schema, quick_check
from samebag.store.glance import looking
from samebag.store.ledger.chain import LEDGER
from samebag.store.ledger.nightly import read_mark
from samebag.words.alike import CURE, WHY

RESERVE_BYTES = 500_000_000  # ours: for the journal, the ledger's years and an update
LEAST_QUOTA_MB = 10  # settings: storage.evidence_mb
WRITES, WRITE_BYTES = 30, 4096  # a verdict's commit is about a page of the WAL
SLOW_S = 0.3  # ours: green waits for the card, and a packer notices from here on
UPLOAD = "systemd-journal-upload.service"
CURSOR = "/var/lib/systemd/journal-upload/state"
# sd_journal_get_cursor: microseconds since 1970 of the entry, in hex
CURSOR_TIME = re.compile(r";t=([0-9a-f]+);")
PROOF_DAYS = 3  # ours: a long weekend
PURGE_DAYS = 7  # ours: a week's holidays
# Debian's cron alone writes once an hour, and whoever runs the doctor has just logged in
CURSOR_AGE_S = 3600
MOST_SOURCES = 3  # named in one line; each POST /orders is one
FOLDER = Words("数据目录", "folder")
SPACE = Words("存储卡空间", "card space")
SPEED = Words("存储卡速度", "card speed")
ORDERS = Words("订单库", "book")
LABELS = Words("标签", "labels")
ORDER_FILE = Words("订单文件", "order file")
LEDGER_FILE = Words("核对日志", "ledger")
PROOF = Words("核对日志证明", "ledger proof")
STAMPS = Words("核对日志印记", "ledger stamps")
PRIVACY = Words("隐私", "privacy")
REMOTE_LOG = Words("远程日志", "remote log")


def folder(case: Examined) -> Iterator[Finding]:
    path = case.host.at(case.settings.storage.directory)
    rule = Words(f"必须是用户 {USER} 的目录", f"must be a folder of user {USER}")
    if not path.is_dir():
        cure = Words("sudo samebag doctor --fix 会建好", "sudo samebag doctor --fix makes it")
        yield bad(FOLDER, Words(f"缺少 {path}", f"{path} is missing"), rule=rule, cure=cure)
    elif (owner := case.host.user_of(path.stat().st_uid)) != USER:
        value = Words(f"{path} 属于 {owner}", f"{path} is {owner}'s")
        yield bad(FOLDER, value, rule=rule, cure=plain(f"sudo chown -R {USER}: {path}"))
    else:
        yield ok(FOLDER, plain(str(path)))


def card_space(case: Examined) -> Iterator[Finding]:
    """What the evidence may still take must be free already: it grows to its quota within weeks."""
    path = case.host.at(case.settings.storage.directory)
    if not path.is_dir():
        return
    quota_bytes = case.settings.storage.evidence_mb * 1_000_000
    evidence = case.host.at(case.settings.evidence_dir)
    kept_bytes = sum(p.stat().st_size for p in evidence.glob("*/*.jpg")) if evidence.is_dir() else 0
    free_bytes = shutil.disk_usage(path).free
    needed_bytes = max(0, quota_bytes - kept_bytes) + RESERVE_BYTES
    free, kept, needed = (f"{size / 1e9:.1f} GB" for size in (free_bytes, kept_bytes, needed_bytes))
    if free_bytes >= needed_bytes:
        yield ok(SPACE, Words(f"剩余 {free}，证据照片 {kept}", f"{free} free, {kept} of evidence"))
        return
    room_mb = (kept_bytes + free_bytes - RESERVE_BYTES) // 1_000_000
    cure = Words("请清理，或换更大的存储卡", "free space, or put in a larger card")
    if room_mb >= LEAST_QUOTA_MB:
        cure = Words(
            f"{cure.zh}，或把 storage.evidence_mb 设为不超过 {room_mb}",
            f"{cure.en}, or set storage.evidence_mb to {room_mb} at most",
        )
    yield bad(
        SPACE,
        Words(f"剩余 {free}", f"{free} free"),
        rule=Words(
            f"必须不少于 {needed}，才容得下 storage.evidence_mb 和备用",
            f"must be {needed} or more, to hold storage.evidence_mb and a reserve",
        ),
        cure=cure,
    )


def card_speed(case: Examined) -> Iterator[Finding]:
    path = case.host.at(case.settings.storage.directory)
    if not path.is_dir():
        return
    try:
        times_s = list(_write_times(path, case))
    except PermissionError:
        value = Words(f"本用户无权写 {path}", f"{path} may not be written by this user")
        yield unknown(SPEED, value, cure=AS_ROOT)
        return
    usual, worst = f"{statistics.median(times_s) * 1000:.1f} ms", f"{max(times_s) * 1000:.0f} ms"
    value = Words(
        f"每次写 {usual}，{WRITES} 次中最慢 {worst}",
        f"{usual} a write, {worst} at worst of {WRITES}",
    )
    if max(times_s) <= SLOW_S:
        yield ok(SPEED, value)
        return
    most = f"{SLOW_S * 1000:g} ms"
    yield bad(
        SPEED,
        value,
        rule=Words(f"必须不超过 {most}：绿灯要等它", f"must be {most} at most: green waits for it"),
        cure=Words(
            "请停止其他写存储卡的程序；否则换工业级或 A2 卡",
            "stop what else writes to the card; else replace it by an industrial or A2 card",
        ),
    )


def _write_times(path: Path, case: Examined) -> Iterator[float]:
    with tempfile.TemporaryFile(
        dir=path
    ) as file:  # has no name, so that nothing is left of it whatever happens
        for _ in range(WRITES):
            began_s = case.host.clock()
            file.write(bytes(WRITE_BYTES))
            file.flush()
            os.fsync(file.fileno())
            yield case.host.clock() - began_s


def book(case: Examined) -> Iterator[Finding]:
    absent = Words("还没有导入订单文件", "no order file was imported yet")
    yield _database(
        case.host.at(case.settings.book_path),
        BOOK,
        unknown(ORDERS, absent, cure=plain("samebag import FILE")),
    )
    yield from _alike(BookReader(case.host.at(case.settings.book_path)))


def _alike(book: BookReader) -> Iterator[Finding]:
    """Parcels whose bags wait for ever, with a camera too: the cure is the ERP's."""
    try:
        found = book.alike()
    except StoreError:
        return  # the check before this one says why
    finally:
        book.close()
    if not found:
        return
    count, more = sum(of.parcels for of in found), len(found) - MOST_SOURCES
    shown = found[:MOST_SOURCES]
    zh = [f"{of.source} 有 {of.parcels} 个，如 {of.example}" for of in shown] + [
        f"另有 {more} 个来源"
    ] * (more > 0)
    en = [f"{of.parcels} of {of.source}, such as {of.example}" for of in shown]
    en += [f"and of {more} more sources"] * (more > 0)
    yield bad(
        LABELS,
        Words(
            f"面单与配货单同码、永远不会亮绿灯的包裹 {count} 个：{'；'.join(zh)}",
            f"parcels with one code on both labels, never green: {count}: {'; '.join(en)}",
        ),
        rule=WHY,
        cure=CURE,
    )


def order_file(case: Examined) -> Iterator[Finding]:
    """Whether one that had changed was accepted within the last day."""
    path = case.host.at(case.settings.book_path)
    if not path.exists() or not os.access(path, os.R_OK):
        return
    with looking(path, BOOK) as db:
        until = probation_in(db)
    if until and until.timestamp() > case.host.now():
        end = f"{until.astimezone():%Y-%m-%d %H:%M}"
        value = Words(
            f"已变更并被接受：{end} 前两个标签须同时在画面中",
            f"changed and accepted: one-frame proof only until {end}",
        )
        yield ok(ORDER_FILE, value)
    else:
        yield ok(ORDER_FILE, Words("与以往一样", "as ever"))


def ledger(case: Examined) -> Iterator[Finding]:
    cure = Words(
        "工位首次启动时建立：sudo systemctl start samebag",
        "it is made when the station first starts: sudo systemctl start samebag",
    )
    absent = unknown(LEDGER_FILE, Words("还没有", "none yet"), cure=cure)
    yield _database(case.host.at(case.settings.ledger_path), LEDGER, absent)


def proof(case: Examined) -> Iterator[Finding]:
    """What the nightly verify found, and whether the stamps' first key still lies here, where it
    proves nothing."""
    path, first_key = (
        case.host.at(case.settings.verified_path),
        case.host.at(case.settings.note_dir / "first-key"),
    )
    cure = plain("sudo systemctl enable --now samebag-verify.timer")
    rule = Words(
        f"必须在 {PROOF_DAYS} 天之内核对过且无误", f"must be proven whole within {PROOF_DAYS} days"
    )
    mark = read_mark(path)
    if mark is None:
        yield unknown(
            PROOF,
            Words("还没有核对过；今夜会核对", "never proven yet; the first night will"),
            cure=cure,
        )
    elif mark.fault:
        value = Words(f"{mark.at[:10]}：{mark.fault}", f"on {mark.at[:10]}: {mark.fault}")
        yield bad(PROOF, value, rule=rule, cure=passed_on(LEDGER.broken_cure))
    elif case.host.now() - datetime.fromisoformat(mark.at).timestamp() > PROOF_DAYS * 86_400:
        yield bad(
            PROOF,
            Words(f"上次核对于 {mark.at[:10]}", f"last proven on {mark.at[:10]}"),
            rule=rule,
            cure=cure,
        )
    else:
        value = Words(
            f"{mark.at[:10]} 核对到第 {mark.seq} 条，完好",
            f"whole up to entry {mark.seq} on {mark.at[:10]}",
        )
        yield ok(PROOF, value)
    if first_key.exists():
        value = Words(
            "印记的第一把钥匙还在这张存储卡上", "the stamps' first key still lies on this card"
        )
        keep = Words(
            "sudo samebag verify --take-key，把那一行保存到别处",
            "sudo samebag verify --take-key, and keep that line elsewhere",
        )
        yield unknown(STAMPS, value, cure=keep)


def _database(path: Path, schema: Schema, absent: Finding) -> Finding:
    thing, cure = absent.thing, passed_on(schema.broken_cure)
    if not path.exists():
        return absent
    if not os.access(path, os.R_OK):
        return unknown(
            thing,
            Words(f"本用户无权读 {path}", f"{path} may not be read by this user"),
            cure=AS_ROOT,
        )
    try:
        fault = quick_check(path, schema)
    except StoreError as err:
        return bad(
            thing,
            Words(f"读不出：{err}", str(err)),
            rule=Words("必须可读", "must be readable"),
            cure=cure,
        )
    if fault:
        rule = Words("必须通过 SQLite 的 quick_check", "must pass SQLite's quick_check")
        return bad(
            thing, Words(f"{path} 已损坏：{fault}", f"{path}: {fault}"), rule=rule, cure=cure
        )
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    return ok(thing, Words(f"{path}，{size}，完好", f"{path}, {size}, sound"))


def privacy(case: Examined) -> Iterator[Finding]:
    """Nothing to forget before the first import."""
    path, keep_days = case.host.at(case.settings.book_path), case.settings.storage.keep_days
    if not path.exists() or not os.access(path, os.R_OK):
        return
    cure = plain("sudo systemctl enable --now samebag-purge.timer")
    try:
        last = last_purge(path)
    except StoreError:  # the book's own finding says it
        return
    today = datetime.fromtimestamp(case.host.now()).date()
    if last is None:
        value = Words(
            "还没有清除过旧的买家信息；今夜会清除",
            "old buyers were never forgotten yet; the first night will",
        )
        yield unknown(PRIVACY, value, cure=cure)
    elif (today - last).days > PURGE_DAYS:
        value = Words(f"旧的买家信息上次清除于 {last}", f"old buyers were last forgotten on {last}")
        rule = Words(f"必须在 {PURGE_DAYS} 天之内", f"must be {PURGE_DAYS} days ago at most")
        yield bad(PRIVACY, value, rule=rule, cure=cure)
    else:
        value = Words(
            f"超过 {keep_days} 天的已于 {last} 清除",
            f"what is older than {keep_days} days was forgotten on {last}",
        )
        yield ok(PRIVACY, value)


def remote_log(case: Examined) -> Iterator[Finding]:
    """The cursor is that of the newest journal entry which the far side has."""
    host = case.host
    if not list(host.at("/etc/systemd/system").glob(f"*.wants/{UPLOAD}")):
        yield ok(REMOTE_LOG, Words("没有设置", "not set up"))
        return
    state = host.said(CURSOR)
    found = CURSOR_TIME.search(state)
    age_s = host.now() - int(found[1], 16) / 1e6 if found else None
    again = f"sudo systemctl restart {UPLOAD}"
    cure = Words(
        f"原因见 journalctl -u {UPLOAD}；{again}", f"journalctl -u {UPLOAD} tells why; {again}"
    )
    if age_s is None:
        yield unknown(
            REMOTE_LOG,
            Words(
                f"{CURSOR} 读不了，或还没有游标", f"{CURSOR} cannot be read or has no cursor yet"
            ),
            cure=Words(f"{AS_ROOT.zh}；{cure.zh}", f"{AS_ROOT.en}; {cure.en}"),
        )
    elif age_s > CURSOR_AGE_S:
        age, most = f"{age_s / 3600:.1f} h", f"{CURSOR_AGE_S / 3600:g} h"
        yield bad(
            REMOTE_LOG,
            Words(
                f"日志服务器最新的一条是 {age} 前的", f"the far side has nothing newer than {age}"
            ),
            rule=Words(f"必须不超过 {most}", f"must be {most} at most"),
            cure=cure,
        )
    else:
        age = f"{max(0.0, age_s):.0f} s"
        yield ok(
            REMOTE_LOG,
            Words(f"日志服务器已收齐 {age} 前的全部日志", f"the far side has all up to {age} ago"),
        )


def made(case: Examined) -> list[Path]:
    """Make what is missing of the station's folders, its user's own. That is all that is safe to
    mend unasked."""
    missing = [
        path
        for path in (
            case.host.at(case.settings.storage.directory),
            case.host.at(case.settings.evidence_dir),
        )
        if not path.exists()
    ]
    for path in missing:
        path.mkdir(mode=0o750, parents=True)
        shutil.chown(path, USER, USER)
    return missing
