"""What commands and errors say has Chinese: a new sentence without it fails here, with the
sentence."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import samebag
from samebag.cli import COMMANDS, _parser, main
from samebag.words.chinese import HELD, catalog, translated

FIRMWARE = Path(samebag.__file__).parent
# the others' faults are in test_faults.py, their words in both
FOLDERS = ("cli", "orders", "outbound", "aftersales", "store")
NAMED = ("settings.py", "files/named.py", "core/codes/badges.py", "core/codes/rules.py")
DRAWN = ("core/symbologies.py", "label/symbols.py", "label/layout.py", "label/typeface.py")
FILES = [
    *(path for folder in FOLDERS for path in FIRMWARE.glob(f"{folder}/**/*.py")),
    *(FIRMWARE / name for name in (*NAMED, *DRAWN)),
]
SENTENCE = re.compile(r"[a-z]{2,} [a-z{]|\} [a-z]{3,}")
SQL = re.compile(
    r"\\s|\b(SELECT|INSERT|CREATE|PRAGMA|UPDATE|DELETE|FROM|WHERE|ATTACH|UNION|JOIN)\b"
)
CHINESE = re.compile("[\u4e00-\u9fff]")
IN_BOTH = {"Words", "Card", "of_fault"}  # what is called with both languages side by side
# what no person at a terminal reads: answers to an ERP's program, words to be found in files
OTHERS = {
    "intake.py": "orders",
    "posted.py": "orders",
    "no_parcels.py": "orders",
    "columns.py": "orders",
    "code_cells.py": "orders",
}
KEYS = {
    # Chinese stands above it
    "The station stays. Type what a hand scanner would send, then Enter. Ctrl-C ends it.",
    "there is always another number",  # a fault of ours
    "Checked – not a waybill",  # TITLE has it in both  # of records and files
    "print job",
    "probation until",
    "last import",
    "code rules 7",
    "parcels by ",
    "no number",
    "passed over",
    "label bought",
    "goods rows",
    "not affected",
    "something else",
    "China Post registered packet",
}
PARTS = {  # of sentences that MADE has whole
    "7 parcels: 7; 7 complaints refused7",
    "   day 7: 7 came to it, 7 beyond 7",
    "working days",
    " and whole",
    "\nnew rule, reads 7 texts\n  77",
    "\n7 bags7, 7 new rules7777",
    " (few: three or more are surer)",
    "7: 7\n  cure: export the orders again7\n  or, if all parcels of such files may"
    " leave, say so once:"
    " 7 --no-states open",
    " with the column of states (7)",
    " with a column of states, and map it ([[awaits]])",
    " (row 7 of sheet 7)",
    " (shadow: nobody was shown)",
}
MADE = {
    "3 parcels: 1 certain, 2 possible, 0 not affected; 1 complaints refused; --out"
    " FOLDER writes lists and letters": (
        "3 个包裹：1 个确定，2 个可能，0 个没有受影响；1 条投诉被拒；加 --out 目录 写出清单和信件"
    ),
    "   day 60: 4 came to it, 1 beyond (A, B)": "   第 60 天：本期新增 4，目前已超 1（A, B）",
    "   day 16: 0 came to it, 0 beyond": "   第 16 天：本期新增 0，目前已超 0",
    "     2 of 15     book.csv": "     2 / 15　book.csv",
    "     2 of 16     nobody logged in": "     2 / 16　未登录",
    "  ledger     77 whole: /l.db": "  核对日志 77 完好：/l.db",
    "s.toml: foo: no such key; there are camera, checks, printer: correct or remove it": (
        "s.toml：foo：没有这个键；有 camera, checks, printer：请改正或删除"
    ),
    "o.csv: parcel: parcel (called so in samebag)": "o.csv：parcel：parcel（samebag 这样叫）",
    "  16-35 days; promised 60 days; refuses batteries": "  16-35 天；承诺 60 天；不收 batteries",
    "camera.fps = 0: must be 1-60 and whole: correct it": (
        "camera.fps = 0：必须是 1-60 之间的整数：请改正"
    ),
    '\nnew rule, reads 3 texts\n  name = "x"': '\n新规则，能读 3 个条码\n  name = "x"',
    "\n2 bags (few: three or more are surer), 1 new rules": (
        "\n2 袋（袋数太少：最好三袋以上），1 条新规则"
    ),
    "o.csv: no column tells whether a parcel may leave; nothing was taken.\n"
    "  cure: export the orders again with the column of states (Status, State)\n"
    "  or, if all parcels of such files may leave, say so once: samebag import o.csv"
    " --no-states open": (
        "o.csv：没有列说明包裹可否发出；没有导入任何内容。\n"
        "  办法：请连同状态列（Status, State）重新导出订单\n"
        "  或者，如果这样的文件所有包裹都可发出，请说一次：samebag import o.csv --no-states open"
    ),
    "o.xlsx: row 9 (row 4 of sheet 'B'): sku = '': must not be empty: correct the"
    " cell and import again; parcel 'P-1'"
    " is kept out or left as it was": (
        "o.xlsx：第 9 行（工作表 'B' 第 4 行）：sku ="
        " ''：不能为空：请改正单元格，再导入；包裹 'P-1' 未导入或保持原样"
    ),
    "o.csv (erp-zh): 12 may leave, 0 no number, 4 new, 1 vanished, 2 refused rows; 30 items": (
        "o.csv（erp-zh）：12 可发，0 无单号，4 新增，1 消失，2 行被拒；30 种货品"
    ),
    "l.db: BROKEN: entry 4: altered: its hash is not that of its fields: keep the"
    " file and call a supervisor": (
        "l.db：已损坏：第 4 条：被改动：哈希与内容不符：请保留文件，找班长"
    ),
    "    1.234 s  bag 7: mismatch; waybill RB1 by camera, cargo list B by scanner": (
        "    1.234 秒 袋 7：贴错；面单 RB1（摄像头），配货单 B（扫描枪）"
    ),
    "printer /dev/usb/lp0: no paper: put in a new roll and close the cover": (
        "打印机 /dev/usb/lp0：缺纸：请装入新纸卷，合上盖子"
    ),
    "closed 2026-12-02: refund-part": "已于 2026-12-02 结案：部分退款",
    "how it ended: reship, refund-part": "结果：reship, refund-part",
    "a name that nobody knows: [Errno 5] Input/output error": (
        "a name that nobody knows: [Errno 5] Input/output error"
    ),
}
# What stays: options, commands, paths, keys, numbers of a format.
TECHNICAL = re.compile(
    r"--[\w-]+|\bsamebag( \w+)*|\bsudo( \S+)*|\bapt install( \S+)*|\S*[._/=\[\]]\S*|"
    r"'[^']*'|\"[^\"]*\""
)


STAYS = re.compile(  # names of programs, settings and fields, as they are written
    "verify|udev|systemd|inbox|true|false|none|open|closed|orders|products|aliexpress|"
    "woocommerce|csv|received"
    "|certificate|prev|and|taken|scan|command|import|shipment|label|bought|name|sku|"
    "quantity|wal|signals|source|mask"
    "|field|element|prefix|suffix|drop|bluetooth|file|datamatrix|date|journalctl|journal|root"
)


def said(path: Path) -> Iterator[str]:
    """The sentences of a file, with 7 for what differs; not docstrings, SQL, regular expressions,
    logs."""
    tree = ast.parse(path.read_text("utf-8"))
    passed_over = {id(node) for part in ast.walk(tree) for node in _not_said(part)}
    for node in ast.walk(tree):
        if id(node) in passed_over:
            continue
        text = _text(node)
        if (
            text not in KEYS | PARTS
            and SENTENCE.search(text)
            and not SQL.search(text)
            and not CHINESE.search(text)
        ):
            yield text


def _not_said(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Module() | ast.ClassDef() | ast.FunctionDef():
            yield from (each.value for each in node.body if isinstance(each, ast.Expr))
        case ast.JoinedStr(values=values):
            yield from values
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in IN_BOTH | {
            "compile"
        }:
            yield from ast.walk(node)
        case ast.Call(
            func=ast.Attribute(attr="warning" | "error" | "exception" | "info" | "execute")
        ):
            yield from ast.walk(node)


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) if isinstance(part, ast.Constant) else "7" for part in parts)
    return ""


def left_in_english(text: str) -> str:
    chinese = TECHNICAL.sub(" ", translated(re.sub(r"\{\w*\}|%\(default\)s", "7", text)))
    return " ".join(
        word for word in re.findall(r"\b[a-z]{3,}\b", chinese) if not STAYS.fullmatch(word)
    )


@pytest.mark.parametrize("folder", [*FOLDERS, "settings.py", "files", "core", "label"])
def test_every_sentence_that_is_written_down_has_chinese(folder: str) -> None:
    files = [
        path
        for path in FILES
        if path.relative_to(FIRMWARE).parts[0] == folder and OTHERS.get(path.name) != folder
    ]
    missing = {
        text: left for path in files for text in said(path) if (left := left_in_english(text))
    }
    assert missing == {}


def test_what_differs_in_a_message_is_in_its_chinese_too() -> None:
    for english, chinese in catalog().items():
        held = [f"<{number}>" for number, _ in enumerate(HELD.findall(english))]
        assert {each for each in held if each not in chinese.format(*held)} == set(), english


@pytest.mark.parametrize("english", MADE)
def test_a_message_is_said_part_by_part(english: str) -> None:
    assert translated(english) == MADE[english]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_and_usage_are_in_the_terminals_language(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("COLUMNS", "500")
    with pytest.raises(SystemExit):
        main([command, "--help"])
    usage, _, rest = capsys.readouterr().out.partition("\n\n")
    assert usage.startswith(f"用法：samebag {command}")
    told = [
        line
        for line in rest.splitlines()
        if re.search(r"[a-z]{3,} [a-z]{3,}", TECHNICAL.sub(" ", line))
    ]
    assert told == []
    with pytest.raises(SystemExit):
        main([command, "--no-such-option"])
    assert re.search("错误：(缺少参数|不认识的参数|.* 中必须有一个)", capsys.readouterr().err)


def helps(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Of each argument of a command, and of those below it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from helps(below)
        elif action.help:
            yield action.help % {**vars(action), "prog": parser.prog}


@pytest.mark.parametrize("command", COMMANDS)
def test_each_arguments_help_has_chinese_however_short_it_is(command: str) -> None:
    assert [
        said for said in helps(_parser([command])) if not CHINESE.search(translated(said))
    ] == []
