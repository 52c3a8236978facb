"""What a cell of an .xlsx sheet says: what a person sees in it, or that it has no value; never
empty in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from samebag.orders.reading.spreadsheets import sheet_rows
from samebag.orders.workbooks import xlsx_rows
from samebag.orders.workbooks.not_text import EmptyResult, NotText, NoValue, RowWithout
from tests.orders.raw_workbook import workbook

STALE = '<calcPr calcId="124519" fullCalcOnLoad="1"/>'
STRINGS = (
    "<t>one</t>",
    "<r><rPr><b/></rPr><t>t</t></r><r><t>wo</t></r><rPh sb='0' eb='1'><t>ni</t></rPh>",
    "<t/>",
    "",
)


def cell(tmp_path: Path, xml: str, code: str = "General", settings: str = "") -> str:
    """The text of one cell, read exactly and then as one of many alike."""
    rows = [f'<row r="{row}"><c r="A{row}"{xml.removeprefix("<c")}</row>' for row in range(1, 4)]
    path = workbook(
        tmp_path / "a.xlsx", "".join(rows), formats=[code], strings=STRINGS, settings=settings
    )
    with path.open("rb") as raw:
        found = [row[0] if row else "" for row in sheet_rows(path, raw)] or [""]
    assert len({(text, type(text)) for text in found}) == 1
    return found[0]


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ('<c t="s"><v>0</v></c>', "one"),
        ('<c t="s"><v>1</v></c>', "two"),
        ('<c t="s"><v>2</v></c>', ""),
        (
            '<c t="inlineStr"><is><t xml:space="preserve"> a&amp;b &#x4E2D;&#10;</t></is></c>',
            " a&b 中\n",
        ),
        (
            '<c t="inlineStr"><is><r><t>80</t></r><r><rPr/><t>1</t></r><phoneticPr'
            ' fontId="1"/></is></c>',
            "801",
        ),
        ('<c t="inlineStr"><is><t><![CDATA[a<b]]></t></is></c>', "a<b"),
        ('<c t="inlineStr"><is><t>8<!-- no -->01</t></is></c>', "801"),
        ('<c t="str"><v>LX1CN</v></c>', "LX1CN"),
        ('<c t="str"><v></v></c>', ""),
        ('<c t="str"><f>"LX"&amp;A1</f><v>LX1CN</v></c>', "LX1CN"),
        ("<c><f>1+1</f><v>2</v></c>", "2"),
        ('<c t="n"><v>801234567890123</v></c>', "801234567890123"),
        ("<c><v>1E3</v></c>", "1000"),
        ("<c/>", ""),
        (
            '<c t="inlineStr"><is><t>_x0042_ _x000D__x005F_x0042_ _xD83D__xDE00_</t></is></c>',
            "B \r_x0042_ 😀",
        ),
        ('<c t="inlineStr"><is><t>_xD83D_ _x42_</t></is></c>', "_xD83D_ _x42_"),
        ('<c t="str"><v>_x0042_</v></c>', "B"),
    ],
)
def test_what_a_person_typed_is_its_text(tmp_path: Path, xml: str, text: str) -> None:
    found = cell(tmp_path, xml)
    assert (found, type(found)) == (text, str)


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<c><f>VLOOKUP(A2,B:C,2)</f></c>", "=VLOOKUP(A2,B:C,2) without a saved result"),
        ("<c><f>A1</f><v></v></c>", "=A1 without a saved result"),
        ("<c><f>A1</f><v/></c>", "=A1 without a saved result"),
        ('<c t="str"><f>A1</f></c>', "=A1 without a saved result"),
        ('<c><f t="shared" si="0"/></c>', "= without a saved result"),
        ('<c><f t="array" ref="A1:A3">B1:B3</f></c>', "=B1:B3 without a saved result"),
        ('<c t="e"><f>A1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c t="e"/>', "a cell of kind e with nothing in it"),
        ('<c t="s"/>', "a cell of kind s with nothing in it"),
        ('<c t="new"><v>7</v></c>', "7"),
        ('<c t="n"><is><t>7</t></is></c>', "7"),
    ],
)
def test_what_has_no_value_is_not_empty(tmp_path: Path, xml: str, text: str) -> None:
    found = cell(tmp_path, xml)
    assert (found, type(found)) == (text, NoValue)


def test_an_empty_result_is_told_from_an_empty_cell(tmp_path: Path) -> None:
    found = cell(tmp_path, '<c t="str"><f>IF(A1,"","x")</f><v></v></c><c><v>1</v></c>')
    assert (found, type(found)) == ("", EmptyResult)


@pytest.mark.parametrize(
    ("xml", "is_sure"), [("<v>0</v>", False), ("<v>0.0</v>", False), ("<v>5</v>", True)]
)
def test_a_zero_that_no_program_worked_out_is_no_result(
    tmp_path: Path, xml: str, is_sure: bool
) -> None:
    assert (
        isinstance(cell(tmp_path, f"<c><f>A9</f>{xml}</c>", settings=STALE), NoValue) is not is_sure
    )
    assert not isinstance(cell(tmp_path, f"<c><f>A9</f>{xml}</c>"), NoValue)
    assert isinstance(cell(tmp_path, '<c t="str"><f>A9</f><v></v></c>', settings=STALE), NoValue)


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("00000000000000", "5976834252345", "05976834252345"),
        ("0", "12345678901234", "12345678901234"),
        ("@", "12345678901234", "12345678901234"),
        ("0_ ", "8012345", "8012345"),
        ("0_);[Red]\\(0\\)", "8012345", "8012345"),
        ("#", "8012345", "8012345"),
        ('"LX"000000000"CN"', "12345678", "LX012345678CN"),
        ("\\R\\B000000000\\C\\N", "12345678", "RB012345678CN"),
        ("000-0000000-0000000", "11122223333334444", None),
        ("000-0000000", "1112222333", "111-2222333"),
        ("[$-804]0000;@", "12", "0012"),
        ("0000", "123456", "123456"),
        ("0000", "12.5", None),
        ("0000", "-12", None),
        ("0", "8012345678901234", "8012345678901234"),
        ("General", "8.012345678901234E+15", "8012345678901234"),
        ("General", "8012345678901230", None),
        ("General", "8.01234567890123E+15", None),
        ("General", "8012345678901234.5", None),
        ("General", "9007199254740991", "9007199254740991"),
        ("General", "9007199254740993", None),
        ("General", "18012345678901234", None),
        ("#,##0", "8012345", None),
        ("0.00", "2", None),
        ("0.00E+00", "123456", None),
        ("0%", "2", None),
        ("[DBNum1]0", "12", None),
        ("0,", "8012345", None),
        ("?00", "1", None),
        ("* 0", "1", None),
        ("[>5]0;00", "7", None),
        ("General", "NaN", None),
        ("General", "1_0", None),
    ],
)
def test_a_number_is_taken_as_shown_or_not_trusted(
    tmp_path: Path, code: str, value: str, text: str | None
) -> None:
    found = cell(tmp_path, f'<c s="1"><v>{value}</v></c>', code)
    assert (type(found), found) == ((NotText, found) if text is None else (str, text))


@pytest.mark.parametrize("code", ["#,##0", "0.00", '"x "#,##0_);(#,##0)', "_-* #,##0.00_-", "0.0#"])
def test_a_quantity_is_one_with_any_number_of_decimals(tmp_path: Path, code: str) -> None:
    assert cell(tmp_path, '<c s="1"><v>2</v></c>', code) == "2"
    assert cell(tmp_path, '<c s="1"><v>2.5</v></c>', code) == "2.5"


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("0%", "2", "2.0"),
        ("#,##0,", "2000", "2000.0"),
        ("[DBNum1]0", "12", "12.0"),
        ("yyyy-mm-dd", "46063", "2026-02-10"),
        ('yyyy"年"m"月"d"日"', "46063.5", "2026-02-10 12:00:00"),
        ("h:mm", "0.75", "18:00:00"),
        ("[$-409]d-mmm;@", "46063", "2026-02-10"),
        ("General", "12.5", "12.5"),
        ("yyyy", "99999999999", "99999999999.0"),
    ],
)
def test_a_day_is_told_as_one_and_no_code(tmp_path: Path, code: str, value: str, text: str) -> None:
    found = cell(tmp_path, f'<c s="1"><v>{value}</v></c>', code)
    assert (found, type(found)) == (text, NotText)


def test_days_may_be_counted_from_1904(tmp_path: Path) -> None:
    book = '<workbookPr date1904="1"/>'
    assert cell(tmp_path, '<c s="1"><v>44601</v></c>', "d/m/yy", book) == "2026-02-10"


names = st.sampled_from(["A", "B", "C"])
inner = st.sampled_from(
    [
        *(
            "/>",
            " />",
            ' s="1"/>',
            "><v>12</v></c>",
            ' s="1"><v>7</v></c>',
            ' s="2" t="n"><v>46063</v></c>',
        ),
        *(
            ' t="s"><v>0</v></c>',
            ' s="1" t="s"><v>1</v></c>',
            ' t="s"><v>2</v></c>',
            ' t="str"><v>a&lt;b</v></c>',
        ),
        *(
            ' t="str"><f>A1</f><v>x</v></c>',
            "><f>A1</f><v>3</v></c>",
            "><f>A1</f></c>",
            ' t="e"><v>#N/A</v></c>',
        ),
        *(
            ' t="inlineStr"><is><t>_x0042_&#33;</t></is></c>',
            ' t="inlineStr"><is><t/></is></c>',
            ' t="b"><v>1</v></c>',
        ),
        *(
            ' t="inlineStr"><is><t xml:space="preserve"> a\r\nb </t></is></c>',
            ' t="s" s="1"><v>1</v></c>',
        ),
        *(
            "><v><!-- x -->4</v></c>",
            "><v>4</v><v>5</v></c>",
            "><v>4</v><?x </row>?></c>",
            ' xmlns="x"/>',
            "><x/></c>",
        ),
    ]
)
kinds = st.tuples(st.sets(names), st.lists(inner, min_size=3, max_size=3), st.integers(0, 9))
rows = st.lists(kinds, min_size=1, max_size=3).flatmap(
    lambda some: st.lists(st.sampled_from(some), max_size=12)
)
ROW = (
    *(
        '<row r="{0}">{1}</row>',
        '<row r="{0}" spans="1:3" ht="12.8" hidden="true">{1}</row>',
        "<row r='{0}'>{1}</row >",
    ),
    *(
        '<!-- <row r="{0}"/></row> --><row r="{0}">{1}</row>',
        '<!-- <row r="{0}"></row><row r="{0}"></row>-->',
    ),
    *('\n<row r="{0}" hidden="false">{1}</row>', "<row>{1}</row>", '<row r="{0}"/>'),
)


def sheet_of(drawn: list[tuple[set[str], list[str], int]]) -> str:
    written = []
    for row, (columns, cells, form) in enumerate(drawn, 1):
        named = [
            f'<c r="{name}{row}"{cell}'
            for name, cell in zip("ABC", cells, strict=True)
            if name in columns
        ]
        written.append(ROW[form if form < len(ROW) else 0].format(row, "".join(named)))
    return "".join(written)


def read(path: Path) -> object:
    try:
        with path.open("rb") as raw:
            found = sheet_rows(path, raw)
            return [(type(row), [(cell, type(cell)) for cell in row]) for row in found], found.notes
    except Exception as err:
        return str(err)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows, st.booleans())
@example([({"A", "C"}, [' t="s"><v>0</v></c>'] * 3, 0)] * 4, False)
def test_quick_and_exact_reading_give_the_same_cells(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    drawn: list[tuple[set[str], list[str], int]],
    is_stale: bool,
) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        sheet_of(drawn),
        formats=["0000", "yyyy"],
        strings=STRINGS,
        settings=STALE * is_stale,
    )
    quick = read(path)
    with monkeypatch.context() as patched:
        patched.setattr(xlsx_rows, "MOST_LEARNED", 0)
        exact = read(path)
    assert quick == exact


def test_a_row_with_a_cell_of_no_value_is_marked(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        '<row r="1"><c r="B1" t="e"><v>#N/A</v></c></row><row><c><v>1</v></c></row>',
    )
    with path.open("rb") as raw:
        assert [type(row) for row in sheet_rows(path, raw)] == [RowWithout, list]
