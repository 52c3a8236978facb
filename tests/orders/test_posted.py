"""Orders that an ERP posts: whole or not at all, in the inbox and nowhere else."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samebag.orders.arriving import posted
from samebag.orders.arriving.posted import SHAPE, take
from samebag.orders.taking.importer import import_file
from samebag.store.book.reader import BookReader

PARCEL = {
    "parcel": "P1",
    "tracking_number": "LX000000001CN",
    "waybill_codes": ["LP00000000000001"],
    "orders": ["801", "802"],
    "country": "ES",
    "print_order": 5,
    "items": [{"sku": "T1", "name": "T恤, 红色", "quantity": 2}, {"sku": "T2"}],
}


def body(*parcels: dict[str, object]) -> bytes:
    return json.dumps({"parcels": parcels}).encode()


def test_what_is_posted_is_what_is_imported(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    answer = take(body(PARCEL, {"parcel": "P2", "status": "cancelled", "orders": ["803"]}), inbox)
    assert (answer.status, answer.parcels, answer.refused) == (202, 2, [])
    assert [path.name for path in inbox.iterdir()] == [answer.file]
    done = import_file(inbox / answer.file, tmp_path / "book.db")
    assert (done.profile, done.new, done.items, done.passed_over, done.refused) == (
        "samebag",
        1,
        2,
        1,
        (),
    )
    book = BookReader(tmp_path / "book.db")
    parcel = book.parcel("P1")
    book.close()
    assert parcel is not None
    assert (parcel.waybill_codes, parcel.orders, parcel.print_order) == (
        ("LP00000000000001",),
        ("801", "802"),
        5,
    )
    assert [(item.sku, item.name, item.quantity) for item in parcel.items] == [
        ("T1", "T恤, 红色", 2),
        ("T2", "", 1),
    ]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"note": "Hi,\nplease, in red"}, (True, (), None)),
        ({"note": "x" * 140_000}, (True, (), None)),
        ({"note": "\0", "weight_g": 120}, (True, (), 120)),
        ({"goods": ["battery,\nliquid", "\0"]}, (False, ("battery", "liquid"), None)),
        ({"orders": ["801\r\n802,803"]}, (False, (), None)),
    ],
)
def test_what_is_taken_is_imported_whatever_the_texts_beside_the_codes_are(
    tmp_path: Path, said: dict[str, object], kept: tuple[bool, tuple[str, ...], int | None]
) -> None:
    answer = take(body(PARCEL | said), tmp_path)
    assert answer.status == 202
    assert import_file(tmp_path / answer.file, tmp_path / "book.db").new == 1
    with closing(BookReader(tmp_path / "book.db")) as book:
        parcel = book.parcel("P1")
    assert parcel is not None
    assert (parcel.note, parcel.goods, parcel.weight_g) == kept


def test_who_posts_a_parcel_without_its_number_is_told_that_it_waits(tmp_path: Path) -> None:
    answer = take(body(PARCEL | {"tracking_number": "待定"}), tmp_path)
    assert (answer.status, answer.no_number) == (202, 1)
    assert take(body(PARCEL), tmp_path).no_number == 0


def test_a_second_post_neither_doubles_nor_cancels_the_first(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    first, again = take(body(PARCEL), inbox), take(body(PARCEL), inbox)
    other = take(
        body(PARCEL | {"parcel": "P2", "tracking_number": "LX000000002CN", "waybill_codes": []}),
        inbox,
    )
    assert first.file == again.file
    assert sorted(path.name for path in inbox.iterdir()) == sorted({first.file, other.file})
    assert import_file(inbox / first.file, tmp_path / "book.db").new == 1
    done = import_file(inbox / other.file, tmp_path / "book.db")
    assert (done.new, done.vanished) == (1, 0)


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b"", 400, f"Input data was truncated: {SHAPE}"),
        (b"{}", 400, f"Object missing required field `parcels`: {SHAPE}"),
        (body(), 400, "parcels is empty: send one at least"),
        (
            body(PARCEL | {"colour": "red"}),
            400,
            f"Object contains unknown field `colour` - at `$.parcels[0]`: {SHAPE}",
        ),
        (
            body(PARCEL | {"orders": 801}),
            400,
            f"Expected `array`, got `int` - at `$.parcels[0].orders`: {SHAPE}",
        ),
    ],
)
def test_a_post_that_is_no_orders_is_told_what_is_wrong(
    tmp_path: Path, content: bytes, status: int, says: str
) -> None:
    answer = take(content, tmp_path)
    assert (answer.status, answer.says) == (status, says)
    assert list(tmp_path.iterdir()) == []


def test_one_bad_parcel_refuses_the_post_with_its_reasons(tmp_path: Path) -> None:
    answer = take(
        body(PARCEL, {"parcel": "P2", "tracking_number": "1.2E+9", "orders": ["803"]}), tmp_path
    )
    assert (answer.status, answer.says) == (
        422,
        "nothing was taken: correct what is refused and send it again",
    )
    assert [(refusal.parcel, refusal.column, refusal.value) for refusal in answer.refused] == [
        ("P2", "tracking_number", "1.2E+9")
    ]
    assert list(tmp_path.iterdir()) == []


def test_an_inbox_that_nobody_empties_takes_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted, "MOST_WAITING", 1)
    assert take(body(PARCEL), tmp_path).status == 202
    assert take(body(PARCEL | {"country": "FR"}), tmp_path).status == 503


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fsync)
    with pytest.raises(OSError, match="No space left"):
        take(body(PARCEL), tmp_path)
    assert list(tmp_path.iterdir()) == []


texts = st.text(max_size=6)
parcels = st.fixed_dictionaries(
    {"parcel": texts},
    optional={
        "tracking_number": texts,
        "orders": st.lists(texts, max_size=2),
        "print_order": st.integers(),
        "items": st.lists(
            st.fixed_dictionaries({"name": texts, "quantity": st.integers()}), max_size=2
        ),
    },
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.binary(max_size=60)
    | st.lists(parcels, max_size=3).map(lambda drawn: body(*drawn))
    | st.just(b"[" * 10**5)
)
def test_any_body_is_answered_and_what_is_taken_imports_without_refusal(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "book.db").unlink(missing_ok=True)
    answer = take(content, tmp_path)
    assert answer.status in (202, 400, 422)
    if answer.status == 202:
        path = tmp_path / answer.file
        done = import_file(path, tmp_path / "book.db")
        # of two parcels posted
        assert all(refusal.column in ("tracking_number", "status") for refusal in done.refused)
        path.unlink()
