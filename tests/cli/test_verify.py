"""``samebag verify`` says what is whole, and by whose word; each witness that disagrees is
named."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from samebag.cli import main
from samebag.core.heads import Head
from samebag.ports import JobState
from samebag.store import journal_heads
from samebag.store.doubts import JOURNAL, KnownHead
from samebag.store.keeper import Keeper
from tests.store.ledgers import Events, made, match, next_event
from tests.store.test_keeper import rewritten

Said = dict[str, object]


class Store:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        (folder / "note").mkdir()
        self.ledger = folder / "ledger.db"
        self._settings = folder / "settings.toml"
        self._settings.write_text(f'[storage]\ndirectory = "{folder}"\n')
        events = Events()
        with closing(made(self.ledger, keeper=Keeper(folder / "note"))) as ledger:
            ledger.start(events.put)
            ledger.record(match(1, "P1"))
            next_event(events)
            job, passed = ledger.job_of(1), ledger.passed("P1")
            assert job
            assert passed
            self.label, self.head = f"#{job.number} {job.head}", passed.head
            ledger.move(1, JobState.SENT)

    def verify(self, *words: str) -> tuple[int, list[Said]]:
        code = main(["verify", "--settings", str(self._settings), *words])
        return code, [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]

    def take_key(self) -> Path:
        assert main(["verify", "--settings", str(self._settings), "--take-key"]) == 0
        kept = self.folder / "kept-elsewhere"
        kept.write_text(self._capsys.readouterr().out)
        return kept


@pytest.fixture
def store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Store:
    monkeypatch.setattr(journal_heads, "READS", ("true",))
    return Store(tmp_path, capsys)


def test_each_witness_proves_and_finds_what_was_written_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = store.take_key()
    head = Head(2, bytes.fromhex(store.head.partition(":")[2]))
    ways = (["--head", store.head], ["--label", store.label], ["--key", str(key)])
    for words in ways:
        done, (told,) = store.verify(*words)
        assert (done, told["whole"], told["entries"]) == (0, True, 3)
    assert told["stamped"] == [{"first": 1, "last": 3, "proven": True}]
    shutil.copyfile(store.ledger, store.folder / "true.db")
    rewritten(
        store.ledger,
        2,
        '{"kind":"match","parcel":"P1","labels":[],"station":"bench 3","job":1,"unread":0}',
    )
    assert store.verify()[1][0]["fault"] != "", "codes that no entry has"
    shutil.copyfile(store.folder / "true.db", store.ledger)
    rewritten(store.ledger, 3, '{"sent":[1],"confirmed":[]}')
    assert store.verify()[0] == 0
    assert store.verify("--key", str(key))[1][0]["fault"] == (
        "entry 3: altered: its stamp was not made with the first key that was given"
    )
    shutil.copyfile(store.folder / "true.db", store.ledger)
    anew = "entry 2: is not the one that {} knows: it, or one before, was written anew"
    assert store.verify("--head", f"2:{'00' * 32}")[1][0]["fault"] == anew.format("the head given")
    with monkeypatch.context() as patched:
        kept = [KnownHead(JOURNAL, Head(2, bytes(32))), KnownHead(JOURNAL, head)]
        patched.setattr(journal_heads, "heads", lambda *_, **__: iter(kept))
        assert store.verify()[1][0]["fault"] == anew.format("the journal")
    assert store.verify("--label", "#1 AAAAAAAA")[1][0]["fault"] == (
        "entry 2: is not the one that label 1 was printed for"
    )
    assert (
        store.verify("--label", "#7 AAAAAAAA")[1][0]["fault"]
        == "label 7: the ledger knows of no such label"
    )


def test_what_is_no_head_label_or_key_is_refused_with_its_form(
    store: Store, tmp_path: Path
) -> None:
    assert store.verify("--head", "12:ab")[0] == 2
    assert store.verify("--label", "17")[0] == 1
    (tmp_path / "none").write_text("samebag-stamps:x:00")
    assert store.verify("--key", str(tmp_path / "none"))[0] == 1
    store.take_key()
    with pytest.raises(AssertionError):
        store.take_key()


def test_the_journal_s_heads_are_those_that_systemd_vouches_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A stand-in for journalctl, which is asked for the station's own lines only."""
    head = f"5:{'ab' * 32}"
    script = tmp_path / "journalctl"
    script.write_text(
        f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {tmp_path}/asked\n"
        f'echo \'{{"SAMEBAG_HEAD":"{head}","SAMEBAG_BAG":"7"}}\'; echo \'{{"SAMEBAG_BAG":"8"}}\'\n'
    )
    script.chmod(0o755)
    monkeypatch.setattr(journal_heads, "READS", (str(script),))
    assert [*journal_heads.heads("s-1")] == [KnownHead(JOURNAL, Head(5, b"\xab" * 32), 7)]
    asked = (tmp_path / "asked").read_text().split()
    assert asked == ["_SYSTEMD_UNIT=samebag.service", "SAMEBAG_EVENT=match", "SAMEBAG_STATION=s-1"]
    script.write_text("#!/bin/sh\necho no access >&2; exit 1\n")
    assert journal_heads.newest("s-1") is None
