"""Which columns of an unknown file tell its parcels' states, and what their words mean. Pure.

A column is one by what its cells are: few words, again and again, that systems have for states. A
title helps, but Buyer State is a place and 结算状态 is about money.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from samebag.orders.profile import ANY_WORD, Awaits, Profile, title_of
from samebag.orders.reading.looks import are_few_numbers, are_words, is_date, mostly

CALLED = re.compile(
    r"status|(?:\b|_)state(?:\b|_)|状态|狀態|状態|状況|ステータス|상태|สถานะ|estado|"
    r"situação|statut|\bétat\b|\bstato\b|zustand|статус|состояние"
    r"|\bdurum|\bstav\b|trạng thái",
    re.IGNORECASE,
)
# In a column of few words, one of these tells that it is of states, whatever its title; others are
# asked of.
SAYS_STATE = re.compile(
    r"cancel|annul|anul|storn|отмен|キャンセル|取消|취소|batal|hủy|ยกเลิก|iptal|zrušen|"
    r"refund|rembours|erstattet|возврат|返金"
    r"|shipped|dispatched|versendet|versandt|expédié|enviad|spedit|отправлен|発送|发货|"
    r"發貨|dikirim|gönderil|wysłan",
    re.IGNORECASE,
)
NOT_A_PARCELS = re.compile(  # a place, or the state of something else
    r"(ship|buyer|bill|post|recipient|customer|receiver|to|address).*(?:\b|_)state(?:\b|"
    r"_)|(?:\b|_)state(?:\b|_).*(code|bill|ship|prov)"
    r"|结算|settle|打印|print|refund|return|退|review|评价|feedback|stock|item|tax|"
    r"invoice|发票|upload|sync|同步",
    re.IGNORECASE,
)
OF_PAYMENT = re.compile(r"financial|payment|paid|付款|支付|zahl|pago|pembayaran", re.IGNORECASE)
CANCELLED = re.compile(
    r"cancell?ed|cancell?ation|取消时间|取消日期|是否取消|storniert|annul|cancelad|отмен",
    re.IGNORECASE,
)
PAID = re.compile(
    r"\bpaid\b|bezahlt|付款(时间|日期)|是否付款|pagad|payé|dibayar|оплачен", re.IGNORECASE
)
LEFT = re.compile(
    r"\b(shipped|dispatched|fulfilled)\b|^(实际)?发货(时间|日期)$|是否发货|versandt|"
    r"versendet|expédié|enviad|отправлен",
    re.IGNORECASE,
)
YES_AND_NO = (
    *(
        ("yes", "no"),
        ("y", "n"),
        ("true", "false"),
        ("1", "0"),
        ("ja", "nein"),
        ("oui", "non"),
        ("sí", "no"),
        ("si", "no"),
    ),
    *(("sì", "no"), ("sim", "não"), ("да", "нет"), ("是", "否"), ("已", "未"), ("はい", "いいえ")),
)
ANSWERS = {word for pair in YES_AND_NO for word in pair}

Cells = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class States:
    """``unsure``: columns of which each may be the one, with words that nobody has told the meaning
    of. ``aside``: what looks like one too, but is not needed to tell."""

    awaits: tuple[Awaits, ...]
    unsure: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()


def guess_states(
    cells: Cells, known: Mapping[str, Profile], said: Sequence[str], words: Sequence[str]
) -> States:
    """``said`` are titles of columns of states, ``words`` what means *to be shipped* there, as a
    person gave them."""
    every = [awaits for profile in known.values() for awaits in profile.awaits]
    opened = {word.casefold() for word in words}
    titles = list(said) or [
        title for title in cells if _is_of_states(title, cells[title], every, opened)
    ]
    meant = [_meant(title, cells[title], every) for title in titles]
    found = [
        only_open(a, cells[a.column[0]], opened) if _has(cells[a.column[0]], opened) else a
        for a in meant
    ]
    main = [awaits for awaits in found if not awaits.narrows]
    telling = [awaits for awaits in main if said or _is_known(awaits)]
    if len(main) > 1 and not telling:
        return States((), tuple(awaits.column[0] for awaits in main))
    first = (
        telling
        or main
        or [*_by_dates(cells, LEFT, shipped=(ANY_WORD,)), *_by_answers(cells, LEFT, "shipped")]
    )
    beside = [awaits for awaits in found if awaits.narrows]
    paid = _by_dates(cells, PAID, opened=(ANY_WORD,), closed=("",))
    cancelled = _by_dates(cells, CANCELLED, closed=(ANY_WORD,))
    answers = (*_by_answers(cells, PAID, "open"), *_by_answers(cells, CANCELLED, "closed"))
    awaits = (*first, *beside, *paid, *cancelled, *answers)
    aside = tuple(other.column[0] for other in main if other not in first)
    return States(awaits, aside=aside)


def beside(
    cells: Cells, own: Sequence[Awaits], known: Mapping[str, Profile], words: Sequence[str]
) -> States:
    """What else tells a state in a known shop's file, whose ``own`` columns do not say it all."""
    others = {
        title: column for title, column in cells.items() if title not in {a.column[0] for a in own}
    }
    found = guess_states(others, known, (), words)
    telling = tuple(a for a in found.awaits if _is_known(a) and not {"", ANY_WORD} & {*a.open})
    return States(telling, aside=(*found.unsure, *found.aside))


def _is_known(awaits: Awaits) -> bool:
    """Whether a word of it is: such a column is always heard, for it may call shipped what another
    does not."""
    return bool(awaits.open or awaits.shipped or awaits.closed)


def unexplained(awaits: Awaits, cells: Sequence[str]) -> list[str]:
    """Words of its column that are in none of its lists, each once."""
    if awaits.closed is None:
        return []
    told = {word.casefold() for word in (*awaits.open, *awaits.shipped, *awaits.closed)}
    return [
        word
        for word in dict.fromkeys(filter(None, cells))
        if not told & {word.casefold(), ANY_WORD}
    ]


def only_open(awaits: Awaits, cells: Sequence[str], opened: set[str]) -> Awaits:
    """Only what was said is open; what is shipped stays so, and all else is closed."""
    words = dict.fromkeys((*cells, *awaits.open, *(awaits.closed or ())))
    distinct = [word for word in words if word and not word.startswith("#")]  # no #N/A
    opens = tuple(word for word in distinct + list(awaits.shipped) if word.casefold() in opened)
    shipped = tuple(word for word in awaits.shipped if word.casefold() not in opened)
    left = {*map(str.casefold, shipped), *opened}
    closed = tuple(word for word in distinct if word.casefold() not in left)
    return msgspec.structs.replace(
        awaits,
        open=tuple(dict.fromkeys(opens)),
        shipped=shipped,
        closed=closed,
        label_bought=(),
        narrows=False,
    )


def explained(awaits: Awaits, cells: Sequence[str], known: Mapping[str, Profile]) -> Awaits:
    """With those of its unknown words on which all systems agree."""
    every = [other for profile in known.values() for other in profile.awaits]
    lists = {
        "open": list(awaits.open),
        "shipped": list(awaits.shipped),
        "closed": list(awaits.closed or ()),
    }
    for word in unexplained(awaits, cells):
        meanings = _meanings(word, every)
        if len(meanings) == 1:
            lists[meanings.pop()].append(word)
    return _with_words(awaits, lists)


def _with_words(awaits: Awaits, lists: Mapping[str, Sequence[str]]) -> Awaits:
    opens, shipped, closed = (tuple(lists[name]) for name in ("open", "shipped", "closed"))
    return msgspec.structs.replace(awaits, open=opens, shipped=shipped, closed=closed)


def _is_of_states(
    title: str, cells: Sequence[str], every: Sequence[Awaits], opened: set[str]
) -> bool:
    """By its words where the systems have them or a person has named one, else by its title."""
    are_marks = CALLED.search(title) is not None and are_few_numbers(cells)
    if NOT_A_PARCELS.search(title) or not (are_words(cells) or are_marks):
        return False
    if {cell.casefold() for cell in cells if cell} <= ANSWERS:
        return False  # what it answers stands in its title
    if _has(cells, opened) or CALLED.search(title) or any(map(SAYS_STATE.search, cells)):
        return True
    return mostly(cells, lambda cell: bool(_meanings(cell, every)))


def _has(cells: Sequence[str], words: set[str]) -> bool:
    return not words.isdisjoint(map(str.casefold, cells))


def _meant(title: str, cells: Sequence[str], every: Sequence[Awaits]) -> Awaits:
    """Each word as those systems mean it that have the most of them; where they differ it is left
    untold."""
    distinct = list(dict.fromkeys(filter(None, cells)))
    knowing = [sum(bool(_meanings(word, [awaits])) for word in distinct) for awaits in every]
    same = [title in map(title_of, awaits.column) for awaits in every]
    most = max(zip(knowing, same, strict=True), default=(0, False))
    nearest = [
        awaits
        for awaits, *rank in zip(every, knowing, same, strict=True)
        if tuple(rank) == most and most[0]
    ]
    lists: dict[str, list[str]] = {"open": [], "shipped": [], "closed": []}
    for word in distinct:
        meanings = _meanings(word, nearest) or _meanings(word, every)
        if len(meanings) == 1:
            lists[meanings.pop()].append(word)
    narrows = bool(OF_PAYMENT.search(title)) or (
        bool(nearest) and all(awaits.narrows for awaits in nearest)
    )
    return _with_words(Awaits((title,), (), narrows=narrows), lists)


def _meanings(word: str, every: Sequence[Awaits]) -> set[str]:
    folded = word.casefold()
    return {
        meaning
        for awaits in every
        for meaning, words in (
            ("open", awaits.open),
            ("shipped", awaits.shipped),
            ("closed", awaits.closed or ()),
        )
        if folded in map(str.casefold, words)
    }


def _by_dates(
    cells: Cells,
    called: re.Pattern[str],
    *,
    opened: tuple[str, ...] = ("",),
    shipped: tuple[str, ...] = (),
    closed: tuple[str, ...] = (),
) -> Iterator[Awaits]:
    """Columns that say by a date that something has happened, and are blank before."""
    for title, column in cells.items():
        is_of_dates = mostly(column, is_date) or (opened == ("",) and not any(column))
        if called.search(title) and not NOT_A_PARCELS.search(title) and is_of_dates:
            yield Awaits(
                (title,), opened, closed, shipped=shipped, narrows=not shipped, optional=not shipped
            )


def _by_answers(
    cells: Cells, called: re.Pattern[str], yes: Literal["open", "shipped", "closed"]
) -> Iterator[Awaits]:
    """Columns that say by yes or no whether something has happened, and what yes means there."""
    for title, column in cells.items():
        answers = {cell.casefold() for cell in column if cell}
        if (
            called.search(title)
            and not NOT_A_PARCELS.search(title)
            and answers
            and answers <= ANSWERS
        ):
            pairs = [pair for pair in YES_AND_NO if not answers.isdisjoint(pair)]
            agreed, denied = (tuple(dict.fromkeys(words)) for words in zip(*pairs, strict=True))
            lists = {"open": denied, "shipped": (), "closed": ()} | {yes: agreed}
            lists |= {"closed": denied} if yes == "open" else {}
            yield _with_words(Awaits((title,), (), narrows=yes != "shipped"), lists)
