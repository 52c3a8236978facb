"""Text that is not UTF-8 is read as what it is likeliest, or a person is asked; never nonsense on a
label."""

from __future__ import annotations

import codecs
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samebag.orders.reading.encodings import CANDIDATES
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader

HEADER = "parcel,tracking_number,orders,sku,name,quantity\r\n"
GOODS = {
    "cp1252": (
        "Mädchenkleid Größe 116",
        "Schürze für Küche",
        "Gürtel mit Löchern",
        "Weiße Söckchen",
    ),
    "cp1250": (
        "Koszulka męska żółta",
        "Słuchawki bezprzewodowe",
        "Ręcznik kąpielowy",
        "Książka dla dzieci",
    ),
    "cp1251": ("Футболка женская", "Полотенце синее"),
    "cp1253": ("Γυναικείο φόρεμα", "Κούπα καφέ μπλε"),
    "cp1254": ("Kadın tişört kırmızı", "Çocuk ayakkabısı", "Kışlık şapka", "Yastık kılıfı"),
    "gb18030": ("棉质T恤 红色", "手机壳 透明", "女式连衣裙 夏季"),
    "cp950": ("棉質T恤 紅色", "手機殼 透明", "女裝連衣裙 夏季"),
    "cp932": ("マグカップ 青", "スマホケース"),
    "cp949": ("머그컵 파란색", "여성 원피스", "휴대폰 케이스"),
    "cp850": (
        "Mädchenkleid Größe 116",
        "Schürze für Küche",
        "Gürtel mit Löchern",
        "Weiße Söckchen",
    ),
    "utf-16": ("棉质T恤 红色", "Größe 116"),
    "utf-16-le": ("棉质T恤 红色", "Größe 116"),
    "utf-16-be": ("Größe 116", "Schürze"),
}


def rows(*names: str) -> str:
    return HEADER + "".join(
        f"P{n},LX{n}CN,80{n},S{n},{name},1\r\n" for n, name in enumerate(names, 1)
    )


def bring(folder: Path, content: bytes, encoding: str = "", profile: str = "auto") -> ImportReport:
    path = folder / "orders.csv"
    path.write_bytes(content)
    return import_file(
        path, folder / "book.db", encoding=encoding, profile=profile, no_states="open"
    )


def names_in(folder: Path, parcels: int) -> tuple[str, ...]:
    with closing(BookReader(folder / "book.db")) as book:
        found = [book.parcel(f"P{n}") for n in range(1, parcels + 1)]
    return tuple(parcel.items[0].name for parcel in found if parcel)


# as word processors mend what is typed
TYPED = (
    "Kid’s Mug",
    "Women’s dress – blue",
    "Men’s T-shirt",
    "“Best” mug…",
)


@pytest.mark.parametrize(("encoding", "names"), [*GOODS.items(), ("cp1252", TYPED)])
def test_goods_keep_their_names_in_every_encoding(
    tmp_path: Path, encoding: str, names: tuple[str, ...]
) -> None:
    assert bring(tmp_path, rows(*names).encode(encoding)).refused == ()
    assert names_in(tmp_path, len(names)) == names


def test_unicode_text_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    text = codecs.BOM_UTF16_LE + rows("Größe 116").replace(",", "\t").encode("utf-16-le")
    assert bring(tmp_path, text).new == 1
    assert names_in(tmp_path, 1) == ("Größe 116",)


def test_of_two_likely_readings_a_person_is_asked_and_says_which(tmp_path: Path) -> None:
    text = rows("Größe").encode("cp1252")
    with pytest.raises(OrderFileError) as raised:
        bring(tmp_path, text)
    asked = (
        "may be cp1252 ('Größe') or gb18030 ('Gr鲞e'): say which with --encoding"
        " cp1252 or --encoding gb18030"
    )
    assert (
        str(raised.value)
        == f"{tmp_path / 'orders.csv'}: {asked}, or in the store's profile; nothing was taken"
    )
    bring(tmp_path, text, encoding="cp1252")
    assert names_in(tmp_path, 1) == ("Größe",)


def test_a_profile_may_tell_the_encoding_of_its_files(tmp_path: Path) -> None:
    profile = tmp_path / "shop.toml"
    titles = (
        '[columns]\nparcel = ["Bestellung"]\norders ='
        ' ["Bestellung"]\ntracking_number = ["Nummer"]\nname = ["Ware"]\n'
    )
    profile.write_text(f'encoding = "cp1252"\n{titles}', "utf-8")
    for text in ("Größe".encode("cp1252"), "Größe".encode()):
        bring(tmp_path, b"Bestellung;Nummer;Ware\nP1;LX1CN;" + text + b"\n", profile=str(profile))
        assert names_in(tmp_path, 1) == ("Größe",)
    profile.write_text(f'encoding = "ansi"\n{titles}', "utf-8")
    with pytest.raises(OrderFileError, match="encoding = ansi: must be one that Python knows"):
        bring(tmp_path, b"", profile=str(profile))


@pytest.mark.parametrize(
    ("content", "encoding", "message"),
    [
        (
            rows("Größe", "Tür").encode().replace(b"\xc3\xbc", b"\xc3"),
            "",
            "line 3 is not utf-8 text, as the rest is",
        ),
        (rows("Größe").encode("cp1252"), "utf-8", "line 2 is not utf-8 text: save it as CSV UTF-8"),
        (
            rows("Größe").encode("cp1252"),
            "ansi",
            "encoding ansi: must be one that Python knows, such as cp1252",
        ),
        (rows("x").encode("utf-16")[:-1], "", "is not utf-16-le text: save it as CSV UTF-8"),
        (
            HEADER.encode() + bytes(byte * 77 % 128 + 128 for byte in range(128)),
            "",
            "is no text in an encoding that is known",
        ),
        (
            rows("红色棉质T恤衫", "透明手机壳", "女式连衣裙").encode("gb18030")
            + "P5,LX5CN,805,S5,Größe,1\r\n".encode("cp1252"),
            "",
            r"line 5 \('r鲞e'\) is not gb18030 text, as the lines above are: save it as CSV UTF-8",
        ),
    ],
)
def test_what_is_no_text_of_one_encoding_is_refused_by_line(
    tmp_path: Path, content: bytes, encoding: str, message: str
) -> None:
    with pytest.raises(OrderFileError, match=message):
        bring(tmp_path, content, encoding)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_reading_is_the_right_one_or_asked(tmp_path: Path, data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from(sorted(GOODS.keys() & CANDIDATES.keys())))
    words = [word for name in GOODS[encoding] for word in name.split()]
    names = [
        " ".join(data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=3)))
        for _ in range(2)
    ]
    (tmp_path / "book.db").unlink(missing_ok=True)
    try:
        bring(tmp_path, rows(*names).encode(encoding))
    except OrderFileError as err:
        assert "--encoding" in str(err)
    else:
        assert names_in(tmp_path, 2) == tuple(names)
